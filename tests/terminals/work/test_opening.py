"""What is asked before a form opens, at a real gateway: it may not, it may, and nobody has a say in it."""

from __future__ import annotations

from pathlib import Path

from terminals.work.checks import Purpose
from terminals.work.opening import Opening, opening
from tests.scenarios.house import House
from tests.scenarios.test_enterprise import Office
from tests.terminals.work.desks import PATIENCE, seated
from tests.terminals.work.forms import empty


def test_a_form_opens_with_what_is_filed_once_something_is(house: House, tmp_path: Path) -> None:
    """The gateway's sentence in both languages until then; afterwards a change is typed, and declared."""
    with seated(house, tmp_path) as seat:
        refused = opening(seat.line, "enterprise", "ENT111")
        assert refused.objection is not None
        assert "当前无可进行变更的数据" in refused.objection.zh
        assert refused.objection.en.startswith("there is nothing that can be changed")
        assert refused.content == {}
        Office(house, house.person("customs")).submit("ENT511", 3)
        opened = opening(seat.line, "enterprise", "ENT111")
        assert opened.objection is None
        model = empty("ENT111")
        model.load(opened.content, case="", state="")
        model.set(model.head, "enName", "Pudong Demo Trading Co., Ltd.")
        piece = seat.sending.piece(model, Purpose.DECLARE)
        answer = seat.sending.send([piece])
        assert answer.accepted, answer
        assert [step.status for step in seat.ladders.wait(answer.cop_msg_id, PATIENCE)] == [300]
        found = seat.line.case("enterprise", seat.ladders.all()[0].case)
        assert found is not None
        assert [one["path"] for one in found.body["differences"]] == ["enName"]
        again = opening(seat.line, "enterprise", "ENT111").objection
        assert again is not None
        assert "有待审批的变更申请" in again.zh


def test_forms_that_nobody_has_a_say_in_open_empty(house: House, tmp_path: Path) -> None:
    """A system without the lookup, a type that it does not speak of, and a system that is not known here."""
    with seated(house, tmp_path, listening=False) as seat:
        assert opening(seat.line, "bonded", "BVS111") == Opening()
        assert opening(seat.line, "enterprise", "ENT711") == Opening()
        assert opening(seat.line, "tomorrow", "XYZ111") == Opening()
