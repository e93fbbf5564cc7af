"""A terminal's glass: takes what would be written to a terminal, and has what would be seen there.

Like real ones it forgets the other half of a letter when one of its two cells is written over, and that half
is seen as damage here, since no two terminals colour it alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual._compositor import CompositorUpdate
from textual.screen import Screen
from textual.widget import Widget

from tests.terminals.tui.stage import Stage

if TYPE_CHECKING:
    from rich.console import RenderableType

_PART = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|\n|[^\x1b\n]")
_DAMAGE = ("�", "")
_RIGHT_HALF = ""

Cell = tuple[str, str]
"""A letter and how it is coloured; the right half of a wide letter is an empty text."""


@dataclass
class Glass:
    """The cells of a terminal."""

    width: int
    height: int
    cells: list[list[Cell]] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = [[(" ", "")] * self.width for _ in range(self.height)]
        self._x = self._y = 0
        self._style = ""

    def feed(self, written: str) -> None:
        """Take what is written."""
        for part in _PART.finditer(written):
            row, column, style = part.groups()
            if row is not None:
                self._y, self._x = int(row) - 1, int(column) - 1
            elif style is not None:
                self._style = "" if style in ("", "0") else style
            elif part.group() != "\n":
                self._put(part.group())

    def _put(self, letter: str) -> None:
        wide = cell_len(letter)
        if not wide or self._y >= self.height:
            return
        for x in range(self._x, min(self.width, self._x + wide)):
            self._break(x)
        line = self.cells[self._y]
        line[self._x] = (letter, self._style)
        if wide == 2:
            line[self._x + 1] = (_RIGHT_HALF, self._style)
        self._x += wide

    def _break(self, x: int) -> None:
        """Half of a letter is written over: the other half is no letter any more."""
        line = self.cells[self._y]
        if line[x][0] == _RIGHT_HALF:
            line[x - 1] = _DAMAGE
        if x + 1 < self.width and line[x + 1][0] == _RIGHT_HALF:
            line[x + 1] = _DAMAGE

    def lines(self) -> list[str]:
        """The letters, line by line."""
        return ["".join(letter for letter, _ in line) for line in self.cells]


class Seen(Stage):
    """A stage whose every update is written to a glass."""

    def __init__(self, *widgets: Widget, size: tuple[int, int]) -> None:
        super().__init__(*widgets)
        self.glass = Glass(*size)

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            self.glass.feed(renderable.render_segments(self.console))
        super()._display(screen, cast("RenderableType", renderable))

    def repainted(self) -> Glass:
        """What would be seen if all of the screen were painted anew."""
        glass = Glass(self.glass.width, self.glass.height)
        update = self.screen._compositor.render_full_update()
        glass.feed(update.render_segments(self.console))
        return glass
