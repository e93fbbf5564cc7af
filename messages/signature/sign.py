"""Signing with a card, a token or a certificate file, through signxml.

Knows what a signer must offer and how a business message is signed with it; refuses to know where the key is.
The gateway, which signs thousands of small documents of its own making, has `template` instead.
"""

from __future__ import annotations

from typing import Any, NoReturn, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm
from signxml.signer import XMLSigner

from messages.signature.profile import EXC_C14N, SHA256, algorithm_for
from messages.signature.verify import SIGNATURE, detach


class Signer(Protocol):
    """Whatever holds a private key: an IC card, an Ikey, a forwarded agent, a certificate file."""

    @property
    def certificate(self) -> x509.Certificate:
        """The holder's certificate."""
        ...

    @property
    def algorithm(self) -> str:
        """The signature algorithm of the profile that its key uses, e.g. rsa-sha256."""
        ...

    @property
    def kind(self) -> str:
        """What holds the key, e.g. file."""
        ...

    @property
    def serial(self) -> str:
        """The number of the card or token; of a file, its certificate's serial number in hex."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, which it hashes: PKCS#1 v1.5, or ECDSA as DER."""
        ...


class SigningFailed(Exception):
    """The signer gave a signature that its certificate does not verify: another card may be in the reader."""


def serial_hex(certificate: x509.Certificate) -> str:
    """The certificate's serial number (证书编号) as messages write it: upper-case hex."""
    return f"{certificate.serial_number:X}"


def sign(root: etree._Element, signer: Signer) -> etree._Element:
    """A signed copy of `root`; a signature that stands last in it already is replaced.

    Raises ValueError when the document has an Id or ID at its root (the profile signs the whole document, by
    the empty reference) or the key is none of the profile's, SigningFailed when key and certificate differ,
    and whatever the signer raises.
    """
    refuse_id(root)
    unsigned = _copy(root)
    if len(unsigned) and unsigned[-1].tag == SIGNATURE:
        detach(unsigned[-1])
    key = _delegate(signer)
    algorithm = algorithm_for(signer.certificate.public_key())
    signed: etree._Element = _Utf8Signer(
        signature_algorithm=algorithm.name,
        digest_algorithm=DigestAlgorithm(SHA256),
        c14n_algorithm=CanonicalizationMethod(EXC_C14N),
    ).sign(unsigned, key=key, cert=[signer.certificate], key_name=serial_hex(signer.certificate))
    return signed


def refuse_id(root: etree._Element) -> None:
    """Raise ValueError for an Id or ID at the root: a signature of ours covers what has none."""
    if "Id" in root.attrib or "ID" in root.attrib:
        raise ValueError("the root has an attribute Id, which no message type has: take it out")


def _copy(root: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(root, encoding="utf-8", with_tail=False))


class _Utf8Signer(XMLSigner):
    """Signxml copies documents by way of ASCII, which loses element names in Chinese."""

    def get_root(self, data: etree._Element) -> etree._Element:
        return _copy(data)


def _delegate(signer: Signer) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    public = signer.certificate.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        return _RsaDelegate(signer, public)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return _EcDelegate(signer, public)
    raise ValueError(f"a {type(public).__name__} cannot sign messages: use an RSA or an elliptic-curve key")


def checked(signer: Signer, data: bytes) -> bytes:
    """What `signer` made over `data`, once its own certificate verifies it."""
    made = signer.sign(data)
    public = signer.certificate.public_key()
    algorithm = algorithm_for(public)
    try:
        good = algorithm.verify(public, algorithm.value(made), data)
    except (ValueError, OverflowError):
        good = False
    if not good:
        raise SigningFailed(
            f"{signer.kind} {signer.serial} made a signature that its certificate does not verify: "
            "is it still the same card?"
        )
    return made


def _unreachable() -> NoReturn:
    raise NotImplementedError("the key stays where it is: it only signs")


class _RsaDelegate(rsa.RSAPrivateKey):
    """What signxml asks of an RSA key, answered by a signer."""

    def __init__(self, signer: Signer, public: rsa.RSAPublicKey) -> None:
        self._signer, self._public = signer, public

    def sign(self, data: Any, padding: Any, algorithm: Any) -> bytes:
        return checked(self._signer, bytes(data))

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def decrypt(self, ciphertext: Any, padding: Any) -> bytes:
        _unreachable()

    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        _unreachable()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002
        _unreachable()

    def __copy__(self) -> _RsaDelegate:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _RsaDelegate:
        return self


class _EcDelegate(ec.EllipticCurvePrivateKey):
    """What signxml asks of an elliptic-curve key, answered by a signer."""

    def __init__(self, signer: Signer, public: ec.EllipticCurvePublicKey) -> None:
        self._signer, self._public = signer, public

    def sign(self, data: Any, signature_algorithm: Any) -> bytes:
        return checked(self._signer, bytes(data))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def key_size(self) -> int:
        return self._public.key_size

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    def exchange(self, algorithm: Any, peer_public_key: Any) -> bytes:
        _unreachable()

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        _unreachable()

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:  # noqa: A002
        _unreachable()

    def __copy__(self) -> _EcDelegate:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> _EcDelegate:
        return self
