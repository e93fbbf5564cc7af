"""What is typed on a form, as rows of text: one row is the head, others are the lines of body groups (表体).

Knows rows, their places and which values were filled in rather than typed; refuses to judge any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from messages.annotations import Words
from messages.forms import Field
from terminals.work.plan import Plan

Key = tuple[tuple[str, str], ...]
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = " \t\n\u3000"


class Row:
    """One row of values by field name: the head of a form, or one line of a group in it.

    Rows are alike only when they are the same one, whatever they hold, so a widget may keep hold of one while
    others come and go around it. Read from it what you like; only a FormModel changes it.
    """

    __slots__ = ("against", "answers", "blamed", "given", "index", "lines", "parent", "plan", "values")

    def __init__(self, plan: Plan, parent: Row | None = None, index: int = 0) -> None:
        self.plan = plan
        self.parent = parent  # the row that this line belongs to; None for the head
        self.index = index  # its place among the lines of its group, from 0
        self.values: dict[str, str] = {}
        self.given: dict[str, str] = {}  # what was filled in: a field that still holds it is not overtyped
        self.answers: dict[str, tuple[Key, bool]] = {}  # key field → what it was looked up by, and found
        self.against: dict[str, Words] = {}  # key field → why what was looked up cannot be used
        self.blamed: dict[str, tuple[str, Words]] = {}  # value → what the gateway said of it
        self.lines: dict[str, list[Row]] = {name: [] for name in plan.plans}

    @property
    def field(self) -> Field:
        """The group: the business node (业务节点) for the head."""
        return self.plan.group

    @property
    def number(self) -> int:
        """Its place for people, from 1."""
        return self.index + 1

    def text(self, name: str) -> str:
        """The value of a field as it was typed or filled in; '' where there is none."""
        value = self.values.get(name, "")
        if not value and (field := self.plan.fields.get(name)) is not None and field.hints.counts:
            return str(self.number)
        return value

    def rows(self, group: str) -> tuple[Row, ...]:
        """The lines of a group in this row, in order."""
        return tuple(self.lines[group])

    def walk(self) -> Iterator[Row]:
        """Itself and all rows below it, in document order."""
        yield self
        for lines in self.lines.values():
            for line in lines:
                yield from line.walk()

    def near(self, name: str) -> Row | None:
        """The row itself or the nearest one above it that has a field of this name."""
        row: Row | None = self
        while row is not None and name not in row.plan.fields:
            row = row.parent
        return row

    def renumber(self, group: str) -> None:
        """Make the lines of a group know their places again."""
        for index, line in enumerate(self.lines[group]):
            line.index = index


@dataclass(frozen=True, slots=True)
class Place:
    """One field of one row: what a widget shows and a problem points at. `name` may be a group's."""

    row: Row
    name: str

    @property
    def field(self) -> Field:
        """The field there: label, help, length, choices, hints."""
        return self.row.plan.field(self.name)

    @property
    def path(self) -> str:
        """For logs and tests: Line[3]/unit."""
        steps, row = [self.name], self.row
        while row.parent is not None:
            steps.append(f"{row.plan.name}[{row.number}]")
            row = row.parent
        return "/".join(reversed(steps))


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change has touched: these places' values or standings; with `all`, anything may have changed."""

    places: frozenset[Place] = frozenset()
    all: bool = False

    def __or__(self, other: Changed) -> Changed:
        return Changed(self.places | other.places, self.all or other.all)


NOTHING = Changed()
EVERYTHING = Changed(all=True)


def cleaned(text: str) -> str:
    """What is kept of something typed or pasted: no blanks around it, line ends as XML has them, and none of
    the characters that XML cannot hold.
    """
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip(_SPACES)
