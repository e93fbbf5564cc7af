"""Fast signing of canonical bytes: the gateway's replies and receipts, and files by the thousand.

Knows that a document written in canonical form need not be parsed to be signed: its digest is the digest of
its bytes, and SignedInfo is written in canonical form too. Refuses to canonicalise anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from messages.signature.profile import DS, ENVELOPED, EXC_C14N, SHA256, algorithm_for
from messages.signature.sign import serial_hex


class TemplateSigner:
    """Signs with a key in memory; everything but digest and SignatureValue is written once, here."""

    def __init__(
        self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificate: x509.Certificate
    ) -> None:
        """ValueError when the certificate is not this key's, or the key is none of the profile's."""
        if key.public_key() != certificate.public_key():
            raise ValueError("the certificate was issued for another key")
        algorithm = algorithm_for(key.public_key())
        self._prepare(certificate, lambda data: algorithm.sign(key, data))

    @classmethod
    def of(cls, certificate: x509.Certificate, sign: Callable[[bytes], bytes]) -> TemplateSigner:
        """One whose key is elsewhere: `sign` makes the signature (PKCS#1 v1.5, or ECDSA as DER).

        ValueError when the certificate's key is none of the profile's.
        """
        signer = cls.__new__(cls)
        signer._prepare(certificate, sign)
        return signer

    def _prepare(self, certificate: x509.Certificate, sign: Callable[[bytes], bytes]) -> None:
        self.certificate = certificate
        self._sign = sign
        self._algorithm = algorithm_for(certificate.public_key())
        self._before_digest = (
            f'<ds:SignedInfo xmlns:ds="{DS}">'
            f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>'
            f'<ds:SignatureMethod Algorithm="{self._algorithm.uri}"></ds:SignatureMethod>'
            '<ds:Reference URI=""><ds:Transforms>'
            f'<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
            f'<ds:Transform Algorithm="{EXC_C14N}"></ds:Transform></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod><ds:DigestValue>'
        ).encode()
        self._after_digest = b"</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        self._before_info = f'<ds:Signature xmlns:ds="{DS}">'.encode()
        self._after_value = b"".join(
            (
                b"</ds:SignatureValue><ds:KeyInfo><ds:KeyName>",
                serial_hex(certificate).encode(),
                b"</ds:KeyName><ds:X509Data><ds:X509Certificate>",
                base64.b64encode(certificate.public_bytes(Encoding.DER)),
                b"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
            )
        )

    def signature(self, payload: bytes) -> bytes:
        """The ds:Signature element for the document whose canonical bytes (exclusive C14N) are `payload`."""
        digest = base64.b64encode(hashlib.sha256(payload).digest())
        info = self._before_digest + digest + self._after_digest
        value = base64.b64encode(self._algorithm.value(self._sign(info)))
        return b"".join((self._before_info, info, b"<ds:SignatureValue>", value, self._after_value))

    def seal(self, payload: bytes) -> bytes:
        """`payload` with its signature before the root's end tag."""
        end = payload.rindex(b"</")
        return b"".join((payload[:end], self.signature(payload), payload[end:]))
