"""A certificate request signed by a key that cannot leave its medium, and the proof that a medium has a key.

Knows PKCS#10 (RFC 2986) as DER, and what a device is given that signs but does not hash; refuses to know what
signs.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.blank import PublicKey
from hardware.signer import KeyMissing
from hardware.tlv import tlv
from messages.signature.profile import algorithm_for

Sign = Callable[[bytes], bytes]
"""The signature over data, hashed with SHA-256 by it: PKCS#1 v1.5, or ECDSA as DER."""

_SEQUENCE, _BIT_STRING, _NO_ATTRIBUTES = 0x30, 0x03, 0xA0
_VERSION_1 = bytes.fromhex("020100")
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")  # 1.2.840.113549.1.1.11, NULL (RFC 4055)
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")  # 1.2.840.10045.4.3.2 (RFC 5758)

DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What precedes a SHA-256 digest in a PKCS#1 v1.5 signature (RFC 8017, 9.2, note 1)."""


def certificate_request(public: PublicKey, name: x509.Name, sign: Sign) -> x509.CertificateSigningRequest:
    """A request for `name` and the key `public`, signed by `sign`.

    Written here, since cryptography's builder wants a private key in memory.
    """
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    info = tlv(_SEQUENCE, _VERSION_1 + name.public_bytes() + spki + tlv(_NO_ATTRIBUTES, b""))
    algorithm = _RSA_SHA256 if isinstance(public, rsa.RSAPublicKey) else _ECDSA_SHA256
    signature = tlv(_BIT_STRING, b"\0" + sign(info))
    return x509.load_der_x509_csr(tlv(_SEQUENCE, info + algorithm + signature))


def hashed(public: PublicKey, data: bytes) -> bytes:
    """What a device that does not hash signs over `data`: DigestInfo for RSA, the digest for ECDSA."""
    digest = hashlib.sha256(data).digest()
    return DIGEST_INFO + digest if isinstance(public, rsa.RSAPublicKey) else digest


def signs_for(public: CertificatePublicKeyTypes, sign: Sign) -> bool:
    """Whether what `sign` makes is verified by `public`; not when there is no such key."""
    probe = b"eport card office: " + os.urandom(32)
    try:
        algorithm = algorithm_for(public)
        return algorithm.verify(public, algorithm.value(sign(probe)), probe)
    except (KeyMissing, ValueError, OverflowError):
        return False
