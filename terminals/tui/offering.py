"""Forms that were not finished (未完成的单证): offered after a login, and from the main menu.

Knows how they are listed and what can be done with them; refuses to open a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Dialog
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both
from terminals.work.drafts import Draft

_COLUMNS = (
    Column("form", both("drafts-form"), most=24),
    Column("number", both("drafts-number"), most=22),
    Column("time", both("drafts-time"), cells=16),
)
_BUTTONS = (
    Option("open", both("drafts-open")),
    Option("all", both("drafts-all"), "a"),
    Option("drop", both("drafts-drop"), "delete"),
    Option("later", both("drafts-later"), "escape"),
)
_ROWS = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be done, and with which."""

    what: str  # open or drop
    drafts: tuple[Draft, ...]


class Offer(Dialog[Chosen]):
    """The forms that were kept; None: later."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "across", "dialog-across", priority=True)]

    def __init__(self, drafts: Sequence[Draft], name: Callable[[Draft], Words], language: str) -> None:
        """`name` says what kind of form one is."""
        super().__init__(both("drafts-title"), language)
        self._drafts = tuple(drafts)
        self._named = name

    def inside(self) -> Iterator[Widget]:
        """What they are, the list, what can be done."""
        yield Saying(both("drafts-told"), self.language, classes="dialog--words")
        yield Grid(_COLUMNS, self.language)
        yield Buttons(_BUTTONS, self.language)

    def on_mount(self) -> None:
        """List them."""
        self._fill(0)
        self.query_one(Grid).focus()

    def _fill(self, row: int) -> None:
        grid = self.query_one(Grid)
        grid.show(Listed(_COLUMNS, [self._row(draft) for draft in self._drafts]), row)
        grid.styles.width = max(grid.needed, 50)
        grid.styles.height = min(len(self._drafts), _ROWS) + 1

    def _row(self, draft: Draft) -> tuple[str, str, str]:
        name = self._named(draft).in_language(self.language)
        return name, draft.title, draft.kept.astimezone(CST).strftime("%Y-%m-%d %H:%M")

    def retell(self, language: str) -> None:
        """The same in another language, the cursor where it is."""
        super().retell(language)
        self._fill(self.query_one(Grid).row)

    def action_across(self) -> None:
        """Between the list and the buttons."""
        grid, buttons = self.query_one(Grid), self.query_one(Buttons)
        (buttons if grid.has_focus else grid).focus()

    def on_grid_picked(self) -> None:
        """Enter in the list opens one."""
        self._choose("open")

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """A button, or its key."""
        self._choose(event.key)

    def _choose(self, what: str) -> None:
        one = self._drafts[self.query_one(Grid).row]
        match what:
            case "all":
                self.dismiss(Chosen("open", self._drafts))
            case "later":
                self.dismiss(None)
            case _:
                self.dismiss(Chosen(what, (one,)))
