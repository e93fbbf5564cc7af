"""How a form lies in a workbook: a sheet for the heads, one row a form, and one for each group of lines.

Knows which fields somebody may fill in there, and the numbers by which a line says what it belongs to;
refuses to know cells. Files and what only the gateway or a terminal knows have no column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from messages.annotations import Words
from messages.forms import Field, Form
from terminals.work.importing import names_of, plain
from terminals.work.plan import Plan, plan_of

ENTERED = ("entry", "suggested")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a field's, or (`field` None) that of a number which joins the sheets."""

    name: str  # in the sheet's hidden row: the field's path, or # and whose number it is
    words: Words
    field: Field | None
    level: int = 0  # of a number: whose it is, 0 the form's


@dataclass(frozen=True, slots=True)
class Level:
    """One sheet. `path` is the group's names from the head downwards, () for the head itself."""

    title: Words
    plan: Plan
    path: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def depth(self) -> int:
        """0 for the head."""
        return len(self.path)

    @property
    def numbered(self) -> bool:
        """Whether its rows have numbers of their own, for lines of other sheets to name."""
        return any(column.field is None and column.level == self.depth for column in self.columns)

    def known(self) -> dict[str, Column]:
        """Its columns by whatever they may be called."""
        found = {plain(column.name): column for column in self.columns}
        for column in self.columns:
            said = names_of(column.field) if column.field else (column.words.zh, column.words.en)
            for name in said:
                found.setdefault(plain(name), column)
        return found


def levels(form: Form) -> tuple[Level, ...]:
    """The sheets of a form: the head's first, each group's behind what it belongs to."""
    return tuple(_levels(plan_of(form), form.title, (), ()))


def _levels(plan: Plan, title: Words, path: tuple[str, ...], above: tuple[Column, ...]) -> Iterator[Level]:
    below = [each for each in plan.plans.values() if each.group.hints.upload is None]
    own = Column(f"#{len(path)}", Words(f"{title.zh}序号", f"No. of {title.en}"), None, len(path))
    numbers = (*above, own) if below or not path else above
    fields = tuple(
        Column(field.path, field.label, field) for field in plan.shown if field.hints.fill in ENTERED
    )
    yield Level(title, plan, path, (*numbers, *fields))
    for each in below:
        yield from _levels(each, each.group.label, (*path, each.name), (*above, own))
