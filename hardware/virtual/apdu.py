"""Commands to a card and its answers as bytes (ISO/IEC 7816-4): parsing, status words, BER-TLV.

Knows the seven forms of a command and how data objects are nested; refuses to know what a command means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_SHORT = 256  # bytes that a short Le can ask for
MAX_EXTENDED = 65536

OK = 0x9000
BYTES_REMAIN = 0x6100  # with their number, as far as it goes, in the low byte
TRIES_LEFT = 0x63C0  # with their number in the low nibble
MEMORY_FAILURE = 0x6581
WRONG_LENGTH = 0x6700
CHANNEL_UNSUPPORTED = 0x6881
CHAIN_BROKEN = 0x6883
CONDITION_NOT_SATISFIED = 0x6982
BLOCKED = 0x6983
NO_USE_NOW = 0x6985
WRONG_DATA = 0x6A80
FUNCTION_UNSUPPORTED = 0x6A81
NOT_FOUND = 0x6A82
NO_SPACE = 0x6A84
WRONG_P1_P2 = 0x6A86
REFERENCE_UNKNOWN = 0x6A88
INS_UNSUPPORTED = 0x6D00
CLA_UNSUPPORTED = 0x6E00


class StatusWord(Exception):
    """The card says no, with the status word `sw`."""

    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """One command; its repr shows no data, which may be a PIN."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int  # bytes wanted at most, 0: none

    @classmethod
    def parse(cls, apdu: bytes) -> Command:
        """One of the seven cases of ISO/IEC 7816-3, 12.1.3; StatusWord 6700 for what is none."""
        if len(apdu) < 4:
            raise StatusWord(WRONG_LENGTH)
        data, le = _body(apdu[4:])
        return cls(apdu[0], apdu[1], apdu[2], apdu[3], data, le)

    @property
    def p1p2(self) -> int:
        """Both parameters as one number."""
        return self.p1 << 8 | self.p2

    def after(self, earlier: bytes) -> Command:
        """The same with what the earlier commands of its chain brought in front of its data."""
        return replace(self, cla=self.cla & ~0x10, data=earlier + self.data)

    def __repr__(self) -> str:
        return f"Command({self.ins:02X} {self.p1:02X} {self.p2:02X}, {len(self.data)} bytes, Le {self.le})"


def _body(body: bytes) -> tuple[bytes, int]:
    """Data and Le from what follows the header."""
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or MAX_SHORT
    if body[0]:
        return _split(body[1:], body[0], 1, MAX_SHORT)
    if len(body) == 3:
        return b"", int.from_bytes(body[1:]) or MAX_EXTENDED
    if len(body) == 2 or not (length := int.from_bytes(body[1:3])):
        raise StatusWord(WRONG_LENGTH)
    return _split(body[3:], length, 2, MAX_EXTENDED)


def _split(rest: bytes, length: int, width: int, most: int) -> tuple[bytes, int]:
    data, le = rest[:length], rest[length:]
    if len(data) < length or len(le) not in (0, width):
        raise StatusWord(WRONG_LENGTH)
    return data, (int.from_bytes(le) or most) if le else 0


# -- BER-TLV -------------------------------------------------------------------------------------


def tlv(tag: int, value: bytes) -> bytes:
    """One data object, with a definite length as short as can be."""
    name = tag.to_bytes((tag.bit_length() + 7) // 8 or 1)
    if len(value) < 0x80:
        return name + bytes([len(value)]) + value
    size = len(value).to_bytes((len(value).bit_length() + 7) // 8)
    return name + bytes([0x80 | len(size)]) + size + value


def objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The data objects that stand one after another in `data`; StatusWord 6A80 when they are malformed."""
    at = 0
    while at < len(data):
        start = at
        at += 1
        if data[start] & 0x1F == 0x1F:  # the tag goes on while the top bit is set
            while at < len(data) and data[at] & 0x80:
                at += 1
            at += 1
        tag = int.from_bytes(data[start:at])
        length, at = _length(data, at)
        if at + length > len(data):
            raise StatusWord(WRONG_DATA)
        yield tag, data[at : at + length]
        at += length


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise StatusWord(WRONG_DATA)
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    size = first & 0x7F
    if not 1 <= size <= 3 or at + size > len(data):
        raise StatusWord(WRONG_DATA)
    return int.from_bytes(data[at : at + size]), at + size


def only(data: bytes, tag: int) -> bytes:
    """The value of the one object `tag` that `data` is; StatusWord 6A80 otherwise."""
    found = list(objects(data))
    if len(found) != 1 or found[0][0] != tag:
        raise StatusWord(WRONG_DATA)
    return found[0][1]
