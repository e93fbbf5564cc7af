"""The form model: what terminals and documents are drawn from is what the schemas say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from messages.annotations import Condition, Upload, Words
from messages.forms import Field, form, own_forms, repeating, sections, steps

HEAD = [
    "caseNo", "etpsInnerNo", "etpsCode", "etpsName", "declDate", "stockDate",
    "mgmtMode", "bookNo", "legalPerson", "regName", "regAddr", "investor",
    "etpsTel", "contactTel", "etpsNature", "contact", "regCapital", "plantSource",
    "investCountry", "staffCount", "equipSource", "bizScope", "note",
]  # fmt: skip
BY_BOOK = Condition("mgmtMode", frozenset({"1", "2"}))


def head_field(name: str) -> Field:
    """A field of the stocktake's head."""
    found = form("BVS111").node.child(name)
    assert found is not None
    return found


def line_field(name: str) -> Field:
    """A field of the stocktake's body line."""
    found = form("BVS111").groups[0].child(name)
    assert found is not None
    return found


def test_the_head_has_the_manuals_fields_in_its_order() -> None:
    """A form shows 表头 as the manual does, without what the terminal fills by itself."""
    shown = form("BVS111")
    assert [each.name for each in shown.head] == HEAD
    assert [each.name for each in shown.groups] == ["Line"]
    assert shown.title == Words("核查库存数据", "Stocktake data")


@pytest.mark.parametrize(
    ("name", "label", "length"),
    [
        ("etpsInnerNo", "企业内部编号", 20), ("etpsCode", "核查企业代码", 10),
        ("etpsName", "核查企业名称", 30),
        ("bookNo", "账册编号", 12), ("legalPerson", "法定代表人", 16), ("regName", "工商注册名称", 200),
        ("regAddr", "工商注册地址", 100), ("investor", "投资者", 200), ("etpsTel", "企业电话", 32),
        ("contactTel", "联系人电话", 20), ("etpsNature", "企业性质", 8), ("contact", "联系人", 16),
        ("regCapital", "注册资本", 21), ("plantSource", "厂房来源", 255), ("investCountry", "投资国别", 4),
        ("staffCount", "现有人数", 10), ("equipSource", "设备来源", 255), ("bizScope", "经营范围", 2000),
        ("note", "备注", 255), ("stockDate", "盘库日期", 8),
    ],
)  # fmt: skip
def test_a_head_field_has_the_manuals_name_and_length(name: str, label: str, length: int) -> None:
    """Names and lengths in characters are those of 第三篇 2.2.1.2."""
    assert (head_field(name).label.zh, head_field(name).max_length) == (label, length)


def test_required_fields_are_the_manuals() -> None:
    """必填项 of head and body, no more and no fewer."""
    required = {each.name for each in form("BVS111").head if each.required}
    assert required == {"etpsInnerNo", "etpsCode", "etpsName", "stockDate", "mgmtMode", "etpsNature"}
    lines = {each.name for each in form("BVS111").groups[0].children if each.required}
    assert lines == {
        "recordNo", "codeTs", "gName", "unit", "stockQty", "onlineQty", "transferInQty", "totalQty",
    }  # fmt: skip


def test_fill_says_who_writes_a_field() -> None:
    """返填 fields are grey, suggested ones may be overtyped, the rest is typed."""
    assert {
        name: head_field(name).hints.fill for name in ("caseNo", "declDate", "etpsName", "note", "guid")
    } == {
        "caseNo": "system",
        "declDate": "system",
        "etpsName": "suggested",
        "note": "entry",
        "guid": "terminal",
    }


def test_conditions_and_lookups_are_in_the_model() -> None:
    """A form needs no business rule of its own: what depends on 管理模式 is said by the schema."""
    assert head_field("bookNo").hints.required_when == BY_BOOK
    assert head_field("stockDate").absent_when == Condition("appType", frozenset({"3"}))
    assert head_field("guid").absent_when is None
    lookup = line_field("recordNo").hints.lookup
    assert lookup is not None
    assert (lookup.by, lookup.when) == (("mgmtMode", "etpsCode", "bookNo", "recordNo"), BY_BOOK)
    assert (lookup.locks, lookup.suggests) == (("codeTs", "gName", "unit"), ("gModel",))
    assert len(line_field("totalQty").hints.sum_of) == 7
    assert set(line_field("totalQty").hints.sum_of) < {
        each.name for each in form("BVS111").groups[0].children
    }


def test_small_lists_carry_labels_and_large_ones_a_name() -> None:
    """A coded field has its choices in both languages, or the name of a code list."""
    assert [(each.value, each.label.zh) for each in head_field("mgmtMode").choices] == [
        ("1", "电子账册"),
        ("2", "纸质手册电子化"),
        ("3", "加贸手册"),
        ("9", "其他"),
    ]
    assert [line_field("unit").hints.list, head_field("investCountry").hints.list] == ["unit", "country"]


def test_a_quantity_knows_its_digits() -> None:
    """Facets of all the types above a field are in it."""
    field = line_field("stockQty")
    assert (field.base, field.total_digits, field.fraction_digits, field.max_length) == ("decimal", 18, 5, 18)


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("contact", "", "不能为空"),
        ("contact", "x" * 17, "有 17 个字符，最多 16 个"),
        ("etpsCode", "123", "有 3 个字符，至少 10 个"),
        ("etpsInnerNo", "A-1", "格式不正确"),
        ("mgmtMode", "4", "不在代码表中：1 电子账册"),
    ],
)
def test_a_problem_is_told_in_both_languages(name: str, value: str, zh: str) -> None:
    """A wrong value is explained in Chinese and English, a right one has no problem."""
    problem = head_field(name).problem(value)
    assert problem is not None
    assert zh in problem.text.zh
    assert problem.text.en.isascii() or name == "mgmtMode"


def test_repeating_paths_are_those_of_lists() -> None:
    """What becomes a list of its node is told by type code."""
    assert repeating("BVS111") == {"Stocktake", "Stocktake/Line"}
    assert repeating("BVS131") == {"Book", "Book/BookLine"}
    assert repeating("EPT900") == frozenset()
    assert repeating("DxpMsg") == {"TransInfo/ReceiverIds/ReceiverId"}


def test_a_form_is_filled_in_step_by_step_where_its_schema_says_so() -> None:
    """Each step has its heading and fields, each of them once; a form that names none is one step."""
    found = steps(form("CMA111"))
    assert [step.title.zh[:6] for step in found] == ["录入本次申请", "录入本次申请", "上传本次申请"]
    assert [len(step.fields) for step in found] == [12, 1, 1]
    assert [[each.name for each in step.fields] for step in found[1:]] == [["Bill"], ["Attachment"]]
    (only,) = steps(form("BVS111"))
    assert (only.title, [each.name for each in only.fields]) == (Words(), [*HEAD, "Line"])


def test_a_group_has_sections_and_groups_within() -> None:
    """A bill has documents, enterprises, and lines of goods, behind what stands alone."""
    bill = form("CMA111").groups[0]
    found = sections(bill)
    assert [part.title.zh for part in found] == ["", "票据信息", "企业信息", "货物信息"]
    assert [each.name for each in found[0].fields] == ["billType"]
    (goods,) = found[-1].fields
    assert goods.is_group
    assert goods.path == "Request/Bill/Goods"
    assert (goods.max_occurs, bill.max_occurs) == (1000, 100)


def test_several_codes_of_a_list_may_be_one_value() -> None:
    """One or more, a space between them; each has to be one of the choices."""
    shown = form("CMA111")
    several, one = shown.node.child("reqType"), shown.groups[0].child("billType")
    assert several is not None
    assert one is not None
    assert (several.many, one.many) == (True, False)
    assert several.choices == one.choices
    for value in ("1", "1 2", "4 3 2 1"):
        assert several.problem(value) is None
    for value in ("", "1 7", "12", "1,2", "1 1 1 1 1 1"):
        assert several.problem(value) is not None
    assert one.problem("1 2") is not None


def test_files_are_lines_of_a_group_that_says_which_may_be_chosen() -> None:
    """Types by content, bytes, and the fields that the file itself fills."""
    for code in ("CMA111", "CMA121", "CMA141", "CMA151"):
        (group,) = (each for each in form(code).groups if each.hints.upload)
        types = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff"})
        assert group.hints.upload == Upload(types, 4 * 1024 * 1024)
        filled = [each.name for each in group.children if each.hints.fill == "file"]
        assert filled == ["name", "size", "mediaType", "digest"]


def test_a_new_form_is_prefilled_where_its_schema_says_so() -> None:
    """With the day, and with what a lookup without a key knows of whoever fills it in."""
    told = {each.name: each.hints.prefill for each in form("CMA111").head if each.hints.prefill}
    assert told == {
        "reqDate": "today", "country": "office", "reqDept": "office", "reqSender": "office",
        "reqMail": "office",
    }  # fmt: skip


def test_every_type_has_a_form_and_every_field_its_words() -> None:
    """No field of any type is without a label in both languages; an unknown type is a KeyError."""
    assert {"BVS111", "BVS112", "BVS121", "BVS122", "BVS131", "BVS132", "EPT900"} <= set(own_forms().codes)
    for code in own_forms().codes:
        for field in form(code).message.walk():
            assert field.label.zh, field.path
            assert field.label.en, field.path
    with pytest.raises(KeyError):
        form("BVS999")


def test_the_documents_are_what_the_schemas_say() -> None:
    """docs/messages is made from the schemas and was made since they changed."""
    tool = Path(__file__).parents[2] / "tools" / "message_docs.py"
    done = subprocess.run([sys.executable, tool, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
