"""Devices with strange names and strange certificates: shown harmlessly, refused in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.agent import Agent
from hardware.choose import Wish, choose
from hardware.findings import Verdict, row
from hardware.ikey import plugged
from hardware.judge import judge
from hardware.pin import PinCharacters
from hardware.signer import AnotherDevice, DeviceFailed, KeyUnsuitable, Several
from messages.signature.oids import card_kind, commits, is_gateway
from terminals.language import say
from terminals.trouble import NotSigned
from tests.hardware.asking import Holder
from tests.hardware.softhsm import PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import NOW, holder

RSA, P256 = holder("rsa2048"), holder("p256")
CLEAR = "\x1b[2J\u202efdp.txt"

_P256_CURVE = bytes.fromhex("06082a8648ce3d030107")
_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")  # 1.2.156.10197.1.301 (GM/T 0006)


def sm2() -> x509.Certificate:
    """A certificate whose key is on the Chinese national curve; nothing here looks at its signature."""
    der = P256.certificate.public_bytes(Encoding.DER)
    assert der.count(_P256_CURVE) == 1
    return x509.load_der_x509_certificate(der.replace(_P256_CURVE, _SM2_CURVE))


def twice() -> x509.Certificate:
    """A certificate that says two things of its key usage."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "twice")])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=9))
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.14"), b"\4\1a"), critical=False
        )
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.15"), b"\3\2\6@"), critical=False
        )
        .sign(key, SHA256())
    )
    der = made.public_bytes(Encoding.DER)
    return x509.load_der_x509_certificate(der.replace(b"\6\3U\x1d\x0e", b"\6\3U\x1d\x0f"))


# -- names ---------------------------------------------------------------------------------------


def test_a_name_moves_no_cursor(softhsm: SoftHsm) -> None:
    """Control characters and those that reverse a line are shown as their codes, in every sentence."""
    softhsm.token(CLEAR, RSA)
    [found] = plugged([softhsm.module])
    assert "\x1b" in found.label
    error = AnotherDevice(serial="1", found=found.label)
    for lang in ("en", "zh"):
        for said in (
            error.told(lang),
            DeviceFailed(serial=found.label, reason=ValueError(found.label)).told(lang),
            Several(what="ikey", names=found.label).told(lang),
            NotSigned("not-signed-by", reason=error).told(lang),
            say(lang, "take-out", device=found.label),
            row("ikey", label=found.label, serial=found.serial, model="").found(lang),
        ):
            assert said.replace("\n", "").isprintable()
            assert "\\x1b[2J" in said


@pytest.mark.parametrize("pin", ["\udcd6\udcd0314159", "314159\ud800"])
def test_a_pin_of_another_encoding_goes_nowhere(softhsm: SoftHsm, pin: str) -> None:
    """It is refused in words, and no exception in the chain carries it along."""
    softhsm.token("eins", RSA)
    [found] = plugged([softhsm.module])
    with pytest.raises(PinCharacters) as caught:
        found.open(Holder(pin))
    error: BaseException | None = caught.value
    while error is not None:
        assert pin not in str(vars(error)) + str(error.args) + str(getattr(error, "object", ""))
        error = error.__context__
    with found.open(Holder(PIN)) as signer:
        assert signer.sign(b"data")


# -- certificates --------------------------------------------------------------------------------


def test_a_key_of_an_unknown_kind_is_refused_in_words(softhsm: SoftHsm) -> None:
    """SM2's, as many a Chinese Ikey has: before its PIN is asked for, by every signer, and by the doctor."""
    strange = sm2()
    softhsm.token("eins")
    softhsm.certificate("eins", strange, 1)
    found = choose(Wish(kind="ikey", modules=(softhsm.module,)))
    assert found.certificate == strange
    with pytest.raises(KeyUnsuitable, match=r"1\.2\.156\.10197\.1\.301"):
        found.open(Holder())
    with pytest.raises(KeyUnsuitable):
        Agent(strange)
    told, can = judge("here", strange, NOW, None, "")
    assert (told.verdict, can) == (Verdict.BAD, False)


def test_a_certificate_that_contradicts_itself_says_nothing() -> None:
    """Two extensions of one kind (RFC 5280, 4.2 forbids it): no card, no gateway, nobody bound."""
    strange = twice()
    with pytest.raises(x509.DuplicateExtension):
        _ = strange.extensions
    assert (card_kind(strange), commits(strange), is_gateway(strange)) == ("", False, False)
