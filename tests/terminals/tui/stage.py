"""A stage for widgets: an App in the terminal's colours with nothing but what a test puts on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from terminals.tui.theme import Painted

SMALL = (80, 24)
LARGE = (120, 40)


class Stage(Painted[None]):
    """Shows the widgets it is given; keeps every message that reaches it under `heard`."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        """The widgets."""
        yield from self._widgets


def text(app: Painted[Any]) -> list[str]:
    """What the screen shows, line by line, without colours."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def shown(app: Painted[Any]) -> str:
    """The same as one text."""
    return "\n".join(text(app))


def style_at(app: Painted[None], x: int, y: int) -> tuple[str, str]:
    """Letter and background colour of a cell, as hex numbers; '' for a letter that nobody sees."""
    strip = app.screen._compositor.render_strips()[y].crop(x, x + 1)
    style = next(iter(strip)).style
    assert style is not None
    assert style.bgcolor is not None
    letter = style.color.get_truecolor().hex if style.color else ""
    return letter, style.bgcolor.get_truecolor().hex


async def until(pilot: Pilot[None], true: Callable[[], bool], turns: int = 200) -> None:
    """Let the App go on until something holds; fails if it never does."""
    for _ in range(turns):
        if true():
            return
        await pilot.pause()
    raise AssertionError("it never happened")
