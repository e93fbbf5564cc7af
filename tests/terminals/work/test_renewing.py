"""A form that was begun takes over what customs has on file now, and nothing that was typed is touched."""

from __future__ import annotations

from typing import Any

import pytest

from messages.forms import form
from terminals.work.model import FormModel
from terminals.work.renewing import renew
from tests.terminals.work.forms import Known

FILED: dict[str, Any] = {
    "regCode": "3122260001", "scc": "91310115MA1K3X7Q2J", "entType": "01", "licensed": "0",
    "cnName": "浦东演示", "regAddr": "演示路 1 号", "website": "old.example",
    "Manager": [
        {"managerNo": "1", "name": "陈立", "post": "01", "mobile": "13800000001"},
        {"managerNo": "2", "name": "周敏", "post": "02", "mobile": "13800000002"},
    ],
    "Broker": [{"staffNo": "S1", "name": "孙理", "nationality": "CHN"}],
}  # fmt: skip


def begun() -> FormModel:
    """A form that was opened with the filing, and is typed on."""
    model = FormModel(form("ENT111"), Known())
    model.load(FILED, case="", state="")
    model.set(model.head, "website", "new.example")
    model.set(model.rows("Manager")[1], "mobile", "13900000002")
    model.set(model.rows("Broker")[0], "cancelled", "1")
    return model


def test_what_nobody_may_type_is_as_it_is_filed_now() -> None:
    """Kept fields, and those that are locked while something else is so; what was typed stays."""
    model = begun()
    legal = {"managerNo": "1", "name": "何新", "post": "01", "mobile": "13811111111"}
    now = {**FILED, "regAddr": "新路 2 号", "Manager": [legal, FILED["Manager"][1]]}
    renew(model, now)
    assert model.head.text("regAddr") == "新路 2 号"
    assert model.head.text("website") == "new.example"
    first, second = model.rows("Manager")
    assert (first.text("name"), first.text("mobile")) == ("何新", "13800000001")
    assert second.text("mobile") == "13900000002"


def test_lines_follow_the_filing() -> None:
    """Who is filed no more goes; of staff, who is new comes; a manager that was typed stays."""
    model = begun()
    new = model.add("Manager")
    model.set(new, "name", "郑宁")
    more = [{"staffNo": "S2", "name": "李平"}, *FILED["Broker"]]
    renew(model, {**FILED, "Manager": FILED["Manager"][:1], "Broker": more})
    assert [row.text("name") for row in model.rows("Manager")] == ["陈立", "郑宁"]
    assert [(row.text("staffNo"), row.text("cancelled")) for row in model.rows("Broker")] == [
        ("S2", ""),
        ("S1", "1"),
    ]
    assert [row.number for row in model.rows("Broker")] == [1, 2]


@pytest.mark.parametrize("typed", [False, True])
def test_a_form_that_is_as_it_was_filed_is_no_other(typed: bool) -> None:
    """So that nothing is said to be unsaved that nobody has touched."""
    model = begun()
    if not typed:
        model.settled()
    before = (model.revision, model.dirty)
    renew(model, FILED)
    assert (model.revision, model.dirty) == before


def test_a_line_on_file_stays_and_a_new_one_may_go() -> None:
    """The legal representative and all staff; somebody new is nobody's legal representative yet."""
    model = begun()
    legal, head = model.rows("Manager")
    assert (model.fixed(legal), model.fixed(head), model.fixed(model.rows("Broker")[0])) == (
        True,
        False,
        True,
    )
    new = model.add("Manager")
    model.set(new, "post", "01")
    assert not model.fixed(new)
    assert not model.standing(new, "post").locked
    assert model.standing(legal, "name").locked
