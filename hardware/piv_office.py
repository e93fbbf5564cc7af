"""PIV cards personalised at the card office: keys, certificates, PIN and PUK (SP 800-73-4).

Knows in which order a card is asked what; refuses to know what is in a certificate, and who gets one. The
management key stays as it is: the standard has no command that changes it, and the makers' own (FF of
YubiKeys) are left to the makers' tools.
"""

from __future__ import annotations

import hmac
import os
import uuid

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from hardware import piv
from hardware.blank import (
    Algorithm,
    AskSecret,
    CertificateForAnotherKey,
    KeyNotMade,
    ManagementKeyUnusable,
    ManagementKeyWrong,
    PublicKey,
    Use,
    asked,
    refuse_to_overwrite,
)
from hardware.piv_card import PivCard, as_pin, as_puk
from hardware.request import certificate_request, hashed, signs_for
from hardware.signer import KeyMissing
from hardware.tlv import Malformed

_TRIPLE_DES = 0x03
_MANAGEMENT = {16: (0x08,), 24: (_TRIPLE_DES, 0x0A), 32: (0x0C,)}
"""Management keys by length: what algorithms they may be for (SP 800-78-4, table 6-2), likelier first."""

_UNKNOWN = (piv.WRONG_P1_P2, piv.WRONG_DATA, piv.REFERENCE_UNKNOWN)
"""What cards say of an algorithm or a key that they do not have."""


class BlankCard(PivCard):
    """A card that is personalised: authenticated by the management key. A `hardware.blank.Blank`."""

    generated_here = False  # PIV cards make their keys themselves

    def __init__(self, reader: str, management_key: bytes, *, pin: AskSecret, puk: AskSecret) -> None:
        """Raises ManagementKeyWrong, ManagementKeyUnusable, and what PivCard raises."""
        super().__init__(reader)
        self._ask_pin, self._ask_puk = pin, puk
        self._pin: str | None = None  # once it was right, so that the office types it once
        self._puk: str | None = None
        self._made: dict[Use, PublicKey] = {}
        try:
            self._authenticate(management_key)
            self._number()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget PIN and PUK, reset the card and let go of it."""
        self._pin = self._puk = None
        super().close()

    # -- the management key --------------------------------------------------------------------------

    def _authenticate(self, key: bytes) -> None:
        """Each proves to the other that it has the key (SP 800-73-4 part 2, A.1.2): neither sends it."""
        for algorithm in _MANAGEMENT.get(len(key), ()):
            answer, sw = self.send(piv.ask_witness(algorithm))
            if sw in _UNKNOWN:
                continue
            self.check(sw)
            cipher = Cipher(TripleDES(key) if algorithm == _TRIPLE_DES else AES(key), modes.ECB())  # noqa: S305
            self._prove(algorithm, cipher, answer)
            return
        raise ManagementKeyUnusable(size=len(key))

    def _prove(self, algorithm: int, cipher: Cipher[modes.ECB], answer: bytes) -> None:
        try:
            witness = piv.witness(answer)
            if len(witness) != (
                8 if algorithm == _TRIPLE_DES else 16
            ):  # nothing else is decrypted for a card
                raise Malformed("a witness of another size")
            decryptor, encryptor = cipher.decryptor(), cipher.encryptor()
            challenge = os.urandom(len(witness))
            expected = encryptor.update(challenge) + encryptor.finalize()
            witness = decryptor.update(witness) + decryptor.finalize()
            answer, sw = self.send(piv.prove(algorithm, witness, challenge))
            refused = sw in (piv.CONDITION_NOT_SATISFIED, piv.WRONG_DATA) or piv.tries(sw) is not None
            if not refused:
                self.check(sw)
            if refused or not hmac.compare_digest(piv.response(answer), expected):
                raise ManagementKeyWrong(serial=self.named)
        except ValueError as error:  # malformed, or no whole block
            raise self.failed(error) from None

    def _number(self) -> None:
        """Give the card a number and a capability container where it has none, as OpenSC wants."""
        if piv.guid_in(self.read(piv.CHUID)) is None:
            guid = uuid.uuid4()
            self._put(piv.CHUID, piv.chuid_object(guid))
            self.serial = guid.hex
        if not self.read(piv.CCC):
            self._put(piv.CCC, piv.ccc_object(uuid.UUID(self.serial)))

    def _put(self, tag: int, content: bytes) -> None:
        _, sw = self.send(piv.put(tag, content))
        self.check(sw)

    # -- personalising -------------------------------------------------------------------------------

    def generate(self, use: Use, algorithm: Algorithm, *, replace: bool = False) -> PublicKey:
        """See Blank. The certificate goes before its key: at no moment is it beside another one."""
        if not replace:
            refuse_to_overwrite(self.named, self.certificate(use))
        before = self.read(piv.CERTIFICATE[use])
        self._made.pop(use, None)
        self._put(piv.CERTIFICATE[use], piv.BEGUN)
        answer, sw = self.send(piv.generate(use, algorithm))
        if sw in _UNKNOWN:
            self._put(piv.CERTIFICATE[use], before)  # the key is still the one from before
            raise KeyNotMade(serial=self.named, algorithm=algorithm)
        self.check(sw)
        try:
            public = piv.public_key(answer)
        except ValueError as error:
            raise self.failed(error) from None
        self._made[use] = public
        return public

    def request(self, use: Use, name: x509.Name) -> x509.CertificateSigningRequest:
        """See Blank. KeyMissing when `generate` was not called on this object."""
        public = self._made.get(use)
        if public is None:
            raise KeyMissing(where=self.named)
        return certificate_request(public, name, lambda data: self._sign(use, public, data))

    def write(self, use: Use, certificate: x509.Certificate) -> None:
        """See Blank."""
        public = certificate.public_key()
        made = self._made.get(use)
        if made is not None:
            fits = public == made
        else:
            fits = isinstance(public, PublicKey) and self.holds(use, public)
        if not fits:
            raise CertificateForAnotherKey(serial=self.named)
        self._put(piv.CERTIFICATE[use], piv.certificate_object(certificate))

    def holds(self, use: Use, public: PublicKey) -> bool:
        """See Blank."""
        return signs_for(public, lambda data: self._sign(use, public, data))

    def _sign(self, use: Use, public: PublicKey, data: bytes) -> bytes:
        """The card's signature: the PIN directly before, as 9C wants it, with no command between."""
        prepared, algorithm = hashed(public, data), piv.KEY["P-256"]
        if isinstance(public, rsa.RSAPublicKey):  # padded here: the card does the bare operation
            filling = b"\xff" * (public.key_size // 8 - len(prepared) - 3)
            prepared, algorithm = b"\0\1" + filling + b"\0" + prepared, piv.KEY["RSA-2048"]
        self._verify()
        answer, sw = self.send(piv.sign(use, algorithm, prepared))
        if sw in _UNKNOWN:
            raise KeyMissing(where=self.named)
        self.check(sw)
        try:
            return piv.response(answer)
        except Malformed as error:
            raise self.failed(error) from None

    # -- PIN and PUK ---------------------------------------------------------------------------------

    def _verify(self) -> None:
        pin = self._present_pin()
        _, sw = self.send(piv.verify(as_pin(pin)))
        self.check_pin(sw)
        self._pin = pin

    def set_pin(self, pin: str) -> None:
        """See Blank: from the present PIN (CHANGE REFERENCE DATA)."""
        new = as_pin(pin)
        _, sw = self.send(piv.change(piv.PIN, as_pin(self._present_pin()), new))
        self.check_pin(sw)
        self._pin = pin

    def set_puk(self, puk: str) -> None:
        """See Blank: from the present PUK."""
        new = as_puk(puk)
        present = self._puk if self._puk is not None else asked(self._ask_puk)
        _, sw = self.send(piv.change(piv.PUK, as_puk(present), new))
        self.check_puk(sw)
        self._puk = puk

    def _present_pin(self) -> str:
        return self._pin if self._pin is not None else asked(self._ask_pin)
