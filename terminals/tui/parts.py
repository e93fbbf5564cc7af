"""The parts of a form in one line, 表头 and each 表体 with the number of its lines: which is in front.

Knows names and counts; refuses to know what is in a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.cells import fit, width
from terminals.tui.status import shares

_LEAST = 6  # cells of a part's name, however long the title is


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `count` -1 where there is nothing to count. `short`: its name where all have no room."""

    key: str
    words: Words
    count: int = -1
    short: Words | None = None


class Parts(Widget):
    """The line of parts. A click wants one."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"parts--front"}

    class Picked(Message):
        """A part was clicked on."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._shown: tuple[Part, ...] = ()
        self._front = ""
        self._title = Words()

    def show(self, parts: Sequence[Part], front: str, title: Words) -> None:
        """These parts, one of them in front; `title` stands at the right."""
        if (tuple(parts), front, title) != (self._shown, self._front, self._title):
            self._shown, self._front, self._title = tuple(parts), front, title
            self.refresh()

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.refresh()

    def _labels(self) -> list[str]:
        """Each name with its count; where the title would have no room the short ones, the longest cut."""
        counts = [f" {part.count} " if part.count >= 0 else " " for part in self._shown]
        names = [f" {part.words.in_language(self._language)}" for part in self._shown]
        room = self.size.width - width(self._title_shown()) - sum(map(width, counts)) - 1
        if sum(map(width, names)) > room:
            names = [f" {(part.short or part.words).in_language(self._language)}" for part in self._shown]
        cells = shares([width(name) for name in names], room)
        cut = (fit(name, most).rstrip() for name, most in zip(names, cells, strict=True))
        return [f"{name}{count}" for name, count in zip(cut, counts, strict=True)]

    def _title_shown(self) -> str:
        """The state is always seen, if need be its beginning."""
        title = self._title.in_language(self._language)
        most = max(0, self.size.width - _LEAST * len(self._shown))
        return title if width(title) <= most else fit(title, most)

    def render_line(self, y: int) -> Strip:
        """The parts from the left, the title at the right."""
        front = self.get_component_rich_style("parts--front")
        ground = self.rich_style
        segments = [
            Segment(label, front if part.key == self._front else ground)
            for part, label in zip(self._shown, self._labels(), strict=True)
        ]
        title = self._title_shown()
        room = self.size.width - sum(width(segment.text) for segment in segments) - width(title) - 1
        if title:
            segments += [Segment(" " * max(0, room), ground), Segment(title + " ", ground)]
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def on_click(self, event: events.Click) -> None:
        """The part under the mouse."""
        left = 0
        for part, label in zip(self._shown, self._labels(), strict=True):
            if left <= event.x < left + width(label):
                event.stop()
                self.post_message(self.Picked(part.key))
            left += width(label)
