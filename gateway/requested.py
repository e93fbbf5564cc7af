"""What a certificate request (PKCS#10) asks the CA for, and what no holder may ask.

A CA is likely to copy what a request asks for: then whoever filed it would be a gateway, a holder of a card
or another CA. Knows X.509 extensions; refuses to know who asks and who decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.pki import PkiError
from messages.signature import oids

_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One extension that a request asks for, in words."""

    name: str
    value: str
    forbidden: bool

    def __str__(self) -> str:
        return f"{self.name}: {self.value}" if self.value else self.name


def load(pem: str) -> x509.CertificateSigningRequest:
    """A certificate request (PEM) signed with its own key. Raises PkiError."""
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        good = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        good = False
    if not good:
        raise PkiError("csr must be a certificate request (PKCS#10, PEM) signed with its own key")
    return request


def extensions(request: x509.CertificateSigningRequest) -> list[Asked]:
    """The extensions that a request asks for. Raises PkiError where they cannot be read."""
    try:
        return [_in_words(extension.oid, extension.value) for extension in request.extensions]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise PkiError(f"the extensions that the csr asks for cannot be read: {error}") from error


def check(pem: str) -> None:
    """Refuse what is no request, and a request to be a gateway, a card's holder or a CA. Raises PkiError."""
    forbidden = [str(asked) for asked in extensions(load(pem)) if asked.forbidden]
    if forbidden:
        raise PkiError(f"the csr asks for what no holder may have ({', '.join(forbidden)}): leave it out")


def _in_words(oid: x509.ObjectIdentifier, value: x509.ExtensionType) -> Asked:
    match value:
        case x509.ExtendedKeyUsage():
            everything = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
            usages = ", ".join(_usage(usage) for usage in value)
            return Asked("extended key usage", usages, oids.GATEWAY_SIGNER in value or everything in value)
        case x509.BasicConstraints():
            return Asked("basic constraints", f"CA {value.ca}", value.ca)
        case x509.KeyUsage():
            named = ", ".join(usage for usage in _USAGES if getattr(value, usage))
            return Asked("key usage", named, value.key_cert_sign or value.crl_sign)
        case x509.SubjectAlternativeName():
            return Asked("alternative names", ", ".join(str(name.value) for name in value), False)
        case _ if oid == oids.CARD_KIND:
            return Asked("card kind", "", True)
        case _:
            return Asked(oid.dotted_string, "", False)


def _usage(oid: x509.ObjectIdentifier) -> str:
    return "gateway signer" if oid == oids.GATEWAY_SIGNER else oid.dotted_string
