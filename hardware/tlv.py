"""BER-TLV with definite lengths, as cards and DER write it (ISO/IEC 7816-4, 5.2.2; X.690).

Knows tags, lengths and values; refuses to know what any of them means.
"""

from __future__ import annotations


class Malformed(ValueError):
    """The bytes are no BER-TLV, or not the object that they should be."""


def tlv(tag: int, value: bytes) -> bytes:
    """One BER-TLV object, its length as short as can be."""
    name = tag.to_bytes((tag.bit_length() + 7) // 8)
    size = len(value)
    if size < 0x80:
        return name + bytes([size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return name + bytes([0x80 | len(length)]) + length + value


def parse(data: bytes) -> dict[int, bytes]:
    """The objects that stand side by side in `data`; Malformed when they do not fill it exactly."""
    found: dict[int, bytes] = {}
    at = 0
    try:
        while at < len(data):
            width = 2 if data[at] & 0x1F == 0x1F else 1  # PIV has no tag of three bytes here
            tag, at = int.from_bytes(data[at : at + width]), at + width
            size, at = data[at], at + 1
            if size >= 0x80:
                width = size & 0x7F
                size, at = int.from_bytes(data[at : at + width]), at + width
            found.setdefault(tag, data[at : at + size])
            at += size
    except IndexError:
        raise Malformed("cut off") from None
    if at != len(data):
        raise Malformed("cut off")
    return found
