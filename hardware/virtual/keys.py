"""What a card does with its keys: sign, generate, and find that the card office's key is the same as its own.

Knows the algorithm identifiers of SP 800-78-4 (table 6-2), raw RSA and ECDSA as a card does them, and the
templates they travel in; refuses to know who may ask.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.virtual.apdu import WRONG_DATA, StatusWord, tlv
from hardware.virtual.medium import TRIPLE_DES, PrivateKey

RSA2048, P256, P384 = 0x07, 0x11, 0x14
_CURVES: Mapping[int, tuple[ec.EllipticCurve, hashes.HashAlgorithm]] = {
    P256: (ec.SECP256R1(), hashes.SHA256()),
    P384: (ec.SECP384R1(), hashes.SHA384()),
}


def algorithm_of(key: PrivateKey) -> int:
    """Its identifier; 0 for a key that no algorithm of the card takes."""
    if isinstance(key, rsa.RSAPrivateKey):
        return RSA2048 if key.key_size == 2048 else 0
    return next((number for number, (curve, _) in _CURVES.items() if curve.name == key.curve.name), 0)


def generate(algorithm: int) -> PrivateKey:
    """A new key; StatusWord 6A80 for an algorithm there is not."""
    if algorithm == RSA2048:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm][0])
    raise StatusWord(WRONG_DATA)


def public_template(key: PrivateKey) -> bytes:
    """The public key as GENERATE ASYMMETRIC KEY PAIR answers it (SP 800-73-4 part 2, 3.3.2)."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return tlv(0x7F49, tlv(0x81, _bytes(numbers.n)) + tlv(0x82, _bytes(numbers.e)))
    return tlv(0x7F49, tlv(0x86, public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)))


def sign(key: PrivateKey, data: bytes) -> bytes:
    """RSA: `data`, already padded, to the private exponent. ECDSA: over `data`, a hash; DER.

    StatusWord 6A80 when `data` is too long, or for RSA not as long as the modulus.
    """
    if isinstance(key, rsa.RSAPrivateKey):
        return _raw_rsa(key, data)
    hash_algorithm = _CURVES[algorithm_of(key)][1]
    if not 0 < len(data) <= hash_algorithm.digest_size:
        raise StatusWord(WRONG_DATA)
    return key.sign(data.rjust(hash_algorithm.digest_size, b"\0"), ec.ECDSA(Prehashed(hash_algorithm)))


def _raw_rsa(key: rsa.RSAPrivateKey, data: bytes) -> bytes:
    """The private operation without padding, by the Chinese remainder theorem, which no library offers."""
    numbers = key.private_numbers()
    value = int.from_bytes(data)
    if len(data) != key.key_size // 8 or value >= numbers.public_numbers.n:
        raise StatusWord(WRONG_DATA)
    by_p, by_q = pow(value, numbers.dmp1, numbers.p), pow(value, numbers.dmq1, numbers.q)
    result = by_q + numbers.q * ((by_p - by_q) * numbers.iqmp % numbers.p)
    return result.to_bytes(len(data))


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


class Management:
    """One conversation with whoever says that he has the management key: a challenge counts once."""

    def __init__(self, algorithm: int, key: bytes) -> None:
        self._cipher = Cipher(TripleDES(key) if algorithm == TRIPLE_DES else AES(key), modes.ECB())  # noqa: S305
        self._block = 8 if algorithm == TRIPLE_DES else 16
        self._expected = b""

    def challenge(self) -> bytes:
        """What the other side is to encrypt (external authentication)."""
        challenge = secrets.token_bytes(self._block)
        self._expected = self._encrypt(challenge)
        return challenge

    def witness(self) -> bytes:
        """What the other side is to decrypt (mutual authentication)."""
        self._expected = secrets.token_bytes(self._block)
        return self._encrypt(self._expected)

    def answered(self, answer: bytes) -> bool:
        """Whether it is what was expected; after that nothing is expected any more."""
        expected, self._expected = self._expected, b""
        return bool(expected) and hmac.compare_digest(expected, answer)

    def prove(self, challenge: bytes) -> bytes:
        """The other side's challenge, encrypted; StatusWord 6A80 when it is not one block."""
        if len(challenge) != self._block:
            raise StatusWord(WRONG_DATA)
        return self._encrypt(challenge)

    def _encrypt(self, block: bytes) -> bytes:
        encryptor = self._cipher.encryptor()
        return encryptor.update(block) + encryptor.finalize()
