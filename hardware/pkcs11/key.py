"""A private key on a token: signatures that its certificate has verified.

Knows what a token wants to be given and how its answer is laid out; refuses to know how the token was opened.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import Attribute, Mechanism, PKCS11Error

from hardware.pin import written
from hardware.request import DIGEST_INFO
from hardware.signer import DeviceFailed, KeyUnsuitable, SignerError
from messages.signature.certificates import algorithm_of
from messages.signature.profile import Algorithm

if TYPE_CHECKING:
    from hardware.pkcs11.session import Session


def suitable(certificate: x509.Certificate) -> Algorithm:
    """The algorithm of the messages for its key. Raises KeyUnsuitable when there is none."""
    try:
        return algorithm_of(certificate)
    except ValueError as error:
        raise KeyUnsuitable(reason=error) from None


class Key:
    """A private key on a token, in one session, and its certificate."""

    def __init__(self, session: Session, raw: Any, certificate: x509.Certificate) -> None:
        """To be made while the session is in use, as it reads attributes. Raises KeyUnsuitable."""
        self._public = certificate.public_key()
        self._algorithm = suitable(certificate)
        self.certificate = certificate
        self.algorithm = self._algorithm.name
        self.id = bytes(raw[Attribute.ID])
        self.always_authenticate = _always(raw)
        self._session = session
        self._raw = raw
        self._broken = False  # a PIN for one signature was not taken
        self._rsa = isinstance(self._public, rsa.RSAPublicKey)
        self._hash = self.algorithm.rpartition("-")[2]

    def sign(self, data: bytes, pin: str | None = None) -> bytes:
        """The signature over `data`, PKCS#1 v1.5 or ECDSA as DER, once the certificate has verified it.

        Hashed here: not all tokens can. `pin` is for a key that always authenticates. Raises CardRemoved,
        DeviceFailed, KeyUnsuitable, and with a PIN WrongPin, CardLocked, PinUnusable.
        """
        if pin is not None:
            pin = written(pin)
        digest = hashlib.new(self._hash, data).digest()
        if self._rsa:
            mechanism, digest = Mechanism.RSA_PKCS, DIGEST_INFO + digest
        else:
            mechanism = Mechanism.ECDSA
        if self._broken and pin is not None:
            self._raw = self._session.renewed(self.certificate, self.id, pin)
            self._broken = False
        try:
            with self._session.use(pin=pin is not None):
                made = self._raw.sign(digest, mechanism=mechanism, pin=pin)
        except SignerError:
            self._broken = pin is not None
            raise
        if not self._algorithm.verify(self._public, made, data):
            serial = self._session.token.serial
            raise DeviceFailed(serial=serial, reason="its signature does not fit its certificate")
        return made if self._rsa else _der(made)


def _der(made: bytes) -> bytes:
    """From r and s, each at the length of the order (PKCS#11, "ECDSA"), to DER."""
    half = len(made) // 2
    return encode_dss_signature(int.from_bytes(made[:half]), int.from_bytes(made[half:]))


def _always(key: Any) -> bool:
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except PKCS11Error:  # the attribute came with PKCS#11 2.20
        return False
