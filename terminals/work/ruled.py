"""What a system's own rules have against a form, asked by the terminal itself, and what they demand of it.

Knows how a rule's path becomes a field of a form; refuses to know any rule. A form is asked once a revision:
while somebody types in a field, nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from messages.annotations import Words
from messages.asked import Asked, Need
from messages.forms import Form
from messages.registry import BY_CODE
from terminals.work import keeping
from terminals.work.judging import Control, Judge
from terminals.work.plan import SYSTEM, TERMINAL
from terminals.work.rows import Place, Row

Found = tuple[tuple[Place, Words], ...]


class Rules:
    """The rules of one type of message, and what they said of one form."""

    def __init__(self, form: Form, judge: Judge, today: Callable[[], date]) -> None:
        system, kind = BY_CODE.get(form.code, (None, None))
        self._asked: Asked | None = system.asked.get(form.code) if system is not None else None
        self._lists = kind.lists if kind is not None else frozenset()
        self._judge = judge
        self._today = today
        self._revision = -1
        self._body: Mapping[str, Any] = {}
        self._found: Found = ()
        self._shown: dict[Place, tuple[str, Words]] = {}

    def of(self, revision: int, head: Row, control: Control) -> Found:
        """What stands against the form at a revision, each at its field or group."""
        if self._asked is None:
            return ()
        if revision != self._revision:
            self._revision = revision
            self._body = self._content(head, control)
            against = self._asked.against(self._body, self._day)
            places = ((_place(head, each.path), each.words) for each in against)
            self._found = tuple((place, words) for place, words in places if place is not None)
        return self._found

    def _content(self, row: Row, control: Control) -> dict[str, Any]:
        """A row as the workflow gets it, but for what is no value of its field: rules reckon with values."""
        found: dict[str, Any] = {}
        for field in row.plan.group.children:
            name = field.name
            if self._judge.absent(row, field, control):
                continue
            if field.is_group:
                lines = [self._content(line, control) for line in row.lines[name]]
                if lines:
                    found[name] = lines if name in self._lists else lines[0]
            else:
                value = (
                    control.get(name, "") if field.hints.fill in (TERMINAL, SYSTEM) else row.values.get(name)
                )
                if value and self._judge.wrong(row, field) is None:
                    found[name] = value
        return found

    def needs(self) -> tuple[Need, ...]:
        """What the form has to hold, as it was asked last."""
        return tuple(self._asked.needs(self._body)) if self._asked is not None else ()

    def paths(self, body: Mapping[str, Any]) -> frozenset[str]:
        """Of what stands against another content of such a form."""
        if self._asked is None:
            return frozenset()
        return frozenset(each.path for each in self._asked.against(body, self._day))

    @property
    def _day(self) -> str:
        return f"{self._today():%Y%m%d}"

    def show(self, found: Found) -> bool:
        """From now on `said` tells these; whether it told others before."""
        shown = {place: (place.row.values.get(place.name, ""), words) for place, words in reversed(found)}
        before, self._shown = self._shown, shown
        return before != shown

    def said(self, row: Row, name: str) -> Words | None:
        """What is shown against a field, as long as it holds what that was said of."""
        shown = self._shown.get(Place(row, name)) if self._shown else None
        return shown[1] if shown is not None and shown[0] == row.values.get(name, "") else None


def _place(head: Row, path: str) -> Place | None:
    """The field that a rule means, or the group as a whole where its path ends with that."""
    above, _, name = path.rpartition("/")
    if not above and name in head.plan.plans:
        return Place(head, name)
    return keeping.locate(head, f"{head.plan.name}/{path}")
