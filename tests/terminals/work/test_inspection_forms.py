"""The forms of pre-shipment inspection as a terminal has them: sub-tables, goods, files, disposals."""

from __future__ import annotations

import pytest

from messages.forms import repeating
from messages.inspection import SYSTEM
from messages.system import content
from messages.workflow import File
from terminals.work.checks import Fault, Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Place
from terminals.work.standing import Kind
from tests.messages.inspection.world import AGENCY, ENTRUSTMENT, FILING, GOODS, digest
from tests.terminals.work.forms import empty, message, type_in, violations

CODES = [kind.code for kind in SYSTEM.types]


def filing() -> FormModel:
    """An application with a line of each sub-table and a file, typed in field by field."""
    model = empty("PSI111")
    type_in(model, model.head, FILING)
    for group, line in {
        "Department": {"deptName": "检测部", "duty": "检测", "staff": "9"},
        "Equipment": {"equipName": "干涉仪", "equipModel": "X", "equipQty": "1"},
        "QualitySystem": {"standard": "ISO", "sysCertNo": "1", "sysValidTo": "20290101"},
        "Experience": {"expYear": "2025", "product": "机床", "batches": "3", "expAmount": "10.50"},
    }.items():
        type_in(model, model.add(group), line)
    model.attach("Attachment", File(digest(1), 1000, "application/pdf", "1.pdf"))
    return model


def entrustment() -> FormModel:
    """An entrustment without goods, whose agency was found."""
    model = empty("PSI131")
    type_in(model, model.head, ENTRUSTMENT)
    (question,) = model.questions()
    model.answer(question, {"agencyCode": AGENCY.cop_code, "agencyName": AGENCY.name})
    return model


def totals(model: FormModel) -> tuple[str, str]:
    """总数量 and 总金额 as they stand in the head."""
    return model.head.text("totalQty"), model.head.text("totalAmount")


@pytest.mark.parametrize("code", CODES)
def test_every_form_is_loaded_with_its_labels_in_both_languages(code: str) -> None:
    """Each field that is shown has a label and help line to be drawn with, and stands somehow."""
    model = empty(code)
    assert model.fields
    for field in model.form.node.walk():
        assert field.label.zh
        assert field.label.en
    for field in model.fields:
        assert model.standing(model.head, field.name).kind in Kind


@pytest.mark.parametrize("code", CODES)
def test_what_repeats_in_the_schema_is_a_list_for_the_workflow(code: str) -> None:
    """A line alone is a list of one."""
    (kind,) = (kind for kind in SYSTEM.types if kind.code == code)
    names = {path.rpartition("/")[2] for path in repeating(code)} - {kind.node}
    assert names == set(kind.lists)


def test_a_filing_that_is_typed_in_is_what_the_schema_takes() -> None:
    """With its sub-tables; the certificate's number is locked."""
    model = filing()
    assert model.standing(model.head, "certNo").kind is Kind.LOCKED
    assert model.problems(Purpose.DECLARE) == []
    assert violations(model, Purpose.DECLARE) == ()
    (kind,) = (kind for kind in SYSTEM.types if kind.code == "PSI111")
    node = content(message(model, Purpose.DECLARE)[0], kind.lists)
    assert {name: node[name] for name in FILING} == FILING
    assert [len(node[group]) for group in ("Department", "Equipment", "QualitySystem", "Experience")] == [  # type: ignore[arg-type]
        1, 1, 1, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("phone", "call me"), ("mail", "nobody"), ("idNumber", "12"), ("country", "XXX"), ("agencyName", "")],
)
def test_a_draft_of_a_filing_is_checked_when_it_is_kept(name: str, wrong: str) -> None:
    """暂存 with a wrong telephone, e-mail or identity number, or without a name, is not sent."""
    model = filing()
    model.set(model.head, name, wrong)
    assert [problem.place.path for problem in model.problems(Purpose.SAVE)] == [name]


def test_an_entrustment_is_kept_without_goods_and_submitted_with_them() -> None:
    """Totals are locked; the first line of goods is what the submission lacks."""
    model = entrustment()
    assert model.problems(Purpose.SAVE) == []
    assert violations(model, Purpose.SAVE) == ()
    assert [problem.place.path for problem in model.problems(Purpose.DECLARE)] == ["Goods"]
    for name in ("totalQty", "totalAmount", "caseNo"):
        assert model.standing(model.head, name).kind is Kind.LOCKED
    type_in(model, model.add("Goods"), GOODS)
    assert model.problems(Purpose.DECLARE) == []
    assert violations(model, Purpose.DECLARE) == ()


def test_totals_follow_the_goods_at_every_key() -> None:
    """Typed, copied, filled in from a sheet, deleted: exactly, and without zeros behind."""
    model = entrustment()
    assert totals(model) == ("", "")
    first = model.add("Goods")
    type_in(model, first, {"qty": "0.1", "amount": "0.10"})
    changed = model.set(model.add("Goods"), "qty", "0.2")
    assert totals(model) == ("0.3", "0.1")
    assert Place(model.head, "totalQty") in changed.places
    model.copy([first])
    assert totals(model) == ("0.4", "0.2")
    model.fill("Goods", [{"qty": "999999999999.99999", "amount": "7"}])
    assert totals(model) == ("1000000000000.39999", "7.2")
    assert model.delete(model.rows("Goods")[1:]).all
    assert totals(model) == ("0.1", "0.1")


def test_an_agency_that_was_not_found_is_asked_for_again_when_it_is_entered_again() -> None:
    """What is imposed on it may have ended meanwhile; one that was found is not."""
    model = empty("PSI131")
    code = AGENCY.cop_code
    model.set(model.head, "agencyCode", code)
    (question,) = model.questions()
    model.answer(question, None)
    assert not model.questions()
    assert model.standing(model.head, "agencyCode").kind is Kind.WRONG
    assert model.set(model.head, "agencyCode", code).places
    (question,) = model.questions()
    model.answer(question, {"agencyCode": code, "agencyName": AGENCY.name})
    assert not model.set(model.head, "agencyCode", code).places
    assert not model.questions()


def test_there_is_no_total_while_a_line_is_no_number() -> None:
    """It is back when that is put right."""
    model = entrustment()
    row = model.add("Goods")
    type_in(model, row, {"qty": "3", "amount": "5"})
    model.set(row, "qty", "three")
    assert totals(model) == ("", "5")
    model.set(row, "qty", "4")
    assert totals(model) == ("4", "5")


def test_a_case_s_totals_are_those_of_its_goods() -> None:
    """Read from a case, whatever the gateway has written there, and when it was saved; it stays clean."""
    model = empty("PSI131")
    stored = {**ENTRUSTMENT, "totalQty": "2.00", "totalAmount": "150000.50", "Goods": [GOODS]}
    model.load(stored, case="P000000000000000001", state="委托暂存")
    assert totals(model) == ("2", "150000.5")
    model.refill(stored)
    assert totals(model) == ("2", "150000.5")
    assert not model.dirty


def test_a_disposal_asks_for_an_end_where_there_is_one() -> None:
    """不予认可 and 限期整改 need it, 撤销备案 does not."""
    model = empty("PSI191")
    type_in(model, model.head, {"agencyCode": "1100980001", "kind": "2", "content": "处置"})
    assert model.problems(Purpose.DECLARE) == []
    for kind in ("1", "3"):
        model.set(model.head, "kind", kind)
        assert [problem.place.path for problem in model.problems(Purpose.DECLARE)] == ["endTime"]


@pytest.mark.parametrize(
    ("code", "typed", "path", "right"),
    [
        ("PSI191", {"beginTime": "20260101120000", "endTime": "20260101115959"}, "endTime", "20260101120001"),
        ("PSI191", {"endTime": "20000101000000"}, "endTime", "20991231000000"),
        ("PSI151", {"resultValidTo": "20000101"}, "resultValidTo", "20991231"),
        ("PSI211", {"batches": "9", "failed": "10"}, "failed", "9"),
    ],
)
def test_what_does_not_fit_is_told_before_the_question(
    code: str, typed: dict[str, str], path: str, right: str
) -> None:
    """An end before its beginning, a validity that is past, more lots failed than inspected."""
    model = empty(code)
    type_in(model, model.head, typed)

    def against() -> list[str]:
        found = model.problems(Purpose.DECLARE, ruled=True)
        return [each.place.path for each in found if each.fault is Fault.RULE]

    assert against() == [path]
    model.set(model.head, path, right)
    assert against() == []


def test_an_agency_that_may_not_be_entrusted_is_told_with_the_reason() -> None:
    """In the gateway's words; one that is not filed is said to be just that; a draft asks once more."""
    model = entrustment()
    model.set(model.head, "agencyCode", "1100980002")
    (question,) = model.questions()
    model.answer(question, {"objection": "处于不予认可处置期间，至 20990101000000 / not recognised"})
    assert model.head.text("agencyName") == ""
    found = [each for each in model.problems(Purpose.SAVE) if each.place.name == "agencyCode"]
    assert [each.words.zh for each in found] == ["装运前检验机构：处于不予认可处置期间，至 20990101000000"]
    verdict = model.verdict(Purpose.SAVE)
    assert verdict is not None
    assert verdict.words.en == "Inspection agency: not recognised"
    other = empty("PSI131")
    other.restore(model.dump())
    assert len(other.questions()) == 1
    model.set(model.head, "agencyCode", "1100980003")
    (question,) = model.questions()
    model.answer(question, None)
    standing = model.standing(model.head, "agencyCode")
    assert standing.words.zh == "装运前检验机构 在备案数据中不存在，请修改"
