"""The strict verifier: one shape of signature, everything else refused (严格验签).

Knows the one arrangement of ds:Signature that the profile allows and checks it element by element, before
any cryptography; refuses to know whether the certificate is believed, and what the message means. Nothing is
looked up by Id, name or path: the signature is the root's last element, and what it signs is all the rest.

The tree that comes back is the tree whose canonical form was digested, so callers read what was signed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import NoReturn

from cryptography import x509
from lxml import etree

from messages.faults import CertificateRefused, DigestMismatch, SignatureInvalid, Violation
from messages.signature.certificates import CertificateCache, Holder, unbase64
from messages.signature.profile import C14N, DS, ENVELOPED, EXCLUSIVE, STANDARD, Profile

__all__ = ["CertificateCache", "Holder", "Verified", "canonical", "detach", "find", "verify"]

SIGNATURE = f"{{{DS}}}Signature"
_SIGNED_INFO = f"{{{DS}}}SignedInfo"
_SIGNATURE_VALUE = f"{{{DS}}}SignatureValue"
_KEY_INFO = f"{{{DS}}}KeyInfo"
_CANONICALIZATION = f"{{{DS}}}CanonicalizationMethod"
_SIGNATURE_METHOD = f"{{{DS}}}SignatureMethod"
_REFERENCE = f"{{{DS}}}Reference"
_TRANSFORMS = f"{{{DS}}}Transforms"
_TRANSFORM = f"{{{DS}}}Transform"
_DIGEST_METHOD = f"{{{DS}}}DigestMethod"
_DIGEST_VALUE = f"{{{DS}}}DigestValue"
_KEY_NAME = f"{{{DS}}}KeyName"
_X509_DATA = f"{{{DS}}}X509Data"
_X509_CERTIFICATE = f"{{{DS}}}X509Certificate"

_XML = "{http://www.w3.org/XML/1998/namespace}"
_WHITESPACE = " \t\r\n"
MAX_VALUE = 8 * 1024  # characters of a SignatureValue, a DigestValue or a KeyName, whitespace included
_SHOWN = 120  # characters of foreign text in a message

_parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Verified:
    """A document whose signature holds. Only `root` may be read for content: it is what was signed."""

    root: etree._Element  # without the signature
    certificate: x509.Certificate
    der: bytes
    fingerprint: str  # SHA-256 of the certificate's DER, hex
    digest: bytes  # of the canonical form, as the DigestValue says: equal for equal content


def find(root: etree._Element) -> etree._Element:
    """The one ds:Signature of the document, the last element in `root`.

    Raises SignatureInvalid when there is none, more than one, or one at another place.
    """
    found = root.iter(SIGNATURE)
    signature = next(found, None)
    if signature is None:
        raise SignatureInvalid("the message has no ds:Signature: sign it")
    if signature.getparent() is not root or signature.getnext() is not None:
        _refuse(signature, "the ds:Signature must be the last element inside the message's root")
    if next(found, None) is not None:
        _refuse(signature, "the message has more than one ds:Signature")
    return signature


def detach(signature: etree._Element) -> None:
    """Take `signature` out of its document, and leave the text after it where it is."""
    parent, before, tail = signature.getparent(), signature.getprevious(), signature.tail
    assert parent is not None
    if tail:
        if before is None:
            parent.text = (parent.text or "") + tail
        else:
            before.tail = (before.tail or "") + tail
    parent.remove(signature)


def canonical(root: etree._Element, method: str) -> bytes:
    """The canonical form of the whole document under `root`; `method` is one of the profile's two.

    Raises SignatureInvalid where the standard defines none (a relative namespace name).
    """
    try:
        return etree.tostring(root, method="c14n", exclusive=EXCLUSIVE[method])
    except etree.LxmlError as error:
        raise SignatureInvalid(
            f"the message has no canonical form (a relative namespace?): {error}"
        ) from None


def verify(
    root: etree._Element,
    certificates: CertificateCache,
    profile: Profile = STANDARD,
    believe: Callable[[Holder], None] | None = None,
) -> Verified:
    """Check the signature of the freshly parsed document under `root`, which loses it.

    `root` comes from `messages.xml.parse`, so it holds no comment, processing instruction or DTD, and its
    namespaces are few. `believe` raises CertificateRefused for a certificate that is not believed; it is
    asked when the SignatureValue is proven and before the document is canonicalised: no stranger causes that.

    Raises SignatureInvalid (1001) when the signature is not of the profile or the key did not make its
    SignatureValue, CertificateRefused (1002) when the certificate can't be read or its key doesn't fit,
    DigestMismatch (1004) when the signature is genuine but was made over other data.
    """
    signature = find(root)
    if root.getparent() is not None or root.getprevious() is not None or root.getnext() is not None:
        _refuse(root, "something stands beside the root of the message")
    if any(str(name).startswith(_XML) for name, _ in root.items()):
        # C14N 1.0 lends them to SignedInfo, verifiers differ about it, and no message type has any.
        _refuse(root, "the root must not have an attribute xml:base, xml:id, xml:lang or xml:space")

    info, value, key_info = _children(signature, (_SIGNED_INFO, _SIGNATURE_VALUE, _KEY_INFO))
    info_method, signature_method, reference = _children(
        info, (_CANONICALIZATION, _SIGNATURE_METHOD, _REFERENCE)
    )
    transforms, digest_method, digest_value = _children(
        reference, (_TRANSFORMS, _DIGEST_METHOD, _DIGEST_VALUE), {"URI": ""}
    )

    info_c14n = _choice(info_method, EXCLUSIVE)
    algorithm = profile.signatures[_choice(signature_method, profile.signatures)]
    digest = profile.digests[_choice(digest_method, profile.digests)]
    data_c14n = _data_method(transforms)
    expected = _decoded(digest_value)
    signed = _decoded(value)

    holder = certificates.get(_certificate_text(key_info))
    if not algorithm.takes(holder.key):
        raise CertificateRefused(
            f"the certificate's key does not fit {algorithm.name}: use rsa-sha256 with RSA of 2048 bits "
            "or more, ecdsa-sha256 with P-256, ecdsa-sha384 with P-384, ecdsa-sha512 with P-521"
        )
    if not algorithm.verify(holder.key, signed, _canonical_info(info, info_c14n)):
        _refuse(value, "the SignatureValue was not made by the certificate's key over this SignedInfo")
    if believe is not None:
        believe(holder)

    detach(signature)
    if not hmac.compare_digest(digest(canonical(root, data_c14n)), expected):
        raise DigestMismatch("the message is not what was signed: it was changed afterwards; sign it again")
    return Verified(root, holder.certificate, holder.der, holder.fingerprint, expected)


def _canonical_info(info: etree._Element, method: str) -> bytes:
    """The canonical SignedInfo, with the namespaces that are in scope there.

    Exclusive canonicalisation of a prefixed element needs nothing from outside it. Otherwise lxml adds a
    false xmlns="" when it canonicalises an unprefixed element where it stands, so it is written out with all
    that is in scope, parsed again and canonicalised as a root.
    """
    if EXCLUSIVE[method] and info.prefix:
        return canonical(info, method)
    alone = etree.tostring(info, encoding="utf-8", with_tail=False)
    return canonical(etree.fromstring(alone, _parser), method)


def _data_method(transforms: etree._Element) -> str:
    """The canonicalisation of the data; C14N 1.0 where no transform names one (XML-DSig, 4.4.3.2)."""
    enveloped, *others = _children(transforms, (_TRANSFORM,) * min(max(len(transforms), 1), 2))
    if _algorithm(enveloped) != ENVELOPED:
        _refuse(transforms, f"the first Transform must be {ENVELOPED}")
    return _choice(others[0], EXCLUSIVE) if others else C14N


def _certificate_text(key_info: etree._Element) -> str:
    """The text of the one X509Certificate. A KeyName may stand before it; it selects nothing."""
    if len(key_info) > 1:
        name, data = _children(key_info, (_KEY_NAME, _X509_DATA))
        _text(name)
    else:
        (data,) = _children(key_info, (_X509_DATA,))
    (certificate,) = _children(data, (_X509_CERTIFICATE,))
    _bare(certificate)
    return certificate.text or ""


def _children(
    element: etree._Element, tags: tuple[str, ...], attributes: dict[str, str] | None = None
) -> list[etree._Element]:
    """The children of `element`, which are exactly `tags` with only whitespace between them."""
    if element.items() != list((attributes or {}).items()):
        wanted = " ".join(f'{name}="{value}" and no other' for name, value in (attributes or {}).items())
        _refuse(element, f"{_name(element)} must have {wanted or 'no'} attribute")
    children = list(element)
    if tuple([child.tag for child in children]) != tags:
        wanted = ", ".join(_local(tag) for tag in tags)
        found = ", ".join(_name(child) for child in children[:10]) or "nothing"
        _refuse(element, f"{_name(element)} must hold exactly {wanted}; it holds {found}")
    _blank(element, element.text)
    for child in children:
        _blank(element, child.tail)
    return children


def _algorithm(element: etree._Element) -> str:
    """The Algorithm of an element that has this attribute and nothing else."""
    items = element.items()
    if len(items) != 1 or items[0][0] != "Algorithm" or len(element):
        _refuse(element, f"{_name(element)} must have the attribute Algorithm, no other and no content")
    _blank(element, element.text)
    return str(items[0][1])


def _choice(element: etree._Element, allowed: Container[str]) -> str:
    """The Algorithm of `element`, which is one of `allowed`."""
    algorithm = _algorithm(element)
    if algorithm not in allowed:
        _refuse(element, f"{_name(element)} may not be {algorithm[:_SHOWN]!r} here")
    return algorithm


def _decoded(element: etree._Element) -> bytes:
    data = unbase64(_text(element))
    if not data:
        _refuse(element, f"{_name(element)} is not base64")
    return data


def _text(element: etree._Element) -> str:
    """The text of an element that has nothing but text, and not too much."""
    _bare(element)
    text = element.text or ""
    if len(text) > MAX_VALUE:
        _refuse(element, f"{_name(element)} is longer than {MAX_VALUE} characters")
    return text


def _bare(element: etree._Element) -> None:
    if len(element) or element.items():
        _refuse(element, f"{_name(element)} must hold text only, and have no attribute")


def _blank(element: etree._Element, text: str | None) -> None:
    if text and text.strip(_WHITESPACE):
        _refuse(element, f"{_name(element)} must hold no text of its own")


def _local(tag: str) -> str:
    return f"ds:{tag[len(DS) + 2 :]}" if tag.startswith(f"{{{DS}}}") else tag[:_SHOWN]


def _name(element: etree._Element) -> str:
    tag: object = element.tag  # a function for an entity or a comment
    return _local(tag) if isinstance(tag, str) else "something that is no element"


def _refuse(element: etree._Element, text: str) -> NoReturn:
    line = getattr(element, "sourceline", None) or 0
    path = element.getroottree().getpath(element)
    raise SignatureInvalid(f"line {line}: {text}", (Violation(path, line, "signature", text),))
