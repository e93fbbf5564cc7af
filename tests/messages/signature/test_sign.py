"""Signatures made here are accepted by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from hardware.file import CertificateFile
from messages.signature.profile import algorithm_for
from messages.signature.sign import SigningFailed, sign
from messages.signature.template import TemplateSigner
from messages.signature.verify import SIGNATURE, CertificateCache, canonical, verify
from messages.xml import parse
from tests.messages.signature.making import DOCUMENTS, EXC, METHODS, PLAIN, Pair, foreign, holder, issue, key
from tests.messages.signature.peers import JAVA, java_verifies, signxml_accepts, xmlsec1_refuses

KINDS = ("rsa2048", "rsa3072", "p256", "p384", "p521")


def file(pair: Pair) -> CertificateFile:
    """A signer."""
    return CertificateFile(pair.key, pair.certificate)


def signed_by_signxml(document: str, pair: Pair) -> bytes:
    """As a terminal does it."""
    return etree.tostring(sign(etree.fromstring(document.encode()), file(pair)), encoding="utf-8")


def signed_by_template(document: str, pair: Pair) -> bytes:
    """As the gateway does it."""
    payload = canonical(etree.fromstring(document.encode()), EXC)
    return TemplateSigner(pair.key, pair.certificate).seal(payload)


@pytest.mark.parametrize("make", [signed_by_signxml, signed_by_template])
def test_everybody_accepts_what_is_signed_here(tmp_path: Path, make: object) -> None:
    """Every key and every kind of document, by both ways of signing: here, xmlsec1, signxml, the JDK."""
    assert callable(make)
    made = [(kind, make(PLAIN, holder(kind))) for kind in KINDS]
    made += [("p256", make(document, holder("p256"))) for document in DOCUMENTS.values()]
    for kind, document in made:
        assert verify(parse(document), CertificateCache()).certificate == holder(kind).certificate
        if document.isascii() or "报文".encode() not in document:
            signxml_accepts(document, holder(kind).certificate)
    documents = [document for _, document in made]
    assert xmlsec1_refuses(tmp_path, documents) == ""
    if JAVA:
        assert java_verifies(tmp_path, documents) == ["OK"] * len(documents)


def test_signing_changes_nothing_but_the_signature() -> None:
    """The document given stays as it was, and the signed copy holds the same data."""
    root = etree.fromstring(PLAIN.encode())
    signed = sign(root, file(holder("p256")))
    assert etree.tostring(root, encoding="unicode") == PLAIN
    verified = verify(parse(etree.tostring(signed)), CertificateCache())
    assert canonical(verified.root, EXC) == canonical(root, EXC)


def test_signing_again_replaces_the_signature() -> None:
    """A sample's own signature, or an earlier one, is not signed over."""
    once = sign(etree.fromstring(PLAIN.encode()), file(holder("p256")))
    twice = sign(once, file(holder("rsa2048")))
    assert len(list(twice.iter(SIGNATURE))) == 1
    verified = verify(parse(etree.tostring(twice)), CertificateCache())
    assert verified.certificate == holder("rsa2048").certificate


def test_the_key_name_is_the_serial_number_in_hex() -> None:
    """Both ways write it, and write one certificate."""
    pair = holder("p256")
    for document in (signed_by_signxml(PLAIN, pair), signed_by_template(PLAIN, pair)):
        root = etree.fromstring(document)
        names = [one.text for one in root.iter("{http://www.w3.org/2000/09/xmldsig#}KeyName")]
        assert names == [f"{pair.certificate.serial_number:X}"]
        assert len(list(root.iter("{http://www.w3.org/2000/09/xmldsig#}X509Certificate"))) == 1


@pytest.mark.parametrize("attribute", ["Id", "ID"])
def test_a_root_with_an_id_is_not_signed(attribute: str) -> None:
    """It would be signed by reference, which the profile refuses: the mistake shows at the terminal."""
    with pytest.raises(ValueError, match="attribute Id"):
        sign(etree.fromstring(f'<M {attribute}="x"/>'), file(holder("p256")))


@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_a_signer_whose_key_is_not_its_certificates_is_found_out(kind: str) -> None:
    """A card that was exchanged behind our back makes no message that only the gateway would refuse."""
    wrong = file(Pair(holder(kind).key, foreign(kind).certificate))
    with pytest.raises(SigningFailed, match="same card"):
        sign(etree.fromstring(PLAIN), wrong)


def test_the_template_wants_the_keys_own_certificate() -> None:
    """Else every reply of the gateway would be refused."""
    with pytest.raises(ValueError, match="another key"):
        TemplateSigner(holder("p256").key, foreign("p256").certificate)


def test_keys_outside_the_profile_sign_nothing() -> None:
    """RSA below 2048 bits and other curves have no algorithm; each of the others has its own."""
    for kind in ("rsa1024", "k256"):
        with pytest.raises(ValueError, match="no signature algorithm"):
            algorithm_for(key(kind).public_key())
        with pytest.raises(ValueError, match="no signature algorithm"):
            TemplateSigner(key(kind), issue("x", key(kind), None).certificate)
    for kind in KINDS:
        assert algorithm_for(key(kind).public_key()).name == METHODS[kind]
