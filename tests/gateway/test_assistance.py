"""Mutual assistance through the real dispatch, on each database: what the samples do to its tables at once.

Messages are put where intake puts them; everything behind that is the gateway's own.
"""

from __future__ import annotations

import pytest

from messages.workflow import RecordInForce
from storage import bulletins, cases, owners
from storage.database import Database
from storage.owners import PINNED
from tests.gateway.houses import DESK, House

KOREA, THAILAND = "DXPOFF0000000001", "DXPOFF0000000002"
PEOPLE = {
    DESK: ("0100000001", "customs"), KOREA: ("FCUSTOMS01", "officer"), THAILAND: ("FCUSTOMS02", "officer"),
}  # fmt: skip


@pytest.fixture
def house(database: Database) -> House:
    """With both countries filed, and their agreements."""
    house = House(database, "assistance", PEOPLE)
    assert house.send("CMA191", DESK) == [120, 120]
    assert house.send("CMA181", DESK) == [120, 120]
    return house


def test_a_request_is_stored_found_and_its_files_are_shown_to_customs(house: House) -> None:
    """The case with its columns, the files pinned, and readable by the role customs."""
    assert house.send("CMA111", KOREA) == [120]
    (number,) = house.found(owner=KOREA, criteria={"letterNo": ("is", "FC1/2024/0117")})
    case = house.case(number)
    assert (case.state, case.inner, case.search["reqType"]) == ("待处理", "FC1/2024/0117", "1 2")
    digests = [each["digest"] for each in case.body["stored"]["Attachment"]]
    with house.database.read() as connection:
        assert {one.state for one in owners.owned(connection, KOREA, digests).values()} == {PINNED}
        assert owners.readable(connection, "DXPCUS0000000009", "customs", digests[0]) is not None
        other = owners.readable(connection, "DXPOFF0000000003", "officer", digests[0])
    assert other is None
    assert house.found(owner=THAILAND) == []


def test_a_foreign_request_is_answered_and_evaluated(house: House) -> None:
    """What each step stores is what the next one finds."""
    house.send("CMA111", KOREA)
    (number,) = house.found(owner=KOREA)
    assert house.send("CMA121-return", DESK, caseNo=number) == [100]
    assert house.send("CMA111-change", KOREA, caseNo=number) == [120]
    assert house.send("CMA121-answer", DESK, caseNo=number) == [399]
    assert house.send("CMA131", THAILAND, caseNo=number) == [-131101]
    assert house.send("CMA131", KOREA, caseNo=number) == [899]
    assert house.case(number).state == "已评价"
    assert house.statuses(KOREA) == [120, 100, 120, 399, 899]


def test_a_chinese_request_changes_its_owner_when_it_is_sent(house: House) -> None:
    """Found by customs before, by the addressed country after; its reference number is on record."""
    assert house.send("CMA141-draft", DESK) == [1]
    (number,) = house.found(owner=DESK)
    assert house.send("CMA141", DESK, appType="2", caseNo=number) == [3]
    assert house.found(owner=KOREA) == [number]
    fact = RecordInForce("assistance", "letter", "CN-2024-0042")
    with house.database.read() as connection:
        assert cases.load(connection, (fact,), house.now(), {})[fact].body["case"] == number
    assert house.send("CMA151", KOREA, caseNo=number) == [399]
    assert house.send("CMA161", DESK, caseNo=number) == [899]
    assert house.statuses(KOREA) == [3, 399, 899]


@pytest.mark.parametrize(
    ("party", "draft", "sample", "wanted"),
    [
        (DESK, "CMA141-draft", "CMA141", [-141010, 3]),
        (KOREA, "CMA111-draft", "CMA111-change", [-111010, 120]),
    ],
)
def test_a_reference_number_is_used_once_however_close_together(
    house: House, party: str, draft: str, sample: str, wanted: list[int]
) -> None:
    """In one transaction each of two drafts would find it free: they are decided one by one."""
    for _ in range(2):
        house.send(draft, party)
    before = len(house.statuses(party))
    for number in house.found(owner=party):
        house.accept(sample, party, appType="2", caseNo=number)
    house.work()
    assert sorted(house.statuses(party)[before:]) == wanted


def test_a_customs_is_filed_for_one_country_however_close_together(house: House) -> None:
    """Two countries that name the same customs in one message: the second is told so."""
    assert house.send("CMA191", DESK, appType="3") == [120, 120]
    assert sorted(house.send("CMA191", DESK, officeCode="FCUSTOMS01")) == [-191108, 120]


def test_what_is_published_is_a_bulletin_until_it_is_withdrawn(house: House) -> None:
    """For officers, with its files."""
    assert house.send("CMA171", DESK) == [120, 120]
    with house.database.read() as connection:
        told = {each.kind: each for each in bulletins.listed(connection, ["officer"])}
        assert bulletins.listed(connection, ["enterprise"]) == []
    (manual,) = told["material"].files
    assert (sorted(told), manual.name) == (["material", "news"], "manual.pdf")
    material, _ = house.found(owner=DESK)
    assert house.send("CMA171-withdraw", DESK, caseNo=material) == [1]
    with house.database.read() as connection:
        assert [each.kind for each in bulletins.listed(connection, ["officer"])] == ["news"]
        assert owners.readable(connection, "DXPOFF0000000003", "officer", manual.digest) is None
