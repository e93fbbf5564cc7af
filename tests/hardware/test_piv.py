"""The commands and objects of PIV cards as bytes, against what the standards print."""

from __future__ import annotations

import gzip
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hardware import piv
from hardware.blank import Use
from hardware.piv import Command, exchange
from hardware.tlv import Malformed, parse, tlv
from tests.messages.signature.making import holder, key


class Transcript:
    """A card that answers what is written down, and keeps what it was sent."""

    def __init__(self, *answers: tuple[bytes, int]) -> None:
        self.answers = list(answers)
        self.sent: list[bytes] = []

    def __call__(self, apdu: bytes) -> tuple[bytes, int]:
        """The next answer."""
        self.sent.append(apdu)
        return self.answers.pop(0)


# -- the wire ------------------------------------------------------------------------------------


def test_a_short_command_is_one_apdu_that_asks_for_its_answer() -> None:
    """SELECT has its data's length in front and Le behind; VERIFY without data is a header alone."""
    assert [apdu.hex() for apdu in piv.select().apdus()] == ["00a4040009a0000003080000100000"]
    assert [apdu.hex() for apdu in piv.verify(None).apdus()] == ["00200080"]


def test_a_long_command_is_chained() -> None:
    """Every part but the last says that more follows (ISO/IEC 7816-4, 5.3.3), and none is over 255 bytes."""
    content = bytes(600)
    apdus = list(piv.put(0x5FC105, content).apdus())
    assert [apdu[:5].hex() for apdu in apdus] == [
        "10db3fffff",
        "10db3fffff",
        "00db3fff" + f"{len(apdus[2]) - 5:02x}",
    ]
    assert b"".join(apdu[5:] for apdu in apdus) == tlv(0x5C, bytes.fromhex("5fc105")) + tlv(0x53, content)


def test_a_chain_ends_where_the_card_refuses() -> None:
    """What the card said of the first part is the answer; the rest is not sent."""
    card = Transcript((b"", 0x6982))
    assert exchange(card, piv.put(0x5FC105, bytes(600))) == (b"", 0x6982)
    assert len(card.sent) == 1


def test_a_long_answer_is_fetched_to_its_end() -> None:
    """GET RESPONSE is sent for as long as the card says that more is there."""
    card = Transcript((b"ab", 0x6102), (b"cd", 0x6101), (b"e", 0x9000))
    assert exchange(card, piv.get(0x5FC105)) == (b"abcde", 0x9000)
    assert [apdu.hex() for apdu in card.sent[1:]] == ["00c0000002", "00c0000001"]


def test_a_card_that_wants_another_length_gets_it() -> None:
    """6CXX: the same command again with that Le (ISO/IEC 7816-3)."""
    card = Transcript((b"", 0x6C10), (b"x", 0x9000))
    assert exchange(card, piv.get(0x5FC105)) == (b"x", 0x9000)
    assert card.sent[1] == card.sent[0][:-1] + b"\x10"


def test_a_card_that_never_ends_is_given_up() -> None:
    """An answer has a bound, also one that says again and again that more is there and gives nothing."""
    with pytest.raises(Malformed):
        exchange(lambda _: (bytes(256), 0x6100), piv.get(0x5FC105))
    empty = Transcript(*[(b"", 0x6100)] * 3)
    with pytest.raises(Malformed):
        exchange(empty, piv.get(0x5FC105))


def test_a_pin_is_sent_once_and_never_with_another_last_byte() -> None:
    """A card that wants another length of VERIFY or CHANGE, which have no Le, gets no second try of a PIN."""
    for command in (
        piv.verify(piv.pad("12345678")),
        piv.change(piv.PIN, piv.pad("123456"), piv.pad("12345678")),
        piv.unblock(piv.pad("12345678"), piv.pad("12345678")),
        piv.put(0x5FC105, bytes(600)),
    ):
        card = Transcript((b"", 0x6C39), (b"", 0x9000))
        assert exchange(card, command) == (b"", 0x6C39)
        assert len(card.sent) == 1


def test_a_command_shows_no_data() -> None:
    """What is printed of a command is what it does, not the PIN in it."""
    assert repr(piv.verify(piv.pad("314159"))) == "Command(20 00 80)"


def test_pins_are_padded() -> None:
    """8 bytes, filled with FF (SP 800-73-4 part 2, 2.4.3)."""
    assert piv.pad("123456").hex() == "313233343536ffff"


@pytest.mark.parametrize(
    ("sw", "tries"), [(0x63C3, 3), (0x63C0, 0), (0x6983, 0), (0x9000, None), (0x6300, None), (0x6982, None)]
)
def test_tries_are_read_from_the_status_word(sw: int, tries: int | None) -> None:
    """63CX tells them, 6983 means none, and nothing else tells any."""
    assert piv.tries(sw) == tries


# -- what comes back -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_the_public_key_of_a_new_pair_is_read(kind: str) -> None:
    """Modulus and exponent, or the point, in the template 7F49."""
    public = key(kind).public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        inner = tlv(0x81, numbers.n.to_bytes(256)) + tlv(0x82, b"\1\0\1")
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        inner = tlv(0x86, public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    assert piv.public_key(tlv(0x7F49, inner)) == public


@pytest.mark.parametrize("answer", ["", "7f4900", "7f4903860104", "7c00", "7f49", "ff"])
def test_an_answer_without_a_key_is_refused(answer: str) -> None:
    """Neither a missing key nor a point that is none passes for one."""
    with pytest.raises(ValueError, match=r".+"):
        piv.public_key(bytes.fromhex(answer))


def test_a_signature_is_the_response_of_the_template() -> None:
    """82 within 7C; an answer without it is refused."""
    assert piv.response(bytes.fromhex("7c0482020102")) == b"\1\2"
    for wrong in ("7c00", "7c028200", "820101", ""):
        with pytest.raises(Malformed):
            piv.response(bytes.fromhex(wrong))


# -- objects -------------------------------------------------------------------------------------


def test_a_certificate_comes_back_from_its_object() -> None:
    """Also one that another office had compressed; one that was begun or cannot be read is none."""
    certificate = holder("p256").certificate
    der = certificate.public_bytes(Encoding.DER)
    assert piv.certificate_in(piv.certificate_object(certificate)) == certificate
    packed = tlv(0x70, gzip.compress(der)) + tlv(0x71, b"\1") + tlv(0xFE, b"")
    assert piv.certificate_in(packed) == certificate
    for wrong in (piv.BEGUN, b"", tlv(0x70, der[:-1]), tlv(0x70, b"x") + tlv(0x71, b"\1"), b"\x70\x82"):
        assert piv.certificate_in(wrong) is None


def test_the_chuid_says_no_agency_and_the_guid() -> None:
    """FASC-N is digits of four bits, low bit first, each with its odd parity, between sentinels."""
    guid = uuid.UUID("0123456789abcdef0123456789abcdef")
    held = piv.chuid_object(guid)
    assert piv.guid_in(held) == guid
    # agency, system, credential, series, issue, person and its category, organisation, association
    fields = ("s9999", "f9999", "f999999", "f0", "f1", "f0000000000", "3", "0000", "1", "e")
    symbols = ["0123456789_s_f_e".index(character) for character in "".join(fields)]
    check = 0
    for symbol in symbols:
        check ^= symbol
    bits = "".join(f"{symbol:04b}"[::-1] + str(1 - symbol.bit_count() % 2) for symbol in [*symbols, check])
    assert parse(held)[0x30] == int(bits, 2).to_bytes(25)


@pytest.mark.parametrize("held", ["", "3400", "3410" + "00" * 16, "3404deadbeef", "34ff"])
def test_a_chuid_without_a_guid_gives_no_number(held: str) -> None:
    """All zeros is none either."""
    assert piv.guid_in(bytes.fromhex(held)) is None


def test_the_objects_of_the_keys_are_those_of_the_standard() -> None:
    """9A has its certificate in 5FC105, 9C in 5FC10A (SP 800-73-4 part 1, table 3)."""
    assert piv.CERTIFICATE == {Use.AUTH: 0x5FC105, Use.SIGN: 0x5FC10A}
    assert Command(0xCB, 0x3F, 0xFF, bytes.fromhex("5c035fc10a"), answered=True) == piv.get(0x5FC10A)


# -- TLV -----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from([0x53, 0x70, 0x7C, 0x7F49]), st.binary(max_size=400)), max_size=4))
def test_what_is_written_is_read_again(parts: list[tuple[int, bytes]]) -> None:
    """Of several objects with one tag the first one counts."""
    first: dict[int, bytes] = {}
    for tag, value in parts:
        first.setdefault(tag, value)
    assert parse(b"".join(tlv(tag, value) for tag, value in parts)) == first


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Malformed is the only way out."""
    try:
        parse(data)
    except Malformed:
        return
