"""What is worked out once."""

from __future__ import annotations

from messages.forms import form
from terminals.work.once import MOST, once
from terminals.work.plan import plan_of


def test_each_thing_is_worked_out_once() -> None:
    """Things are told apart by which they are, not by what is in them."""
    asked: list[list[int]] = []

    @once
    def length(thing: list[int]) -> int:
        asked.append(thing)
        return len(thing)

    one, other = [1, 2], [1, 2]
    assert [length(each) for each in (one, other, one, other)] == [2, 2, 2, 2]
    assert len(asked) == 2


def test_what_was_forgotten_is_worked_out_again() -> None:
    """However many things there are, only so many are held, and every answer is its own thing's."""
    first = once(lambda thing: thing[0])
    things = [[number] for number in range(MOST + 10)]
    assert [first(each) for each in things] == [each[0] for each in things]
    assert [first(each) for each in things[:10]] == list(range(10))


def test_a_form_has_one_plan() -> None:
    """The same form, the same plan."""
    assert plan_of(form("BVS111")) is plan_of(form("BVS111"))
