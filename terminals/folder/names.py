"""What files are called: within 255 bytes, without a character that moves anybody's cursor.

Knows how a name is made from another and cut; refuses to know which file exists.
"""

from __future__ import annotations

import hashlib
import os
import re
from datetime import datetime

from messages.visible import plain
from messages.wire import return_time

MAX_NAME = 255  # bytes: NAME_MAX of Linux's file systems
_PLAIN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9-]{1,64}")  # a type, a status, a party; of what is not proven, anything


def stamp(moment: datetime) -> str:
    """The time in a result's name: yyyyMMddHHmmssSSS, China Standard Time."""
    return return_time(moment)


def result(prefix: str, name: str, when: str) -> str:
    """`Successed_<name>_<time>.xml` [sic] or `Failed_…`, as the import client calls them."""
    return _joined(f"{prefix}_", name, f"_{when}.xml")


def arrived(prefix: str, words: tuple[str, ...], own: str, raw: bytes) -> str:
    """`Receipt_<words>_<id>.xml`. `own` is the document's id, so that it gets the same name each time; an
    id that is none of ours gives way to the document's digest, and so does a word that leads elsewhere.
    """
    plain_words = tuple(word for word in words if _PLAIN_WORD.fullmatch(word))
    known = own if _PLAIN_ID.fullmatch(own) and plain_words == words else hashlib.sha256(raw).hexdigest()
    return _joined("_".join((prefix, *plain_words)), "", f"_{known}.xml")


def numbered(name: str, when: str, count: int) -> str:
    """The name of a file whose own name is taken: the time it was taken in, and a number if that is, too.

    It leaves room for a reason's `.txt`.
    """
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    number = f"_{count}" if count else ""
    return _joined("", stem, f"_{when}{number}{dot}{suffix}", MAX_NAME - 4)


def with_reason(name: str) -> str:
    """A name for a refused file that leaves room for its reason's `.txt`."""
    if len(os.fsencode(name)) + 4 <= MAX_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    return _joined("", stem, f"{dot}{suffix}", MAX_NAME - 4)


def shown(name: str) -> str:
    """A name for people and logs; bytes that are no UTF-8 are written in hex."""
    return plain(os.fsencode(name).decode("utf-8", "backslashreplace"))


def _joined(before: str, name: str, after: str, most: int = MAX_NAME) -> str:
    """The three as one name; `name` is cut where they are too long, and told from others by its digest."""
    whole = os.fsencode(before + name + after)
    if len(whole) <= most:
        return before + name + after
    own = os.fsencode(name)
    mark = f"~{hashlib.sha256(own).hexdigest()[:12]}"
    room = most - len(os.fsencode(before + after)) - len(mark)
    cut = own[:room]
    while room > 0 and cut and own[room : room + 1] and 0x80 <= own[room] < 0xC0:  # not inside a character
        room -= 1
        cut = own[:room]
    return before + os.fsdecode(cut) + mark + after
