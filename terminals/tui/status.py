"""The status bar: who works here, for whom, with which card, what the gateway does, what came, the time.

Knows how to say these in one line of any width, and counts the seconds to the next try only while there are
any to count; refuses to find any of it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST
from terminals.tui.cells import fit, width
from terminals.tui.words import word

_WHO = 30  # cells that anybody's name may take


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the bar shows."""

    role: Words
    name: str
    party: str
    device: Words  # 'IC card 1234', or that there is none
    out: bool = False  # the device is not there now


class Status(Widget):
    """One line at the bottom, that nothing told in passing covers. A click on what came opens it."""

    DEFAULT_CSS = """
    Status { height: 1; background: $bar; color: $bar-ink; }
    Status .status--bad { background: $error; color: $bar-ink; text-style: bold; }
    Status .status--news { background: $warning; color: $bar-ink; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"status--bad", "status--news"}

    class Asked(Message):
        """The receipts were clicked."""

    def __init__(self, language: str, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._language = language
        self._clock = clock
        self._person: Person | None = None
        self._up = True
        self._again: float | None = None  # seconds to the next try; None: it is being tried
        self._counting: Timer | None = None
        self._unread = 0
        self._note: Words | None = None
        self._news = (0, 0)  # where the receipts stand

    # -- what it is told

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.refresh()

    def show_person(self, person: Person) -> None:
        """Who works here."""
        self._person = person
        self.refresh()

    def show_up(self) -> None:
        """The gateway answers."""
        self._count_no_more()
        self._up = True
        self.refresh()

    def show_down(self, again: float) -> None:
        """It does not, and is asked again in so many seconds."""
        self._count_no_more()
        self._up, self._again = False, again
        self._counting = self.set_interval(1.0, self._count)
        self.refresh()

    def show_unread(self, number: int) -> None:
        """So many receipts were not looked at."""
        self._unread = number
        self.refresh()

    def show_note(self, note: Words | None) -> None:
        """Something that waits, or is going on."""
        if note != self._note:
            self._note = note
            self.refresh()

    # -- time

    def on_mount(self) -> None:
        """The clock's first minute."""
        self._tick()

    def _tick(self) -> None:
        """One timer a minute, at its beginning."""
        now = self._clock()
        self.set_timer(60.1 - now.second - now.microsecond / 1e6, self._tick)
        self.refresh()

    def _count(self) -> None:
        self._again = max(0.0, (self._again or 0.0) - 1.0)
        if self._again == 0.0:
            self._count_no_more()
        self.refresh()

    def _count_no_more(self) -> None:
        self._again = None
        if self._counting is not None:
            self._counting.stop()
            self._counting = None

    # -- how it looks

    def _gateway(self) -> tuple[str, str]:
        if self._up:
            return word(self._language, "status-up"), ""
        if self._again is None:
            return word(self._language, "status-trying"), "bad"
        return word(self._language, "status-down", seconds=math.ceil(self._again)), "bad"

    def _parts(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """What stands left and right, each with its kind."""
        left: list[tuple[str, str]] = []
        if self._person is not None:
            who = f"{self._person.role.in_language(self._language)} {self._person.name}".strip()
            left = [(who, ""), (self._person.party, "")]
            left.append((self._person.device.in_language(self._language), "bad" if self._person.out else ""))
        right = [self._gateway()]
        if self._note is not None:
            right.append((self._note.in_language(self._language), "note"))
        if self._unread:
            right.append((word(self._language, "status-unread", number=self._unread), "news"))
        right.append((self._clock().astimezone(CST).strftime("%H:%M"), ""))
        return [part for part in left if part[0]], right

    def render_line(self, y: int) -> Strip:
        """The line; where it is narrow, the longest names on the left are cut."""
        plain = self.rich_style
        left, right = self._parts()
        room = self.size.width - sum(width(text) + 2 for text, _ in right)
        wanted, room_left = [min(width(text), _WHO) for text, _ in left], room - 3 * len(left)
        device = [max(0, min(wanted[-1], room_left // 2))] if wanted else []  # before names
        cells = [*shares(wanted[:-1], room_left - sum(device)), *device]
        segments: list[Segment] = []
        for (text, kind), most in zip(left, cells, strict=True):
            style = self.get_component_rich_style(f"status--{kind}") if kind else plain
            segments += [Segment(f" {fit(text, most)} ", style), Segment("|", plain)]
        strip = Strip(segments[:-1]).adjust_cell_length(max(room, 0), plain)
        ends: list[Segment] = []
        at = max(room, 0)
        for text, kind in right:
            shown = {"note": "news"}.get(kind, kind)
            style = self.get_component_rich_style(f"status--{shown}") if shown else plain
            ends.append(Segment(f" {text} ", style))
            if kind == "news":
                self._news = (at, at + width(text) + 2)
            at += width(text) + 2
        return Strip([*strip, *ends]).adjust_cell_length(self.size.width, plain)

    def on_click(self, event: events.Click) -> None:
        """On what came."""
        if self._unread and self._news[0] <= event.x < self._news[1]:
            self.post_message(self.Asked())


def shares(wanted: list[int], room: int) -> list[int]:
    """How many cells each gets: the smaller ones all they want, the larger ones equal parts of the rest."""
    got = [0] * len(wanted)
    left, room = sorted(range(len(wanted)), key=lambda at: wanted[at]), max(room, 0)
    while left:
        share = room // len(left)
        at = left.pop(0)
        got[at] = min(wanted[at], share)
        room -= got[at]
    return got
