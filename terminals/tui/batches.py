"""What became of many forms that were sent together, one line each (批量提交、批量删除、导入).

Knows fates and how they are listed; refuses to send anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Dialog, Tell
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both
from terminals.work.batches import Fate

_COLUMNS = (
    Column("mark", Words(), cells=2),
    Column("title", both("batch-which"), most=24),
    Column("words", both("batch-what"), most=120),
)
_ROWS = 8


class Fates(Dialog[None]):
    """The fates, what went wrong first; Enter tells all of what is wrong with one, Escape closes it."""

    DEFAULT_CSS = """
    Fates .fates--whole { width: 100%; height: 4; padding: 1 0 0 0; color: $quiet; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "whole", show=False, priority=True)]

    def __init__(self, title: Words, fates: Sequence[Fate], language: str) -> None:
        super().__init__(title, language, alarm=not all(each.good for each in fates))
        self._fates = sorted(fates, key=lambda each: each.good)

    def inside(self) -> Iterator[Widget]:
        """How many went well, and each of them."""
        good = sum(each.good for each in self._fates)
        words = both("batch-sum", good=good, bad=len(self._fates) - good)
        yield Saying(words, self.language, classes="dialog--words")
        yield Grid(_COLUMNS, self.language, fixed=2)
        yield Saying(Words(), self.language, classes="fates--whole")
        yield Buttons((Option("close", both("dialog-close")),), self.language)
        yield Saying(both("batch-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """List them."""
        self._fill(0)

    def _fill(self, row: int) -> None:
        rows = [
            ("✓" if each.good else "✗", each.title or "-", _first(each.words).in_language(self.language))
            for each in self._fates
        ]
        tones = {(at, "mark"): "good" if each.good else "bad" for at, each in enumerate(self._fates)}
        grid = self.query_one(Grid)
        grid.show(Listed(_COLUMNS, rows, tones), row)
        grid.styles.width = min(max(grid.needed, 50), self.app.size.width - 8)
        grid.styles.height = min(len(rows), _ROWS) + 1
        self._tell_whole()

    def _tell_whole(self) -> None:
        """All of what became of the one under the cursor: a line of the list may be too short for it."""
        row = self.query_one(Grid).row
        whole = self._fates[row].words if 0 <= row < len(self._fates) else Words()
        self.query_one(".fates--whole", Saying).say(whole)

    def action_whole(self) -> None:
        """All of what is wrong with the one under the cursor; where nothing is, there is no more to read."""
        row = self.query_one(Grid).row
        if self.focused is self.query_one(Grid) and 0 <= row < len(self._fates) and not self._fates[row].good:
            fate = self._fates[row]
            name = Words(fate.title, fate.title) if fate.title else None
            self.app.push_screen(Tell(fate.words, self.language, title=name, alarm=True))
        else:
            self.dismiss(None)

    def on_buttons_pressed(self) -> None:
        """Read."""
        self.dismiss(None)

    def on_grid_moved(self) -> None:
        """Another one."""
        self._tell_whole()

    def retell(self, language: str) -> None:
        """The same in another language."""
        super().retell(language)
        self._fill(self.query_one(Grid).row)


def _first(words: Words) -> Words:
    """The first of several faults, and how many more there are."""
    more = words.zh.count("\n")
    first = Words(words.zh.partition("\n")[0], words.en.partition("\n")[0])
    return both("batch-first", first=first, more=more) if more else first
