"""A virtual card's memory: one file, which is what is put into a reader.

Knows what a PIV card keeps (SP 800-73-4: data objects, keys, PIN and PUK with their tries, the management
key) and how it is written so that pulling the card at any moment loses nothing and gains no try; refuses to
know commands. PIN and PUK are there as salted hashes only. The keys are not encrypted: six digits would not
protect a file that can be copied, so a virtual card is for trying things and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hardware.virtual.apdu import StatusWord, objects, tlv

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

AUTH, SIGN = 0x9A, 0x9C
"""The keys for logging in (PIN once) and for signing (PIN for every signature)."""

CERTIFICATES = {0x9A: 0x5FC105, 0x9C: 0x5FC10A, 0x9D: 0x5FC10B, 0x9E: 0x5FC101}
"""The data object that holds each key's certificate (SP 800-73-4 part 1, table 3)."""

CCC, CHUID = 0x5FC107, 0x5FC102
TRIES = 3
TRIPLE_DES, AES128, AES192, AES256 = 0x03, 0x08, 0x0A, 0x0C
KEY_SIZES = {TRIPLE_DES: 24, AES128: 16, AES192: 24, AES256: 32}
DEFAULT_MANAGEMENT_KEY = bytes.fromhex("010203040506070801020304050607080102030405060708")
"""The key every blank card comes with, as it does from other makers: a card office replaces it."""

FORMAT = "eport virtual PIV card 1"
MAX_FILE = 1024 * 1024  # bytes; a full card has some fifty thousand
_PADDING = b"\xff"


class NotACard(Exception):
    """The file is no virtual card; the text says which and why."""


@dataclass(slots=True)
class Reference:
    """A PIN or PUK: its salted hash, and how many tries are left."""

    salt: bytes
    digest: bytes
    tries: int = TRIES

    @classmethod
    def of(cls, value: str) -> Reference:
        """A fresh one; `value` has 6 to 8 characters and is padded as it comes over the wire."""
        return cls.padded(pad(value))

    @classmethod
    def padded(cls, value: bytes) -> Reference:
        """A fresh one of 8 bytes as they come over the wire."""
        salt = secrets.token_bytes(16)
        return cls(salt, _digest(salt, value))

    def matches(self, value: bytes) -> bool:
        """Whether `value`, 8 bytes, is it; tries are the caller's to count."""
        return hmac.compare_digest(self.digest, _digest(self.salt, value))

    def __repr__(self) -> str:
        return f"Reference(tries={self.tries})"


@dataclass(slots=True)
class Medium:
    """What the file holds. Whoever changes it calls `save`."""

    path: Path
    pin: Reference
    puk: Reference
    management_algorithm: int
    management_key: bytes = field(repr=False)
    keys: dict[int, PrivateKey] = field(default_factory=dict, repr=False)
    objects: dict[int, bytes] = field(default_factory=dict, repr=False)
    foreign: bool = False  # some other chip card, which has no PIV application

    @property
    def serial(self) -> str:
        """The GUID in its CHUID, 32 hex digits, of which OpenSC shows the last 16; or empty."""
        try:
            return dict(objects(self.objects.get(CHUID, b""))).get(0x34, b"").hex()
        except StatusWord:
            return ""

    def put(self, use: int, key: PrivateKey, certificate: x509.Certificate) -> None:
        """Personalise: a key and its certificate, in 9A, 9C, 9D or 9E."""
        self.keys[use] = key
        self.objects[CERTIFICATES[use]] = certificate_object(certificate)

    def certificate(self, use: int) -> x509.Certificate | None:
        """The certificate for a key, if there is one that can be read."""
        try:
            fields = dict(objects(self.objects.get(CERTIFICATES[use], b"")))
            return x509.load_der_x509_certificate(fields[0x70])
        except (KeyError, ValueError, StatusWord):
            return None

    def save(self) -> None:
        """Write the file for its owner alone; a reader sees the old state or the new, never a part.

        It outlives the process that is killed the next moment. OSError when it cannot be written.
        """
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(self._document(), file, indent=1)
            temporary.replace(self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _document(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "pin": _written(self.pin),
            "puk": _written(self.puk),
            "management": {"algorithm": self.management_algorithm, "key": self.management_key.hex()},
            "keys": {f"{use:02X}": _pem(key) for use, key in self.keys.items()},
            "objects": {f"{tag:X}": value.hex() for tag, value in self.objects.items()},
            **({"foreign": True} if self.foreign else {}),
        }


def create(
    path: Path,
    *,
    pin: str,
    puk: str,
    management_key: bytes = DEFAULT_MANAGEMENT_KEY,
    management_algorithm: int = TRIPLE_DES,
    serial: str | None = None,
) -> Medium:
    """A new card without keys, saved at `path`; ValueError for a PIN, PUK, key or serial of a wrong form."""
    if not usable_pin(pad(pin)) or not usable_puk(pad(puk)):
        raise ValueError("a PIN has 6 to 8 digits, a PUK 6 to 8 characters")
    if KEY_SIZES.get(management_algorithm) != len(management_key):
        raise ValueError("the management key's length does not fit its algorithm")
    guid = bytes.fromhex(uuid.uuid4().hex if serial is None else serial)
    if len(guid) != 16:
        raise ValueError("a serial has 32 hex digits")
    medium = Medium(path, Reference.of(pin), Reference.of(puk), management_algorithm, management_key)
    medium.objects[CHUID] = chuid_object(guid)
    medium.objects[CCC] = ccc_object(guid)
    medium.save()
    return medium


def load(path: Path) -> Medium:
    """The card in the file; NotACard when it holds none, OSError when it cannot be read."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE + 1)
    try:
        if len(data) > MAX_FILE:
            raise ValueError("too long")
        document = json.loads(data)
        if document["format"] != FORMAT:
            raise ValueError("another format")
        algorithm = int(document["management"]["algorithm"])
        management_key = bytes.fromhex(document["management"]["key"])
        if KEY_SIZES.get(algorithm) != len(management_key):
            raise ValueError("management key")
        return Medium(
            path,
            _read(document["pin"]),
            _read(document["puk"]),
            algorithm,
            management_key,
            {int(use, 16): _key(pem) for use, pem in document["keys"].items()},
            {int(tag, 16): bytes.fromhex(value) for tag, value in document["objects"].items()},
            document.get("foreign") is True,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm):
        raise NotACard(f"{path} is not a virtual card") from None


def pad(value: str) -> bytes:
    """A PIN or PUK as it goes over the wire: 8 bytes, FF behind it (SP 800-73-4 part 2, 2.4.3)."""
    return value.encode().ljust(8, _PADDING)


def usable_pin(value: bytes) -> bool:
    """Whether it is 6 to 8 digits, padded with FF to 8 bytes."""
    digits = value.rstrip(_PADDING)
    return len(value) == 8 and len(digits) >= 6 and digits.isdigit()


def usable_puk(value: bytes) -> bool:
    """Whether it is 6 to 8 bytes, padded with FF to 8."""
    return len(value) == 8 and len(value.rstrip(_PADDING)) >= 6 and _PADDING not in value.rstrip(_PADDING)


# -- data objects --------------------------------------------------------------------------------


def certificate_object(certificate: x509.Certificate) -> bytes:
    """The certificate, not compressed, with an empty error code (SP 800-73-4 part 1, appendix A)."""
    return tlv(0x70, certificate.public_bytes(Encoding.DER)) + tlv(0x71, b"\0") + tlv(0xFE, b"")


def chuid_object(guid: bytes) -> bytes:
    """Holder unique identifier: no federal agency's number (all nines), so readers use the GUID instead."""
    nines = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")
    return tlv(0x30, nines) + tlv(0x34, guid) + tlv(0x35, b"20991231") + tlv(0x3E, b"") + tlv(0xFE, b"")


def ccc_object(guid: bytes) -> bytes:
    """Card capability container: says that the data model is PIV's (10), and nothing else of use."""
    identifier = bytes.fromhex("a000000116ff02") + guid[:14]
    values = {0xF0: identifier, 0xF1: b"\x21", 0xF2: b"\x21", 0xF3: b"", 0xF4: b"\0", 0xF5: b"\x10"}
    empty = (0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE)
    return b"".join(tlv(tag, value) for tag, value in values.items()) + b"".join(
        tlv(tag, b"") for tag in empty
    )


# -- the file ------------------------------------------------------------------------------------


def _digest(salt: bytes, value: bytes) -> bytes:
    return hashlib.scrypt(value, salt=salt, n=1024, r=8, p=1, dklen=32)


def _written(reference: Reference) -> dict[str, Any]:
    return {"salt": reference.salt.hex(), "hash": reference.digest.hex(), "tries": reference.tries}


def _read(document: dict[str, Any]) -> Reference:
    tries = int(document["tries"])
    if not 0 <= tries <= TRIES:
        raise ValueError("tries")
    return Reference(bytes.fromhex(document["salt"]), bytes.fromhex(document["hash"]), tries)


def _pem(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _key(pem: str) -> PrivateKey:
    key = load_pem_private_key(pem.encode("ascii"), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError("neither RSA nor elliptic curve")
    return key
