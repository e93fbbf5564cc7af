"""Commands and data objects as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.virtual.apdu import Command, StatusWord, objects, only, tlv

HEADER = b"\x00\x20\x00\x80"
LONG = bytes(300)


@pytest.mark.parametrize(
    ("body", "data", "le"),
    [
        (b"", b"", 0),
        (b"\x10", b"", 16),
        (b"\x00", b"", 256),
        (b"\x02ab", b"ab", 0),
        (b"\x02ab\x00", b"ab", 256),
        (b"\x00\x01\x00", b"", 256),
        (b"\x00\x00\x00", b"", 65536),
        (b"\x00\x01\x2c" + LONG, LONG, 0),
        (b"\x00\x01\x2c" + LONG + b"\x00\x00", LONG, 65536),
    ],
    ids=["1", "2s", "2s all", "3s", "4s", "2e", "2e all", "3e", "4e"],
)
def test_every_form_of_a_command_is_read(body: bytes, data: bytes, le: int) -> None:
    """Short and extended, with and without data, with and without an answer wanted."""
    command = Command.parse(HEADER + body)
    assert (command.cla, command.ins, command.p1p2) == (0x00, 0x20, 0x0080)
    assert (command.data, command.le) == (data, le)


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\x00", HEADER[:3], HEADER + b"\x02a", HEADER + b"\x01abc", HEADER + b"\x00\x00",
        HEADER + b"\x00\x00\x00\x00", HEADER + b"\x00\x01\x2c" + LONG[:-1],
        HEADER + b"\x00\x01\x2c" + LONG + b"\x00", HEADER + b"\x00\x01\x2c" + LONG + b"\x00\x00\x00",
    ],
)  # fmt: skip
def test_a_command_of_no_form_is_of_wrong_length(message: bytes) -> None:
    """6700, whatever is wrong with it."""
    with pytest.raises(StatusWord, match="6700"):
        Command.parse(message)


def test_a_command_shows_nothing_of_its_data() -> None:
    """Its data may be a PIN."""
    assert "313233" not in repr(Command.parse(HEADER + b"\x06123456")).lower()
    assert "123456" not in repr(Command.parse(HEADER + b"\x06123456"))


@given(st.sampled_from([0x53, 0x7C, 0x5F2F, 0x5FC105, 0x7F49]), st.binary(max_size=70_000))
def test_data_objects_are_read_as_written(tag: int, value: bytes) -> None:
    """Tags of one to three bytes, lengths of one to four."""
    assert only(tlv(tag, value), tag) == value
    assert list(objects(tlv(tag, value) + tlv(0x71, b"\0"))) == [(tag, value), (0x71, b"\0")]


@given(st.binary(max_size=40))
def test_malformed_data_objects_are_wrong_data(data: bytes) -> None:
    """6A80, and nothing else, for whatever cannot be read."""
    try:
        answer = sum(len(value) for _, value in objects(data))
    except StatusWord as refused:
        answer = refused.sw
    assert answer <= len(data) or answer == 0x6A80
