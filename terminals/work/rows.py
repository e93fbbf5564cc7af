"""What is typed on a form, as rows of text: one row is the head, others are the lines of body groups (表体).

Knows rows, their places and which values were filled in rather than typed; refuses to judge any of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from messages.forms import Field


class Row:
    """One row of values by field name: the head of a form, or one line of a group in it.

    Rows are alike only when they are the same one, whatever they hold, so a widget may keep hold of one while
    others come and go around it. Read from it what you like; only a FormModel changes it.
    """

    field: Field  # the group: the business node (业务节点) for the head
    parent: Row | None  # the row that this line belongs to; None for the head
    index: int  # its place among the lines of its group, from 0

    @property
    def number(self) -> int:
        """Its place for people, from 1."""
        raise NotImplementedError

    def text(self, name: str) -> str:
        """The value of a field as it was typed or filled in; '' where there is none."""
        raise NotImplementedError

    def rows(self, group: str) -> tuple[Row, ...]:
        """The lines of a group in this row, in order."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Place:
    """One field of one row: what a widget shows and a problem points at. `name` may be a group's."""

    row: Row
    name: str

    @property
    def field(self) -> Field:
        """The field there: label, help, length, choices, hints."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change has touched: these places' values or standings; with `all`, anything may have changed."""

    places: frozenset[Place] = frozenset()
    all: bool = False
