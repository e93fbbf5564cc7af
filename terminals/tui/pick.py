"""Choosing a file: from those in the own area by typing a part of the name, or any other by its path.

Knows names; refuses to open files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from messages.annotations import Words
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Dialog
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both

_COLUMNS = (Column("name", Words(), most=64),)
_ROWS = 10


class PickFile(Dialog[str]):
    """A file's name or path; None when cancelled. Up and Down go through the names while one types."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
    ]

    def __init__(self, title: Words, names: Sequence[str], language: str, *, guest: bool) -> None:
        """`guest`: there are no files but those of the area."""
        super().__init__(title, language)
        self._names = list(dict.fromkeys(names))
        self._fit = self._names
        self._guest = guest

    def inside(self) -> Iterator[Widget]:
        """The line, the names, the keys."""
        none = both("pick-none-area") if self._guest else both("pick-none-here")
        yield Saying(both("pick-which") if self._names else none, self.language, classes="dialog--words")
        line = Input(compact=True)
        line.cursor_blink = False
        yield line
        grid = Grid(_COLUMNS, self.language, headings=False, quick=True)
        grid.can_focus = False
        yield grid
        yield Saying(both("pick-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """All names."""
        self._show("")

    def _show(self, typed: str) -> None:
        wanted = typed.strip().casefold()
        self._fit = [name for name in self._names if wanted in name.casefold()]
        grid = self.query_one(Grid)
        grid.show(Listed(_COLUMNS, [(name,) for name in self._fit]))
        grid.styles.height = min(max(1, len(self._names)), _ROWS)
        grid.display = bool(self._names)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fewer names, or more."""
        self._show(event.value)

    def action_move(self, by: int) -> None:
        """Another name."""
        self.query_one(Grid).go(max(0, self.query_one(Grid).row + by))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The name under the cursor; what was typed where it is no part of any."""
        event.stop()
        row = self.query_one(Grid).row
        chosen = self._fit[row] if 0 <= row < len(self._fit) else event.value.strip()
        if chosen:
            self.dismiss(chosen)

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """By mouse."""
        self.dismiss(self._fit[event.row])
