"""Alarms (告警): those that nobody looks after first, then the others, then those that are over.

Knows how an alarm stands and that somebody looks after it; refuses to know what it is about, and what helps:
the gateway says both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.operations.watched import WatchedList, moment
from terminals.tui.words import both
from terminals.work.operated import Alarm, Done

_TONES = {"open": "bad", "taken": "warn", "over": "quiet"}


def standing(alarm: Alarm) -> str:
    """open, taken or over."""
    if alarm.cleared is not None:
        return "over"
    return "taken" if alarm.taken is not None else "open"


class Alarms(WatchedList[Alarm]):
    """The list, what helps, taking one."""

    WORDS: ClassVar[Words] = both("operations-alarms")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("state", both("operations-state"), cells=9),
        Column("age", both("operations-lasts"), cells=9),
        Column("what", both("operations-what"), most=80, least=20),
        Column("by", both("operations-by"), most=14),
    )
    HELP: ClassVar[str] = "help-operations-alarms"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+t", "take", "operations-take")]

    def look(self) -> tuple[datetime, Sequence[Alarm], int]:
        """Open ones that nobody has taken, the oldest first; taken ones; those that are over."""
        seen = self.work.line.operations()
        open_ = sorted(seen.alarms, key=lambda each: each.taken is not None)
        return seen.at, (*open_, *seen.ended), len(open_) + len(seen.ended)

    def name_of(self, item: Alarm) -> object:
        """Its number."""
        return item.id

    def text(self, item: Alarm, key: str) -> str:
        """What stands in a cell."""
        match key:
            case "state":
                return both(f"operations-{standing(item)}").in_language(self.language)
            case "age":
                return self.age(item.since) if item.cleared is None else ""
            case "what":
                return item.words.in_language(self.language)
        return item.taken_by

    def tone(self, item: Alarm, key: str) -> str:
        """How urgent it is."""
        over = standing(item) == "over"
        return _TONES[standing(item)] if key == "state" or over else ""

    def said(self, item: Alarm) -> Words:
        """In full, with what helps and who did what when."""
        lines = [both("operations-alarm-said", words=item.words, since=moment(item.since))]
        if item.cleared is None:
            lines.append(both("operations-todo", todo=item.todo))
        lines.append(both("operations-raised", at=moment(item.raised), node=item.raised_by))
        if item.taken is not None:
            lines.append(both("operations-taken-by", at=moment(item.taken), by=item.taken_by))
        if item.cleared is not None:
            lines.append(both("operations-cleared", at=moment(item.cleared)))
        return joined(lines)

    def picked(self) -> None:
        """Enter takes it, where nobody has."""
        self.action_take()

    def _options(self) -> list[Option]:
        item = self.table.item if self.is_mounted else None
        state = "open" if item is None else standing(item)
        if state == "open":
            return [Option("take", both("operations-take-it"), "ctrl+t", item is not None)]
        return [Option("take", both(f"operations-not-to-take-{state}"), open=False)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for what somebody looks after, or what is over."""
        if action == "take" and self.is_mounted:
            return self._options()[0].open
        return super().check_action(action, parameters)

    def _offer(self) -> None:
        super()._offer()
        self.refresh_bindings()

    def action_take(self) -> None:
        """Look after the one under the cursor."""
        item = self.table.item
        if item is not None and standing(item) == "open":

            def said(done: Done) -> Words:
                return both("operations-took" if done.good else "operations-not-taken", words=item.words)

            self.order("alarms", item.id, None, said)


def joined(lines: Sequence[Words]) -> Words:
    """Lines under each other."""
    return Words("\n".join(each.zh for each in lines), "\n".join(each.en for each in lines))
