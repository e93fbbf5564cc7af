"""Key pairs made, completed and removed on a token, as the card office does.

Knows the attributes that a signing key must have so that it never leaves the token (PKCS#11 2.40, 4.9), and
what tokens that make no keys take instead; refuses to know whose keys they are, PINs, and which is in force.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import decode_ec_private_key, decode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key
from pkcs11.util.x509 import decode_x509_certificate

from hardware.blank import Algorithm, PublicKey
from hardware.pkcs11.session import Session, Stored
from hardware.request import hashed
from hardware.signer import KeyMissing

_GENERATES: dict[Algorithm, Mechanism] = {
    "RSA-2048": Mechanism.RSA_PKCS_KEY_PAIR_GEN,
    "P-256": Mechanism.EC_KEY_PAIR_GEN,
}
_P256 = encode_named_curve_parameters("secp256r1")
_POINT = 65  # bytes of a P-256 point, uncompressed (SEC 1, 2.3.3)
_KINDS = (ObjectClass.CERTIFICATE, ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_Template = dict[Attribute, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """The public half of a pair on a token."""

    id: bytes  # CKA_ID, which private key and certificate have too
    public: PublicKey


class Pairs:
    """The key pairs of one label on a token."""

    def __init__(self, session: Session, label: str) -> None:
        self._session = session
        self._label = label

    def certificates(self) -> list[Stored]:
        """The certificates of this label; they are seen without a PIN."""
        with self._session.use():
            ids = {_id(each) for each in self._objects(ObjectClass.CERTIFICATE)}
        return [each for each in self._session.certificates() if each.id in ids]

    def made(self) -> list[Made]:
        """The public keys of this label, with or without a certificate; they are seen without a PIN."""
        with self._session.use():
            return [Made(_id(each), _public(each)) for each in self._objects(ObjectClass.PUBLIC_KEY)]

    def numbers(self) -> set[bytes]:
        """CKA_ID of whatever has this label, also of what was left over; private keys after the PIN."""
        with self._session.use():
            return {_id(each) for kind in _KINDS for each in self._objects(kind)}

    def generate(self, algorithm: Algorithm, number: bytes) -> PublicKey | None:
        """Have the token make a pair with CKA_ID `number`; None when it makes no such keys."""
        public, private = self._public(number), self._private(number)
        with self._session.use() as raw:
            if _GENERATES[algorithm] not in raw.token.slot.get_mechanisms():
                return None
            if algorithm == "RSA-2048":
                made, _ = raw.generate_keypair(
                    KeyType.RSA, 2048, store=True, public_template=public, private_template=private
                )
            else:
                curve = raw.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: _P256}, local=True)
                made, _ = curve.generate_keypair(store=True, public_template=public, private_template=private)
            return _public(made)

    def load(self, key: PrivateKey, number: bytes) -> None:
        """Put a pair that was made elsewhere on the token, from where it does not come back."""
        public, private = _values(key)
        with self._session.use() as raw:
            # The public half first: it shows without a PIN that something was begun.
            raw.create_object({**public, **self._public(number)})
            raw.create_object({**private, **self._private(number)})

    def sign(self, made: Made, data: bytes) -> bytes:
        """A signature with its private half, hashed here: PKCS#1 v1.5, or ECDSA as DER. Raises KeyMissing."""
        for key in self._objects(ObjectClass.PRIVATE_KEY, made.id):
            with self._session.use():
                if isinstance(made.public, rsa.RSAPublicKey):
                    return bytes(key.sign(hashed(made.public, data), mechanism=Mechanism.RSA_PKCS))
                signature = bytes(key.sign(hashed(made.public, data), mechanism=Mechanism.ECDSA))
            half = len(signature) // 2
            return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
        raise KeyMissing(where=f"{self._session.token.label} {self._session.token.serial}")

    def complete(self, made: Made, certificate: x509.Certificate) -> None:
        """Write the certificate of a pair."""
        with self._session.use() as raw:
            raw.create_object({
                **decode_x509_certificate(certificate.public_bytes(Encoding.DER)),
                Attribute.TOKEN: True,
                Attribute.PRIVATE: False,  # so that programs find it without a PIN
                Attribute.ID: made.id,
                Attribute.LABEL: self._label,
            })  # fmt: skip

    def remove(self, number: bytes) -> None:
        """Remove a pair and its certificate, that first: at no moment is it there without its key."""
        for kind in _KINDS:
            for each in self._objects(kind, number):
                with self._session.use():
                    each.destroy()

    def _objects(self, kind: ObjectClass, number: bytes | None = None) -> list[Any]:
        wanted: _Template = {Attribute.CLASS: kind, Attribute.LABEL: self._label}
        if number is not None:
            wanted[Attribute.ID] = number
        with self._session.use() as raw:
            return list(raw.get_objects(wanted))

    def _public(self, number: bytes) -> _Template:
        return {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: False,
            Attribute.ID: number,
            Attribute.LABEL: self._label,
            Attribute.VERIFY: True,
            Attribute.ENCRYPT: False,
            Attribute.WRAP: False,
        }

    def _private(self, number: bytes) -> _Template:
        return {
            Attribute.TOKEN: True,
            Attribute.PRIVATE: True,
            Attribute.SENSITIVE: True,
            Attribute.EXTRACTABLE: False,
            Attribute.ID: number,
            Attribute.LABEL: self._label,
            Attribute.SIGN: True,
            Attribute.DECRYPT: False,
            Attribute.UNWRAP: False,
            Attribute.DERIVE: False,
        }


def _id(each: Any) -> bytes:
    return bytes(each[Attribute.ID])


def _public(each: Any) -> PublicKey:
    """A public key object as cryptography has it."""
    if each.key_type is KeyType.RSA:
        modulus, exponent = each[Attribute.MODULUS], each[Attribute.PUBLIC_EXPONENT]
        return rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()
    # An OCTET STRING with the point in it (PKCS#11 2.40, 2.3.3); older tokens give the point bare.
    point = bytes(each[Attribute.EC_POINT])[-_POINT:]
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _values(key: PrivateKey) -> tuple[_Template, _Template]:
    """The values of a pair: of its public and of its private half."""
    private = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    if isinstance(key, rsa.RSAPrivateKey):
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
        return decode_rsa_public_key(public, 0), decode_rsa_private_key(private, 0)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return decode_ec_public_key(public), decode_ec_private_key(private)
