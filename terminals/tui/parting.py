"""Which parts a form has, its head and its bodies, and to which step (第一步 …) each part belongs.

Knows a form's plan, what is missing on a form and what its rules demand; refuses to know widgets.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.forms import Field
from terminals.tui.steps import Step
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.model import FormModel
from terminals.work.plan import FILE, Plan

HEAD = ""
"""The name of the head among the parts."""
_THERE, _LACKS = "✓", "✗"
_OF_FILES = ("name", "size")
"""What people look at of a file; nobody reads a digest."""


class Parting:
    """The parts of one form. There are no steps where its schema names none."""

    def __init__(self, plan: Plan) -> None:
        self.parts = (HEAD, *_names(plan))
        self.begins = _begins(plan)
        self._step_of: dict[str, int] = {}
        at = -1
        for part in self.parts:
            at += part in self.begins
            self._step_of[part] = max(at, 0)

    def step_of(self, part: str) -> int:
        """The place of a part's step: that which began last before it."""
        return self._step_of[part]

    def beside(self, part: str, by: int) -> str | None:
        """The part that the step before or behind begins with, if there is one."""
        at = self.step_of(part) + by
        return list(self.begins)[at] if 0 <= at < len(self.begins) else None

    def steps(self, model: FormModel, *, judged: bool) -> list[Step]:
        """The steps; done are those in which nothing stands against sending the form, no rule either."""
        open_steps = set()
        for problem in model.problems(Purpose.DECLARE, ruled=True) if judged else ():
            row, name = problem.place.row, problem.place.name
            part = name if name in row.plan.plans else HEAD if row is model.head else row.field.name
            open_steps.add(self.step_of(part))
        begins = enumerate(self.begins.items())
        return [Step(part, words, at not in open_steps) for at, (part, words) in begins]


def needed(model: FormModel, part: str) -> Words:
    """What the system's rules demand of a part, and what of it is there; empty where they demand nothing."""
    needs = model.needs(part)
    if not needs:
        return Words()
    marked = [(_THERE if each.there else _LACKS, each.words) for each in needs]
    zh = "   ".join(f"{mark} {words.zh}" for mark, words in marked)
    en = "   ".join(f"{mark} {words.en}" for mark, words in marked)
    return both("form-needs", what=Words(zh, en))


def seen(plan: Plan) -> tuple[Field, ...]:
    """The fields of a line that people look at."""
    return tuple(field for field in plan.shown if field.hints.fill != FILE or field.name in _OF_FILES)


def _names(plan: Plan) -> Iterator[str]:
    for name, each in plan.plans.items():
        yield name
        yield from _names(each)


def _begins(plan: Plan) -> dict[str, Words]:
    head = next((each.hints.step for each in plan.fields.values() if each.hints.step is not None), None)
    begins = {HEAD: head} if head is not None else {}
    for name, each in plan.plans.items():
        if each.group.hints.step is not None:
            begins[name] = each.group.hints.step
    return begins
