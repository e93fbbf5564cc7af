"""The forms of mutual assistance as a terminal has them: bills with goods in them, several codes, files."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from messages.assistance import SYSTEM
from messages.forms import form, repeating
from messages.system import content
from messages.workflow import File
from terminals.work.checks import Fault, Purpose
from terminals.work.model import FormModel
from terminals.work.standing import Kind
from tests.messages.assistance.world import digest, request
from tests.terminals.work.forms import Known, empty, message, type_in, violations

CODES = [kind.code for kind in SYSTEM.types]
LETTER = File(digest(1), 1000, "application/pdf", "letter.pdf")


def filled(**changes: Any) -> FormModel:
    """A request of which nothing is missing, typed in field by field; its days are before the model's."""
    model = empty("CMA111")
    data = request(reqDate="20260201", **changes)
    bills, files = data.pop("Bill"), data.pop("Attachment")
    type_in(model, model.head, data)
    for bill in bills:
        lines = bill.pop("Goods")
        row = model.add("Bill")
        type_in(model, row, {**bill, "billDate": "20260101"})
        for line in lines:
            type_in(model, model.add("Goods", row), line)
    for place, file in enumerate(files, 1):
        row = model.attach("Attachment", File(digest(place), 1000, "application/pdf", f"{place}.pdf"))
        model.set(row, "docType", file["docType"])
    return model


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


def test_a_request_that_is_filled_in_is_what_the_schema_and_the_gateway_take() -> None:
    """Bills and their goods, several types in one field, files: nothing is missing, nothing is lost."""
    model = filled(reqType="1 2")
    assert model.problems(Purpose.DECLARE) == []
    assert violations(model, Purpose.DECLARE) == ()
    sent = message(model, Purpose.DECLARE)
    (kind,) = (kind for kind in SYSTEM.types if kind.code == "CMA111")
    node = content(sent[0], kind.lists)
    assert node["reqType"] == "1 2"
    assert node["Bill"] == [{**request()["Bill"][0], "billDate": "20260101"}]
    assert node["Attachment"][0] == request()["Attachment"][0] | {"name": "1.pdf"}  # type: ignore[index]


@pytest.mark.parametrize("code", CODES)
def test_what_repeats_in_the_schema_is_a_list_for_the_workflow(code: str) -> None:
    """A line alone is a list of one."""
    (kind,) = (kind for kind in SYSTEM.types if kind.code == code)
    names = {path.rpartition("/")[2] for path in repeating(code)} - {kind.node}
    assert names == set(kind.lists)


def test_an_incomplete_draft_may_be_kept_and_says_what_a_submission_needs() -> None:
    """保存 with nothing but a date; 提交 names the fields of all steps."""
    model = empty("CMA111")
    model.set(model.head, "reqDate", "20260201")
    model.add("Goods", model.add("Bill"))
    assert model.problems(Purpose.SAVE) == []
    assert violations(model, Purpose.SAVE) == ()
    missing = [problem.place.path for problem in model.problems(Purpose.DECLARE)]
    assert {"letterNo", "Bill[1]/billType", "Bill[1]/Goods[1]/gName", "Attachment"} <= set(missing)
    assert {problem.fault for problem in model.problems(Purpose.DECLARE)} == {Fault.MISSING}


def test_several_codes_are_meant_together() -> None:
    """Each of them, in the language of whoever looks; a wrong one among them is found."""
    model = empty("CMA111")
    model.set(model.head, "reqType", "1 3")
    meant = model.meaning(model.head, "reqType")
    assert (meant.zh, meant.en) == ("单证核查、价格核查", "documents, price")
    model.set(model.head, "reqType", "1 7")
    assert model.standing(model.head, "reqType").kind is Kind.WRONG
    offices = empty("CMA191")
    offices.set(offices.head, "union", "ASEAN EU")
    assert offices.standing(offices.head, "union").kind is Kind.OPTIONAL
    assert offices.meaning(offices.head, "union").zh == "东盟、欧盟"
    offices.set(offices.head, "union", "ASEAN XX")
    assert offices.standing(offices.head, "union").kind is Kind.WRONG


def test_a_file_fills_its_line_and_nobody_types_over_it() -> None:
    """Name, size, format and digest are grey; the type of document is chosen."""
    model = empty("CMA111")
    row = model.attach("Attachment", LETTER)
    assert {name: row.text(name) for name in ("name", "size", "mediaType", "digest")} == {
        "name": "letter.pdf", "size": "1000", "mediaType": "application/pdf", "digest": digest(1),
    }  # fmt: skip
    assert model.standing(row, "digest").kind is Kind.LOCKED
    model.set(row, "digest", digest(2))
    assert row.text("digest") == digest(1)
    assert model.standing(row, "docType").kind is Kind.REQUIRED
    model.set(row, "docType", "01")
    assert model.meaning(row, "docType").en == "signed letter of request"
    assert model.dirty


def test_a_new_form_begins_with_what_is_known_of_its_writer() -> None:
    """The day and the account's own; what was typed stays, and nothing has to be saved for it."""
    model = empty("CMA111")
    assert model.prefills == {"office"}
    model.prefill({"office": {"country": "KOR", "reqSender": "A. Moreau", "reqMail": "a@b.example"}})
    assert not model.dirty
    shown = {name: model.head.text(name) for name in ("reqDate", "country", "reqSender", "reqDept")}
    assert shown == {"reqDate": "20260301", "country": "KOR", "reqSender": "A. Moreau", "reqDept": ""}
    (question,) = model.questions()
    assert (question.name, question.key) == ("agreement", (("country", "KOR"),))
    model.answer(question, {"agreementNo": "KOR-1", "agreementName": "协定"})
    assert model.head.text("agreementNo") == "KOR-1"
    model.set(model.head, "agreementNo", "KOR-2")  # 更换协议
    assert model.head.text("agreementNo") == "KOR-2"
    typed = empty("CMA111")
    typed.set(typed.head, "reqSender", "B. Weiss")
    typed.prefill({"office": {"reqSender": "A. Moreau"}})
    assert typed.head.text("reqSender") == "B. Weiss"
    assert typed.dirty
    assert FormModel(form("BVS111"), Known()).prefills == frozenset()


def test_a_receipt_is_shown_at_the_field_of_the_line_within_a_line() -> None:
    """净重 of the first line of goods in the first bill, as the gateway's receipt names it."""
    model = filled()
    place = model.blame_receipt("票据 1 货物 1 净重(kg) 12 大于毛重 10(Bill[1]/Goods[1]/netWt) / …")
    assert place is not None
    assert place.path == "Bill[1]/Goods[1]/netWt"
    assert model.standing(place.row, place.name).kind is Kind.WRONG
    assert model.blame_receipt("外方协查函编号(letterNo) 已存在") is not None


def test_bills_and_goods_are_kept_and_read_again_as_they_were() -> None:
    """A draft on the disk, and a case from the gateway."""
    model = filled()
    again = empty("CMA111")
    again.restore(model.dump())
    assert etree.tostring(again.node({})) == etree.tostring(model.node({}))
    loaded = empty("CMA111")
    loaded.load(request(), case="A000000000000000001", state="退回")
    assert loaded.rows("Bill")[0].rows("Goods")[0].text("gName") == "phones"
    assert loaded.rows("Attachment")[1].text("docType") == "02"
    assert not loaded.dirty
