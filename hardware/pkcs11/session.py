"""Sessions on a token: the PIN, certificates and keys.

Knows that login counts for a whole process, and that a token may be gone at any call; refuses to know what
kind of device it is, and which of several certificates is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pkcs11
from cryptography import x509
from pkcs11 import Attribute, ObjectClass, PKCS11Error
from pkcs11.types import PROTECTED_AUTH

from hardware.pin import written
from hardware.pkcs11.errors import translate
from hardware.pkcs11.key import Key
from hardware.pkcs11.state import HOLDER, OFFICE, state_of
from hardware.signer import AnotherDevice, CardRemoved, DeviceFailed, KeyMissing, SignerError

if TYPE_CHECKING:
    from hardware.pkcs11.module import Token


@dataclass(slots=True)
class Login:
    """The one session that logged in; login counts for all sessions on the token, and so does logout."""

    raw: pkcs11.Session
    office: bool  # as security officer
    path: str  # of its module
    users: int = 1

    @property
    def handle(self) -> int:
        """By what the module knows its session."""
        return handle_of(self.raw)

    def alive(self) -> bool:
        """Whether the module still has it logged in: it logs out of a token that is taken out.

        That it has the session says nothing: OpenSC (0.23) then closes every other one of a slot's sessions
        only, and the rest go on with the next card in the slot, whose holder has given no PIN.
        """
        return state_of(self.path, self.handle) in (OFFICE if self.office else HOLDER)


@dataclass(frozen=True, slots=True)
class Stored:
    """A certificate on a token."""

    id: bytes  # CKA_ID, which its key has too
    certificate: x509.Certificate


class Session:
    """A session on a token. Once the token was out it stays closed, and says CardRemoved."""

    def __init__(self, token: Token, raw: pkcs11.Token, session: pkcs11.Session) -> None:
        self.token = token
        self.module = token.module
        self._token = raw
        self._raw = session
        self._login: Login | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def handle(self) -> int:
        """By what the module knows it."""
        return handle_of(self._raw)

    @property
    def lost(self) -> bool:
        """Whether it was closed, or its token taken out."""
        return self not in self.module.sessions

    @contextmanager
    def use(self, *, pin: bool = False) -> Iterator[pkcs11.Session]:
        """python-pkcs11's session, under the lock, its errors translated; `pin`: a PIN is presented."""
        with self.module.lock:
            if self.lost:
                raise CardRemoved(serial=self.token.serial)
            try:
                yield self._raw
            except PKCS11Error as error:
                raise self._fault(error, pin=pin) from None

    def close(self) -> None:
        """End it; the last one that is logged in logs out. Does nothing the second time."""
        with self.module.lock:
            if not self.lost:
                self._drop()

    def login(self, pin: str | None, *, office: bool = False) -> None:
        """Present the holder's PIN, or with `office` the SO PIN; None: the device has its own pad.

        Raises WrongPin, CardLocked, PinUnusable, PinCancelled, CardRemoved, DeviceFailed.
        """
        with self.use(pin=not office):  # the flags tell the tries of the holder's PIN only
            if self.join(office=office):
                return
            raw = self._by_second(pin, office=office)
            self._login = self.module.logins[self.token.slot] = Login(raw, office, self.module.path)

    def join(self, *, office: bool = False) -> bool:
        """Whether another session of this process has logged in to the token, which then counts here too.

        The module would not look at a PIN. Raises CardRemoved when the token was out since.
        """
        with self.use():
            shared = self.module.logins.get(self.token.slot)
            if shared is None or shared.office is not office:
                return False
            if not shared.alive():  # the token was out since this session was opened: no PIN for the next one
                self.gone()
                raise CardRemoved(serial=self.token.serial)
            if self._login is not shared:
                shared.users += 1
                self._login = shared
            return True

    def init_pin(self, pin: str) -> None:
        """Set the holder's PIN, with all its tries: for the office, logged in. Raises PinUnusable."""
        with self.use() as raw:
            raw.init_pin(written(pin))

    def change_pin(self, old: str, new: str) -> None:
        """Change the PIN of whoever is logged in. Raises WrongPin, CardLocked, PinUnusable."""
        with self.use() as raw:
            raw.set_pin(written(old), written(new))

    def certificates(self) -> list[Stored]:
        """The certificates that can be seen now; some tokens show theirs after the PIN only."""
        with self.use() as raw:
            found = []
            for each in list(raw.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})):
                with suppress(ValueError):
                    value = x509.load_der_x509_certificate(each[Attribute.VALUE])
                    found.append(Stored(_id(each), value))
            return found

    def key_ids(self) -> list[bytes]:
        """CKA_ID of the private keys that can be seen now: as a rule, after the PIN."""
        with self.use() as raw:
            return [_id(each) for each in list(raw.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))]

    def key(self, certificate: x509.Certificate, key_id: bytes | None = None) -> Key:
        """The private key with the CKA_ID of `certificate`, which is read from the token again here.

        A slot's number outlives its card, so that without a look at the certificate any card would do.
        `key_id`: this one, should the token have the certificate for several. Raises AnotherDevice,
        KeyMissing, KeyUnsuitable, CardRemoved, DeviceFailed.
        """
        with self.use():
            return Key(self, self._private(certificate, key_id), certificate)

    def renewed(self, certificate: x509.Certificate, key_id: bytes, pin: str) -> Any:
        """Python-pkcs11's private key for `certificate`, in a new session and after a new login.

        After a wrong PIN for one signature nothing else helps: that signature cannot be ended, and OpenSC has
        forgotten the login. Raises as `login` and `key`.
        """
        with self.use(pin=True):
            self._log_out()
            with suppress(PKCS11Error):
                self._raw.close()
            self.module.sessions.discard(self)  # the handle may be the one that it had
            try:
                self._raw = self.module.begin(self._token, rw=self._raw.rw)
            finally:
                self.module.sessions.add(self)
            if self._login is not None:
                self._login.raw = self._by_second(pin or None)
                self.module.logins[self.token.slot] = self._login
            return self._private(certificate, key_id)

    def _by_second(self, pin: str | None, *, office: bool = False) -> pkcs11.Session:
        """A second session that logs in, as python-pkcs11 does it nowhere else.

        When it fails, its handle stays open in the module until that is initialised again.
        """
        given = PROTECTED_AUTH if pin is None else written(pin)
        holder, officer = (None, given) if office else (given, None)
        return self.module.begin(self._token, rw=self._raw.rw, user_pin=holder, so_pin=officer)

    def _private(self, certificate: x509.Certificate, key_id: bytes | None) -> Any:
        there = self.certificates()
        stored = [each.id for each in there if each.certificate == certificate]
        ids = [each for each in stored if key_id in (None, each)]
        with self.use() as raw:
            if not ids and not self._there():
                self.gone()
                raise CardRemoved(serial=self.token.serial)
            if not ids:
                raise AnotherDevice(serial=self.token.serial, found=_names(there) or self.token.label)
            for each in ids:
                wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: each}
                for key in list(raw.get_objects(wanted)):
                    return key
        raise KeyMissing(where=f"{self.token.label} {self.token.serial}")

    def _fault(self, error: PKCS11Error, *, pin: bool) -> SignerError:
        now = self.module.look(self.token.slot)
        known = translate(error, self.token.serial, now.tries if pin and now is not None else None)
        if (
            isinstance(known, DeviceFailed) and not self._there()
        ):  # GeneralError and its like may mean anything
            known = CardRemoved(serial=self.token.serial)
        if isinstance(known, CardRemoved) and self._there():  # it is back, in sessions of its own perhaps
            self._drop()
        elif isinstance(known, CardRemoved):
            self.gone()
        return known

    def _there(self) -> bool:
        now = self.module.look(self.token.slot)
        return now is not None and now.serial == self.token.serial

    def gone(self) -> None:
        """End all sessions on the token, as its removal does; whoever uses one of them is told then."""
        for each in list(self.module.sessions):
            if each.token.slot == self.token.slot:
                each._drop()

    def _drop(self) -> None:
        self.module.sessions.discard(self)
        if self._login is not None:
            self._login.users -= 1
            if not self._login.users:
                self._log_out()
            self._login = None
        with suppress(PKCS11Error):
            self._raw.close()

    def _log_out(self) -> None:
        """End the login of all sessions on the token."""
        if self._login is not None and self.module.logins.get(self.token.slot) is self._login:
            del self.module.logins[self.token.slot]
            with suppress(PKCS11Error):
                self._login.raw.close()


def handle_of(raw: Any) -> int:
    """By what the module knows a session of python-pkcs11's, whose type hints do not."""
    handle: int = raw.handle
    return handle


def _names(stored: Iterable[Stored]) -> str:
    return ", ".join(each.certificate.subject.rfc4514_string() for each in stored)


def _id(each: Any) -> bytes:
    return bytes(each[Attribute.ID])
