"""Keys of the card: signing with them, and the card office that makes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from hardware.virtual import medium
from hardware.virtual.apdu import objects, only, tlv
from hardware.virtual.keys import P256, P384, RSA2048
from hardware.virtual.medium import AES128, AES192, AES256, AUTH, SIGN, TRIPLE_DES
from tests.hardware.stack import PIN, PUK
from tests.hardware.virtual.host import HASH, Host, cipher, padded
from tests.messages.signature.making import holder


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
