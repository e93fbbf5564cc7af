"""The certificate file (证书文件): a PKCS#12 under its holder's passphrase, for people without a card.

Knows how to open such a file and tell why it does not open; refuses to keep the passphrase, and to say what
may be signed with it: some message types want a card, which is the gateway's to decide.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from hardware.signer import CertificateMissing, KeyMissing, KeyUnsuitable, SignerError
from messages.signature.profile import algorithm_for
from messages.signature.sign import serial_hex

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

KIND = "file"
MAX_FILE = 1024 * 1024  # bytes; a PKCS#12 with a long chain has some ten thousand

_PFX_VERSION_3 = b"\x02\x01\x03"


class FileUnreadable(SignerError):
    """The file is not there, or may not be read. Values: name, reason."""

    sentence = ("{name}: {reason}", "{name}：{reason}")


class NotACertificateFile(SignerError):
    """The file is no PKCS#12. Values: name."""

    sentence = (
        "{name} is not a PKCS#12 file (.p12 or .pfx), or it is cut off",
        "{name} 不是 PKCS#12 文件（.p12 或 .pfx），或内容不完整",
    )


class PemInstead(NotACertificateFile):
    """The file is PEM. Values: name."""

    sentence = (
        "{name} is PEM, not PKCS#12: convert it with openssl pkcs12 -export, with key and certificate",
        "{name} 是 PEM，不是 PKCS#12：请用 openssl pkcs12 -export 连同密钥和证书一起转换",
    )


class ProtectionUnknown(NotACertificateFile):
    """The file is encrypted in a way that is not supported. Values: name, reason."""

    sentence = (
        "{name} is protected in a way that is not supported: {reason}",
        "{name} 的加密方式不受支持：{reason}",
    )


class WrongPassphrase(SignerError):
    """The passphrase does not open the file. Values: name."""

    sentence = (
        "{name}: the passphrase does not open it, or the file is damaged",
        "{name}：口令错误，或文件已损坏",
    )


class CertificateFile:
    """A signer whose key came from a PKCS#12 file."""

    kind = KIND

    def __init__(self, key: PrivateKey, certificate: x509.Certificate) -> None:
        """KeyUnsuitable when no algorithm of the messages takes the key."""
        try:
            self._algorithm = algorithm_for(key.public_key())
        except ValueError as error:
            raise KeyUnsuitable(reason=error) from None
        self._key = key
        self.certificate = certificate
        self.algorithm = self._algorithm.name
        self.serial = serial_hex(certificate)

    def __repr__(self) -> str:
        return f"CertificateFile({self.serial})"

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, which is hashed here: PKCS#1 v1.5, or ECDSA as DER."""
        return self._algorithm.sign(self._key, data)


def open_file(path: Path, passphrase: str) -> CertificateFile:
    """The signer in the PKCS#12 file at `path`.

    Raises FileUnreadable, NotACertificateFile, WrongPassphrase, KeyMissing, CertificateMissing or
    KeyUnsuitable.
    """
    return CertificateFile(*keys(path, passphrase))


def open_bytes(data: bytes, passphrase: str, name: str = "certificate file") -> CertificateFile:
    """As `open_file`, for the content of a file; `name` stands in the errors."""
    return CertificateFile(*_keys(data, passphrase, name))


def keys(path: Path, passphrase: str) -> tuple[PrivateKey, x509.Certificate]:
    """Key and certificate in the file at `path`, to be put on another medium; raises as `open_file`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise FileUnreadable(name=path, reason=error.strerror or error) from None
    return _keys(data, passphrase, str(path))


def _keys(data: bytes, passphrase: str, name: str) -> tuple[PrivateKey, x509.Certificate]:
    if data.lstrip().startswith(b"-----BEGIN"):
        raise PemInstead(name=name)
    if len(data) > MAX_FILE or not _looks_like_pkcs12(data):
        raise NotACertificateFile(name=name)
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(data, passphrase.encode())
    except ValueError:
        raise WrongPassphrase(name=name) from None
    except UnsupportedAlgorithm as error:
        raise ProtectionUnknown(name=name, reason=error) from None
    if key is None:
        raise KeyMissing(where=name)
    if certificate is None or certificate.public_key() != key.public_key():
        raise CertificateMissing(where=name)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnsuitable(
            reason=f"{name} holds a {type(key).__name__}; messages are signed with RSA or P-256"
        )
    return key, certificate


def _looks_like_pkcs12(data: bytes) -> bool:
    """Whether `data` is one ASN.1 SEQUENCE, whole, that begins with version 3 (RFC 7292, 4)."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    if data[1] == 0x80:  # indefinite length, as BER allows
        return data[2:5] == _PFX_VERSION_3
    if data[1] < 0x80:
        start, length = 2, data[1]
    else:
        start = 2 + (data[1] & 0x7F)
        length = int.from_bytes(data[2:start])
    return len(data) == start + length and data[start : start + 3] == _PFX_VERSION_3
