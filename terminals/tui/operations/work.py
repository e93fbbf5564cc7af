"""Failed work (处理失败): what the gateway could not process, tries again by itself, and may try now.

Knows how such an item is shown and tried again; refuses to know why it failed: the gateway's error says that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.operations.watched import WatchedList, clock, moment
from terminals.tui.words import both
from terminals.work.operated import Done, Failed

MANY = 5
"""Tries after which it is likely to fail once more."""


class FailedWork(WatchedList[Failed]):
    """The list, the error, another try."""

    WORDS: ClassVar[Words] = both("operations-work")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("id", both("operations-number"), number=True, most=9),
        Column("party", both("operations-party"), most=20),
        Column("attempts", both("operations-attempts"), number=True, cells=6),
        Column("again", both("operations-again"), cells=11),
        Column("error", both("operations-error"), most=120, least=16),
    )
    HELP: ClassVar[str] = "help-operations-work"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "retry", "operations-retry")]

    def look(self) -> tuple[datetime, Sequence[Failed], int]:
        """The oldest first."""
        seen = self.work.line.operations()
        return seen.at, seen.failing, seen.failed

    def name_of(self, item: Failed) -> object:
        """Its number."""
        return item.id

    def text(self, item: Failed, key: str) -> str:
        """What stands in a cell."""
        match key:
            case "id":
                return str(item.id)
            case "party":
                return item.party
            case "attempts":
                return str(item.attempts)
            case "again":
                return clock(item.again)
        return item.error

    def tone(self, item: Failed, key: str) -> str:
        """Many tries."""
        return "bad" if key == "attempts" and item.attempts >= MANY else ""

    def said(self, item: Failed) -> Words:
        """The error, in as many lines as it has; when it is tried again."""
        return both(
            "operations-work-said", number=item.id, party=item.party, attempts=item.attempts,
            at=moment(item.again), error=item.error or "-",
        )  # fmt: skip

    def picked(self) -> None:
        """Enter tries it again."""
        self.action_retry()

    def _options(self) -> list[Option]:
        item = self.table.item if self.is_mounted else None
        return [Option("retry", both("operations-retry-it"), "ctrl+r", item is not None)]

    def action_retry(self) -> None:
        """Try the one under the cursor now."""
        item = self.table.item
        if item is not None:

            def said(done: Done) -> Words:
                return both("operations-retried" if done.good else "operations-not-retried", number=item.id)

            self.order("work", item.id, None, said)
