"""Who signs for a folder, for as long as it runs: a card that is taken out may come back.

Knows which failures pass when somebody puts a device back, and that a new look needs a new holder; refuses to
ask for a PIN again that was wrong, and to know what is signed.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from cryptography import x509

from hardware.choose import NothingPlugged
from hardware.signer import (
    AgentRefused,
    AgentUnreachable,
    AnotherDevice,
    CardMissing,
    CardRemoved,
    DeviceFailed,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    SignerError,
    TokenMissing,
)
from messages.signature.sign import Signer, SigningFailed
from terminals.trouble import NotSigned, Trouble, Unusable

_PASSING: tuple[type[SignerError], ...] = (
    AgentRefused, AgentUnreachable, AnotherDevice, CardMissing, CardRemoved, DeviceFailed, NothingPlugged,
    ReaderGone, ReaderMissing, ServiceDown, TokenMissing,
)  # fmt: skip


class Holds(Protocol):
    """What signs now: terminals.cli.holder's Holder."""

    @property
    def certificate(self) -> x509.Certificate:
        """In date. Raises NotSigned."""
        ...

    @property
    def algorithm(self) -> str:
        """Of its key."""
        ...

    @property
    def kind(self) -> str:
        """What holds the key, e.g. file."""
        ...

    @property
    def serial(self) -> str:
        """Its number."""
        ...

    def sign(self, data: bytes, purpose: str) -> bytes:
        """The signature. Raises NotSigned, the same again once it was raised."""
        ...

    def close(self) -> None:
        """End the session with the device."""
        ...


class Signing:
    """The signer of a folder, for several threads. `make` gives a holder that looks for the device anew."""

    def __init__(self, make: Callable[[], Holds], device: bool) -> None:
        self._make = make
        self._holder = make()
        self._turn = Lock() if device else nullcontext()  # a device signs one thing at a time

    @property
    def certificate(self) -> x509.Certificate:
        """The holder's certificate, in date. Raises NotSigned."""
        return self._holder.certificate

    @property
    def holder(self) -> Holds:
        """Who signs now."""
        return self._holder

    def at(self, purpose: str) -> Signer:
        """The signer, for a signature that its holder knows as `purpose`, such as a file's name."""
        return _Purposed(self, purpose)

    def sign(self, data: bytes, purpose: str) -> bytes:
        """The signature over `data`. Raises NotSigned, Unusable."""
        with self._turn:
            return self._holder.sign(data, purpose)

    def renew(self) -> None:
        """Look for the device again. Raises NotSigned while it is not there; asks for no PIN yet."""
        with self._turn:
            self._holder.close()
            self._holder = self._make()
            _ = self._holder.certificate

    def close(self) -> None:
        """End the session with the device."""
        self._holder.close()


@dataclass(frozen=True, slots=True)
class _Purposed:
    """The signer, for one purpose."""

    signing: Signing
    purpose: str

    @property
    def certificate(self) -> x509.Certificate:
        return self.signing.certificate

    @property
    def algorithm(self) -> str:
        return self.signing.holder.algorithm

    @property
    def kind(self) -> str:
        return self.signing.holder.kind

    @property
    def serial(self) -> str:
        return self.signing.holder.serial

    def sign(self, data: bytes) -> bytes:
        return self.signing.sign(data, self.purpose)


def passes(trouble: Trouble) -> bool:
    """Whether a signature that failed with `trouble` may be made once the device is back."""
    return isinstance(trouble, NotSigned) and isinstance(trouble.values.get("reason"), _PASSING)


def changed_hands(trouble: Trouble) -> bool:
    """Whether a file was not signed because another card answered, and not for anything in the file."""
    return isinstance(trouble, Unusable) and isinstance(trouble.values.get("reason"), SigningFailed)
