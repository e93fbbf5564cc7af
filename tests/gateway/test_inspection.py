"""Pre-shipment inspection through the real dispatch, on each database: disposals, restarts, races."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from messages.wire import app_time, new_guid
from messages.workflow import CaseByNumber
from storage import bulletins, cases, owners, work
from storage.database import Database
from tests.gateway import houses
from tests.gateway.houses import COLUMNS, DESK
from tests.gateway.test_dispatch import NOW, Office
from tests.storage.test_concurrency import TIMEOUT, until_waiting

TRADER, AGENCY = "DXPENT0000000001", "DXPAGE0000000001"
PEOPLE = {
    DESK: ("0100000001", "customs"),
    TRADER: ("3122260001", "enterprise"),
    AGENCY: ("1100980001", "agency"),
}
REFUSED, REVOKED = -131110, -131112


class House(houses.House):
    """With timers, which are due later."""

    def work(self) -> None:
        """Do all that is due at this instant."""
        self.dispatcher.wake()
        self.clock.advance(0)

    def until(self, seconds: float) -> None:
        """So many seconds after the beginning."""
        self.clock.advance(seconds - self.clock.seconds())

    def newest(self) -> str:
        """The number of the newest case."""
        return self.found()[-1]

    def imposed(self, sample: str = "PSI191-timed") -> str:
        """Of a disposal from 60 to 120 seconds after the beginning."""
        begin, end = at(60), at(120)
        assert self.send(sample, DESK, beginTime=begin, endTime=end)[0] == 3
        return self.newest()


def at(seconds: float) -> str:
    """YyyyMMddHHmmss in China, so many seconds after the beginning."""
    return app_time(NOW + timedelta(seconds=seconds))


def furnished(database: Database) -> House:
    """With one filed agency."""
    house = House(database, "inspection", PEOPLE)
    assert house.send("PSI111", AGENCY) == [120]
    assert house.send("PSI121-accept", DESK, caseNo=house.newest()) == [399]
    return house


@pytest.fixture
def house(database: Database) -> House:
    """On each database."""
    return furnished(database)


def test_an_entrustment_belongs_to_two_parties_at_once(house: House) -> None:
    """Found by the agency among what it shares, files and notices too; a draft is nobody else's."""
    assert house.send("PSI131-draft", TRADER) == [1]
    number = house.newest()
    assert house.found(partner=AGENCY) == []
    assert house.send("PSI131-change", TRADER, caseNo=number) == [120]
    assert house.found(partner=AGENCY, criteria={"kind": ("is", "entrustment")}) == [number]
    assert house.found(owner=TRADER) == [number]
    (file,) = house.case(number).body["stored"]["Attachment"]
    with house.database.read() as connection:
        assert owners.readable(connection, AGENCY, "agency", file["digest"]) is not None
        assert owners.readable(connection, "DXPAGE0000000009", "agency", file["digest"]) is None
        assert bulletins.listed(connection, ["agency", AGENCY], kind="notice")
    assert house.send("PSI141-accept", AGENCY, caseNo=number) == [300]
    assert house.send("PSI151", AGENCY, caseNo=number) == [899]
    assert house.case(number).state == "检验完成"
    assert house.statuses(TRADER) == [1, 120, 300, 899]
    (file,) = house.case(number).body["result"]["Attachment"]
    with house.database.read() as connection:
        assert owners.readable(connection, TRADER, "enterprise", file["digest"]) is not None


def test_a_disposal_binds_from_its_first_second_to_its_last(house: House) -> None:
    """A thousandth of a second before, and at it; by the dispatch's own timers and clock."""
    number = house.imposed()
    for seconds, entrusted, state in (
        (59.999, 120, "待生效"), (60, REFUSED, "不予认可"),
        (119.999, REFUSED, "不予认可"), (120, 120, "已到期"),
    ):  # fmt: skip
        house.until(seconds)
        assert house.send("PSI131", TRADER) == [entrusted], seconds
        assert house.case(number).state == state, seconds
    assert house.left() == []
    assert house.statuses(AGENCY).count(600) == house.statuses(AGENCY).count(800) == 1


def test_two_parties_of_a_case_may_choose_the_same_guid(house: House) -> None:
    """Each is answered, and the other has a notice of each: neither takes the place of another's."""
    guid = new_guid()
    assert house.send("PSI131", TRADER, guid=guid) == [120]
    number = house.newest()
    assert house.send("PSI141-return", AGENCY, caseNo=number, guid=guid) == [100]
    assert house.send("PSI131-change", TRADER, caseNo=number) == [120]
    with house.database.read() as connection:
        told = {party: bulletins.listed(connection, [party], kind="notice") for party in (TRADER, AGENCY)}
    assert [len([each for each in found if number in each.title]) for found in told.values()] == [1, 2]


@pytest.mark.parametrize(("back", "state", "entrusted"), [(90, "不予认可", REFUSED), (200, "已到期", 120)])
def test_a_disposal_binds_across_a_restart(house: House, back: int, state: str, entrusted: int) -> None:
    """Of a gateway that was down when it began, or until after its end: nothing is late or said twice."""
    number = house.imposed()
    house.dispatcher.stop()
    house.until(back)
    assert house.case(number).state == "待生效"
    house.accept("PSI131", TRADER)
    again = Office(house.database, node=2)
    again.clock.advance(back)
    again.dispatcher.start()
    assert house.statuses(TRADER) == [entrusted]
    assert house.case(number).state == state
    assert house.statuses(AGENCY).count(600) == 1
    again.clock.advance(120)
    assert again.left() == []
    assert house.statuses(AGENCY).count(800) == 1
    assert house.case(number).state == "已到期"


def test_a_revocation_takes_the_filing_with_it(house: House) -> None:
    """In the same transaction; whoever is filed anew may be entrusted again."""
    (filing,) = house.found(owner=AGENCY)
    assert house.send("PSI191-revoke", DESK) == [3, 600]
    assert house.case(filing).state == "备案已撤销"
    assert house.send("PSI131", TRADER) == [REVOKED]
    assert house.send("PSI111", AGENCY) == [120]
    assert house.send("PSI121-accept", DESK, caseNo=house.newest()) == [399]
    assert house.send("PSI131", TRADER) == [120]


@pytest.mark.parametrize(("first", "entrusted"), [("PSI191", REFUSED), ("PSI131", 120)])
def test_what_is_due_together_is_decided_one_after_the_other(
    house: House, first: str, entrusted: int
) -> None:
    """A disposal that was accepted before an entrustment forbids it, and one that came after does not."""
    for sample in sorted(("PSI191", "PSI131"), key=lambda each: each != first):
        house.accept(sample, DESK if sample == "PSI191" else TRADER)
    house.work()
    assert house.statuses(TRADER) == [entrusted]
    assert house.send("PSI131", TRADER) == [REFUSED]


def test_an_acceptance_and_a_disposal_at_once_are_decided_one_after_the_other(house: House) -> None:
    """What was 待受理 stays there if the disposal came first; 退回 is possible."""
    house.send("PSI131", TRADER)
    number = house.newest()
    house.accept("PSI191", DESK)
    house.accept("PSI141-accept", AGENCY, caseNo=number)
    house.work()
    assert -141110 in house.statuses(AGENCY)
    assert house.case(number).state == "待受理"
    assert house.send("PSI141-return", AGENCY, caseNo=number) == [100]


@pytest.fixture
def twins(postgres_database_url: str) -> Iterator[tuple[House, Database]]:
    """A house, and another gateway's connections to the same database."""
    one, other = Database(postgres_database_url), Database(postgres_database_url)
    yield furnished(one), other
    one.close()
    other.close()


@pytest.mark.parametrize(("first", "entrusted"), [("PSI191", REFUSED), ("PSI131", 120)])
def test_of_two_gateways_at_the_same_instant_the_first_lock_decides(
    twins: tuple[House, Database], first: str, entrusted: int
) -> None:
    """The second waits, and then sees what the first has done: nobody is entrusted past a disposal."""
    house, other = twins
    for sample in sorted(("PSI191", "PSI131"), key=lambda each: each != first):
        house.accept(sample, DESK if sample == "PSI191" else TRADER)
    with house.database.read() as connection:
        early, later = work.due(connection, house.now(), 10, work.Turn())
    gateway = Office(other, node=2)

    def late() -> None:
        with other.write() as connection:
            gateway.performer.perform(connection, [later], lambda _: house.now())

    with ThreadPoolExecutor(1) as pool:
        with house.database.write() as connection:
            house.performer.perform(connection, [early], lambda _: house.now())
            racing = pool.submit(late)
            until_waiting(other)
        racing.result(TIMEOUT)
    house.work()
    assert house.statuses(TRADER) == [entrusted]
    assert house.send("PSI131", TRADER) == [REFUSED]


def test_a_case_that_is_stored_keeps_its_partner(house: House) -> None:
    """Through every later step, by whomever."""
    house.send("PSI131", TRADER)
    number = house.newest()
    house.send("PSI141-return", AGENCY, caseNo=number)
    with house.database.read() as connection:
        found = cases.load(connection, [CaseByNumber(number)], NOW, COLUMNS)[CaseByNumber(number)]
    assert (found.owner, found.partner) == (TRADER, AGENCY)
