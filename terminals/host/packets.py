"""SFTP's data types: how a request is read field by field, and an answer put together.

Knows lengths, statuses and attributes (draft-ietf-secsh-filexfer-02); refuses to know what is asked.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

HEAD = struct.Struct(">LB")  # a packet's length and kind
STATUS = 101
OK, EOF, NO_SUCH_FILE, DENIED, FAILURE, BAD_MESSAGE, UNSUPPORTED = 0, 1, 2, 3, 4, 5, 8

_SIZE, _OWNER, _MODE, _TIMES = 1, 2, 4, 8  # of attributes


class Refused(Exception):
    """An answer that is a status."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(slots=True)
class Attributes:
    """What a client wants of a file; None where it says nothing."""

    size: int | None = None
    mode: int | None = None
    times: tuple[int, int] | None = None


class Fields:
    """Reads one field after the other; beyond the end is a bad message."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes. Raises Refused."""
        taken = self._data[self._place : self._place + size]
        if len(taken) < size:
            raise Refused(BAD_MESSAGE, "the request is too short")
        self._place += size
        return taken

    def long(self) -> int:
        """A uint32."""
        return int.from_bytes(self.take(4))

    def longlong(self) -> int:
        """A uint64."""
        return int.from_bytes(self.take(8))

    def string(self) -> bytes:
        """A string, without its length."""
        return self.take(self.long())

    def text(self) -> str:
        """A name, which must be UTF-8."""
        try:
            return self.string().decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(FAILURE, "a name that is no UTF-8") from None

    def attributes(self) -> Attributes:
        """The owner is not looked at: it is always the account."""
        flags, found = self.long(), Attributes()
        if flags & _SIZE:
            found.size = self.longlong()
        if flags & _OWNER:
            self.take(8)
        if flags & _MODE:
            found.mode = self.long()
        if flags & _TIMES:
            found.times = (self.long(), self.long())
        return found


def long(number: int) -> bytes:
    """A uint32."""
    return number.to_bytes(4)


def string(value: bytes) -> bytes:
    """A string, its length before it."""
    return long(len(value)) + value


def packet(kind: int, body: bytes) -> bytes:
    """A whole packet."""
    return HEAD.pack(len(body) + 1, kind) + body


def status(code: int, text: str = "") -> bytes:
    """An answer that says how it went: its kind, and what follows the request's number."""
    return bytes([STATUS]) + long(code) + string(text.encode()) + string(b"en")


def attributes(found: os.stat_result) -> bytes:
    """What is told of a file or folder; its owner is nobody's business."""
    flags = _SIZE | _OWNER | _MODE | _TIMES
    times = (int(found.st_atime) & 0xFFFFFFFF, int(found.st_mtime) & 0xFFFFFFFF)
    return struct.pack(">LQLLLLL", flags, found.st_size, 0, 0, found.st_mode, *times)
