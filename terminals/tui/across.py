"""Which columns of a list are seen, how wide they are, and which of them are moved aside.

Knows columns and cells; refuses to know rows, colours and keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from terminals.tui.cells import width
from terminals.tui.columns import Column, Rows

GAP = 1  # between columns
_LOOKED_AT = 60  # rows, to see how wide a column has to be


class Across:
    """The columns from left to right: `fixed` first ones stay, the others can be moved out at the left."""

    def __init__(self, columns: Sequence[Column], margin: int, fixed: int) -> None:
        """`margin`: the cells before the first column."""
        self.columns = tuple(columns)
        self.hidden: frozenset[str] = frozenset()
        self.widths: dict[str, int] = {}  # as they are drawn
        self._whole: dict[str, int] = {}  # where there is room for all
        self._cells = 0  # that there are
        self.aside = 0  # columns moved out
        self._margin = margin
        self._fixed = fixed

    @property
    def shown(self) -> tuple[Column, ...]:
        """All that are not hidden."""
        return tuple(each for each in self.columns if each.key not in self.hidden)

    @property
    def seen(self) -> tuple[Column, ...]:
        """Those of them that are not moved out."""
        return self.shown[: self._fixed] + self.shown[self._fixed + self.aside :]

    @property
    def turn(self) -> int:
        """The place of the column behind which some are moved out; -1 for none."""
        return min(self._fixed, len(self.shown)) - 1 if self.aside else -1

    @property
    def needed(self) -> int:
        """The cells that it takes to show all of them."""
        return self._margin + sum(self._whole[each.key] + GAP for each in self.shown)

    def overflows(self, cells: int) -> bool:
        """Whether those that are seen do not fit into so many cells."""
        return self._margin + sum(self.widths[each.key] + GAP for each in self.seen) - GAP > cells

    def hide(self, keys: Iterable[str]) -> None:
        """Show all but these."""
        self.hidden = frozenset(keys)
        self.aside = 0

    def move(self, by: int, cells: int) -> bool:
        """Move a column out, or in again; whether there was one to move."""
        movable = max(0, len(self.shown) - self._fixed - 1)
        aside = max(0, min(movable, self.aside + by))
        if aside == self.aside or (by > 0 and not self.overflows(cells)):
            return False
        self.aside = aside
        return True

    def key_at(self, x: int) -> str:
        """The column that a cell of a line belongs to; '' for none."""
        left = self._margin
        for column in self.seen:
            left += self.widths[column.key] + GAP
            if x < left:
                return column.key
        return ""

    def measure(self, rows: Rows, top: int, language: str, *, headings: bool) -> None:
        """Find out how wide they are, from their headings and the rows that are seen first."""
        looked_at = range(top, min(len(rows), top + _LOOKED_AT))
        for column in self.shown:
            heading = width(column.words.in_language(language)) + column.sorts if headings else 1
            found = (width(rows.text(row, column.key)) for row in looked_at)
            self._whole[column.key] = column.cells or max(heading, min(column.most, max(found, default=0)))
        self.squeeze(self._cells)

    def squeeze(self, cells: int) -> None:
        """Fit them into so many cells (0: as they want), as far as there are columns that give way."""
        self._cells = cells
        self.widths = dict(self._whole)
        over = self.needed - GAP - cells if cells else 0
        for column in self.shown:
            if column.least and over > 0:
                given = min(over, max(0, self._whole[column.key] - column.least))
                self.widths[column.key] -= given
                over -= given

    def widen(self, rows: Rows, row: int) -> bool:
        """Make room for what is in one row now; whether there was not enough."""
        before = dict(self._whole)
        for column in self.shown:
            if not column.cells:
                wanted = min(column.most, width(rows.text(row, column.key)))
                self._whole[column.key] = max(self._whole[column.key], wanted)
        self.squeeze(self._cells)
        return self._whole != before
