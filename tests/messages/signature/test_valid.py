"""What the profile allows is accepted, by this verifier and by every other one."""

from __future__ import annotations

import base64
import itertools
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, Verified, verify
from messages.xml import parse
from tests.messages.signature.making import (
    C14N,
    DEFAULT,
    DOCUMENTS,
    DS,
    ENVELOPED,
    EXC,
    METHODS,
    MORE,
    NOW,
    PLAIN,
    SHA256,
    Shape,
    authority,
    holder,
    make,
    varied,
)
from tests.messages.signature.peers import (
    JAVA,
    java_signs,
    java_verifies,
    signxml_accepts,
    xmlsec1_refuses,
    xmlsec1_signs,
)

KINDS = ("rsa2048", "rsa3072", "p256", "p384", "p521")


def shapes() -> list[Shape]:
    """Every combination of the profile's choices that could touch another."""
    made = [
        varied(prefix=prefix, info_c14n=info, transforms=transforms)
        for prefix, info, transforms in itertools.product(
            ("ds", "", "签"), (C14N, EXC), ((ENVELOPED,), (ENVELOPED, C14N), (ENVELOPED, EXC))
        )
    ]
    return [
        *made,
        varied(key_name=False),
        varied(break_lines="\n"),
        varied(break_lines="\r\n\t "),
        varied(break_lines="&#13;\n"),
        varied(indent="\n    "),
        varied(indent="\n  ", prefix="", info_c14n=C14N, tail="\n"),
        varied(tail=" \n\t"),
        varied(digest=MORE + "sha384"),
        varied(digest="http://www.w3.org/2001/04/xmlenc#sha512"),
    ]


def corpus() -> list[tuple[str, bytes]]:
    """Signed documents in the profile: (holder, document)."""
    made = [(kind, make(PLAIN, holder(kind), shape)) for kind in KINDS for shape in shapes()]
    inclusive = varied(prefix="", info_c14n=C14N, transforms=(ENVELOPED, C14N), indent="\n")
    absent = varied(info_c14n=C14N, transforms=(ENVELOPED,), key_name=False)
    for document in DOCUMENTS.values():
        made += [("p256", make(document, holder("p256"), shape)) for shape in (DEFAULT, inclusive, absent)]
    return made


def accept(document: bytes) -> Verified:
    """What the gateway would take: signature and chain hold."""
    verified = verify(parse(document), CertificateCache())
    Trust([authority().certificate]).check(verified.certificate, NOW)
    return verified


def test_every_shape_of_the_profile_is_accepted_by_all(tmp_path: Path) -> None:
    """Prefix or none, either canonicalisation or none named, every key, every kind of text: all verify."""
    documents = corpus()
    for kind, document in documents:
        verified = accept(document)
        assert verified.der == holder(kind).certificate.public_bytes(Encoding.DER)
    assert xmlsec1_refuses(tmp_path, [document for _, document in documents]) == ""


def test_signxml_agrees() -> None:
    """It accepts the shapes too, but for the two that it reads wrongly: see `trapped`."""
    for shape in shapes():
        # It canonicalises an unprefixed SignedInfo in place, and copies by way of ASCII.
        trapped = (shape.prefix == "" and shape.info_c14n == C14N) or not shape.prefix.isascii()
        if not trapped:
            signxml_accepts(make(PLAIN, holder("rsa2048"), shape), holder("rsa2048").certificate)


@pytest.mark.skipif(JAVA is None, reason="no JDK here")
def test_the_jdk_agrees(tmp_path: Path) -> None:
    """The JDK, which shares no line of code with libxml2, accepts what is accepted here."""
    documents = [document for kind, document in corpus() if kind in ("rsa2048", "p256")]
    assert java_verifies(tmp_path, documents) == ["OK"] * len(documents)


@pytest.mark.skipif(JAVA is None, reason="no JDK here")
def test_what_the_jdk_signs_is_accepted(tmp_path: Path) -> None:
    """The JDK writes no prefix and carriage returns in base64: its signatures verify here and by xmlsec1."""
    source = DOCUMENTS["unused namespaces"].encode()
    signed = java_signs(tmp_path, source, [holder(kind) for kind in KINDS], (C14N, EXC))
    assert len(signed) == 2 * len(KINDS)
    for document in signed:
        accept(document)
    assert xmlsec1_refuses(tmp_path, signed) == ""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("c14n", [C14N, EXC])
def test_what_xmlsec1_signs_is_accepted(tmp_path: Path, kind: str, c14n: str) -> None:
    """xmlsec1's own signatures, pretty-printed as it likes, verify here."""
    template = (
        f'<M xmlns="urn:t"><a>保税&#13;</a>\n<Signature xmlns="{DS}">\n<SignedInfo><CanonicalizationMethod '
        f'Algorithm="{c14n}"/><SignatureMethod Algorithm="{MORE}{METHODS[kind]}"/><Reference URI="">'
        f'<Transforms><Transform Algorithm="{ENVELOPED}"/></Transforms><DigestMethod Algorithm="{SHA256}"/>'
        "<DigestValue/></Reference></SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate/>"
        "</X509Data></KeyInfo></Signature>\n</M>"
    )
    accept(xmlsec1_signs(tmp_path, template.encode(), holder(kind)))


def test_the_result_is_the_document_without_its_signature() -> None:
    """Text after the signature stays where it was signed; nothing of the signature is left to read."""
    document = make(DOCUMENTS["pretty"], holder("p256"), varied(tail="\n\n", indent="\n"))
    verified = accept(document)
    root = verified.root
    assert not list(root.iter(f"{{{DS}}}*"))
    unsigned = DOCUMENTS["pretty"].replace("</M>", "\n\n</M>").encode()
    assert etree.tostring(root, method="c14n") == etree.tostring(etree.fromstring(unsigned), method="c14n")


def test_the_certificate_is_read_once() -> None:
    """The same text gives the same object; other whitespace, the same certificate."""
    certificates = CertificateCache()
    first = verify(parse(make(PLAIN, holder("p256"))), certificates)
    again = verify(parse(make(DOCUMENTS["CDATA"], holder("p256"))), certificates)
    assert again.certificate is first.certificate
    other = verify(parse(make(PLAIN, holder("p256"), varied(break_lines="\n"))), certificates)
    assert other.fingerprint == first.fingerprint
    assert base64.b64encode(other.der).decode() == holder("p256").text
