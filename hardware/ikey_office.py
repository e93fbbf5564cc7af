"""Ikeys personalised and unlocked at the card office, through their makers' PKCS#11 modules.

Knows that a pair is begun while it has no certificate, and that the old one goes when the new one is written;
refuses to know PKCS#11 itself, what is in a certificate, and who gets one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware.blank import (
    Algorithm,
    AskSecret,
    CertificateForAnotherKey,
    OfficePinLocked,
    OfficePinWrong,
    PublicKey,
    State,
    Use,
    asked,
    refuse_to_overwrite,
)
from hardware.ikey import KIND, tokens
from hardware.pkcs11 import Session, Token
from hardware.pkcs11.pairs import Made, Pairs
from hardware.request import certificate_request, signs_for
from hardware.signer import CardLocked, CardRemoved, KeyMissing, Several, TokenMissing, WrongPin

_LABEL = {Use.AUTH: "E-Port AUTH", Use.SIGN: "E-Port SIGN"}
"""CKA_LABEL of what the office makes; whatever else is on an Ikey is left alone."""


def find_token(modules: Sequence[str], wanted: str | None) -> Token:
    """The Ikey that is meant: `wanted` is in its label or serial, or it is the only one.

    Raises ModuleMissing, TokenMissing, Several.
    """
    found = {
        token.serial: token
        for token in tokens(modules)
        if wanted is None or wanted.casefold() in f"{token.label}\n{token.serial}".casefold()
    }
    if not found:
        raise TokenMissing(which=wanted or ", ".join(modules) or "PKCS#11")
    if len(found) > 1:
        names = ", ".join(f"{token.label} / {token.serial}" for token in found.values())
        raise Several(what=KIND, names=names)
    return found.popitem()[1]


@contextmanager
def _as_officer(token: Token, so_pin: str) -> Iterator[Session]:
    """A session of the security officer, alone on the Ikey. Raises OfficePinWrong, OfficePinLocked."""
    with token.module.open(token, write=True) as session:
        try:
            session.login(None if token.pin_pad else so_pin, office=True)
            yield session
        except WrongPin:
            raise OfficePinWrong(serial=token.serial) from None
        except CardLocked:
            raise OfficePinLocked(serial=token.serial) from None


def set_holder_pin(token: Token, so_pin: str, pin: str) -> None:
    """Set the holder's PIN, which also unlocks it. Raises OfficePinWrong, OfficePinLocked, PinUnusable."""
    with _as_officer(token, so_pin) as session:
        session.init_pin(pin)


class BlankIkey:
    """An Ikey that is personalised. A `hardware.blank.Blank`."""

    kind = KIND
    uses = (Use.SIGN,)

    def __init__(self, token: Token, *, so_pin: AskSecret, pin: AskSecret) -> None:
        self._token = token
        self._ask_so_pin, self._ask_pin = so_pin, pin
        self._so_pin: str | None = None  # once they were right, so that the office types them once
        self._pin: str | None = None
        self._session: Session | None = None
        self._verified = False
        self._new: dict[Use, Made] = {}
        self.generated_here = False
        self.label = token.label
        self.serial = token.serial

    def __repr__(self) -> str:
        return f"BlankIkey({self.serial})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the PINs and end the session."""
        self._so_pin = self._pin = None
        self._end()

    # -- what is on it -------------------------------------------------------------------------------

    def state(self, use: Use) -> State:
        """Begun when there is a key without a certificate, and no other one with."""
        pairs = self._pairs(use)
        if pairs.certificates():
            return State.ISSUED
        return State.BEGUN if pairs.made() else State.EMPTY

    def certificate(self, use: Use) -> x509.Certificate | None:
        """The newest certificate for `use` that the office wrote."""
        held = [each.certificate for each in self._pairs(use).certificates()]
        return max(held, key=lambda each: each.not_valid_before_utc, default=None)

    # -- personalising -------------------------------------------------------------------------------

    def generate(self, use: Use, algorithm: Algorithm, *, replace: bool = False) -> PublicKey:
        """See Blank. Asks for the PIN. What was begun and never completed goes."""
        if not replace:
            refuse_to_overwrite(self.serial, self.certificate(use))
        self._login()
        pairs = self._pairs(use)
        self._new.pop(use, None)
        for number in pairs.numbers() - {each.id for each in pairs.certificates()}:
            pairs.remove(number)
        number = os.urandom(16)
        public = pairs.generate(algorithm, number)
        self.generated_here = public is None
        if public is None:
            key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
            if algorithm == "RSA-2048":
                key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            else:
                key = ec.generate_private_key(ec.SECP256R1())
            pairs.load(key, number)
            public = key.public_key()
        self._new[use] = Made(number, public)
        return public

    def request(self, use: Use, name: x509.Name) -> x509.CertificateSigningRequest:
        """See Blank. KeyMissing when `generate` was not called on this object."""
        made = self._new.get(use)
        if made is None:
            raise KeyMissing(where=self.serial)
        self._login()
        return certificate_request(made.public, name, self._signing(use, made))

    def write(self, use: Use, certificate: x509.Certificate) -> None:
        """See Blank."""
        self._login()
        pairs = self._pairs(use)
        public = certificate.public_key()
        fitting = [made for made in pairs.made() if made.public == public]
        if not fitting and use in self._new and self._new[use].public == public:
            raise CardRemoved(serial=self.serial)  # some modules show an empty Ikey where there is none
        if not fitting or not signs_for(public, self._signing(use, fitting[0])):
            raise CertificateForAnotherKey(serial=self.serial)
        pairs.complete(fitting[0], certificate)
        for number in pairs.numbers() - {fitting[0].id}:
            pairs.remove(number)

    def holds(self, use: Use, public: PublicKey) -> bool:
        """See Blank."""
        self._login()
        fitting = [made for made in self._pairs(use).made() if made.public == public]
        return any(signs_for(public, self._signing(use, made)) for made in fitting)

    def _signing(self, use: Use, made: Made) -> Callable[[bytes], bytes]:
        pairs = self._pairs(use)
        return lambda data: pairs.sign(made, data)

    # -- PINs ----------------------------------------------------------------------------------------

    def set_pin(self, pin: str) -> None:
        """See Blank: by the SO PIN."""
        so_pin = self._present_so_pin()
        self._end()  # officer and holder are never logged in together
        set_holder_pin(self._token, so_pin, pin)
        self._so_pin, self._pin = so_pin, pin

    def set_puk(self, puk: str) -> None:
        """See Blank: the SO PIN, from the present one."""
        so_pin = self._present_so_pin()
        self._end()
        with _as_officer(self._token, so_pin) as session:
            session.change_pin(so_pin, puk)
        self._so_pin = puk

    def _present_so_pin(self) -> str:
        return self._so_pin if self._so_pin is not None else asked(self._ask_so_pin)

    # -- sessions ------------------------------------------------------------------------------------

    def _pairs(self, use: Use) -> Pairs:
        if self._session is None:
            self._session = self._token.module.open(self._token, write=True)
        return Pairs(self._session, _LABEL[use])

    def _login(self) -> None:
        if self._verified:
            return
        if self._session is None:
            self._session = self._token.module.open(self._token, write=True)
        pin = None if self._token.pin_pad else self._present_pin()
        self._session.login(pin)
        self._pin, self._verified = pin, True

    def _present_pin(self) -> str:
        return self._pin if self._pin is not None else asked(self._ask_pin)

    def _end(self) -> None:
        self._verified = False
        if self._session is not None:
            self._session.close()
            self._session = None
