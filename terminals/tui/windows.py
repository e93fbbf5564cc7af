"""The list of open screens (F3) and the drop-down of functions (功能选择, Alt+3).

Knows what can be done with an open screen and which keys the manual gives to functions; refuses to do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose
from terminals.tui.page import Page
from terminals.tui.words import both

MOST = 9  # screens that a digit reaches

_ACTIONS = (
    Option("left", both("windows-left"), "left"),
    Option("right", both("windows-right"), "right"),
    Option("close", both("windows-close"), "c"),
    Option("others", both("windows-others"), "o"),
    Option("all", both("windows-all"), "a"),
)


class Windows(Choose):
    """The open screens by number, and what can be done with `page`, the one in front or the one clicked.

    Its result is a page's number, or the name of an action.
    """

    def __init__(self, pages: Sequence[Page], page: Page, language: str, at: Offset | None = None) -> None:
        shown = [
            Option(str(number), _named(each), str(number) if number <= MOST else "")
            for number, each in enumerate(pages, 1)
        ]
        current = str(list(pages).index(page) + 1)
        super().__init__(both("windows-title"), (*shown, *_ACTIONS), language, at=at, current=current)


def _named(page: Page) -> Words:
    mark = "*" if page.unsaved else ""
    return Words(mark + page.heading.zh, mark + page.heading.en)


class Functions(Choose):
    """功能选择, with the manual's own keys while it is open, Ctrl+A to Ctrl+F; their letters alone do too."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("alt+3", "escape", show=False)]

    def __init__(self, language: str, *, forward: bool, back: bool) -> None:
        options = (
            Option("main", both("functions-main"), "ctrl+a"),
            Option("forward", both("functions-forward"), "ctrl+b", forward),
            Option("back", both("functions-back"), "ctrl+c", back),
            Option("help", both("functions-help"), "ctrl+d"),
            Option("about", both("functions-about"), "ctrl+e"),
            Option("quit", both("functions-quit"), "ctrl+f"),
        )
        super().__init__(both("functions-title"), options, language, at=Offset(0, 1))

    def on_key(self, event: events.Key) -> None:
        """A letter alone."""
        option = next((each for each in self._options if each.hot == f"ctrl+{event.key}"), None)
        if option is not None and option.open:
            event.stop()
            self.dismiss(option.key)
