"""The IC card (IC 卡): seen through PC/SC, signing through OpenSC's PKCS#11 module.

Knows how a card is opened, that a PIN goes to its own card only, and what is told when card, reader or pcscd
go away; refuses to know APDUs and what is signed. A PIV card signs with 9C, which wants the PIN for every
signature, or with 9A, which wants it once and is reset when the session ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

from cryptography import x509

from hardware.modules import CARDS
from hardware.pcsc import Connection, readers
from hardware.pin import verified
from hardware.piv_card import as_pin
from hardware.pkcs11 import Key, Module, Session, Stored, Token, suitable
from hardware.seat import Seat
from hardware.signer import (
    AnotherDevice,
    AskPin,
    CardLocked,
    CardMissing,
    CardRemoved,
    CertificateMissing,
    DeviceFailed,
    Found,
    PinRequest,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    SignerError,
    TokenMissing,
    WrongPin,
)  # fmt: skip
from hardware.slots import PIV, Use, cards, enrol, forget_pin, load, meant, names, tries_left

__all__ = ["DEFAULT_MODULE", "KIND", "Card", "inserted", "tries_left"]

KIND = "card"
DEFAULT_MODULE = CARDS

_SETTLING = 1.0  # seconds; pcscd asks its readers every 0.4 s

_T = TypeVar("_T")


def inserted(module: str = DEFAULT_MODULE, key: Use = "sign") -> list[Found]:
    """The cards of ours that are in the readers, with the certificate of the key that is meant.

    Raises ServiceDown, ReaderMissing, ModuleMissing, and CardMissing also when there are only cards that
    OpenSC knows nothing to do with.
    """
    there = readers()
    found = []
    if any(reader.present for reader in there):
        loaded = load(module)
        with loaded.lock:
            for reader, token in cards(loaded, there):
                stored = _shown(token, key)
                certificate = stored.certificate if stored else None
                card = partial(Card, loaded, token.label, token.serial, reader.name, certificate, key)
                found.append(Found(KIND, token.label, token.serial, certificate, reader.name, card))
    if not found:
        raise CardMissing(readers=names(there))
    return found


def _shown(token: Token, key: Use) -> Stored | None:
    try:
        with token.module.open(token) as session:
            return meant(session, key)
    except SignerError:
        return None  # gone again: opening it says so


@dataclass(slots=True)
class _Opened:
    """What there is between opening and closing."""

    seat: Seat
    session: Session
    id: bytes  # of the key
    key: Key | None = None  # seen after the PIN


class _Forgotten(CardRemoved):
    """The same card is there, but its PIN must be given again: another program has reset it."""


class Card:
    """An open card. `sign` may be called by several threads; they take turns.

    After any loss, `sign` raises CardRemoved until `reopen`. Who is asked for a PIN may take for ever: should
    the card be taken out or changed meanwhile, the PIN is not used.
    """

    kind = KIND

    def __init__(
        self,
        module: Module,
        label: str,
        serial: str,
        reader: str,
        certificate: x509.Certificate | None,
        key: Use,
        ask: AskPin,
    ) -> None:
        """Open the card `serial`; 9A asks for the PIN now, 9C when it signs.

        Raises CertificateMissing, KeyUnsuitable, CardMissing, ReaderGone, ServiceDown, AnotherDevice,
        CardLocked, and with 9A WrongPin, PinUnusable, PinCancelled, KeyMissing, DeviceFailed.
        """
        if certificate is None:
            raise CertificateMissing(where=f"{label} {serial}")
        self.algorithm = suitable(certificate).name  # before the PIN is asked for in vain
        self.certificate = certificate
        self.serial = serial
        self.label = label
        self.reader = reader
        self.module = module
        self._use: Use = key
        self._ask = ask
        self._each = False  # the key wants the PIN for every signature
        self._forgotten = False  # the card is there, but another program has reset it
        self._asking = threading.Lock()  # one question at a time
        self._opened: _Opened | None = None
        enrol(self)
        self._begin(ask)

    def __repr__(self) -> str:
        return f"Card({self.serial})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`; asks for the PIN where the key always authenticates.

        Raises CardRemoved, AnotherDevice, ReaderGone, ServiceDown, DeviceFailed, and when it asks CardLocked,
        WrongPin, PinUnusable, PinCancelled.
        """
        if self._each:
            with self._asking:
                return self._given(self._ask, partial(self._signed, data), signature=True)
        try:
            return self._signed(data)
        except _Forgotten:
            with self._asking:
                if self._forgotten:  # otherwise another thread has asked meanwhile
                    self._begin(self._ask)
            return self._signed(data)

    def reopen(self, ask: AskPin) -> None:
        """Go on after a loss: the same card, in whichever reader, and its PIN again.

        Raises CardMissing or ReaderGone while it is out, AnotherDevice, and as opening does.
        """
        self._lose()
        self._begin(ask, verify=True)
        self._ask = ask

    def close(self) -> None:
        """End the session and reset the card, so that nobody else signs with the PIN that was given."""
        self._forgotten = False
        self._lose()

    # -- opening and losing --------------------------------------------------------------------------

    def _begin(self, ask: AskPin, *, verify: bool = False) -> None:
        opened, is_piv = self._sit()
        self._opened, self._forgotten = opened, False
        try:
            if self._tries() == 0 or opened.session.token.tries == 0:
                raise CardLocked(serial=self.serial)
            self._each = is_piv and self._use == "sign"
            if verify or not self._each:
                self._given(ask, self._verified)
        except BaseException:
            self._lose()
            raise

    def _sit(self) -> tuple[_Opened, bool]:
        """A session on the very card that was found, and whether it is a PIV card; no PIN yet."""
        with self.module.lock, ExitStack() as undo:
            reader, token = self._find()
            seat = undo.enter_context(Seat(reader))
            session = undo.enter_context(self.module.open(token))
            stored = meant(session, self._use)
            if stored is None or stored.certificate != self.certificate:
                raise AnotherDevice(serial=self.serial, found=f"{token.label} {token.serial}")
            seat.check()  # all this was read from the card that sits there
            undo.pop_all()
            self.reader = reader
            return _Opened(seat, session, stored.id), token.manufacturer == PIV

    def _find(self) -> tuple[str, Token]:
        """Reader and token of this card. Raises AnotherDevice when its reader holds another one."""
        there = readers()
        plugged = cards(self.module, there)
        for reader, token in plugged:
            if token.serial == self.serial:
                return reader.name, token
        ours = next((reader for reader in there if reader.name == self.reader), None)
        if ours is None:
            raise ReaderGone(reader=self.reader)
        if ours.present:
            serials = [token.serial for reader, token in plugged if reader.name == ours.name]
            raise AnotherDevice(serial=self.serial, found=", ".join(serials) or f"ATR {ours.atr.hex()}")
        raise CardMissing(readers=names(there))

    def notice(self) -> None:
        """Lose the session if the card is not what it was; nothing is asked, nothing raised."""
        with self.module.lock:
            if self._opened is not None:
                try:
                    self._opened.seat.check()
                except SignerError:
                    self._lose()

    def _lose(self) -> None:
        with self.module.lock:
            opened, self._opened = self._opened, None
            if opened is None:
                return
            opened.session.close()
            with suppress(SignerError):
                opened.seat.check()
                if opened.key is not None:
                    Connection(self.reader, reset=True).close()
            opened.seat.close()

    # -- the PIN -------------------------------------------------------------------------------------

    def _given(self, ask: AskPin, present: Callable[[str | None], _T], *, signature: bool = False) -> _T:
        """What `present` returns, with the PIN that the holder gives to `ask` or at the reader's own pad."""
        opened = self._still()
        if opened.session.token.pin_pad:
            return present("" if signature else None)
        tries = self._tries()
        if tries == 0:
            raise CardLocked(serial=self.serial)
        missed = opened.session.token.pin_missed
        request = PinRequest(KIND, self.label, self.serial, tries, signature=signature, missed=missed)

        def formed(pin: str) -> _T:
            if opened.session.token.manufacturer == PIV:
                as_pin(pin)  # one of another form is not sent: some cards count it as wrong
            return present(pin)

        return verified(ask, request, formed)

    def _verified(self, pin: str | None) -> None:
        """Log in. With 9C only to see that it is the right PIN: the card forgets it at once."""
        with self._device() as opened:
            key = self._key(opened, pin)
            if self._each:
                self._forget(opened)
            self._each = key.always_authenticate

    def _signed(self, data: bytes, pin: str | None = None) -> bytes:
        """The signature. With a PIN, the card forgets it at once: 9A would sign for any program otherwise."""
        with self._device() as opened:
            if pin is None and opened.key is None:
                raise _Forgotten(serial=self.serial)  # another thread asks for the PIN
            try:
                return self._key(opened, pin).sign(data, pin)
            finally:
                if pin is not None:
                    self._forget(opened)

    def _key(self, opened: _Opened, pin: str | None) -> Key:
        if opened.key is None:
            opened.session.login(pin or None)
            opened.key = opened.session.key(self.certificate, opened.id)
        return opened.key

    def _forget(self, opened: _Opened) -> None:
        with suppress(SignerError):
            opened.seat.check()
            forget_pin(self.reader)

    def _tries(self) -> int | None:
        with self.module.lock:
            self._still()
            try:
                return tries_left(self.reader)
            except SignerError as error:
                raise self._meaning(error) from None

    # -- what went wrong -----------------------------------------------------------------------------

    @contextmanager
    def _device(self) -> Iterator[_Opened]:
        """The card, when it is surely still the same one, under the module's lock; its errors explained."""
        with self.module.lock:
            opened = self._still()
            try:
                yield opened
            except SignerError as error:
                raise self._meaning(error) from None

    def _still(self) -> _Opened:
        with self.module.lock:
            opened = self._opened
            if opened is None:
                raise (_Forgotten if self._forgotten else CardRemoved)(serial=self.serial)
            try:
                opened.seat.check()
            except SignerError:
                raise self._gone() from None
            return opened

    def _meaning(self, error: SignerError) -> SignerError:
        """What really happened when PKCS#11 says `error`: its codes for one event are not always the same."""
        if isinstance(error, WrongPin | CardLocked):
            with suppress(SignerError):
                tries = tries_left(self.reader)
                return WrongPin(tries=tries) if tries != 0 else CardLocked(serial=self.serial)
        lost = AnotherDevice | CardMissing | CardRemoved | DeviceFailed | TokenMissing
        if not isinstance(error, lost) or isinstance(error, _Forgotten) or self._opened is None:
            return error
        try:
            self._opened.seat.settle(_SETTLING)
        except SignerError:
            return self._gone()
        if isinstance(error, CardRemoved):
            self._lose()
            self._forgotten = not self._each
            return _Forgotten(serial=self.serial)
        return error

    def _gone(self) -> SignerError:
        """Lose the session; the reason to tell, from what is in the readers now."""
        self._lose()
        try:
            self._find()
        except ReaderMissing:
            return ReaderGone(reader=self.reader)
        except (AnotherDevice, ReaderGone, ServiceDown) as error:
            return error
        except SignerError:
            pass
        return CardRemoved(serial=self.serial)
