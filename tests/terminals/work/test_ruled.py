"""What a system's own rules say of a form at the terminal, before anything is sent."""

from __future__ import annotations

from messages.faults import Violation
from messages.workflow import File
from terminals.work.blaming import each_in_both, violated
from terminals.work.checks import Fault, Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Place, Row
from terminals.work.standing import Kind
from tests.terminals.work.forms import empty, stocktake, type_in


def request() -> tuple[FormModel, Row]:
    """A request with one line of goods that weigh more net than gross; the line."""
    model = empty("CMA111")
    type_in(model, model.head, {"reqType": "2"})
    bill = model.add("Bill")
    type_in(model, bill, {"billType": "2"})
    goods = model.add("Goods", bill)
    type_in(model, goods, {"gName": "phones", "grossWt": "10", "netWt": "12"})
    return model, goods


def ruled(model: FormModel) -> list[str]:
    """What the rules have against it, in English."""
    found = model.problems(Purpose.DECLARE, ruled=True)
    return [each.words.en for each in found if each.fault is Fault.RULE]


def test_a_rule_is_asked_for_declaring_only() -> None:
    """A draft is kept with its faults; what is missing is told once, by the schema's own mark."""
    model, _ = request()
    assert ruled(model) == ["Bill 1 Goods 1 Net weight (kg): 12 is more than the gross weight 10"]
    assert all(each.fault is not Fault.RULE for each in model.problems(Purpose.SAVE, ruled=True))
    paths = [each.place.path for each in model.problems(Purpose.DECLARE, ruled=True)]
    assert len(paths) == len(set(paths))
    assert stocktake(1).problems(Purpose.DECLARE, ruled=True) == []


def test_a_fault_between_two_fields_goes_when_either_is_corrected() -> None:
    """The mark is at one of them, and is judged anew with the form."""
    model, goods = request()
    assert model.standing(goods, "netWt").kind is not Kind.WRONG
    assert model.consider().all
    assert model.standing(goods, "netWt").words.zh == "票据 1 货物 1 净重(kg) 12 大于毛重 10"
    assert not model.consider().all
    model.set(goods, "grossWt", "15")
    assert model.consider().all
    assert model.standing(goods, "netWt").kind is not Kind.WRONG
    assert ruled(model) == []


def test_a_value_that_is_typed_anew_has_no_fault_before_it_is_judged() -> None:
    """While somebody types, the old mark is gone."""
    model, goods = request()
    model.consider()
    model.set(goods, "netWt", "1")
    assert model.standing(goods, "netWt").kind is not Kind.WRONG


def test_rules_are_asked_about_values_only() -> None:
    """What is no number is told as that; no rule stumbles over it."""
    model, goods = request()
    model.set(goods, "grossWt", "ten")
    assert ruled(model) == []
    (found,) = [each for each in model.problems(Purpose.DECLARE, ruled=True) if each.place.name == "grossWt"]
    assert found.fault is Fault.FORMAT


def test_documents_that_lack_stand_against_the_group() -> None:
    """Not against any file that is there; the needs say which of them are."""
    model, _ = request()
    file = model.attach("Attachment", File("a" * 64, 3, "application/pdf", "letter.pdf"))
    model.set(file, "docType", "01")
    found = [each for each in model.problems(Purpose.DECLARE, ruled=True) if each.fault is Fault.RULE]
    assert found[-1].place == Place(model.head, "Attachment")
    assert found[-1].words.zh == "缺少单证：原产地证书"
    assert [(each.words.zh, each.there) for each in model.needs("Attachment")] == [
        ("协查请求函(含签名)", True), ("原产地证书", False),
    ]  # fmt: skip
    assert model.needs("Bill") == []


def test_a_receipt_s_fault_is_shown_where_the_field_still_holds_what_it_was_said_of() -> None:
    """Of another content, the field that was corrected since has no mark; what was said can be forgiven."""
    model, goods = request()
    said = "票据 1 货物 1 货物名称/规格 有误(Bill[1]/Goods[1]/gName) / wrong name"
    sent = {"Bill": [{"Goods": [{"gName": "radios"}]}]}
    place = model.blame_receipt(said, sent)
    assert place == Place(goods, "gName")
    assert model.standing(goods, "gName").kind is not Kind.WRONG
    model.set(goods, "gName", "radios")
    assert model.standing(goods, "gName").words.en == "wrong name"
    assert model.forgive().all
    assert model.standing(goods, "gName").kind is not Kind.WRONG
    assert not model.forgive().all


def test_a_fault_that_the_rules_here_find_themselves_is_left_to_them() -> None:
    """A receipt that tells it marks nothing, so that nothing of it stays when another field is corrected."""
    model, goods = request()
    info = "票据 1 货物 1 净重(kg) 12 大于毛重 10(Bill[1]/Goods[1]/netWt) / too much"
    assert model.blame_receipt(info) == Place(goods, "netWt")
    sent = {"Bill": [{"Goods": [{"netWt": "12", "grossWt": "10"}]}]}
    model.blame_receipt(info, sent)
    assert not goods.blamed


def test_faults_that_are_told_together_are_taken_apart() -> None:
    """One a line, in one language, without paths."""
    words = each_in_both("票据 1 类型 有误(Bill[1]/billType) / Bill 1 Type: wrong；另有 2 项 / and 2 more")
    assert words.zh == "票据 1 类型 有误\n另有 2 项"
    assert words.en == "Bill 1 Type: wrong\nand 2 more"


def test_a_violation_is_told_by_label_and_line() -> None:
    """With the words that are known here, else with the gateway's."""
    model = stocktake(2)
    line = model.rows("Line")[1]
    path = "/BVS111Message/Stocktake/Line[2]/unit"
    unknown = Violation(path, 9, "unit", "007 is not in the code list unit")
    assert (
        violated(unknown, model.blame(unknown)).en == "Body lines 2: Unit: 007 is not in the code list unit"
    )
    model.set(line, "unit", "999")
    own = violated(unknown, model.blame(unknown))
    assert own.zh.startswith("表体第 2 行 计量单位：“999”不在代码表")
    assert own.en.startswith("Body lines 2: Unit: '999'")
    assert violated(Violation("/", 1, "content", "no such thing"), None).zh == "no such thing"
