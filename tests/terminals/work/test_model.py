"""A form being filled in: values, sums, lookups, standings, and what is said before it is sent."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from messages.faults import Violation
from messages.forms import form
from terminals.work.checks import Fault, Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Row
from terminals.work.standing import Kind
from tests.terminals.work.forms import HEAD, LINE, Known, empty, stocktake, type_in, violations


def kind(model: FormModel, name: str, row: Row | None = None) -> Kind:
    """How a field stands."""
    return model.standing(row or model.head, name).kind


# -- what is shown


def test_a_form_shows_what_the_schema_has_and_not_what_the_terminal_fills() -> None:
    """统一编号 to 备注 in the head, one group of lines; guid, appType, appTime and appStatus nowhere."""
    model = empty()
    assert [field.name for field in model.fields][:3] == ["caseNo", "etpsInnerNo", "etpsCode"]
    assert len(model.fields) == 23
    assert [group.name for group in model.groups] == ["Line"]
    assert len(model.columns(model.groups[0])) == 14
    assert kind(model, "guid") is Kind.HIDDEN


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etpsInnerNo", Kind.REQUIRED), ("etpsName", Kind.REQUIRED), ("note", Kind.OPTIONAL),
        ("declDate", Kind.LOCKED), ("caseNo", Kind.LOCKED), ("bookNo", Kind.OPTIONAL),
        ("Line", Kind.REQUIRED),
    ],
)  # fmt: skip
def test_an_empty_field_stands_as_the_manual_colours_it(name: str, expected: Kind) -> None:
    """必填 light red, 非必填 light blue, 返填 grey."""
    assert kind(empty(), name) is expected


def test_what_another_field_says_makes_a_field_required() -> None:
    """账册编号 is required while 管理模式 is 电子账册 or 纸质手册电子化; the change tells it."""
    model = empty()
    assert model.set(model.head, "mgmtMode", "1").all
    assert kind(model, "bookNo") is Kind.REQUIRED
    model.set(model.head, "mgmtMode", "9")
    assert kind(model, "bookNo") is Kind.OPTIONAL


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("etpsInnerNo", "A-1", "1 至 20 位字母或数字"), ("etpsCode", "123", "10"),
        ("note", "备" * 256, "256"),
        ("stockDate", "20240230", "不是存在的日期"), ("stockDate", "20260302", "晚于今天"),
        ("stockDate", "2024/2/3", "不是日期"), ("mgmtMode", "7", "电子账册"),
        ("investCountry", "XXXX", "代码表"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_wrong_in_words(name: str, text: str, why: str) -> None:
    """Pattern, length, calendar, today and code lists, in both languages, with the field's name."""
    model = empty()
    model.set(model.head, name, text)
    standing = model.standing(model.head, name)
    assert standing.kind is Kind.WRONG
    assert why in standing.words.zh
    assert standing.words.zh.startswith(form("BVS111").node.child(name).label.zh)  # type: ignore[union-attr]
    assert standing.words.en.startswith(form("BVS111").node.child(name).label.en)  # type: ignore[union-attr]


def test_codes_are_not_checked_while_their_list_is_not_known() -> None:
    """A terminal without the list leaves the code to the gateway."""
    model = FormModel(form("BVS111"), Known(lists={}))
    model.set(model.head, "investCountry", "XXXX")
    assert kind(model, "investCountry") is Kind.OPTIONAL


def test_a_code_has_its_meaning_beside_it() -> None:
    """From the schema's own choices or the code list; none for a wrong code."""
    model = stocktake(investCountry="JPN")
    assert model.meaning(model.head, "mgmtMode").zh == "加贸手册"
    assert model.meaning(model.head, "investCountry").zh == "日本"
    model.set(model.head, "investCountry", "??")
    assert model.meaning(model.head, "investCountry").zh == ""


def test_what_xml_cannot_hold_and_blanks_around_are_dropped() -> None:
    """Pasted text brings control characters, full-width blanks and Windows line ends."""
    model = empty()
    model.set(model.head, "note", " \u3000a\x00\x08b\r\nc\ud800\ufffe ")
    assert model.head.text("note") == "ab\nc"


def test_a_locked_field_takes_no_input() -> None:
    """返填 fields are the system's."""
    model = empty()
    assert not model.set(model.head, "declDate", "20260101").places
    assert model.head.text("declDate") == ""


# -- lines


def test_lines_are_counted_inserted_and_deleted() -> None:
    """序号 follows the places; a row stays the same one whatever happens around it."""
    model = stocktake(3)
    first, second, third = model.rows("Line")
    between = model.add("Line", at=1)
    assert [row.text("seqNo") for row in (first, between, second, third)] == ["1", "2", "3", "4"]
    assert model.delete([first, second]).all
    assert model.rows("Line") == (between, third)
    assert third.text("seqNo") == "2"


def test_a_group_takes_no_more_lines_than_its_schema() -> None:
    """10,000 lines, by hand or at once."""
    model = stocktake()
    model.fill("Line", [LINE] * 10_000)
    with pytest.raises(ValueError, match="10000"):
        model.add("Line")
    with pytest.raises(ValueError, match="10000"):
        model.fill("Line", [LINE])
    model.fill("Line", [LINE] * 10_000, replace=True)
    assert len(model.rows("Line")) == 10_000


def test_lines_put_in_at_once_are_as_if_typed() -> None:
    """Sums are filled in, unknown and system columns are passed over."""
    model = stocktake()
    model.fill("Line", [{**LINE, "seqNo": "77", "colour": "red"}, {**LINE, "totalQty": "10"}])
    one, two = model.rows("Line")
    assert (one.text("seqNo"), one.text("totalQty"), two.text("totalQty")) == ("1", "6", "10")
    assert model.problems(Purpose.DECLARE) == []


# -- sums


def test_a_sum_is_filled_in_and_follows_its_parts() -> None:
    """总库存数量 is the sum of those of the seven quantities that there are."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    assert row.text("totalQty") == "6"
    changed = model.set(row, "scrapQty", "0.25")
    assert row.text("totalQty") == "6.25"
    model.set(row, "scrapQty", "0.50")
    assert row.text("totalQty") == "6.5"
    assert {place.name for place in changed.places} == {"scrapQty", "totalQty"}
    for name in ("stockQty", "onlineQty", "transferInQty", "scrapQty"):
        model.set(row, name, "")
    assert row.text("totalQty") == ""


def test_a_sum_that_was_overtyped_stays() -> None:
    """… until it is cleared; what it would be is filled in then with the next part."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    model.set(row, "totalQty", "100")
    model.set(row, "stockQty", "5")
    assert row.text("totalQty") == "100"
    model.set(row, "totalQty", "")
    model.set(row, "stockQty", "6")
    assert row.text("totalQty") == "11"


def test_what_was_typed_over_tells_what_it_would_be() -> None:
    """A sum with its parts as they are now, of a case that is loaded, too; none where both are the same."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    assert model.overtyped(row, "totalQty") == ""
    model.set(row, "totalQty", "100")
    model.set(row, "stockQty", "5")
    assert model.overtyped(row, "totalQty") == "10"
    model.set(row, "totalQty", "10.0")
    assert model.overtyped(row, "totalQty") == ""
    model.set(row, "totalQty", "11")
    other = stocktake(1)
    other.restore(model.dump())
    assert other.overtyped(other.rows("Line")[0], "totalQty") == "10"


def test_a_wrong_part_leaves_the_sum_alone() -> None:
    """A sum of something that is no quantity is nobody's."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    model.set(row, "stockQty", "1,000")
    assert row.text("totalQty") == "6"


# -- lookups


def book() -> tuple[FormModel, Row]:
    """A stocktake by 电子账册 with one line whose 备案序号 is typed."""
    model = stocktake(mgmtMode="1", bookNo="B01041234567")
    row = model.add("Line")
    model.set(row, "recordNo", "7")
    return model, row


FOUND = {"codeTs": "7409210000", "gName": "黄铜板", "unit": "035", "gModel": "0.8mm"}


def test_a_lookup_is_owed_once_its_key_is_complete() -> None:
    """By the fields of the line and of the head; not while one is wrong, and not twice."""
    model, row = book()
    (question,) = model.questions(row)
    assert (question.name, question.field) == ("book", "recordNo")
    assert question.key == (
        ("mgmtMode", "1"), ("etpsCode", HEAD["etpsCode"]), ("bookNo", "B01041234567"), ("recordNo", "7"),
    )  # fmt: skip
    assert model.standing(row, "recordNo").waits
    model.set(row, "recordNo", "x")
    assert model.questions(row) == []
    model.set(row, "recordNo", "7")
    model.answer(model.questions(row)[0], FOUND)
    assert model.questions(row) == []


def test_what_is_found_fills_and_locks() -> None:
    """商品编码, 商品名称, 计量单位 are locked; 规格型号 may be changed."""
    model, row = book()
    assert [kind(model, name, row) for name in ("codeTs", "gModel")] == [Kind.LOCKED, Kind.OPTIONAL]
    changed = model.answer(model.questions(row)[0], FOUND)
    assert {place.name for place in changed.places} >= {"codeTs", "gName", "unit", "gModel"}
    assert {name: row.text(name) for name in FOUND} == FOUND
    assert not model.set(row, "gName", "铁板").places
    model.set(row, "gModel", "1mm")
    assert row.text("gModel") == "1mm"
    type_in(model, row, {name: LINE[name] for name in ("stockQty", "onlineQty", "transferInQty")})
    assert model.problems(Purpose.DECLARE) == []


def test_a_number_that_is_not_filed_is_refused() -> None:
    """The key field is wrong in words, and stands against sending."""
    model, row = book()
    model.answer(model.questions(row)[0], None)
    standing = model.standing(row, "recordNo")
    assert standing.kind is Kind.WRONG
    assert "不存在" in standing.words.zh
    assert Fault.UNKNOWN in {problem.fault for problem in model.problems(Purpose.SAVE)}


def test_a_new_key_takes_back_what_the_old_one_filled_in() -> None:
    """No goods of one number stay under another; what was overtyped stays until there is something new."""
    model, row = book()
    model.answer(model.questions(row)[0], FOUND)
    model.set(row, "gModel", "my own")
    model.set(row, "recordNo", "8")
    assert (row.text("codeTs"), row.text("gModel")) == ("", "my own")
    model.answer(model.questions(row)[0], {**FOUND, "gName": "铜管", "gModel": "R2"})
    assert (row.text("gName"), row.text("gModel")) == ("铜管", "R2")


def test_a_new_book_takes_back_the_goods_of_all_lines() -> None:
    """账册编号 is in the head, and in the key of every line."""
    model, row = book()
    model.answer(model.questions(row)[0], FOUND)
    assert model.set(model.head, "bookNo", "B99").all
    assert row.text("gName") == ""
    assert [question.row for question in model.questions()] == [model.head, row]


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    """Somebody typed on while the gateway was asked."""
    model, row = book()
    (old,) = model.questions(row)
    model.set(row, "recordNo", "8")
    assert not model.answer(old, FOUND).places
    assert row.text("gName") == ""


def test_without_the_condition_nothing_is_asked_or_locked() -> None:
    """Other modes type the goods; what was typed is not lost by a mode chosen by mistake."""
    model = stocktake(1)
    (row,) = model.rows("Line")
    model.answer(model.questions()[0], {"etpsName": "浦东"})
    assert model.questions() == []
    model.set(model.head, "mgmtMode", "1")
    model.set(model.head, "mgmtMode", "3")
    assert row.text("gName") == LINE["gName"]
    assert model.problems(Purpose.DECLARE) == []


def test_a_name_is_suggested_by_the_code_and_may_be_typed_where_it_is_unknown() -> None:
    """核查企业名称 follows 核查企业代码; no code has to be known."""
    model = empty()
    model.set(model.head, "etpsCode", "3122260001")
    model.answer(model.questions()[0], {"etpsName": "浦东"})
    assert model.head.text("etpsName") == "浦东"
    model.set(model.head, "etpsCode", "9999999999")
    assert model.head.text("etpsName") == ""
    model.answer(model.questions()[0], None)
    assert kind(model, "etpsCode") is Kind.REQUIRED
    model.set(model.head, "etpsName", "别家")
    assert model.head.text("etpsName") == "别家"


def test_goods_not_looked_up_yet_stand_against_sending() -> None:
    """The gateway was away: the line says that it was not checked, not that the locked fields are empty."""
    model, row = book()
    type_in(model, row, {name: LINE[name] for name in ("stockQty", "onlineQty", "transferInQty")})
    (problem,) = model.problems(Purpose.DECLARE)
    assert (problem.place.name, problem.fault) == ("recordNo", Fault.UNCHECKED)
    assert "{label}" not in problem.words.zh


# -- before it is sent


def test_saving_says_the_first_thing_as_the_manual_does() -> None:
    """暂存: “xxx 不能为空” or “xx 字段格式不正确，请修改”, and where the cursor goes."""
    model = empty()
    said = model.verdict(Purpose.SAVE)
    assert said is not None
    assert said.words.zh == "企业内部编号 不能为空"
    assert said.place.name == "etpsInnerNo"
    model.set(model.head, "etpsInnerNo", "A-1")
    said = model.verdict(Purpose.SAVE)
    assert said is not None
    assert said.words.zh == "企业内部编号 字段格式不正确，请修改"


def test_declaring_names_all_that_is_missing_together() -> None:
    """申报: 如果有多个必填项未填，则同时提示; the body needs a line."""
    model = empty()
    type_in(model, model.head, {name: HEAD[name] for name in ("etpsInnerNo", "etpsCode", "mgmtMode")})
    said = model.verdict(Purpose.DECLARE)
    assert said is not None
    assert said.words.zh == "核查企业名称、盘库日期、企业性质、表体 不能为空"
    assert said.place.name == "etpsName"
    assert stocktake().verdict(Purpose.SAVE) is None


def test_a_line_is_named_with_its_number() -> None:
    """What is missing in the body says where; what is wrong besides is said too."""
    model = stocktake(2)
    first, second = model.rows("Line")
    model.set(first, "unit", "")
    model.set(second, "unit", "999")
    model.set(second, "gName", "")
    said = model.verdict(Purpose.DECLARE)
    assert said is not None
    assert (
        said.words.zh
        == "表体第 1 行 计量单位；表体第 2 行 商品名称 不能为空\n表体第 2 行 计量单位 字段格式不正确，请修改"
    )
    assert said.place.path == "Line[1]/unit"


def test_a_hundred_missing_fields_are_not_all_named() -> None:
    """Enough to begin with, and how many there are."""
    model = stocktake()
    for _ in range(100):
        model.add("Line")
    said = model.verdict(Purpose.DECLARE)
    assert said is not None
    assert "等 800 项 不能为空" in said.words.zh


def test_the_head_is_complete_without_the_body() -> None:
    """表头未录入完成，不允许录入表体: the head alone is judged."""
    model = stocktake()
    assert model.complete(model.head)
    row = model.add("Line")
    assert model.complete(model.head)
    assert not model.complete(row)
    model.set(model.head, "stockDate", "")
    assert not model.complete(model.head)


def test_a_whole_form_may_be_deleted_whatever_is_on_it() -> None:
    """删除 sends no form, only which case it is."""
    model = empty()
    model.settled(case="Z000000000000000001")
    assert model.problems(Purpose.DELETE) == []
    assert violations(model, Purpose.DELETE) == ()


# -- what the gateway says


def test_what_the_gateway_found_shows_at_its_field_until_that_is_changed() -> None:
    """In the terminal's words where it finds the same, in the gateway's otherwise."""
    model = stocktake(3)
    row = model.rows("Line")[1]
    path = "/BVS111Message/Stocktake/Line[2]/unit"
    place = model.blame(Violation(path, 9, "unit", "007 is not in the code list unit"))
    assert place is not None
    assert place.path == "Line[2]/unit"
    standing = model.standing(row, "unit")
    assert (standing.kind, standing.words.zh) == (Kind.WRONG, "007 is not in the code list unit")
    model.set(row, "unit", "035")
    assert kind(model, "unit", row) is Kind.REQUIRED


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/BVS111Message/Stocktake/bookNo", "bookNo"), ("/BVS111Message/Stocktake[3]/note", "note"),
        ("/BVS111Message/Stocktake/Line/gName", "Line[1]/gName"),
        ("/BVS111Message/Stocktake/Line[2]/colour", "Line[2]/recordNo"),
        ("/BVS111Message/Stocktake/Line[2]", "Line[2]/recordNo"),
        ("/BVS111Message/Stocktake/Line[9]/gName", "Line"),
        ("/BVS111Message/Stocktake[2]", "etpsInnerNo"),
        ("/BVS111Message/Stocktake/guid", None), ("/BVS111Message/BaseTransfer/copCode", None),
        ("/BVS111Message/@guid", None),
    ],
)  # fmt: skip
def test_a_path_leads_to_the_nearest_field(path: str, expected: str | None) -> None:
    """Siblings are numbered where there are several; what is not on the form is no place."""
    place = stocktake(2).locate(path)
    assert (place.path if place else None) == expected


def test_a_receipt_that_names_a_field_shows_at_it() -> None:
    """What is refused after acceptance comes with the element's name in brackets."""
    model = stocktake()
    place = model.blame_receipt("盘库日期(stockDate) 20240230 字段格式不正确，请修改")
    assert place is not None
    assert place.name == "stockDate"
    assert kind(model, "stockDate") is Kind.WRONG
    assert model.blame_receipt("企业内部编号 PD001 已存在，统一编号 Z1 / it is case Z1 (guid)") is None


def test_what_the_system_fills_in_later_is_shown_and_nothing_typed_is_lost() -> None:
    """返填: 申报日期 comes with the answer; what was typed meanwhile stays."""
    model = stocktake(note="meanwhile")
    revision = model.revision
    model.refill({"declDate": "20240917", "note": "old", "etpsInnerNo": "PD999"})
    head = model.head
    assert [head.text(name) for name in ("declDate", "note", "etpsInnerNo")] == [
        "20240917",
        "meanwhile",
        "PD001",
    ]
    assert model.revision == revision


def test_a_receipt_s_words_about_a_line_are_shown_at_it() -> None:
    """退单: 第 2 条 is the second line; a line that is gone since is nobody's, and the head's field stays."""
    model = stocktake(2)
    said = "第 2 条商品编码(codeTs) 8542390000 ≠ 8542310000，备案序号 1"
    place = model.blame_receipt(said)
    assert place is not None
    assert place.path == "Line[2]/codeTs"
    assert model.standing(place.row, "codeTs").words == Words(said, said)
    assert model.standing(model.rows("Line")[0], "codeTs").kind is not Kind.WRONG
    assert model.blame_receipt(said.replace("第 2 条", "第 3 条")) is None


# -- coming and going


def test_a_case_is_loaded_clean_with_its_sums_and_locks_trusted() -> None:
    """查看明细 and 修改: nothing is owed, nothing is dirty; a changed part changes a sum that was one."""
    lines = [{**LINE, "seqNo": "1", "totalQty": "6.0"}, {**LINE, "totalQty": "99"}]
    content = {**HEAD, "mgmtMode": "1", "bookNo": "B1", "declDate": "20260101", "Line": lines, "old": "x"}
    model = empty()
    model.load(content, case="Z000000000000000001", state="入库成功", app_time="20260101000000")
    assert not model.dirty
    assert model.questions() == []
    assert (model.head.text("caseNo"), model.head.text("declDate")) == ("Z000000000000000001", "20260101")
    one, two = model.rows("Line")
    assert kind(model, "gName", one) is Kind.LOCKED
    model.set(one, "stockQty", "2")
    model.set(two, "stockQty", "2")
    assert (one.text("totalQty"), two.text("totalQty")) == ("7", "99")
    assert model.dirty
    assert model.problems(Purpose.DECLARE) == []
    model.set(one, "recordNo", "2")
    assert one.text("gName") == ""


def test_a_dump_brings_everything_back() -> None:
    """Values, what is overtyped, what was looked up, what is dirty."""
    model, row = book()
    model.answer(model.questions(row)[0], FOUND)
    model.set(row, "totalQty", "9")
    model.settled(case="Z000000000000000001", state="暂存", app_time="20260101000000")
    model.set(row, "stockQty", "1")
    again = empty()
    again.restore(model.dump())
    assert again.dump() == model.dump()
    assert again.dirty
    assert [question.name for question in again.questions()] == ["party"]
    line = again.rows("Line")[0]
    assert (line.text("gName"), line.text("totalQty"), line.text("seqNo")) == ("黄铜板", "9", "1")
    assert kind(again, "gName", line) is Kind.LOCKED
    assert (again.case, again.state, again.app_time) == ("Z000000000000000001", "暂存", "20260101000000")


def test_a_dump_of_another_version_of_the_form_loses_only_what_there_is_no_more() -> None:
    """A draft outlives a new schema."""
    model = empty()
    model.restore({"head": {"v": {"note": "n", "gone": "x"}, "g": {"gone": "x"}, "r": {"Gone": [{"v": {}}]}}})
    assert model.head.values == {"note": "n"}


def test_what_was_changed_while_it_was_sent_stays_dirty() -> None:
    """A form is clean as of the revision that the gateway took."""
    model = stocktake()
    taken = model.revision
    model.set(model.head, "note", "later")
    model.settled(revision=taken, case="Z000000000000000001")
    assert model.dirty
    model.settled()
    assert not model.dirty


def test_a_review_is_a_form_as_well() -> None:
    """Another type, other hints: reasons are required with a refusal, and what is new only is sent as new."""
    model = empty("BVS121")
    model.settled(case="Z000000000000000001")
    model.set(model.head, "reviewResult", "0")
    said = model.verdict(Purpose.DECLARE)
    assert said is not None
    assert said.words.zh == "审批意见 不能为空"
    model.set(model.head, "reviewInfo", "数量不符")
    assert model.verdict(Purpose.DECLARE) is None
    assert violations(model, Purpose.DECLARE) == ()
