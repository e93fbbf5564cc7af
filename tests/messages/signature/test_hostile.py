"""What the verifier must never accept, held against xmlsec1 over a large hostile corpus."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from messages.faults import CertificateRefused, DigestMismatch, Fault, NotWellFormed, SignatureInvalid
from messages.signature.profile import LEGACY
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, Verified, find, verify
from messages.xml import parse
from tests.messages.signature import hostile
from tests.messages.signature.making import (
    C14N,
    DOCUMENTS,
    DS,
    ENVELOPED,
    NOW,
    PLAIN,
    authority,
    holder,
    make,
    varied,
)
from tests.messages.signature.mutations import mutations
from tests.messages.signature.peers import xmlsec1_refuses

TRUST = Trust([authority().certificate])
CERTIFICATES = CertificateCache()

WRONG_VALUES = {  # of the right shape, so that only the cryptography tells
    "ECDSA in DER",
    "ECDSA of zeros",
    "ECDSA with a byte too many",
    "SignedInfo as lxml canonicalises it in place",
}


def take(document: bytes) -> Verified:
    """As the gateway does: parse, signature, chain."""
    verified = verify(parse(document), CERTIFICATES)
    TRUST.check(verified.certificate, NOW)
    return verified


def taken(documents: Iterable[bytes]) -> list[bytes]:
    """Those that pass here. Anything raised but a Fault is an error."""
    passed = []
    for document in documents:
        try:
            take(document)
        except Fault:
            continue
        passed.append(document)
    return passed


def test_the_reference_refuses(tmp_path: Path) -> None:
    """The reference is no yes-man: other data, another value, a foreign CA, a bad reference fail there."""
    assert xmlsec1_refuses(tmp_path, [hostile.BASE.encode()]) == ""
    cases = hostile.wrapped() | hostile.edited()
    for name in (
        "other data",
        "truncated SignatureValue",
        "certificate of a foreign CA",
        "by id, original moved",
    ):
        assert xmlsec1_refuses(tmp_path, [cases[name].encode()]), name
    assert xmlsec1_refuses(tmp_path, [hostile.outside()["signed by an impostor of the same names"]])


@pytest.mark.parametrize(("name", "text"), [*hostile.wrapped().items(), *hostile.edited().items()])
def test_a_tampered_message_is_refused(name: str, text: str) -> None:
    """Whatever is changed, moved or wrapped without the holder's key, the message does not pass."""
    with pytest.raises((NotWellFormed, SignatureInvalid, CertificateRefused, DigestMismatch)):
        take(text.encode())


@pytest.mark.parametrize(("name", "document"), hostile.outside().items())
def test_a_signature_outside_the_profile_is_refused(name: str, document: bytes) -> None:
    """A genuine signature of another shape, algorithm or key does not pass either."""
    with pytest.raises((SignatureInvalid, CertificateRefused)) as raised:
        take(document)
    if name not in WRONG_VALUES:
        assert "was not made by" not in raised.value.info, "refused for its value, not for its shape"


def test_nothing_passes_that_xmlsec1_refuses(tmp_path: Path) -> None:
    """Over the named corpus and thousands of mutations, what passes here passes there, with the same data."""
    bases = [
        make(PLAIN, holder("rsa2048"), varied(indent="\n")),
        make(PLAIN, holder("p256"), varied(prefix="", info_c14n=C14N, transforms=(ENVELOPED,), indent=" ")),
        make(DOCUMENTS["undeclared default"], holder("p256"), varied(info_c14n=C14N, key_name=False)),
        make(DOCUMENTS["escapes"], holder("p384"), varied(break_lines="\n")),
    ]
    passed = taken([*hostile.harmless().values(), *hostile.outside().values()])
    passed += taken(text.encode() for text in (hostile.wrapped() | hostile.edited()).values())
    total = 0
    for seed, base in enumerate(bases):
        signed = etree.tostring(take(base).root, method="c14n", exclusive=True)
        mutants = {mutant for mutant in mutations(base, 1500, seed) if mutant != base}
        total += len(mutants)
        for mutant in taken(mutants):
            assert etree.tostring(take(mutant).root, method="c14n", exclusive=True) == signed
            passed.append(mutant)
    assert total > 4000
    assert len(passed) > 50, "hardly anything passed: the comparison says nothing"
    assert xmlsec1_refuses(tmp_path, passed) == ""


@pytest.mark.parametrize("tag", ["X509Certificate", "SignatureValue", "DigestValue", "KeyName"])
def test_megabytes_of_white_space_cost_little(tag: str) -> None:
    """Four megabytes inside a value are refused by their length, in little time."""
    document = hostile.within(tag, "{}" + " \n" * 2_000_000).encode()
    root = parse(document)
    began = time.process_time()
    with pytest.raises((SignatureInvalid, CertificateRefused)):
        verify(root, CERTIFICATES)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("other data", "1004"),
        ("text added after", "1004"),
        ("SignatureValue of zeros", "1001"),
        ("DigestValue of other data", "1001"),
        ("no signature", "1001"),
        ("two signatures", "1001"),
        ("certificate of another holder", "1001"),
        ("certificate cut off", "1002"),
        ("certificate of a foreign CA", "1001"),
        ("comment in the data", "0001"),
    ],
)
def test_each_refusal_has_its_code(name: str, code: str) -> None:
    """1001 for a signature that is not the key's, 1004 for a genuine one over other data, 1002, 0001."""
    with pytest.raises(Fault) as raised:
        take((hostile.wrapped() | hostile.edited())[name].encode())
    assert raised.value.code == code


def test_a_refusal_says_where() -> None:
    """The sender reads the line, the element and what it should be."""
    document = make(PLAIN, holder("rsa2048"), varied(digest=DS + "sha1", indent="\n"))
    with pytest.raises(SignatureInvalid) as raised:
        take(document)
    (violation,) = raised.value.violations
    assert violation.line == 10
    assert violation.path.endswith("ds:Reference/ds:DigestMethod")
    assert "ds:DigestMethod may not be" in raised.value.info


def test_a_signature_inside_the_signature_is_one_too_many() -> None:
    """The cheap look-up, which comes before the schema, finds it already."""
    with pytest.raises(SignatureInvalid, match="more than one"):
        find(parse(hostile.wrapped()["a signature in the signature"].encode()))


def test_sha1_passes_only_where_it_is_switched_on() -> None:
    """Old cards' rsa-sha1 is refused, and taken under the legacy profile."""
    document = make(PLAIN, holder("rsa2048"), varied(method=DS + "rsa-sha1", bits="1", digest=DS + "sha1"))
    with pytest.raises(SignatureInvalid):
        verify(parse(document), CERTIFICATES)
    assert verify(parse(document), CERTIFICATES, LEGACY).root.get("guid") == "G-1"


def test_the_cache_is_bounded() -> None:
    """No number and no size of certificates makes it keep more than it may."""
    small = CertificateCache(size=2)
    for kind in ("rsa2048", "p256", "p384", "p521"):
        small.get(holder(kind).text)
    assert len(small) == 2
    large = CertificateCache()
    text = holder("p256").text
    for number in range(1500):
        large.get(text + " " * (14_000 + number))
    assert len(large) < 1200


def test_a_certificate_whose_signature_has_unused_bits_is_refused() -> None:
    """The CA signs all of a certificate but this count; OpenSSL refuses any but zero, and so does this."""
    der = holder("p256").certificate.public_bytes(Encoding.DER)
    place = len(der) - len(holder("p256").certificate.signature) - 1
    assert der[place] == 0
    with pytest.raises(CertificateRefused, match=r"whole bytes|can be read"):
        CertificateCache().get(base64.b64encode(der[:place] + b"\1" + der[place + 1 :]).decode())
