"""The Ikey: a USB token that signs through its maker's PKCS#11 module.

Knows which certificates on which tokens could sign, and how one is opened once for many signatures; refuses
to know PKCS#11 itself, and the certificate's holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Self

from cryptography import x509

from hardware.modules import installed
from hardware.pin import PinNeverSet, verified
from hardware.pkcs11 import Key, Module, Session, Token, suitable
from hardware.signer import (
    AnotherDevice,
    AskPin,
    CardLocked,
    CertificateMissing,
    Found,
    KeyMissing,
    ModuleMissing,
    PinRequest,
    SignerError,
    TokenMissing,
)

KIND = "ikey"


class SeveralCertificates(SignerError):
    """The Ikey shows more than one certificate once the PIN was given. Values: names."""

    sentence = (
        "the Ikey has several certificates with keys: {names}. Have the card office remove the old ones",
        "Ikey 中有多个带密钥的证书：{names}。请联系制卡中心删除旧证书",
    )


_PIV = "piv_II"
"""The manufacturer of a PIV card's token in OpenSC's words: `hardware.card` has those."""


def plugged(modules: Sequence[str] = ()) -> list[Found]:
    """What could sign on the Ikeys that are plugged in: one for each certificate, or for an Ikey without any.

    `modules`: paths, of which all must be usable; none: whatever is installed. Raises TokenMissing when there
    is nothing, ModuleMissing.
    """
    found: dict[object, Found] = {}
    for token in tokens(modules):
        certificates = _certificates(token)
        for certificate in certificates or (None,):
            # Two modules may show the same Ikey: the first one has it.
            found.setdefault(
                certificate or token.serial,
                Found(KIND, token.label, token.serial, certificate, "", partial(Ikey, token, certificate)),
            )
    if not found:
        raise TokenMissing(which=", ".join(modules) or "PKCS#11")
    return list(found.values())


def tokens(modules: Sequence[str] = ()) -> list[Token]:
    """The Ikeys that are plugged in, also those without a certificate; `modules` as in `plugged`."""
    found: list[Token] = []
    for path in modules or installed():
        try:
            there = Module.load(path).tokens()
        except ModuleMissing:
            if modules:
                raise
            continue  # installed, but for something else: SoftHSM's store, say, is not everybody's to read
        found += [token for token in there if token.initialised and token.manufacturer != _PIV]
    return found


def _certificates(token: Token) -> list[x509.Certificate]:
    try:
        with token.module.open(token) as session:
            return [each.certificate for each in session.certificates() if signs(each.certificate)]
    except SignerError:
        return []  # gone again, or it shows nothing yet: opening it says what is wrong


def signs(certificate: x509.Certificate) -> bool:
    """Whether `certificate` is for signing: not an authority's, not the one for encryption beside it."""
    try:
        extensions = certificate.extensions
    except (ValueError, x509.DuplicateExtension):
        return False  # no certificate of ours
    try:
        if extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


class Ikey:
    """An open Ikey: the PIN once, then many signatures, from any thread."""

    kind = KIND

    def __init__(self, token: Token, certificate: x509.Certificate | None, ask: AskPin) -> None:
        """Open `token`; without a `certificate`, the one that it shows after the PIN.

        Raises TokenMissing, AnotherDevice, CardLocked, WrongPin, PinUnusable, PinCancelled, KeyMissing,
        CertificateMissing, SeveralCertificates, KeyUnsuitable, CardRemoved, DeviceFailed.
        """
        if certificate is not None:
            suitable(certificate)  # before the PIN is asked for in vain
        self._token = token
        self._beside = {each.serial for each in token.module.tokens()}
        self._ask = ask
        self._shown = certificate is not None
        self._session, self._key = _opened(token, certificate, ask, shown=self._shown)
        self.certificate = self._key.certificate
        self.algorithm = self._key.algorithm
        self.serial = token.serial
        self.label = token.label

    def __repr__(self) -> str:
        return f"Ikey({self.serial})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`; asks for the PIN where the key always authenticates.

        Raises CardRemoved, DeviceFailed, and when it asks CardLocked, WrongPin, PinUnusable, PinCancelled.
        """
        key = self._key
        if not key.always_authenticate:
            return key.sign(data)
        if self._token.pin_pad:
            return key.sign(data, "")
        return verified(self._ask, _request(self._token, signature=True), partial(key.sign, data))

    def reopen(self, ask: AskPin) -> None:
        """Go on after the Ikey was out: the same one, with the same certificate, and its PIN again.

        Raises TokenMissing while it is out, AnotherDevice when another one was put in, and as opening does.
        """
        self.close()
        there = {token.serial: token for token in self._token.module.tokens() if token.initialised}
        token = there.get(self.serial)
        if token is None:
            others = [serial for serial in there if serial not in self._beside]
            if others:
                raise AnotherDevice(serial=self.serial, found=", ".join(others))
            raise TokenMissing(which=f"{self.label} {self.serial}")
        self._session, self._key = _opened(token, self.certificate, ask, shown=self._shown)
        self._token, self._ask = token, ask

    def there(self) -> bool:
        """Whether it is plugged in now: nothing tells of an Ikey that was pulled. Raises ModuleMissing."""
        return any(token.serial == self.serial for token in self._token.module.tokens())

    def close(self) -> None:
        """End the session, and with the last one on this Ikey the login."""
        self._session.close()


def _opened(
    token: Token, certificate: x509.Certificate | None, ask: AskPin, *, shown: bool
) -> tuple[Session, Key]:
    """A session with its PIN; `shown`: the Ikey shows the certificate without one.

    Some makers give all their Ikeys one serial number: what shows another certificate gets no PIN.
    """
    session = token.module.open(token)
    try:
        if shown and certificate not in [each.certificate for each in session.certificates()]:
            raise AnotherDevice(serial=token.serial, found=token.label)
        _login(session, ask)
        return session, session.key(certificate or _only(session))
    except BaseException:
        session.close()
        raise


def _login(session: Session, ask: AskPin) -> None:
    token = session.token
    if session.join():
        return
    if token.tries == 0:
        raise CardLocked(serial=token.serial)
    if not token.pin_set:
        raise PinNeverSet
    if token.pin_pad:
        session.login(None)
    else:
        verified(ask, _request(token), session.login)


def _request(token: Token, *, signature: bool = False) -> PinRequest:
    return PinRequest(
        KIND, token.label, token.serial, token.tries, signature=signature, missed=token.pin_missed
    )


def _only(session: Session) -> x509.Certificate:
    """The one certificate with a key, of those that are seen after the PIN."""
    where = f"{session.token.label} {session.token.serial}"
    keys = session.key_ids()
    if not keys:
        raise KeyMissing(where=where)
    found = [
        each.certificate for each in session.certificates() if each.id in keys and signs(each.certificate)
    ]
    if not found:
        raise CertificateMissing(where=where)
    if len(found) > 1:
        names = ", ".join(each.subject.rfc4514_string() for each in found)
        raise SeveralCertificates(names=names)
    return found[0]
