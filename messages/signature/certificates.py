"""X509Certificate texts turned into certificates once, and kept while they are in use.

Knows how such a text is written and which keys are worth checking a signature with; refuses to know whether
a certificate is believed. What it keeps is bounded in number and in bytes, whoever sends it.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from messages.faults import CertificateRefused
from messages.signature.profile import Algorithm, algorithm_for

MAX_TEXT = 16 * 1024  # characters of X509Certificate, whitespace included
MAX_KEPT = 16 * 1024 * 1024  # characters and bytes kept altogether

_WHITESPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Holder:
    """One certificate, with what every verification needs of it."""

    certificate: x509.Certificate
    der: bytes
    fingerprint: str  # SHA-256 of the DER, hex
    key: PublicKeyTypes


class CertificateCache:
    """The certificates that were last used, by the text that carried them. Threads may share it."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._kept: OrderedDict[str, Holder] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> Holder:
        """The holder that `text`, base64 of DER with or without whitespace, describes.

        Raises CertificateRefused when it is too long, not base64, or not a certificate.
        """
        if len(text) > MAX_TEXT:
            raise CertificateRefused(f"X509Certificate is longer than {MAX_TEXT} characters")
        with self._lock:
            holder = self._kept.get(text)
            if holder is not None:
                self._kept.move_to_end(text)
                return holder
        holder = _read(text)
        with self._lock:
            if text not in self._kept:
                self._kept[text] = holder
                self._weight += len(text) + len(holder.der)
            while len(self._kept) > self._size or self._weight > MAX_KEPT:
                old_text, old = self._kept.popitem(last=False)
                self._weight -= len(old_text) + len(old.der)
        return holder


def _read(text: str) -> Holder:
    der = unbase64(text)
    if der is None:
        raise CertificateRefused("X509Certificate is not base64")
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise CertificateRefused(f"X509Certificate is not a certificate that can be read: {error}") from None
    signature = certificate.signature
    if not der.endswith(b"\0" + signature):
        # The count of unused bits before the CA's signature is outside what it signs: OpenSSL wants it zero.
        raise CertificateRefused("X509Certificate is not DER: its signature does not end in whole bytes")
    return Holder(certificate, der, hashlib.sha256(der).hexdigest(), key)


def algorithm_of(certificate: x509.Certificate) -> Algorithm:
    """The algorithm to sign with under its key.

    ValueError when there is none, also for a key of a kind that is unknown here: SM2's, on many a Chinese
    card.
    """
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from None
    return algorithm_for(key)


def unbase64(text: str) -> bytes | None:
    """The bytes that `text` writes in base64, XML whitespace anywhere; None when it is anything else.

    Stricter than most decoders: padding is needed and must end the text, bits beyond the last byte are zero.
    """
    try:
        packed = text.encode("ascii").translate(None, _WHITESPACE)
        data = base64.b64decode(packed, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data) == packed else None
