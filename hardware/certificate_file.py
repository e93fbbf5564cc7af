"""A certificate file (PKCS#12) as a signer: for people without a card and for unattended software (无卡用户).

Knows how such a file opens and how its key signs; refuses to know where the file or its password come from,
and what is signed. The key stays in this object.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from messages.signature.profile import algorithm_for
from messages.signature.sign import serial_hex

MAX_SIZE = 1024 * 1024  # bytes; a real one holds a few kilobytes


class CertificateFileError(Exception):
    """The file does not open or cannot sign; the text says why and what to do, never the password."""


class CertificateFile:
    """The signer of one PKCS#12 file."""

    kind = "file"

    def __init__(self, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificate: x509.Certificate):
        self.certificate = certificate
        try:
            self._method = algorithm_for(certificate.public_key())
        except ValueError as error:
            raise CertificateFileError(str(error)) from None
        self.algorithm = self._method.name
        self._key = key

    @property
    def serial(self) -> str:
        """The certificate's serial number in hex."""
        return serial_hex(self.certificate)

    def sign(self, data: bytes) -> bytes:
        """RSA PKCS#1 v1.5 with SHA-256, or ECDSA as DER with the hash of its curve, over `data`."""
        return self._method.sign(self._key, data)

    def __repr__(self) -> str:
        return f"CertificateFile({self.certificate.subject.rfc4514_string()!r})"


def open_certificate_file(path: Path, password: str) -> CertificateFile:
    """The signer in `path`. Raises CertificateFileError when it does not open or holds no fitting pair."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise CertificateFileError(
            f"it cannot be read ({error.strerror}); check its name and owner."
        ) from None
    if len(content) > MAX_SIZE:
        raise CertificateFileError(f"it is larger than {MAX_SIZE} bytes, so it is no certificate file.")
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode())
    except ValueError:
        raise CertificateFileError("the password is wrong, or it is not a PKCS#12 file.") from None
    if certificate is None or not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CertificateFileError("it does not hold an RSA or EC key with its certificate; export both.")
    if key.public_key() != certificate.public_key():
        raise CertificateFileError("its key and its certificate do not belong together; export them again.")
    return CertificateFile(key, certificate)
