"""The card at the level of its commands: reading, and what is hostile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.virtual import medium
from hardware.virtual.apdu import objects, only, tlv
from hardware.virtual.piv import AID, PivCard, atr
from tests.hardware.stack import PIN, PUK, foreign_card, make_card
from tests.hardware.virtual.host import Host
from tests.messages.signature.making import holder


def test_the_answer_to_reset_checks_out() -> None:
    """T=1 demands a check byte: all bytes but the first XOR to nought (ISO/IEC 7816-3, 8.2.5)."""
    check = 0
    for byte in atr()[1:]:
        check ^= byte
    assert check == 0
    assert atr()[1] & 0x0F == len(b"EPORT-PIV")


def test_a_card_of_another_kind_has_no_such_application(tmp_path: Path) -> None:
    """Nothing can be selected on it, and nothing asked."""
    host = Host(foreign_card(tmp_path / "foreign.card"))
    assert host.sw("00A40400", AID) == 0x6A82
    assert host.sw("00200080") == 0x6D00


@pytest.mark.parametrize("length", [5, 9, 11])
def test_the_application_is_selected_by_its_name_or_its_beginning(host: Host, length: int) -> None:
    """And answers with its own property template."""
    answer, sw = host.send("00A40400", AID[:length])
    assert sw == 0x9000
    assert dict(objects(only(answer, 0x61)))[0x4F] == AID[5:]


def test_another_application_is_not_found(host: Host) -> None:
    """Nor is one by a name too short or too long, nor a file."""
    assert host.sw("00A40400", b"\xa0\x00\x00\x00\x01") == 0x6A82
    assert host.sw("00A40400", AID[:4]) == host.sw("00A40400", AID + b"\0") == 0x6A82
    assert host.sw("00A40000", b"\x3f\x00") == 0x6A81


def test_certificates_are_read_whole(host: Host) -> None:
    """Longer than one answer: the rest comes on demand."""
    for tag in (0x5FC105, 0x5FC10A):
        answer, sw = host.get(tag)
        assert sw == 0x9000
        fields = dict(objects(only(answer, 0x53)))
        assert fields[0x71] == b"\0"
        assert len(fields[0x70]) > 256
        assert only(answer, 0x53) == medium.certificate_object(holder("rsa2048").certificate)


def test_an_extended_command_gets_the_answer_in_one(host: Host) -> None:
    """As does one that asks for as much as it takes."""
    whole, _ = host.get(0x5FC105)
    answer = host.card.transmit(bytes.fromhex("00CB3FFF 000005 5C035FC105 0000"))
    assert answer == whole + b"\x90\x00"


def test_what_every_card_has_is_there(host: Host) -> None:
    """Holder unique identifier with the GUID, capability container, discovery object (PIN only)."""
    chuid, _ = host.get(0x5FC102)
    assert dict(objects(only(chuid, 0x53)))[0x34].hex() == medium.load(host.path).serial
    assert host.get(0x5FC107)[1] == 0x9000
    discovery, _ = host.get(0x7E)
    assert dict(objects(only(discovery, 0x7E))) == {0x4F: AID, 0x5F2F: b"\x40\x00"}


def test_what_the_card_has_not_is_not_found(host: Host) -> None:
    """Key history, printed information, nonsense; and GET RESPONSE with nothing to get."""
    assert {host.get(tag)[1] for tag in (0x5FC10C, 0x5FC109, 0x01, 0x5FC1FF)} == {0x6A82}
    assert host.sw("00C00000") == 0x6985


def test_a_chain_must_stay_one_command(host: Host) -> None:
    """Another one in the middle breaks it off; it must end, and has a bound."""
    assert host.card.transmit(bytes.fromhex("1087079A 02 7C04")) == b"\x90\x00"
    assert host.card.transmit(bytes.fromhex("00CB3FFF 05 5C035FC105")) == b"\x68\x83"
    assert host.card.transmit(bytes.fromhex("00CB3FFF 05 5C035FC105"))[-2] == 0x61
    for _ in range(32):
        assert host.card.transmit(bytes.fromhex("1087079A FF") + bytes(255)) == b"\x90\x00"
    assert host.card.transmit(bytes.fromhex("1087079A FF") + bytes(255)) == b"\x67\x00"
    assert host.card.transmit(bytes.fromhex("1000000000")) == b"\x6d\x00"


def test_other_classes_and_instructions_are_not_supported(host: Host) -> None:
    """Other channels, secure messaging, proprietary classes."""
    assert host.sw("01A40400", AID) == host.sw("0CA40400", AID) == 0x6881
    assert host.sw("80A40400", AID) == 0x6E00
    assert host.sw("00B00000") == 0x6D00


def test_a_card_whose_file_cannot_be_written_says_so(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """6581, and the PIN is not looked at."""

    def refuse(card: medium.Medium) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(medium.Medium, "save", refuse)
    assert host.verify(PIN) == 0x6581
    assert host.tries() != 0x9000


INSTRUCTIONS = st.sampled_from([0x20, 0x24, 0x2C, 0x47, 0x87, 0xA4, 0xC0, 0xCB, 0xDB])
SPEC = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda cla, ins, p1, p2, data, le: bytes([cla, ins, p1, p2, len(data)]) + data + le,
        st.sampled_from([0x00, 0x10, 0x01, 0x0C]),
        INSTRUCTIONS,
        st.sampled_from([0x00, 0x03, 0x04, 0x07, 0x11, 0x3F, 0xFF]),
        st.sampled_from([0x00, 0x80, 0x81, 0x9A, 0x9B, 0x9C, 0xFF]),
        st.one_of(
            st.binary(max_size=255),
            st.binary(max_size=100).map(lambda data: tlv(0x7C, tlv(0x82, b"") + tlv(0x81, data))),
            st.sampled_from([medium.pad(PIN), medium.pad(PUK) + medium.pad(PIN), b"\x7c\x02\x81\x00"]),
            st.binary(max_size=100).map(lambda data: tlv(0x5C, b"\x5f\xc1\x05") + tlv(0x53, data)),
        ),
        st.sampled_from([b"", b"\0", b"\x10"]),
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(SPEC, max_size=12))
def test_whatever_comes_gets_a_status_word(tmp_path: Path, messages: list[bytes]) -> None:
    """Any bytes in any order: two bytes of status at the end, never an exception."""
    path = tmp_path / "hostile.card"
    path.unlink(missing_ok=True)
    card = PivCard(medium.load(make_card(path, "p256")))
    for message in messages:
        answer = card.transmit(message)
        assert len(answer) >= 2
        assert answer[-2] >> 4 in (6, 9)
