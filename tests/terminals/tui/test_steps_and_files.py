"""Steps, lines within lines and codes among criteria, on the widgets themselves."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from messages.codes import Code
from terminals.tui.criteria import Criteria, Criterion
from terminals.tui.parting import HEAD, Parting
from terminals.work.checks import Purpose
from tests.terminals.tui.stage import Stage
from tests.terminals.work.forms import empty


def test_each_part_belongs_to_the_step_that_began_before_it() -> None:
    """Bills and their goods are one step; a form whose schema names none has none."""
    request = empty("CMA111")
    parting = Parting(request.plan)
    assert parting.parts == (HEAD, "Bill", "Goods", "Attachment")
    assert [parting.step_of(part) for part in parting.parts] == [0, 1, 1, 2]
    assert parting.beside("Goods", 1) == "Attachment"
    assert parting.beside(HEAD, -1) is None
    assert Parting(empty("BVS111").plan).begins == {}


def test_a_step_is_done_when_nothing_stands_against_it() -> None:
    """What is missing in the goods of a bill keeps the second step open."""
    request = empty("CMA111")
    assert request.problems(Purpose.DECLARE)
    steps = Parting(request.plan).steps(request, judged=True)
    assert [step.done for step in steps] == [False, False, False]
    assert all(step.done for step in Parting(request.plan).steps(request, judged=False))


def test_a_copied_bill_has_goods_of_its_own() -> None:
    """The same values, and a change of one changes nothing of the other."""
    request = empty("CMA111")
    bill = request.add("Bill")
    request.set(request.add("Goods", bill), "gName", "phones")
    (copy,) = request.copy([bill])
    assert copy.rows("Goods")[0].text("gName") == "phones"
    request.set(copy.rows("Goods")[0], "gName", "radios")
    assert bill.rows("Goods")[0].text("gName") == "phones"
    assert [row.number for row in request.rows("Bill")] == [1, 2]


@pytest.mark.asyncio
async def test_criteria_that_count_together_are_all_told() -> None:
    """A code by Space, days as people write them; where one counts only that with the cursor does."""
    listed = (
        Criterion("kind", Words("类型", "Kind"), codes=(Code("7", Words("七", "seven")),)),
        Criterion("day", Words("日期", "Day"), between=True),
    )
    for together, values in (
        (True, {"kind": "7", "day.from": "20260201", "day.to": ""}),
        (False, {"day.from": "20260201", "day.to": ""}),
    ):
        criteria = Criteria(listed, "zh", together=together)
        app = Stage(criteria)
        async with app.run_test() as pilot:
            criteria.front.focus()
            await pilot.press("space")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("down", *"2026-2-1")
            await pilot.pause()
            assert criteria.values == values
