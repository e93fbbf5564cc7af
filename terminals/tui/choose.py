"""Choosing from a few: one of several things, as in a menu, or several of them, as in the columns of a list.

Knows lists of options and the keys that choose; refuses to know what is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.buttons import Option, shown_key
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Dialog
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both

_NAME, _KEY = "name", "key"
_NARROW, _WIDE = 32, 200  # cells of an option's name at most


class Choose(Dialog[str]):
    """One of several options, or None. With `at`, it opens there, as a context menu does.

    `wide`: names are long, and the box takes as much of the screen as they need.
    """

    def __init__(
        self,
        title: Words,
        options: Sequence[Option],
        language: str,
        *,
        at: Offset | None = None,
        current: str = "",
        wide: bool = False,
    ) -> None:
        super().__init__(title, language)
        self._options = tuple(options)
        self._at = at
        self._most = _WIDE if wide else _NARROW
        self._current = next((at for at, each in enumerate(options) if each.key == current), 0)

    def inside(self) -> Iterator[Widget]:
        """The options, with the keys that choose them."""
        name = Column(_NAME, Words(), most=self._most, least=_NARROW)
        columns = (name, Column(_KEY, Words(), most=12))
        yield Grid(columns, self.language, headings=False, quick=True)

    def on_mount(self) -> None:
        """Draw the options, beside the place they were asked for."""
        self._fill(self._current)
        grid = self.query_one(Grid)
        if self._at is not None:
            box = self.query_one(".dialog")
            wide, high = grid.needed + 2, len(self._options) + 3
            x = min(self._at.x, self.app.size.width - wide)
            y = min(self._at.y, self.app.size.height - high)
            self.add_class("-at")
            box.styles.offset = (max(0, x), max(0, y))

    def _fill(self, row: int) -> None:
        shown = [
            (each.words.in_language(self.language), shown_key(each.hot) if each.hot else "")
            for each in self._options
        ]
        grid = self.query_one(Grid)
        closed = {(at, _NAME): "quiet" for at, each in enumerate(self._options) if not each.open}
        grid.show(Listed(grid.across.columns, shown, closed), row)
        grid.styles.width = grid.needed
        grid.styles.height = len(shown)

    def retell(self, language: str) -> None:
        """The options in another language, the cursor where it is."""
        super().retell(language)
        self._fill(self.query_one(Grid).row)

    def on_key(self, event: events.Key) -> None:
        """An option's own key."""
        for option in self._options:
            if option.open and option.hot and event.key.lower() == option.hot:
                event.stop()
                event.prevent_default()
                self.dismiss(option.key)
                return

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """The one under the cursor, if it is open."""
        option = self._options[event.row]
        if option.open:
            self.dismiss(option.key)

    def on_click(self, event: events.Click) -> None:
        """One beside it closes it."""
        if event.widget is self:
            self.dismiss(None)


class ChooseMany(Dialog[frozenset[str]]):
    """Several of several options: Space marks, Enter takes the marked ones; None when cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "dialog-mark"),
        Binding("a", "all", "dialog-all"),
    ]

    def __init__(
        self, title: Words, options: Sequence[Option], chosen: Iterable[str], language: str, *, least: int = 0
    ) -> None:
        """`least`: that many have to be chosen."""
        super().__init__(title, language)
        self._options = tuple(options)
        self._chosen = frozenset(chosen)
        self._least = least

    def inside(self) -> Iterator[Widget]:
        """The options, each with a box to mark."""
        yield Grid((Column(_NAME, Words()),), self.language, headings=False, marks=True)
        yield Saying(both("choose-many-keys"), self.language, classes="dialog--keys")

    def on_mount(self) -> None:
        """Draw the options, those chosen marked."""
        self._fill(0, {at for at, each in enumerate(self._options) if each.key in self._chosen})

    def _fill(self, row: int, marked: set[int]) -> None:
        grid = self.query_one(Grid)
        grid.show(
            Listed(grid.across.columns, [(each.words.in_language(self.language),) for each in self._options]),
            row,
        )
        grid.marked = marked
        grid.styles.height = min(len(self._options), max(3, self.app.size.height - 8))

    def retell(self, language: str) -> None:
        """The options in another language, the marks where they are."""
        super().retell(language)
        grid = self.query_one(Grid)
        self._fill(grid.row, set(grid.marked))

    def action_all(self) -> None:
        """Mark all, or none if all are."""
        grid = self.query_one(Grid)
        every = set(range(len(self._options)))
        grid.marked = set() if grid.marked == every else every
        grid.refresh()

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """The marked ones."""
        marked = event.grid.marked
        if len(marked) >= self._least:
            self.dismiss(frozenset(self._options[at].key for at in marked))


def choose_columns(grid: Grid, language: str) -> None:
    """Ask which columns of a list are shown (选择显示列); all of them to begin with."""
    options = [Option(column.key, column.words) for column in grid.across.columns]
    keys = {column.key for column in grid.across.columns}

    def chosen(shown: frozenset[str] | None) -> None:
        if shown is not None:
            grid.hide(keys - shown)

    dialog = ChooseMany(both("table-columns"), options, keys - grid.across.hidden, language, least=1)
    grid.app.push_screen(dialog, chosen)
