"""The certificates that a card office's CA would issue for a request."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.messages.signature.making import DAY, NOW, authority, usage

HOLDER = x509.Name([
    x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
    x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "苏州某某电子有限公司"),
    x509.NameAttribute(x509.NameOID.COMMON_NAME, "张三"),
    x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, "2100000000017"),
])  # fmt: skip


def certify(request: x509.CertificateSigningRequest, begin: datetime = NOW - DAY) -> x509.Certificate:
    """A certificate for signing, for what is in the request."""
    ca = authority()
    return (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(ca.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(NOW + 30 * DAY)
        .add_extension(usage("digital_signature", "content_commitment"), critical=True)
        .sign(ca.key, hashes.SHA256())
    )
