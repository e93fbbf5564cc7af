"""Customs–enterprise cooperation through the real dispatch, on each database: the samples, and races."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from messages.enterprise.filings import pending, registration
from storage import bulletins, cases, owners, work
from storage.database import Database
from tests.gateway.houses import DESK, House
from tests.gateway.test_dispatch import Office
from tests.storage.test_concurrency import TIMEOUT, until_waiting

TRADER, SECOND, BROKER = "DXPENT0000000001", "DXPENT0000000002", "DXPAGE0000000001"
PEOPLE = {
    DESK: ("0100000001", "customs"), TRADER: ("3122260001", "operator"), SECOND: ("4403160002", "enterprise"),
    BROKER: ("1100980001", "agency"),
}  # fmt: skip
SCC = "91310115MA1K3X7Q2J"


def furnished(database: Database) -> House:
    """With the registrations of all three filed."""
    house = House(database, "enterprise", PEOPLE)
    assert house.send("ENT511", DESK) == [120, 120, 120]
    return house


@pytest.fixture
def house(database: Database) -> House:
    """On each database."""
    return furnished(database)


def filed(house: House, code: str = "3122260001") -> Any:
    """What customs holds of an enterprise, as it is stored."""
    fact = registration(code)
    with house.database.read() as connection:
        return cases.load(connection, (fact,), house.now(), {})[fact].body


def under_way(house: House) -> list[str]:
    """The types of the trader's applications that are pending, as they are stored."""
    fact = pending(SCC)
    with house.database.read() as connection:
        found = cases.load(connection, (fact,), house.now(), {})[fact]
    return [one["type"] for one in found.body["open"]] if found else []


def test_a_change_is_stored_found_and_carried_out_in_the_same_transaction(house: House) -> None:
    """The case with its columns, its files for customs; then the filing, and nothing under way."""
    assert house.send("ENT111", TRADER) == [300]
    (number,) = house.found(owner=TRADER, criteria={"type": ("is", "ENT111"), "scc": ("is", SCC)})
    assert under_way(house) == ["ENT111"]
    (file,) = house.case(number).body["stored"]["Attachment"]
    with house.database.read() as connection:
        assert owners.readable(connection, "DXPCUS0000000009", "customs", file["digest"]) is not None
        assert owners.readable(connection, "DXPENT0000000009", "operator", file["digest"]) is None
    before = filed(house)
    assert house.send("ENT411-approve", DESK, caseNo=number) == [399]
    assert (house.case(number).state, under_way(house)) == ("审核通过", [])
    after = filed(house)
    assert (before["crossTypes"], after["crossTypes"]) == ("1", "1 4")
    assert [one["managerNo"] for one in after["Manager"]] == ["1", "2", "4"]
    assert house.statuses(TRADER) == [300, 399]
    assert house.found(owner=SECOND) == []


def test_a_refused_change_is_corrected_and_changes_nothing_until_then(house: House) -> None:
    """审核不通过, and declared once more."""
    house.send("ENT111", TRADER)
    (number,) = house.found(owner=TRADER)
    before = filed(house)
    assert house.send("ENT411-refuse", DESK, caseNo=number) == [100]
    assert (filed(house), under_way(house)) == (before, [])
    assert house.send("ENT111-change", TRADER, caseNo=number) == [300]
    assert house.send("ENT411-approve", DESK, caseNo=number) == [399]


@pytest.mark.parametrize(
    ("samples", "wanted"),
    [
        (("ENT111", "ENT111"), [-111115, 300]),
        (("ENT111", "ENT131"), [-131119, 300]),
        (("ENT131", "ENT111"), [-111115, 300]),
    ],
)
def test_of_two_applications_in_one_transaction_one_is_taken(
    house: House, samples: tuple[str, str], wanted: list[int]
) -> None:
    """However close together: the other is told why. Drafts, which wait for each other in no queue."""
    for sample in samples:
        assert house.send(sample, TRADER, appStatus="1") == [1]
    for sample, number in zip(samples, house.found(owner=TRADER), strict=True):
        house.accept(sample, TRADER, appType="2", caseNo=number)
    house.work()
    assert sorted(house.statuses(TRADER)[2:]) == wanted
    assert under_way(house) == [samples[0]]


def test_an_approval_and_customs_own_filing_at_once_lose_nothing(house: House) -> None:
    """Of what the approval changed, a withdrawal that was written before is told; the change stays."""
    house.send("ENT111", TRADER)
    (number,) = house.found(owner=TRADER)
    house.accept("ENT411-approve", DESK, caseNo=number)
    house.accept("ENT511", DESK, appType="3")  # of three enterprises, of which two are withdrawn
    house.work()
    told = house.statuses(DESK)[3:]
    assert sorted(told) == [-511014, 120, 120, 399]
    assert filed(house)["crossTypes"] == "1 4"


def test_a_renewal_is_for_its_enterprise(house: House) -> None:
    """The second enterprise's; the review has to name it."""
    assert house.send("ENT121", SECOND) == [300]
    (number,) = house.found(owner=SECOND)
    assert house.send("ENT411-approve", DESK, caseNo=number) == [-411105]
    assert house.send("ENT411-extend", DESK, caseNo=number) == [399]
    assert filed(house, "4403160002")["validTo"] == "20991231"


def test_notices_reach_whom_they_are_for(house: House) -> None:
    """All enterprises, of whatever role, or one; with their files, until they are withdrawn."""
    house.send("ENT611", DESK)
    with house.database.read() as connection:
        for role, party, titles in (
            ("operator", TRADER, 2), ("enterprise", SECOND, 1), ("agency", BROKER, 1), ("officer", "X", 0),
        ):  # fmt: skip
            assert len(bulletins.listed(connection, [role, party], kind="notice")) == titles, role
    first, _ = house.found(owner=DESK, criteria={"type": ("is", "ENT611")})
    assert house.send("ENT611-withdraw", DESK, caseNo=first) == [1]
    with house.database.read() as connection:
        assert bulletins.listed(connection, ["enterprise", SECOND], kind="notice") == []


@pytest.fixture
def twins(postgres_database_url: str) -> Iterator[tuple[House, Database]]:
    """A house, and another gateway's connections to the same database."""
    one, other = Database(postgres_database_url), Database(postgres_database_url)
    yield furnished(one), other
    one.close()
    other.close()


def test_of_two_gateways_at_the_same_instant_one_takes_the_change(twins: tuple[House, Database]) -> None:
    """The second waits for the first one's lock, and finds its application under way, though its own clock,
    or the moment at which it began to wait, is behind.
    """
    house, other = twins
    for _ in range(2):  # cases of their own, which wait for each other in no queue
        house.send("ENT111-draft", TRADER)
    for number in house.found(owner=TRADER):
        house.accept("ENT111-change", TRADER, caseNo=number)
    with house.database.read() as connection:
        first, second = work.due(connection, house.now(), 10, work.Turn())
    gateway = Office(other, node=2)

    def late() -> None:
        with other.write() as connection:
            gateway.performer.perform(connection, [second], lambda _: house.now() - timedelta(seconds=1))

    with ThreadPoolExecutor(1) as pool:
        with house.database.write() as connection:
            house.performer.perform(connection, [first], lambda _: house.now())
            racing = pool.submit(late)
            until_waiting(other)
        racing.result(TIMEOUT)
    assert house.left() == []
    assert house.statuses(TRADER) == [1, 1, 300, -111115]
    assert under_way(house) == ["ENT111"]
