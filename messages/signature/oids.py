"""What a certificate says of its holder: two object identifiers of this project's own, key usage, number.

Knows how to write and read the holder's card, gateways, and keys that commit; refuses to know whether the
certificate is to be believed (that is `trust`).

Both live under 2.25, where a UUID needs no registration authority (X.667). Arcs of 128 bits are rare, so
they were tried: cryptography, OpenSSL 3, xmlsec1 and JDK 17 all read such certificates.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import NameOID

GATEWAY_SIGNER = x509.ObjectIdentifier("2.25.123931892508456821210154800316993225236")
"""Extended key usage of a gateway's signing certificate: receipts and replies are believed from no other."""

CARD_KIND = x509.ObjectIdentifier("2.25.114447421492754546424839964709045707013")
"""Extension, never critical: a UTF8String, the kind of card (卡类型) its holder was given."""

LEGAL = "legal"  # 法人卡
OPERATOR = "operator"  # 操作员卡
CARD_KINDS = (LEGAL, OPERATOR)

_UTF8_STRING = 0x0C
_UNREADABLE = (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError)  # it says nothing then


def card_extension(kind: str) -> x509.UnrecognizedExtension:
    """The extension to put into a holder's certificate; ValueError when there is no such kind."""
    if kind not in CARD_KINDS:
        raise ValueError(f"{kind!r} is no kind of card: use one of {', '.join(CARD_KINDS)}")
    value = kind.encode()
    return x509.UnrecognizedExtension(CARD_KIND, bytes((_UTF8_STRING, len(value))) + value)


def card_kind(certificate: x509.Certificate) -> str:
    """'legal' 法人卡, 'operator' 操作员卡, or '' for a certificate without a card (无卡用户).

    A kind that this version doesn't know counts as none: it must not open what a known kind opens.
    """
    try:
        extension = certificate.extensions.get_extension_for_oid(CARD_KIND)
    except _UNREADABLE:
        return ""
    value = extension.value
    for kind in CARD_KINDS:
        if value == card_extension(kind):
            return kind
    return ""


def card_number(certificate: x509.Certificate) -> str:
    """The number (卡号) of the card or Ikey that it was issued for, as its subject says; '' when of none."""
    numbers = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return str(numbers[0].value) if numbers else ""


def subject_of(certificate: x509.Certificate) -> str:
    """The subject for people, as RFC 4514 writes it, but the card's number under its name, not its OID."""
    return certificate.subject.rfc4514_string({NameOID.SERIAL_NUMBER: "serialNumber"})


def commits(certificate: x509.Certificate) -> bool:
    """Whether its signatures bind the holder: key usage nonRepudiation, which PIV 9C's has and 9A's not.

    A certificate without the extension may be used for anything (RFC 5280, 4.2.1.3), but has not said so.
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    except _UNREADABLE:
        return False
    return usage.value.content_commitment


def is_gateway(certificate: x509.Certificate) -> bool:
    """Whether the holder is a gateway, so that its receipts and replies count."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except _UNREADABLE:
        return False
    return GATEWAY_SIGNER in usage.value
