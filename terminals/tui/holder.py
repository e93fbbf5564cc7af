"""The signer of a session: a card, an Ikey, an agent's key or a certificate file, open from login to the end.

Knows that it signs in whatever thread asks, that a PIN is asked for on the screen, and that a device which is
out signs nothing until the same one is back; refuses to know what is signed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509

from hardware.agent import AgentLetGo
from hardware.signer import (
    AskPin,
    CardRemoved,
    Found,
    OpenSigner,
    PinCancelled,
    PinRequest,
    ReaderGone,
    ServiceDown,
    Signer,
    SignerError,
)
from messages.annotations import Words
from terminals.tui.words import both

KINDS = {kind: both(f"device-{kind}") for kind in ("card", "ikey", "agent", "file")}
"""What the kinds of signers are called."""

_OUT = (CardRemoved, ReaderGone, ServiceDown)


class Device(OpenSigner, Protocol):
    """A card, an Ikey or an agent's key: it can be taken out and put back."""

    label: str

    def reopen(self, ask: AskPin) -> None:
        """Go on with the same device after its PIN was given."""
        ...


class Pins:
    """Asks for PINs on a screen, for whatever thread needs one. `show` returns what will be the answer."""

    def __init__(self, show: Callable[[PinRequest, Words], Future[str | None]]) -> None:
        self._show = show
        self._lock = threading.Lock()
        self._purpose = threading.local()
        self._asked: Future[str | None] | None = None
        self._closed = False

    def ask(self, request: PinRequest) -> str | None:
        """The PIN, or None: whoever was asked gave none, or the session ends."""
        with self._lock:
            if self._closed:
                return None
            asked = self._asked = self._show(request, getattr(self._purpose, "words", Words()))
        with suppress(CancelledError):
            return asked.result()
        return None

    def give_up(self) -> None:
        """Ask no longer for what is being asked."""
        asked = self._asked
        if asked is not None:
            asked.cancel()

    def close(self) -> None:
        """Ask nothing any more."""
        with self._lock:
            self._closed = True
        self.give_up()

    def at(self, purpose: Words) -> None:
        """What the next PIN that this thread asks for is needed for."""
        self._purpose.words = purpose


class Holder:
    """One open signer, and whose it is."""

    def __init__(
        self, signer: Signer, pins: Pins, lost: Callable[[SignerError], None], label: str = ""
    ) -> None:
        """`lost` is told when the device turns out to be gone, in the thread that wanted a signature."""
        self._signer = signer
        self._pins = pins
        self._lost = lost
        self._state = threading.Lock()
        self._out: SignerError | None = None
        self.label = label
        self.certificate: x509.Certificate = signer.certificate
        self.algorithm = signer.algorithm
        self.kind = signer.kind
        self.serial = signer.serial

    @property
    def removable(self) -> bool:
        """Whether it is something that can be taken out here."""
        return self.kind in ("card", "ikey")

    @property
    def watched(self) -> bool:
        """Whether it may be gone while somebody works, here or at the workstation."""
        return self.removable or self.kind == "agent"

    @property
    def reader(self) -> str:
        """Of a card, the name of the reader that it is in."""
        return str(getattr(self._signer, "reader", ""))

    @property
    def out(self) -> bool:
        """Whether the device was taken out and is not back yet."""
        return self._out is not None

    @property
    def words(self) -> Words:
        """What it is and its number, for people."""
        kind = KINDS[self.kind]
        number = self.serial if self.removable else ""
        return Words(f"{kind.zh} {number}".rstrip(), f"{kind.en} {number}".rstrip())

    def at(self, purpose: Words) -> Signer:
        """The same signer, for signatures that its holder knows as `purpose` when a PIN is asked for."""
        return _Purposed(self, purpose)

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, made in this thread, which may wait for a PIN.

        Raises SignerError; CardRemoved at once while the device is out.
        """
        return self.sign_for(data, Words())

    def sign_for(self, data: bytes, purpose: Words) -> bytes:
        """As `sign`; `purpose` is what the prompt for a PIN says."""
        if self._out is not None:
            raise self._out
        self._pins.at(purpose)
        try:
            return self._signer.sign(data)
        except _OUT as error:
            self.take_out(error)
            raise
        except PinCancelled:
            if self._out is not None:  # taken out while its PIN was asked for
                raise self._out from None
            raise

    def take_out(self, why: SignerError | None = None) -> None:
        """The device is gone: nothing is signed, and no PIN asked for, until `put_back`."""
        gone = AgentLetGo if self.kind == "agent" else CardRemoved
        with self._state:
            before, self._out = self._out, why or gone(serial=self.serial)
            now = self._out
        self._pins.give_up()
        if before is None:
            if self.kind == "ikey":
                self._close()  # its module looks for new tokens only when nothing is open
            self._lost(now)

    def put_back(self) -> None:
        """Go on: the same device, its PIN verified. Raises SignerError; it is still out then."""
        signer = self._signer
        self._pins.at(both("pin-purpose-again"))
        signer.reopen(self._pins.ask)  # type: ignore[attr-defined]
        with self._state:
            self._out = None

    def there(self) -> bool:
        """Of an Ikey: whether it is plugged in; of an agent: whether it holds the key.

        Raises ModuleMissing, AgentUnreachable.
        """
        return self._signer.there()  # type: ignore[attr-defined,no-any-return]

    def stop_asking(self) -> None:
        """No PIN is asked for any more: whatever waits for one gets none."""
        self._pins.close()

    def close(self) -> None:
        """End the session with the device; a card forgets its PIN."""
        self.stop_asking()
        self._close()

    def _close(self) -> None:
        close = getattr(self._signer, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True, slots=True)
class _Purposed:
    """A holder as a Signer, for one purpose."""

    holder: Holder
    purpose: Words

    @property
    def certificate(self) -> x509.Certificate:
        return self.holder.certificate

    @property
    def algorithm(self) -> str:
        return self.holder.algorithm

    @property
    def kind(self) -> str:
        return self.holder.kind

    @property
    def serial(self) -> str:
        return self.holder.serial

    def sign(self, data: bytes) -> bytes:
        return self.holder.sign_for(data, self.purpose)


def opened(found: Found, pins: Pins, lost: Callable[[SignerError], None]) -> Holder:
    """A device that was found, open; its PIN is asked for if it wants that at once. Raises SignerError."""
    pins.at(both("pin-purpose-login"))
    return Holder(found.open(pins.ask), pins, lost, found.label)
