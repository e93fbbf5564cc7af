"""The menu: every screen that this person may open, by system; beside the pages, or as a page of its own.

Knows how entries are listed and chosen, and that the one at the side folds away; refuses to know what an
entry opens.
"""

from __future__ import annotations

from terminals.tui.columns import Column
from terminals.tui.dialogs import NOTHING
from terminals.tui.grid import Grid
from terminals.tui.keys import shown
from terminals.tui.systems import Entry, Menu, System

WIDTH = 24  # cells
NARROW = 100  # columns of a window below which the menu is folded, and folds again when something is chosen

_NAME, _KEY = "name", "key"


class _Lines:
    """The entries as a grid asks for them: a line a system, then its entries."""

    def __init__(self, menu: Menu, language: str, leave: str, *, numbered: bool) -> None:
        self.lines: list[System | Entry] = []
        self._language = language
        self._numbered = numbered
        self._numbers: dict[str, int] = {}
        for system in menu.systems:
            entries = [entry for entry in system.entries if entry.listed and entry.name != leave]
            if entries:
                self.lines += [system, *entries]
        for entry in self.entries():
            self._numbers[entry.name] = len(self._numbers) + 1

    def entries(self) -> list[Entry]:
        return [each for each in self.lines if isinstance(each, Entry)]

    def __len__(self) -> int:
        return len(self.lines)

    def text(self, row: int, key: str) -> str:
        line = self.lines[row]
        if key == _KEY:
            return shown(line.key) if isinstance(line, Entry) and line.key else ""
        words = line.words.in_language(self._language)
        if isinstance(line, System):
            return words
        number = f"{self._numbers[line.name]:>2} " if self._numbered else ""
        return f"  {number}{words}"

    def tone(self, row: int, key: str) -> str:
        return "quiet" if key == _KEY or isinstance(self.lines[row], System) else ""


class Entries(Grid):
    """The menu's entries. A chosen one is posted as Picked; `entry` says which it is."""

    def __init__(self, menu: Menu, language: str, *, numbered: bool = False, leave: str = "") -> None:
        """`numbered`: with the digits that `numbered_entry` knows; `leave`: an entry that is not listed."""
        columns = (Column(_NAME, NOTHING), Column(_KEY, NOTHING, most=12))
        super().__init__(columns, language, headings=False, quick=True)
        self._menu = menu
        self._leave = leave
        self._numbered = numbered
        self._lines = _Lines(menu, language, leave, numbered=numbered)
        self.show(self._lines, 1)

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._lines = _Lines(self._menu, language, self._leave, numbered=self._numbered)
        self.show(self._lines, self.row)
        super().retell(language)

    def entry(self, row: int) -> Entry | None:
        """What a row opens; None for a system's name."""
        line = self._lines.lines[row] if 0 <= row < len(self._lines) else None
        return line if isinstance(line, Entry) else None

    def numbered_entry(self, number: int) -> Entry | None:
        """What a number opens."""
        entries = self._lines.entries()
        return entries[number - 1] if 1 <= number <= len(entries) else None


class SideMenu(Entries):
    """The menu at the left of the pages."""

    DEFAULT_CSS = f"""
    SideMenu {{ width: {WIDTH}; height: 1fr; border-right: solid $panel; }}
    SideMenu.-folded {{ display: none; }}
    """

    def __init__(self, menu: Menu, language: str, *, leave: str = "") -> None:
        super().__init__(menu, language, leave=leave)
        self._fit()

    def retell(self, language: str) -> None:
        """The same in another language."""
        super().retell(language)
        self._fit()

    def _fit(self) -> None:
        """Keys stand there if all of them are seen; the main menu has them in any case."""
        self.hide(())
        if self.needed >= WIDTH:  # one cell is the border's
            self.hide({_KEY})
