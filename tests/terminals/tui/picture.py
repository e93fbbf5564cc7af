"""A picture of a screen for people: its rows as text, and where the colours that mean something stand.

Of the colours only those are told that say how something stands (a required field, a wrong one, the line
under the cursor); what a library draws otherwise is none of it. Whatever differs from day to day (numbers
that a gateway gives, today's date, the time, a port) is made the same, in as many cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby

from rich.color import parse_rgb_hex
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.widgets import Input, TextArea

from messages.wire import CST
from terminals.tui.pin import PinBox
from terminals.tui.theme import LIGHT, Painted
from tests.terminals.tui.stage import text

_GROUNDS = {
    "field-required": "required", "field-optional": "optional", "field-locked": "locked",
    "field-current": "current", "field-wrong": "wrong", "list-cursor": "cursor", "list-marked": "marked",
}  # fmt: skip
GROUNDS = {LIGHT.variables[name]: mark for name, mark in _GROUNDS.items()} | {
    str(LIGHT.error): "alarm",
    str(LIGHT.warning): "news",
}
"""What a ground says."""

INKS = {str(LIGHT.error): "red", str(LIGHT.warning): "amber", str(LIGHT.success): "green"}
"""What a letter's colour says."""

_CHANGING = (
    (re.compile(r"(?<![\d.])\d\d:\d\d:\d\d(?!\d)"), "00:00:00"),
    (re.compile(r"(版本|Version) \d+\.\d+\.\d+"), r"\1 0.0.0"),
    (re.compile(r"(更新日期|, of) \d{4}-\d\d-\d\d"), r"\1 0000-00-00"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d{5}(?!\d)"), r"\1:00000"),
)
_MOMENT = re.compile(r"0000-00-00 \d\d:\d\d(?!:)")
_GUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}(?:-[0-9A-F]*){0,3}")


class Mask:
    """Makes the same what is never the same: `known` are case numbers, in the order of their being made."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = {case: f"{case[0]}{at:018d}" for at, case in enumerate(known, 1)}

    def __call__(self, row: str) -> str:
        """The row with every such thing replaced by something as wide."""
        for case, plain in self._known.items():
            row = row.replace(case, plain)
        for pattern, plain in _CHANGING:
            row = pattern.sub(plain, row)
        row = _GUID.sub(lambda found: re.sub("[0-9A-F]", "0", found.group()), row)
        now = datetime.now(CST)
        for day in (now, now - timedelta(days=1)):
            for form, plain in (("%Y-%m-%d", "0000-00-00"), ("%Y%m%d", "00000000")):
                row = row.replace(day.strftime(form), plain)
            row = row.replace(f"{day:%m-%d} 00:00:00", "00-00 00:00:00")
        return _MOMENT.sub("0000-00-00 00:00", row)


def picture(app: Painted[int], mask: Callable[[str], str]) -> list[str]:
    """What is seen, line by line: the rows, the marks of those that have any, who has the focus."""
    rows = [mask(row).rstrip() for row in text(app)]
    shown = [f"{at:2d}|{row}".rstrip() for at, row in enumerate(rows)]
    marks = [f"{at:2d}~ {found}" for at in range(len(rows)) if (found := _marks(app, at))]
    return [*shown, *marks, f"focus: {_focus(app)}"]


def _marks(app: Painted[int], row: int) -> str:
    """As `required 12-40, red 50-52`: cells, the last one included."""
    spans: list[tuple[str, int, int]] = []
    at = 0
    for segment in app.screen._compositor.render_strips()[row]:
        cells = segment.cell_length
        name = _name(segment.style) if segment.text.strip() or _ground(segment.style) else ""
        spans.append((name, at, at + cells - 1))
        at += cells
    found = []
    for name, parts in groupby(spans, key=lambda span: span[0]):
        if name:
            each = list(parts)
            found.append(f"{name} {each[0][1]}-{each[-1][2]}")
    return ", ".join(found)


def _ground(style: Style | None) -> str:
    if style is None or style.bgcolor is None:
        return ""
    return GROUNDS.get(style.bgcolor.get_truecolor().hex, "")


def _name(style: Style | None) -> str:
    if style is None:
        return ""
    ground = _ground(style)
    ink = _ink(style.color.get_truecolor()) if style.color else ""
    return " ".join(part for part in (ground, ink, "struck" if style.strike else "") if part)


def _ink(colour: ColorTriplet) -> str:
    """What it says; a mixed colour may be one off the theme's."""
    for known, name in INKS.items():
        if all(abs(one - other) <= 1 for one, other in zip(colour, parse_rgb_hex(known[1:]), strict=True)):
            return name
    return ""


def _focus(app: Painted[int]) -> str:
    """The widget, and where the next letter goes if it takes letters."""
    focused = app.screen.focused
    if focused is None:
        return "nothing"
    name = type(focused).__name__
    if isinstance(focused, Input | TextArea):
        place = focused.cursor_screen_offset
        return f"{name} {place.x},{place.y}"
    return f"{name} {focused.region.x},{focused.region.y}" if isinstance(focused, PinBox) else name
