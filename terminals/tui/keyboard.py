"""Keys as terminals send them, where Textual reads something else into them.

Knows what Textual 8 makes of three of them: Alt with a digit becomes the letter that a Mac types with it
(Alt+1 is ¡); Alt with a letter is known only after a pause, with its letter, which a field would take, and
what was typed in that pause is lost; Alt+Enter becomes Enter. Refuses to know what any key does. `install`
comes before the first key is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase, digits
from typing import Any, Final, cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

_ESCAPE: Final = "\x1b"
_WORDS = "bf"  # terminals send these for Alt with an arrow, from word to word
_NEW_LINES = (
    f"{_ESCAPE}\r",  # Alt+Enter
    f"{_ESCAPE}[13;5u",  # Ctrl+Enter, as kitty, iTerm and foot say it
    f"{_ESCAPE}[27;5;13~",  # … and as xterm does
    f"{_ESCAPE}[13;2u",  # Shift+Enter
    f"{_ESCAPE}[27;2;13~",
)


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that Textual has no name of its own for."""

    value: str


def install() -> None:
    """Read these keys as what they are, in every App of this process. May be called again."""
    table = cast("dict[str, Any]", ANSI_SEQUENCES_KEYS)
    if _NEW_LINES[0] in table and table[_NEW_LINES[0]] == (Keys.ControlJ,):
        return  # a forked session writes none of the pages that the table is on
    for key in (*digits, *ascii_lowercase):
        if key not in _WORDS:
            table[_ESCAPE + key] = (_Key(f"alt+{key}"),)
    for sequence in _NEW_LINES:
        table[sequence] = (Keys.ControlJ,)


def without_letter(event: events.Key) -> None:
    """Take the letter from any other key with Alt: it is no letter that anybody types."""
    if event.key.startswith("alt+"):
        event.character = None
