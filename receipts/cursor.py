"""A mailbox's positions as the opaque cursors that callers hold.

Positions are counted in the mailbox's own row and never reused; 0 is before the first. The cursor's form is
nobody else's business, so it says nothing but a position, and is checked before anything is asked of it.
"""

from __future__ import annotations

import re

BEGINNING = ""
_CURSOR = re.compile(r"\Ar([0-9a-f]{1,15})\Z")


def encode(position: int) -> str:
    """The cursor behind `position` receipts."""
    return f"r{position:x}"


def decode(cursor: str) -> int:
    """The position of a cursor this module made; ValueError for any other text."""
    if cursor == BEGINNING:
        return 0
    match = _CURSOR.match(cursor)
    if match is None:
        raise ValueError(
            f"{cursor[:64]!r} is not a cursor of this gateway: leave it out to begin at the beginning"
        )
    return int(match[1], 16)
