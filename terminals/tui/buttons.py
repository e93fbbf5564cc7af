"""Buttons side by side, in as many lines as they need: by arrow and Enter, by a letter or a key, or by mouse.

Knows options and which of them are open; refuses to know what they do. A whole row is one widget, so that a
dialog is there at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.cells import width

_GAP = 2
NAMED = {
    "pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc", "delete": "Del", "insert": "Ins",
    "question_mark": "?",
}  # fmt: skip
"""Keys by the names that keyboards have for them; others are called as Textual calls them."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several things to choose: `hot` is the key that chooses it, as Textual names it, or ''."""

    key: str
    words: Words
    hot: str = ""
    open: bool = True


def shown_key(hot: str) -> str:
    """A key as it stands beside what it does: Ctrl+S, Alt+1, F4, Y."""
    return "+".join(
        NAMED.get(part, part.upper() if len(part) == 1 else part.capitalize()) for part in hot.split("+")
    )


class Buttons(Widget, can_focus=True):
    """A row of buttons. Posts Pressed; a key that belongs to nobody else may be given to `press_key`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up,shift+tab", "step(-1)", show=False),
        Binding("right,down,tab", "step(1)", show=False),
        Binding("enter,space", "press", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"buttons--open", "buttons--closed", "buttons--current"}

    class Pressed(Message):
        """A button was pressed."""

        def __init__(self, buttons: Buttons, key: str) -> None:
            super().__init__()
            self.buttons = buttons
            self.key = key

        @property
        def control(self) -> Buttons:
            """The row it is in."""
            return self.buttons

    def __init__(
        self,
        options: Sequence[Option],
        language: str,
        *,
        current: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`current`: the key of the button that Enter presses first."""
        super().__init__(id=id)
        self._options = tuple(options)
        self._language = language
        keys = [each.key for each in options]
        self._current = keys.index(current) if current in keys else 0

    def offer(self, options: Sequence[Option]) -> None:
        """Other buttons, or the same with others of them open."""
        if tuple(options) != self._options:
            self._options = tuple(options)
            self._current = min(self._current, len(options) - 1)
            self.refresh(layout=True)

    def retell(self, language: str) -> None:
        """Their names in another language."""
        self._language = language
        self.refresh(layout=True)

    @property
    def current(self) -> str:
        """The key of the button that Enter would press."""
        return self._options[self._current].key

    def press_key(self, pressed: str) -> bool:
        """Press the button whose hot key this is; whether there is one that is open."""
        for option in self._options:
            if option.open and option.hot and option.hot == pressed.lower():
                self.post_message(self.Pressed(self, option.key))
                return True
        return False

    def action_step(self, by: int) -> None:
        """To the next open button, around the end."""
        places = len(self._options)
        ways = ((self._current + by * step) % places for step in range(1, places + 1))
        self._current = next((at for at in ways if self._options[at].open), self._current)
        self.refresh()
        self.screen.refresh_bindings()  # what Enter does is another thing now

    def action_press(self) -> None:
        """Press the current button."""
        if self._options[self._current].open:
            self.post_message(self.Pressed(self, self.current))

    def on_click(self, event: events.Click) -> None:
        """By mouse."""
        event.stop()
        event.prevent_default()
        for at, left, label in self._line(event.y):
            if left <= event.x < left + width(label) and self._options[at].open:
                self.post_message(self.Pressed(self, self._options[at].key))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as the buttons are, in one line."""
        return _wide(self._labels(), _GAP)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as they need."""
        return max((line for line, _, _ in self._placed(width)), default=0) + 1

    def _placed(self, cells: int) -> list[tuple[int, int, str]]:
        """Line, left end and label of each button: closer together before there is another line."""
        labels = self._labels()
        gap = _GAP if _wide(labels, _GAP) <= cells else 1
        placed: list[tuple[int, int, str]] = []
        line = left = 0
        for label in labels:
            if left and left + width(label) > cells:
                line, left = line + 1, 0
            placed.append((line, left, label))
            left += width(label) + gap
        return placed

    def _line(self, y: int) -> list[tuple[int, int, str]]:
        """Number, left end and label of the buttons on a line."""
        placed = enumerate(self._placed(self.size.width))
        return [(at, left, label) for at, (line, left, label) in placed if line == y]

    def render_line(self, y: int) -> Strip:
        """The buttons; the current one stands out while the row has the focus."""
        segments: list[Segment] = []
        drawn = 0
        for at, left, label in self._line(y):
            current = at == self._current and self.has_focus
            name = "current" if current else "open" if self._options[at].open else "closed"
            segments.append(Segment(" " * (left - drawn), self.rich_style))
            segments.append(Segment(label, self.get_component_rich_style(f"buttons--{name}")))
            drawn = left + width(label)
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _labels(self) -> list[str]:
        return [f" {_label(option, self._language)} " for option in self._options]


def _wide(labels: Sequence[str], gap: int) -> int:
    return sum(map(width, labels)) + gap * (len(labels) - 1)


def _label(option: Option, language: str) -> str:
    hot = f"({shown_key(option.hot)})" if option.hot else ""
    return option.words.in_language(language) + hot
