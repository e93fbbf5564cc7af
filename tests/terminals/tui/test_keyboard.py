"""Keys as terminals send them."""

from __future__ import annotations

import pytest
from textual import constants, events
from textual._xterm_parser import XTermParser

from terminals.tui import keyboard
from tests.terminals.tui.desk import Desk
from tests.terminals.tui.stage import SMALL
from tests.terminals.work.forms import empty, stocktake


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the terminals run, whichever module was imported first here."""
    monkeypatch.setattr(constants, "DISABLE_KITTY_KEY", True)


def keys(sent: str) -> list[str]:
    """The keys that are read in what a terminal sends."""
    keyboard.install()
    parser = XTermParser()
    return [event.key for event in parser.feed(sent) if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("\x1b1", ["alt+1"]),
        ("\x1b2", ["alt+2"]),
        ("\x1b3", ["alt+3"]),
        ("\x1bm", ["alt+m"]),
        ("\x1b1PD\x1bm7", ["alt+1", "P", "D", "alt+m", "7"]),
        ("\x1b\r", ["ctrl+j"]),
        ("\n", ["ctrl+j"]),
        ("\x1b[13;5u", ["ctrl+j"]),
        ("\x1b[27;5;13~", ["ctrl+j"]),
        ("\r", ["enter"]),
        ("\x0e\x04\x13\x12", ["ctrl+n", "ctrl+d", "ctrl+s", "ctrl+r"]),
        ("\t\x1b[Z", ["tab", "shift+tab"]),
        ("税", ["税"]),
    ],
)
def test_the_manuals_keys_are_read_as_what_they_are(sent: str, read: list[str]) -> None:
    """As xterm, PuTTY, tmux and the Linux console send them."""
    assert keys(sent) == read


@pytest.mark.asyncio
async def test_alt_with_a_letter_or_digit_types_nothing() -> None:
    """So Alt+1 leaves no 1 behind in a field."""
    app = Desk(empty())
    async with app.run_test(size=SMALL) as pilot:
        for event in XTermParser().feed("A\x1b1\x1bx"):
            app.post_message(event)
        app.post_message(events.Key("alt+shift+m", "M"))
        await pilot.pause()
        assert app.head("etpsInnerNo") == ["A"]


@pytest.mark.asyncio
async def test_alt_enter_is_a_new_line_in_a_long_text() -> None:
    """As it comes from a terminal."""
    app = Desk(stocktake())
    async with app.run_test(size=SMALL) as pilot:
        app.view.head.focus_field("bizScope")
        await pilot.pause()
        for event in XTermParser().feed("a\x1b\rb"):
            app.post_message(event)
        await pilot.pause()
        assert app.head("bizScope") == ["a\nb"]
