"""A terminal as it was before anybody drew on it.

Knows the sequences that end what a full-screen program may have begun; refuses to know who drew what.
"""

from __future__ import annotations

RESET = (
    b"\x1b[?2026l"  # what was held back for one repaint is shown
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # the mouse is the user's again
    b"\x1b[?1004l\x1b[?2004l\x1b[?2048l"  # no reports of focus, no brackets around pastes, nor of sizes
    b"\x1b[<u"  # the keyboard protocol of kitty
    b"\x1b[?1049l"  # the screen that was there before
    b"\x1b[?7h\x1b[?1l\x1b>\x1b[?25h\x1b[0m\x1b(B"  # wrap, cursor keys, keypad, cursor, colours, characters
)
"""For xterm and its like; a terminal that does not know one of them ignores it."""


def lines(text: str) -> bytes:
    """Text for a terminal that may be in raw mode."""
    return b"\r\n" + text.replace("\n", "\r\n").encode("utf-8") + b"\r\n"
