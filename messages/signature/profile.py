"""The profile of XML-DSig that messages keep (签名规范): its names and its table of algorithms.

Knows which identifiers are allowed, which key each needs, and how its SignatureValue is laid out; refuses to
know documents and certificates. A new algorithm (the national pair sm2-sm3) is one more row of the table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ENVELOPED = DS + "enveloped-signature"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

EXCLUSIVE: Mapping[str, bool] = {C14N: False, EXC_C14N: True}
"""The two canonicalisations, and whether each is the exclusive one; neither keeps comments."""

MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192  # beyond it one check costs the gateway more than any honest sender needs
MAX_RSA_EXPONENT_BITS = 64  # a key with a huge exponent makes a check as slow as a signature


class Algorithm(Protocol):
    """One SignatureMethod: which keys it takes, and how its SignatureValue is read and written."""

    @property
    def name(self) -> str:
        """The last part of its identifier, e.g. rsa-sha256."""
        ...

    @property
    def uri(self) -> str:
        """The Algorithm attribute of SignatureMethod."""
        ...

    def takes(self, key: PublicKeyTypes) -> bool:
        """Whether `key` is one that this algorithm may be used with."""
        ...

    def verify(self, key: PublicKeyTypes, value: bytes, data: bytes) -> bool:
        """Whether `value`, a decoded SignatureValue, was made over `data` by the key's owner."""
        ...

    def sign(self, key: PrivateKeyTypes, data: bytes) -> bytes:
        """What a signer makes over `data` with a key in memory: PKCS#1 v1.5, or ECDSA as DER."""
        ...

    def value(self, made: bytes) -> bytes:
        """The SignatureValue for what a signer made; ValueError or OverflowError when it is malformed."""
        ...


_PKCS1 = padding.PKCS1v15()


@dataclass(frozen=True, slots=True)
class Rsa:
    """RSA with PKCS#1 v1.5 padding (RFC 8017, 8.2)."""

    name: str
    uri: str
    hash: hashes.HashAlgorithm

    def takes(self, key: PublicKeyTypes) -> bool:
        """RSA keys of 2048 bits or more."""
        return (
            isinstance(key, rsa.RSAPublicKey)
            and MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
            and key.public_numbers().e.bit_length() <= MAX_RSA_EXPONENT_BITS
        )

    def verify(self, key: PublicKeyTypes, value: bytes, data: bytes) -> bool:
        """False for anything but the one padded form."""
        assert isinstance(key, rsa.RSAPublicKey)
        try:
            key.verify(value, data, _PKCS1, self.hash)
        except InvalidSignature:
            return False
        return True

    def sign(self, key: PrivateKeyTypes, data: bytes) -> bytes:
        """PKCS#1 v1.5."""
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.sign(data, _PKCS1, self.hash)

    def value(self, made: bytes) -> bytes:
        """The same bytes: both sides write the integer at the length of the modulus."""
        return made


@dataclass(frozen=True, slots=True)
class Ecdsa:
    """ECDSA on one curve; SignatureValue is r and s, each at the length of the order (RFC 6931, 2.3.6)."""

    name: str
    uri: str
    hash: ec.ECDSA
    curve: str
    length: int  # bytes of r, and of s

    def takes(self, key: PublicKeyTypes) -> bool:
        """Keys on its curve only."""
        return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == self.curve

    def verify(self, key: PublicKeyTypes, value: bytes, data: bytes) -> bool:
        """False also for an r and s of another length."""
        assert isinstance(key, ec.EllipticCurvePublicKey)
        if len(value) != 2 * self.length:
            return False
        r, s = int.from_bytes(value[: self.length]), int.from_bytes(value[self.length :])
        try:
            key.verify(encode_dss_signature(r, s), data, self.hash)
        except InvalidSignature:
            return False
        return True

    def sign(self, key: PrivateKeyTypes, data: bytes) -> bytes:
        """DER."""
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key.sign(data, self.hash)

    def value(self, made: bytes) -> bytes:
        """DER to r and s at full length."""
        r, s = decode_dss_signature(made)
        return r.to_bytes(self.length) + s.to_bytes(self.length)


_STANDARD: tuple[Algorithm, ...] = (
    Rsa("rsa-sha256", MORE + "rsa-sha256", hashes.SHA256()),
    Ecdsa("ecdsa-sha256", MORE + "ecdsa-sha256", ec.ECDSA(hashes.SHA256()), "secp256r1", 32),
    Ecdsa("ecdsa-sha384", MORE + "ecdsa-sha384", ec.ECDSA(hashes.SHA384()), "secp384r1", 48),
    Ecdsa("ecdsa-sha512", MORE + "ecdsa-sha512", ec.ECDSA(hashes.SHA512()), "secp521r1", 66),
)
_LEGACY: tuple[Algorithm, ...] = (Rsa("rsa-sha1", DS + "rsa-sha1", hashes.SHA1()),)  # noqa: S303

Digest = Callable[[bytes], bytes]


def _digest(name: str) -> Digest:
    new: Callable[[bytes], hashlib._Hash] = getattr(hashlib, name)
    return lambda data: new(data).digest()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a verification allows: SignatureMethod and DigestMethod, each by its identifier."""

    signatures: Mapping[str, Algorithm]
    digests: Mapping[str, Digest]


STANDARD = Profile(
    {algorithm.uri: algorithm for algorithm in _STANDARD},
    {
        SHA256: _digest("sha256"),
        MORE + "sha384": _digest("sha384"),
        "http://www.w3.org/2001/04/xmlenc#sha512": _digest("sha512"),
    },
)
LEGACY = Profile(
    {**STANDARD.signatures, **{algorithm.uri: algorithm for algorithm in _LEGACY}},
    {**STANDARD.digests, DS + "sha1": _digest("sha1")},
)
"""The standard profile and SHA-1, for cards that can do no better; only where an operator switched it on."""


def algorithm_for(key: PublicKeyTypes) -> Algorithm:
    """The algorithm to sign with under `key`; ValueError when the profile has none for it."""
    for algorithm in _STANDARD:
        if algorithm.takes(key):
            return algorithm
    size = getattr(key, "key_size", "")
    raise ValueError(
        f"no signature algorithm for this key ({type(key).__name__} {size}): "
        f"use RSA of {MIN_RSA_BITS} to {MAX_RSA_BITS} bits, or P-256, P-384 or P-521"
    )
