"""The steps of a long form in one line (第一步、第二步 …): which are done, which is in front, which are open.

Knows names and whether a step is complete; refuses to know what is in a step. The step in front says all of
its name, the others only their number, so that the line fits where screens are narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.cells import width
from terminals.tui.words import both

_DONE, _HERE, _OPEN = "✓", "▶", "○"
_BETWEEN = " ─ "
_CHINESE = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the part of the form that it begins with, its name, and whether nothing is missing in it."""

    part: str
    words: Words
    done: bool


class Steps(Widget):
    """The line of steps. A click wants one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Steps { height: 1; padding: 0 1; background: $surface; color: $quiet; }
    Steps .steps--here { color: $primary; text-style: bold; }
    Steps .steps--done { color: $success; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"steps--here", "steps--done"}

    class Picked(Message):
        """A step was clicked on."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._shown: tuple[Step, ...] = ()
        self._at = 0

    def show(self, steps: Sequence[Step], at: int) -> None:
        """These steps, that at place `at` in front."""
        if (tuple(steps), at) != (self._shown, self._at):
            self._shown, self._at = tuple(steps), at
            self.refresh()

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.refresh()

    def _labels(self) -> Iterator[str]:
        for at, step in enumerate(self._shown):
            zh, en = _CHINESE[at] if at < len(_CHINESE) else str(at + 1), str(at + 1)
            name = both("form-step", step=Words(zh, en)).in_language(self._language)
            words = f" {step.words.in_language(self._language)}" if at == self._at else ""
            done = f" {_DONE}" if at == self._at and step.done else ""
            mark = _HERE if at == self._at else _DONE if step.done else _OPEN
            yield f"{mark} {name}{words}{done}"

    def render_line(self, y: int) -> Strip:
        """The steps from the left."""
        segments = []
        for at, label in enumerate(self._labels()):
            here, done = at == self._at, self._shown[at].done
            name = "steps--here" if here else "steps--done" if done else ""
            style = self.get_component_rich_style(name) if name else self.rich_style
            segments += [Segment(_BETWEEN, self.rich_style)] if at else []
            segments.append(Segment(label, style))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        """The step under the mouse."""
        place = event.get_content_offset(self)
        left = 0
        for step, label in zip(self._shown, self._labels(), strict=True):
            if place is not None and left <= place.x < left + width(label):
                event.stop()
                self.post_message(self.Picked(step.part))
            left += width(label) + width(_BETWEEN)
