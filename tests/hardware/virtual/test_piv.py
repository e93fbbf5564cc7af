"""The card at the level of its commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.virtual import medium
from hardware.virtual.apdu import objects, only, tlv
from hardware.virtual.keys import P256, P384, RSA2048
from hardware.virtual.medium import AES128, AES192, AES256, AUTH, SIGN, TRIPLE_DES
from hardware.virtual.piv import AID, PivCard, atr
from tests.hardware.stack import PIN, PUK, blank_card, foreign_card, make_card
from tests.hardware.virtual.host import Host, cipher
from tests.messages.signature.making import holder

HASH = bytes(range(32))


def padded(data: bytes) -> bytes:
    """A SHA-256 hash as PKCS#1 v1.5 pads it for RSA-2048."""
    info = bytes.fromhex("3031300d060960864801650304020105000420") + data
    return b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info


@pytest.fixture
def host(card: Path) -> Host:
    """In front of a personalised card with an RSA key."""
    return Host(card)


@pytest.fixture
def curved(tmp_path: Path) -> Host:
    """In front of a personalised card with a P-256 key."""
    return Host(make_card(tmp_path / "p256.card", "p256"))


@pytest.fixture
def blank(tmp_path: Path) -> Host:
    """In front of a blank card."""
    return Host(blank_card(tmp_path / "blank.card"))


# -- reading -------------------------------------------------------------------------------------


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


# -- PIN and PUK ---------------------------------------------------------------------------------


def test_the_card_says_how_many_tries_are_left(host: Host) -> None:
    """Without spending one; 9000 once the PIN is verified, until it is told to forget it or is reset."""
    assert host.tries() == 0x63C3
    assert host.verify("000000") == 0x63C2
    assert host.tries() == 0x63C2
    assert host.verify(PIN) == 0x9000
    assert host.tries() == 0x9000
    assert host.sw("0020FF80") == 0x9000
    assert host.tries() == 0x63C3
    assert host.verify(PIN) == 0x9000
    host.card.reset()
    assert host.tries() == 0x63C3


def test_three_wrong_pins_lock_it_for_good(host: Host) -> None:
    """Also for the right PIN, and after it was taken out."""
    assert [host.verify("000000") for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert host.verify(PIN) == host.tries() == 0x6983
    host.insert()
    assert host.verify(PIN) == host.tries() == 0x6983


def test_a_try_is_spent_before_the_pin_is_looked_at(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes the card out in between gains none."""
    seen: list[int] = []

    def matches(reference: medium.Reference, value: bytes) -> bool:
        seen.append(json.loads(host.path.read_text())["pin"]["tries"])
        return False

    monkeypatch.setattr(medium.Reference, "matches", matches)
    assert host.verify(PIN) == 0x63C2
    assert seen == [2]


def test_a_pin_of_a_wrong_form_costs_no_try(host: Host) -> None:
    """Letters, too few digits, too many, wrong padding."""
    for value in (b"abcdef\xff\xff", b"12345\xff\xff\xff", b"123456", b"123456\0\0", b"123456789"):
        assert host.sw("00200080", value) == 0x6A80
    assert host.tries() == 0x63C3


def test_the_right_pin_gives_the_tries_back(host: Host) -> None:
    """On the medium too."""
    assert host.verify("000000") == 0x63C2
    assert host.verify(PIN) == 0x9000
    host.insert()
    assert host.tries() == 0x63C3


def test_a_wrong_pin_ends_what_a_right_one_began(host: Host) -> None:
    """Whoever guesses now signs nothing more."""
    host.verify(PIN)
    host.verify("000000")
    assert host.sign(AUTH, RSA2048, padded(HASH))[1] == 0x6982


def test_selecting_again_keeps_what_was_verified(host: Host) -> None:
    """As several programs that share the card expect."""
    host.verify(PIN)
    host.send("00A40400", AID)
    assert host.tries() == 0x9000


def test_the_puk_unlocks_and_sets_a_new_pin(host: Host) -> None:
    """With all tries; the new PIN is not verified by it."""
    for _ in range(3):
        host.verify("000000")
    assert host.unblock("00000000", "654321") == 0x63C2
    assert host.unblock(PUK, "654321") == 0x9000
    assert host.tries() == 0x63C3
    host.insert()
    assert host.verify("654321") == 0x9000


def test_three_wrong_puks_lock_the_puk(host: Host) -> None:
    """A new PIN of a wrong form costs no try."""
    assert host.unblock("00000000", "1") == 0x6A80
    assert [host.unblock("00000000", PIN) for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert host.unblock(PUK, PIN) == 0x6983
    assert host.verify(PIN) == 0x9000


def test_pin_and_puk_are_changed_by_who_knows_them(host: Host) -> None:
    """And last."""
    change = medium.pad(PIN) + medium.pad("2468135")
    assert host.sw("00240080", medium.pad("000000") + medium.pad("2468135")) == 0x63C2
    assert host.sw("00240080", change) == 0x9000
    assert host.sw("00240081", medium.pad(PUK) + medium.pad("PUK-4711")) == 0x9000
    host.insert()
    assert host.verify("2468135") == 0x9000
    assert host.unblock("PUK-4711", PIN) == 0x9000
    assert host.sw("00240080", medium.pad(PIN) + medium.pad("x")) == 0x6A80
    assert host.sw("00240080", medium.pad(PIN)) == 0x6A80


def test_other_references_are_unknown(host: Host) -> None:
    """No global PIN, no biometrics; nor parameters of which there is no such thing."""
    for header in ("00200000", "00200096", "00240000", "002C0081"):
        assert host.sw(header, medium.pad(PIN) * 2) == 0x6A88
    for header in ("00200180", "00240180", "002C0180"):
        assert host.sw(header, medium.pad(PIN) * 2) == 0x6A86


# -- signing -------------------------------------------------------------------------------------


def test_rsa_signs_with_both_keys(host: Host) -> None:
    """What was padded outside; the certificate verifies it."""
    public = holder("rsa2048").certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    for use in (AUTH, SIGN):
        assert host.verify(PIN) == 0x9000
        made, sw = host.sign(use, RSA2048, padded(HASH))
        assert sw == 0x9000
        public.verify(made, HASH, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def test_p256_signs_with_both_keys(curved: Host) -> None:
    """A hash, also one that is shorter than the curve."""
    public = holder("p256").certificate.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    for use in (AUTH, SIGN):
        for digest, of in ((HASH, hashes.SHA256()), (HASH[:20], hashes.SHA1())):
            assert curved.verify(PIN) == 0x9000
            made, sw = curved.sign(use, P256, digest)
            assert sw == 0x9000
            public.verify(made, digest, ec.ECDSA(Prehashed(of)))


def test_nothing_is_signed_without_the_pin(host: Host) -> None:
    """With either key."""
    assert host.sign(AUTH, RSA2048, padded(HASH)) == (b"", 0x6982)
    assert host.sign(SIGN, RSA2048, padded(HASH)) == (b"", 0x6982)


def test_the_signing_key_wants_the_pin_for_every_signature(host: Host) -> None:
    """The other key is content with one; reading in between spoils nothing, as OpenSC does it."""
    host.verify(PIN)
    host.get(0x7E)
    assert host.sign(SIGN, RSA2048, padded(HASH))[1] == 0x9000
    assert host.sign(SIGN, RSA2048, padded(HASH))[1] == 0x6982
    assert [host.sign(AUTH, RSA2048, padded(HASH))[1] for _ in range(2)] == [0x9000, 0x9000]


def test_what_no_key_can_sign_is_wrong_data(host: Host, curved: Host) -> None:
    """Too short, too long, larger than the modulus, empty, or no data at all."""
    for data in (b"", HASH, b"\xff" * 256, bytes(257)):
        host.verify(PIN)
        assert host.sign(AUTH, RSA2048, data)[1] == 0x6A80
    for data in (b"", bytes(33)):
        curved.verify(PIN)
        assert curved.sign(AUTH, P256, data)[1] == 0x6A80
    assert host.sw("0087079A", tlv(0x7C, tlv(0x82, b""))) == 0x6A80
    assert host.sw("0087079A", b"junk") == 0x6A80


def test_a_key_that_is_not_there_or_is_of_another_kind_is_called_so(host: Host, blank: Host) -> None:
    """Before anything else is asked."""
    assert blank.sign(AUTH, RSA2048, padded(HASH))[1] == 0x6A88
    assert host.sign(0x9D, RSA2048, padded(HASH))[1] == 0x6A88
    assert host.sign(AUTH, P256, HASH)[1] == 0x6A86
    assert host.sign(AUTH, 0x00, padded(HASH))[1] == 0x6A86


# -- the card office -----------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [TRIPLE_DES, AES128, AES192, AES256])
def test_the_management_key_opens_the_card(tmp_path: Path, algorithm: int) -> None:
    """By external authentication: the card's challenge comes back encrypted. Only once for a challenge."""
    key = bytes(range(1, medium.KEY_SIZES[algorithm] + 1))
    medium.create(tmp_path / "a.card", pin=PIN, puk=PUK, management_key=key, management_algorithm=algorithm)
    host = Host(tmp_path / "a.card")
    assert host.put(0x5FC105, b"x") == 0x6982
    assert host.manage(key, algorithm) == 0x9000
    assert host.put(0x5FC105, b"x") == 0x9000
    host.card.reset()
    assert host.put(0x5FC105, b"x") == 0x6982


@pytest.mark.parametrize("algorithm", [TRIPLE_DES, AES256])
def test_the_card_proves_that_it_has_the_key_too(tmp_path: Path, algorithm: int) -> None:
    """By mutual authentication."""
    key = bytes(range(1, medium.KEY_SIZES[algorithm] + 1))
    medium.create(tmp_path / "a.card", pin=PIN, puk=PUK, management_key=key, management_algorithm=algorithm)
    host = Host(tmp_path / "a.card")
    answer, _ = host.send(f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x80, b"")))
    witness = cipher(algorithm, key).decryptor().update(only(only(answer, 0x7C), 0x80))
    mine = bytes(len(witness))
    answer, sw = host.send(
        f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x80, witness) + tlv(0x81, mine) + tlv(0x82, b""))
    )
    assert sw == 0x9000
    assert only(only(answer, 0x7C), 0x82) == cipher(algorithm, key).encryptor().update(mine)
    assert host.put(0x5FC105, b"x") == 0x9000


def test_a_wrong_management_key_opens_nothing(blank: Host) -> None:
    """Nor one of another kind, an answer without a question, or a challenge that is no block."""
    assert blank.manage(bytes(range(24))) == 0x6982
    assert blank.manage(bytes(range(24)), AES192) == 0x6A86
    assert blank.sw("0087039B", tlv(0x7C, tlv(0x82, b""))) == 0x6982
    assert blank.sw("0087039B", tlv(0x7C, tlv(0x82, bytes(8)))) == 0x6982
    assert blank.put(0x5FC105, b"x") == blank.generate(AUTH, P256)[1] == 0x6982


def test_a_wrong_management_key_ends_what_a_right_one_began(blank: Host) -> None:
    """As with the PIN."""
    assert blank.manage() == 0x9000
    assert blank.manage(bytes(range(24))) == 0x6982
    assert blank.put(0x5FC105, b"x") == 0x6982


@pytest.mark.parametrize("algorithm", [RSA2048, P256, P384])
def test_keys_are_made_on_the_card(blank: Host, algorithm: int) -> None:
    """The public key comes out; the private one signs, also after the card was taken out."""
    blank.manage()
    answer, sw = blank.generate(SIGN, algorithm)
    assert sw == 0x9000
    fields = dict(objects(only(answer, 0x7F49)))
    blank.insert()
    blank.verify(PIN)
    data = padded(HASH) if algorithm == RSA2048 else HASH
    made, sw = blank.sign(SIGN, algorithm, data)
    assert sw == 0x9000
    if algorithm == RSA2048:
        public = rsa.RSAPublicNumbers(int.from_bytes(fields[0x82]), int.from_bytes(fields[0x81])).public_key()
        public.verify(made, HASH, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    else:
        curve = ec.SECP256R1() if algorithm == P256 else ec.SECP384R1()
        point = ec.EllipticCurvePublicKey.from_encoded_point(curve, fields[0x86])
        of = hashes.SHA256() if algorithm == P256 else hashes.SHA384()
        point.verify(made, HASH.rjust(of.digest_size, b"\0"), ec.ECDSA(Prehashed(of)))


def test_keys_of_other_kinds_or_places_are_not_made(blank: Host) -> None:
    """Nor without an algorithm."""
    blank.manage()
    assert blank.generate(AUTH, 0x06)[1] == 0x6A80
    assert blank.generate(0x9B, P256)[1] == blank.sw("0047019A", b"\xac\x00") == 0x6A86
    assert blank.sw("0047009A", b"\xac\x00") == 0x6A80


def test_objects_are_written_replaced_and_deleted(blank: Host) -> None:
    """In a chain of commands when they are long; they are still there when the card comes back."""
    long = bytes(range(256)) * 8
    blank.manage()
    assert blank.put(0x5FC105, b"short") == blank.put(0x5FC105, long) == 0x9000
    blank.insert()
    assert blank.get(0x5FC105) == (tlv(0x53, long), 0x9000)
    blank.manage()
    assert blank.put(0x5FC105, b"") == 0x9000
    assert blank.get(0x5FC105)[1] == 0x6A82


def test_the_card_is_full_some_day(blank: Host) -> None:
    """It says so; what is there can still be replaced."""
    blank.manage()
    answers = [blank.put(0x5FC200 + number, b"x") for number in range(64)]
    assert answers[0] == 0x9000
    assert answers[-1] == 0x6A84
    assert blank.put(0x5FC200, b"y") == 0x9000


def test_a_wrongly_written_object_is_wrong_data(blank: Host) -> None:
    """Without a tag, with one of another length, or with more than one object."""
    blank.manage()
    for data in (
        b"",
        tlv(0x53, b"x"),
        tlv(0x5C, b"\x7e") + tlv(0x53, b"x"),
        tlv(0x5C, bytes(3)),
        b"\x5c\x09",
    ):
        assert blank.sw("00DB3FFF", data) == 0x6A80
    assert blank.sw("00DB0000", b"") == blank.sw("00CB0000", b"") == 0x6A86


# -- hostile commands ----------------------------------------------------------------------------


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
