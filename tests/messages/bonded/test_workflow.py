"""What an enterprise and customs may do with a stocktake, and what they are told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from messages.bonded import SYSTEM
from messages.bonded.table import (
    APPROVED,
    DECLARED,
    DELETED,
    DRAFT,
    LABELS,
    REFUSED,
    RETURNED,
    STORED,
    TABLE,
    TRANSITIONS,
)
from messages.wire import from_sortable
from tests.messages.bonded.world import OTHER, World, line


@pytest.fixture
def world() -> World:
    """An empty customs house."""
    return World()


def test_a_declared_stocktake_is_stored_and_both_steps_are_told(world: World) -> None:
    """申报 gives a receipt 2 and, from the automatic store step, a receipt 120 with the case number."""
    assert world.stocktake() == [2, 120]
    assert world.only().state == STORED
    assert world.only().number == "Z" + "0" * 17 + "1"
    assert {issue.case for issue in world.receipts} == {world.only().number}


def test_a_draft_is_numbered_and_may_have_no_lines(world: World) -> None:
    """The first 暂存 gives the 统一编号; lines may come later."""
    assert world.stocktake(appStatus="1", Line=[]) == [1]
    assert (world.only().state, world.only().number) == (DRAFT, "Z" + "0" * 17 + "1")


@pytest.mark.parametrize("status", ["1", "2"])
def test_a_stocktake_of_which_nothing_is_filled_in_is_refused(world: World, status: str) -> None:
    """As a draft, too: the schema leaves all of it out for a deletion."""
    node = {"appType": "1", "appTime": "20260917100000", "appStatus": status}
    assert world.send("BVS111", node, OTHER) == [-111107]


def test_a_draft_is_declared_under_its_number(world: World) -> None:
    """申报 of a draft keeps its number and becomes the stored version."""
    world.stocktake(appStatus="1", Line=[])
    assert world.stocktake(appType="2", caseNo=world.only().number) == [2, 120]
    assert world.only().body["stored"]["Line"][0]["seqNo"] == "1"


def test_a_stocktake_without_lines_cannot_be_declared(world: World) -> None:
    """申报 needs a line; the case is not created."""
    assert world.stocktake(Line=[]) == [-111106]
    assert world.cases == {}


def test_an_inner_number_is_unique_for_its_enterprise_only(world: World) -> None:
    """企业内部编号: a second new form under it is 010; another enterprise may use it."""
    world.stocktake()
    assert world.stocktake() == [-111010]
    assert world.stocktake(OTHER) == [2, 120]


def test_a_change_may_not_take_another_forms_inner_number(world: World) -> None:
    """010 also when a modification renames a form to a number that is in use."""
    world.stocktake()
    world.stocktake(etpsInnerNo="A2")
    second = max(world.cases)
    assert world.stocktake(appType="2", caseNo=second, etpsInnerNo="A1") == [-111010]


def test_an_old_submission_does_not_overwrite_a_newer_one(world: World) -> None:
    """014: an appTime not later than the stored one is refused for change and deletion."""
    world.stocktake(appStatus="1")
    same = world.only().body["appTime"]
    assert world.stocktake(appType="2", caseNo=world.only().number, appTime=same) == [-111014]
    assert world.stocktake(appType="3", caseNo=world.only().number, appTime=same) == [-111014]


def test_an_app_time_far_ahead_is_refused(world: World) -> None:
    """It would shut out every later correction by 014."""
    assert world.stocktake(appTime="20261203090000") == [-111105]


@pytest.mark.parametrize("mode", ["1", "2"])
def test_books_are_demanded_by_their_management_modes(world: World, mode: str) -> None:
    """账册编号 is required for 电子账册 and 纸质手册电子化, in drafts too."""
    assert world.stocktake(mgmtMode=mode) == [-111107]
    assert world.stocktake(mgmtMode=mode, appStatus="1") == [-111107]


@pytest.mark.parametrize("date", ["20260230", "20261121"])
def test_the_stocktake_date_is_a_day_that_has_come(world: World, date: str) -> None:
    """盘库日期 exists in the calendar and is not after today in China."""
    assert world.stocktake(stockDate=date) == [-111108]


def test_another_partys_case_does_not_exist(world: World) -> None:
    """Another enterprise's number is answered as one that does not exist."""
    world.stocktake()
    number = world.only().number
    assert world.stocktake(OTHER, appType="2", caseNo=number) == [-111102]
    assert world.delete(number, OTHER) == [-111102]
    assert world.stocktake(appType="2", caseNo="Z" + "9" * 18) == [-111102]


def test_drafts_and_returned_forms_can_be_deleted_and_their_inner_number_is_free_again(world: World) -> None:
    """整票删除: 暂存 and 退单; the 企业内部编号 may be used again."""
    world.stocktake(appStatus="1")
    first = world.only().number
    assert world.delete(first) == [1]
    assert world.cases[first].state == DELETED
    assert world.stocktake(mgmtMode="1", bookNo="E99999999999") == [2, 100]
    assert world.delete(max(world.cases)) == [1]


def test_what_customs_has_stored_cannot_be_deleted(world: World) -> None:
    """入库成功 cannot be deleted, nor a 退单 behind which a stored version is in force."""
    world.stocktake()
    number = world.only().number
    assert world.delete(number) == [-111103]
    world.stocktake(appType="2", caseNo=number, mgmtMode="1", bookNo="E99999999999")
    assert world.only().state == RETURNED
    assert world.delete(number) == [-111109]


def test_a_draft_of_a_change_leaves_the_stored_version_in_force(world: World) -> None:
    """暂存 of a modification shows nothing to customs until it is stored."""
    world.stocktake()
    number = world.only().number
    assert world.stocktake(appType="2", caseNo=number, appStatus="1", note="draft") == [1]
    assert world.only().state == STORED
    assert "note" not in world.only().body["stored"]
    assert world.stocktake(appType="2", caseNo=number, note="draft") == [2, 120]
    assert world.only().body["stored"]["note"] == "draft"


def test_a_draft_of_a_change_keeps_its_place_at_customs(world: World) -> None:
    """What customs finds it by, and since when it waits, is of the version that is in force."""
    world.stocktake()
    before = world.only()
    world.stocktake(appType="2", caseNo=before.number, appStatus="1", stockDate="20261101", etpsInnerNo="A9")
    draft = world.only()
    assert (draft.search, draft.changed, draft.inner) == (before.search, before.changed, "A9")
    world.stocktake(appType="2", caseNo=before.number, stockDate="20261101", etpsInnerNo="A9")
    assert world.only().search["stockDate"] == "20261101"
    assert world.only().changed > before.changed


def test_the_comparison_is_shown_to_customs_and_a_draft_of_a_change_to_its_owner(world: World) -> None:
    """计算、比对 is for the officers; what is not declared is the enterprise's own."""
    world.stocktake()
    assert "comparison" in SYSTEM.shown(world.only(), True)
    assert "comparison" not in SYSTEM.shown(world.only(), False)
    world.stocktake(appType="2", caseNo=world.only().number, appStatus="1", note="draft")
    assert "entered" not in SYSTEM.shown(world.only(), True)
    assert SYSTEM.shown(world.only(), False)["entered"]["note"] == "draft"


def test_what_is_returned_is_seen_by_customs_as_it_was_declared(world: World) -> None:
    """A 退单 shows what was wrong."""
    world.stocktake(mgmtMode="1", bookNo="E99999999999")
    assert SYSTEM.shown(world.only(), True)["entered"]["bookNo"] == "E99999999999"


def test_the_worst_difference_is_found_by(world: World) -> None:
    """The largest of all lines, against parts or book, whichever way; nothing where all agree."""
    world.book()
    lines = [line(totalQty="13.5"), line(totalQty="4")]
    world.stocktake(mgmtMode="1", bookNo="E11054000001", Line=lines)
    assert from_sortable(world.only().search["worst"]) == "11"
    world.stocktake(OTHER)
    assert "worst" not in next(case for case in world.cases.values() if case.owner == OTHER.party).search


def test_a_new_declaration_has_no_difference_until_it_is_compared(world: World) -> None:
    """What was reckoned of the version before is not told of the new one."""
    world.stocktake(Line=[line(totalQty="20")])
    assert "worst" in world.only().search
    world.stocktake(appType="2", caseNo=world.only().number, follow=False)
    assert "worst" not in world.only().search


def test_customs_approves_and_enterprise_and_desk_are_told(world: World) -> None:
    """审批通过: 399 to the owner, answering its own submission, and to the desk, answering the review."""
    world.stocktake()
    number = world.only().number
    assert world.review(number) == [399, 399]
    owner, desk = world.receipts[-2:]
    assert (owner.type, owner.to, owner.origin.type) == ("BVS112", "DXPENT0000000001", "BVS111")
    assert (desk.type, desk.to, desk.origin.type) == ("BVS122", "DXPCUS0000000001", "BVS121")
    assert world.only().state == APPROVED


def test_a_refusal_needs_its_reason_and_is_corrected_like_a_return(world: World) -> None:
    """审批不通过: own code -111101 with the reason; then 修改 and 申报 again."""
    world.stocktake()
    number = world.only().number
    assert world.review(number, "0") == [-121107]
    assert world.review(number, "0", "数量不符")[0] == -111101
    assert "数量不符" in world.receipts[-2].info
    assert world.only().state == REFUSED
    assert world.stocktake(appType="2", caseNo=number) == [2, 120]


def test_a_review_is_of_the_version_that_was_looked_at(world: World) -> None:
    """Declared anew between look and decision: refused, while the version in force is as it was."""
    world.stocktake()
    number = world.only().number
    seen = str(world.only().body["declTime"])
    world.stocktake(appType="2", caseNo=number, appStatus="1")  # a draft behind it changes nothing
    assert world.only().body["declTime"] == seen
    world.stocktake(appType="2", caseNo=number, stockDate="20261118")
    assert world.review(number, declTime=seen) == [-121110]
    assert world.only().state == STORED
    assert world.review(number, declTime=str(world.only().body["declTime"])) == [399, 399]


def test_only_what_is_stored_can_be_reviewed(world: World) -> None:
    """A review of a draft, of a reviewed case and of an unknown one says so."""
    world.stocktake(appStatus="1")
    assert world.review(world.only().number) == [-121103]
    assert world.review("Z" + "9" * 18) == [-121102]


def test_a_stocktake_is_declared_again_once_ever_after_its_approval(world: World) -> None:
    """库存重新申报: used up when declared; a later approval gives no second one, for 暂存 and 申报 alike."""
    world.stocktake()
    number = world.only().number
    world.review(number)
    assert world.stocktake(appType="2", caseNo=number, appStatus="1") == [1]
    assert world.stocktake(appType="2", caseNo=number) == [2, 120]
    world.review(number)
    assert world.only().state == APPROVED
    assert world.stocktake(appType="2", caseNo=number) == [-111104]
    assert world.stocktake(appType="2", caseNo=number, appStatus="1") == [-111104]


def test_a_returned_redeclaration_may_be_corrected(world: World) -> None:
    """A 退单 of a 库存重新申报 is corrected and declared again."""
    world.stocktake()
    number = world.only().number
    world.review(number)
    assert world.stocktake(appType="2", caseNo=number, mgmtMode="1", bookNo="E99999999999") == [2, 100]
    assert world.stocktake(appType="2", caseNo=number) == [2, 120]


def test_while_it_is_being_declared_nothing_else_happens_to_it(world: World) -> None:
    """申报中: neither change nor deletion nor review."""
    world.stocktake(follow=False)
    number = world.only().number
    assert world.only().state == DECLARED
    assert world.stocktake(appType="2", caseNo=number) == [-111103]
    assert world.delete(number) == [-111103]
    assert world.review(number) == [-121103]


def test_the_comparison_shows_each_lines_differences(world: World) -> None:
    """计算、比对: total against the sum of its parts, and against the balance of the filed book."""
    world.book()
    world.stocktake(mgmtMode="1", bookNo="E11054000001", Line=[line(totalQty="13.5")])
    (row,) = world.only().body["comparison"]
    assert Decimal(row["difference"]) == Decimal("1.5")
    assert (Decimal(row["balance"]), Decimal(row["bookDifference"])) == (15, Decimal("-1.5"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"bookNo": "E99999999999"}, "未备案"),
        ({"etpsCode": "1105030009"}, "不属于企业"),
        ({"mgmtMode": "2"}, "与管理模式不符"),
        ({"Line": [line(recordNo="7")]}, "不在账册内"),
        ({"Line": [line(gName="别的")]}, "gName"),
        ({"Line": [line(codeTs="8517704000")]}, "codeTs"),
        ({"Line": [line(unit="035")]}, "unit"),
    ],
)
def test_what_does_not_agree_with_the_filed_book_is_returned(
    world: World, changes: dict[str, object], word: str
) -> None:
    """退单 names what disagrees: the book, its owner, its kind, a line, a locked field."""
    world.book()
    assert world.stocktake(**{"mgmtMode": "1", "bookNo": "E11054000001", **changes}) == [2, 100]
    assert word in world.receipts[-1].info


def test_the_model_may_differ_from_the_book(world: World) -> None:
    """规格型号 is pulled from the book but editable."""
    world.book()
    assert world.stocktake(mgmtMode="1", bookNo="E11054000001", Line=[line(gModel="X2")]) == [2, 120]


def test_books_are_filed_once_changed_and_withdrawn(world: World) -> None:
    """010 for a book filed twice, 102 for an unknown one, 014 for an old change; a line left out is gone."""
    assert world.book(appType="2") == [-131102]
    assert world.book() == [120]
    assert world.book() == [-131010]
    assert world.book(appType="2", appTime="20000101000000") == [-131014]
    assert world.book(appType="2", BookLine=[]) == [120]
    assert world.stocktake(mgmtMode="1", bookNo="E11054000001") == [2, 100]
    assert world.book(appType="3", BookLine=[]) == [120]
    assert world.book() == [120]


def test_a_book_line_stands_once(world: World) -> None:
    """Two lines under one 备案序号 would make the comparison ambiguous."""
    entry = {"recordNo": "1", "codeTs": "8517703000", "gName": "电路板", "unit": "007"}
    assert world.book(BookLine=[entry, entry]) == [-131108]


def test_the_table_is_complete_and_unambiguous() -> None:
    """Each state of the table has words in both languages and each (state, event) stands once."""
    assert len(TRANSITIONS) == len(TABLE)
    caused = {event for kind in SYSTEM.types if kind.names_case for event in kind.events}
    assert {row.event for row in TABLE} == caused | {
        "store",
        "return",
    }  # these two are customs' own machine's
    assert {row.state for row in TABLE if row.state} | {row.target for row in TABLE} == set(LABELS)
