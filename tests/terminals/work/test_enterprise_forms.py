"""The forms of customs–enterprise cooperation at a terminal: opened with what is filed, locks, steps."""

from __future__ import annotations

from typing import Any

import pytest

from messages.enterprise import SYSTEM
from messages.enterprise.names import APPLICATIONS
from messages.forms import form, repeating, steps
from messages.system import content
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.rows import Row
from terminals.work.standing import Kind
from tests.messages.enterprise.world import DESK, TRADER, World, registration
from tests.terminals.work.forms import empty, message, violations

CODES = [kind.code for kind in SYSTEM.types]


def opened(code: str = "ENT111", **filed: Any) -> tuple[World, FormModel]:
    """A form as the gateway says that it begins."""
    world, model = World(**filed), empty(code)
    told = world.ask("opening", type=code)
    model.load(told["content"], case="", state="")
    return world, model


def kinds(model: FormModel, row: Row) -> dict[str, Kind]:
    """How the fields of a row stand."""
    return {field.name: model.standing(row, field.name).kind for field in row.plan.shown}


def sent(world: World, model: FormModel) -> list[int]:
    """Declare what is on the form."""
    (kind,) = (kind for kind in SYSTEM.types if kind.code == model.form.code)
    assert model.problems(Purpose.DECLARE) == []
    assert violations(model, Purpose.DECLARE) == ()
    node = content(message(model, Purpose.DECLARE)[0], kind.lists)
    typed = {name: value for name, value in node.items() if name not in ("guid", "appTime")}
    return world.send(kind.code, typed, TRADER)


@pytest.mark.parametrize("code", CODES)
def test_every_form_is_loaded_with_its_labels_in_both_languages(code: str) -> None:
    """Each field that is shown has a label and stands somehow."""
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


@pytest.mark.parametrize("code", sorted(APPLICATIONS))
def test_a_form_is_opened_filled_in_and_taken(code: str) -> None:
    """What the gateway begins it with is clean, is sent again as it was, and lacks only what is typed."""
    filed = {"entType": "02", "validTo": "20270131"} if code != "ENT121" else {"entType": "09"}
    world, model = opened(code, **filed)
    assert not model.dirty
    for name, value in {
        "enName": "New Name", "reason": "不再经营", "objectionType": "1", "content": "并无此事",
    }.items():  # fmt: skip
        if name in model.plan.fields:
            model.set(model.head, name, value)
    assert sent(world, model) == [300], world.told


def test_what_may_not_change_is_grey_and_stays() -> None:
    """Kept fields, the parent of a unit that has none, and the legal representative's person."""
    world, model = opened()
    standing = kinds(model, model.head)
    for name in ("regCode", "scc", "entType", "regAddr", "scope", "parentName", "parentScc"):
        assert standing[name] is Kind.LOCKED, name
    assert standing["cnName"] is Kind.REQUIRED
    assert standing["enName"] is Kind.OPTIONAL
    model.set(model.head, "regAddr", "别处")
    assert model.head.text("regAddr") == registration()["regAddr"]
    legal, head, *_ = model.rows("Manager")
    assert [kinds(model, legal)[name] for name in ("name", "post", "idType", "idNo")] == [Kind.LOCKED] * 4
    assert kinds(model, legal)["mobile"] is Kind.REQUIRED
    assert kinds(model, head)["name"] is Kind.REQUIRED
    (staff,) = model.rows("Broker")
    assert {name for name, kind in kinds(model, staff).items() if kind is not Kind.LOCKED} == {
        "nationality", "cancelled",
    }  # fmt: skip
    model.set(head, "mobile", "13900000000")
    model.set(staff, "cancelled", "1")
    assert sent(world, model) == [300]
    assert [one["path"] for one in world.last().body["differences"]] == ["Manager/mobile", "Broker/cancelled"]


@pytest.mark.parametrize(
    ("code", "filed", "name", "person"),
    [
        ("ENT111", {"entType": "02"}, Kind.LOCKED, Kind.LOCKED),
        ("ENT111", {"entType": "04", "freeTrade": "1"}, Kind.REQUIRED, Kind.LOCKED),
        ("ENT211", {"entType": "02"}, Kind.REQUIRED, Kind.REQUIRED),
    ],
)
def test_a_brokers_name_and_legal_representative_are_open_with_its_licence(
    code: str, filed: dict[str, Any], name: Kind, person: Kind
) -> None:
    """企业中文名称 and 法定代表人: in ENT211, or the name in a free trade zone."""
    _, model = opened(code, **filed)
    assert kinds(model, model.head)["cnName"] is name
    legal = model.rows("Manager")[0]
    assert [kinds(model, legal)[each] for each in ("name", "idType", "idNo")] == [person] * 3
    assert kinds(model, legal)["post"] is Kind.LOCKED


@pytest.mark.parametrize("type_", ["03", "09", "10"])
def test_branches_and_warehouses_have_a_parent_to_fill_in(type_: str) -> None:
    """上级单位."""
    _, model = opened(entType=type_)
    assert kinds(model, model.head)["parentName"] is Kind.OPTIONAL


def test_a_copied_manager_is_a_new_one() -> None:
    """Its number stays with the one it was copied from."""
    world, model = opened()
    (copy,) = model.copy([model.rows("Manager")[1]])
    assert (copy.text("managerNo"), copy.text("name")) == ("", "周敏")
    assert sent(world, model) == [300]
    assert {one["what"] for one in world.last().body["differences"]} == {"added"}


def test_a_change_is_filled_in_table_by_table() -> None:
    """企业基本信息, 企业管理人员, 报关人员, then the files."""
    for code in ("ENT111", "ENT211"):
        assert [part.title.zh for part in steps(form(code))] == [
            "企业基本信息", "企业管理人员", "报关人员", "随附单证",
        ]  # fmt: skip


def test_a_penalty_is_looked_up_by_its_number() -> None:
    """Only for an objection to one; what is found is locked, what is not found is refused."""
    world, model = opened("ENT311")
    model.set(model.head, "penaltyNo", "沪关缉字[2025]1号")
    assert model.questions() == []
    model.set(model.head, "objectionType", "3")
    (question,) = model.questions()
    model.answer(question, world.ask(question.name, **dict(question.key)))
    assert model.head.text("penaltyContent") == "申报不实"
    assert kinds(model, model.head)["penaltyContent"] is Kind.LOCKED


def test_a_kept_draft_comes_back_with_its_locks() -> None:
    """From the disk, and as a case from the gateway."""
    _, model = opened()
    again = empty("ENT111")
    again.restore(model.dump())
    assert kinds(again, again.rows("Manager")[0])["name"] is Kind.LOCKED
    assert again.head.text("scc") == model.head.text("scc")


def test_a_review_is_kept_to_the_case_it_is_about() -> None:
    """The officer sees which enterprise it is, and cannot name another."""
    world = World()
    world.apply("ENT111")
    case, model = world.last(), empty("ENT411")
    model.load(case.body["stored"], case=case.number, state=case.state)
    model.set(model.head, "regCode", "4403160002")
    assert model.head.text("regCode") == "3122260001"
    model.set(model.head, "reviewResult", "0")
    assert [problem.place.name for problem in model.problems(Purpose.DECLARE)] == ["reviewInfo"]
    model.set(model.head, "reviewInfo", "材料不全")
    node = content(message(model, Purpose.DECLARE)[0], frozenset())
    assert (node["caseNo"], node["scc"]) == (case.number, case.body["stored"]["scc"])
    told = {name: value for name, value in node.items() if name not in ("guid", "appTime")}
    assert world.send("ENT411", told, DESK) == [100]
