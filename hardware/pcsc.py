"""The one door to PC/SC: which readers there are, what sits in them, and commands to a card.

Knows pyscard's functions and what each of their codes means to whoever holds the card; refuses to know what a
command says. A command may carry a PIN: nothing here logs, keeps or shows one. pyscard's lower layer is used,
since the upper one shares a context between threads that doesn't survive a restart of pcscd.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from smartcard import scard

from hardware.signer import (
    CardMissing,
    DeviceFailed,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    ServiceRefused,
    SignerError,
)

# The name under which PC/SC tells of readers that come and go.
_READERS = "\\\\?PnP?\\Notification"

_SOCKET = "/run/pcscd/pcscd.comm"  # where pcscd listens, unless libpcsclite is told otherwise

# Codes by which a call says that pcscd, or this client's connection to it, is gone.
_SERVICE = frozenset({
    scard.SCARD_E_NO_SERVICE, scard.SCARD_E_SERVICE_STOPPED, scard.SCARD_F_COMM_ERROR,
    scard.SCARD_E_INVALID_HANDLE, scard.SCARD_F_INTERNAL_ERROR,
})  # fmt: skip
_READER = frozenset({scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE})
_CARD = frozenset({scard.SCARD_E_NO_SMARTCARD, scard.SCARD_W_REMOVED_CARD})
_MUTE = frozenset({scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD})
_REFUSED = frozenset({scard.SCARD_W_SECURITY_VIOLATION, scard.SCARD_E_NO_ACCESS})


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, and what was in it when it was looked at."""

    name: str
    atr: bytes  # empty without a card, or when the card is mute
    state: int  # SCARD_STATE_ bits; above them, pcscd's count of insertions and removals

    @property
    def present(self) -> bool:
        """Whether something is in the reader, be it a card that doesn't answer."""
        return bool(self.state & scard.SCARD_STATE_PRESENT)

    @property
    def empty(self) -> bool:
        """Whether nothing is in the reader; False also while pcscd hasn't looked yet."""
        return bool(self.state & scard.SCARD_STATE_EMPTY)

    @property
    def mute(self) -> bool:
        """Whether what is in the reader doesn't answer: wrong way round, worn, or no chip card."""
        return bool(self.state & scard.SCARD_STATE_MUTE)

    @property
    def changes(self) -> int:
        """How many cards came and went, modulo 65536, since pcscd runs: the same number, the same card."""
        return self.state >> 16


class CardReset(DeviceFailed):
    """Another program reset the card: what was selected and verified is forgotten. Values: serial, reason."""


def _check(code: int, reader: str = "") -> None:
    """Raise what `code` means; `reader` is the reader concerned."""
    if code == scard.SCARD_S_SUCCESS:
        return
    raise meaning(code, reader)


def meaning(code: int, reader: str) -> SignerError:
    """What a code of PC/SC other than success means, at this reader."""
    if code in _SERVICE:
        return ServiceDown()
    if code in _REFUSED:
        return ServiceRefused()
    if code == scard.SCARD_E_NO_READERS_AVAILABLE:
        return ReaderMissing()
    if code in _READER:
        return ReaderGone(reader=reader)
    if code in _CARD:
        return CardMissing(readers=reader)
    reason = "the card does not answer; is it the right way round?" if code in _MUTE else _name(code)
    return DeviceFailed(serial=reader, reason=reason)


def _name(code: int) -> str:
    """PC/SC's own words for `code`."""
    return str(scard.SCardGetErrorMessage(code)).strip().rstrip(".").lower()


def _listens() -> bool:
    """Whether somebody takes calls for pcscd. Who hangs up then gives the same codes as when nobody does."""
    with socket.socket(socket.AF_UNIX) as call:
        try:
            call.connect(os.environ.get("PCSCLITE_CSOCK_NAME") or _SOCKET)
        except OSError:
            return False
    return True


class Context:
    """A client's connection to pcscd. It ends with pcscd: whoever survives a restart makes another one.

    It is its process's own: after a fork, a child's words would mix with its parent's. Raises ServiceDown or
    ServiceRefused when there is none to be had.
    """

    def __init__(self) -> None:
        code, self._known = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        if code in _SERVICE and _listens():
            raise ServiceRefused
        _check(code)
        self._process = os.getpid()  # 0 when closed
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _ours(self) -> bool:
        return self._process == os.getpid()

    @property
    def _handle(self) -> Any:
        if not self._ours:
            raise ServiceDown
        return self._known

    def close(self) -> None:
        """Give the connection back; twice does no harm."""
        with self._lock:
            if self._ours:
                scard.SCardReleaseContext(self._known)
            self._process = 0

    def cancel(self) -> None:
        """End a `wait` that runs in another thread. One that begins later is not ended."""
        with self._lock:
            if self._ours:
                scard.SCardCancel(self._known)

    def look(self) -> list[Reader]:
        """All readers as they are now; none is no error here."""
        code, names = scard.SCardListReaders(self._handle, [])
        if code == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        _check(code)
        found = []
        for name in names:
            try:
                found.append(self.state(name))
            except ReaderGone:
                continue  # unplugged since they were listed
        return found

    def state(self, reader: str) -> Reader:
        """The reader of this name as it is now. Raises ReaderGone."""
        return self._change([(reader, scard.SCARD_STATE_UNAWARE)], 0)[0]

    def wait(self, known: Sequence[Reader], timeout: float) -> None:
        """Return when one of the readers is no longer as `known`, when readers come or go, when cancelled.

        Also after `timeout` seconds: look again then, since a reader that came just before is not told of.
        """
        states = [(reader.name, reader.state) for reader in known]
        try:
            self._change([*states, (_READERS, scard.SCARD_STATE_UNAWARE)], timeout)
        except ReaderGone:
            return

    def wait_in(self, reader: Reader, timeout: float) -> Reader:
        """As `wait`, for one reader; returns it as it is afterwards. Raises ReaderGone."""
        self._change([(reader.name, reader.state)], timeout)
        return self.state(reader.name)

    def _change(self, states: Sequence[tuple[str, int]], timeout: float) -> list[Reader]:
        code, after = scard.SCardGetStatusChange(self._handle, round(timeout * 1000), list(states))
        if code not in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
            _check(code, states[0][0])
        return [
            Reader(name, bytes(atr), state & ~scard.SCARD_STATE_CHANGED)
            for name, state, atr in after
            if name != _READERS
        ]

    def connect(self, reader: str) -> tuple[Any, int]:
        """Handle and protocol of a shared connection to the card in `reader`, for Connection alone."""
        code, handle, protocol = scard.SCardConnect(
            self._handle,
            reader,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
        )
        _check(code, reader)
        return handle, protocol


def readers() -> list[Reader]:
    """The readers, and whether there is a card in each. Raises ServiceDown, ServiceRefused, ReaderMissing."""
    with Context() as context:
        found = context.look()
    if not found:
        raise ReaderMissing
    return found


class Connection:
    """Commands to the card in one reader, beside whoever else uses it.

    Closing leaves the card as it is, unless `reset`: then every PIN that was verified is forgotten. Raises
    ServiceDown, ServiceRefused, ReaderGone, CardMissing when there is no card (any more), or DeviceFailed.
    """

    def __init__(self, reader: str, *, reset: bool = False) -> None:
        self.reader = reader
        self.reset = reset
        self._context = Context()
        try:
            self._handle, self._protocol = self._context.connect(reader)
        except BaseException:
            self._context.close()
            raise
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the card; twice does no harm, nor does a card that is gone."""
        if self._open:
            self._open = False
            disposition = scard.SCARD_RESET_CARD if self.reset else scard.SCARD_LEAVE_CARD
            scard.SCardDisconnect(self._handle, disposition)
            self._context.close()

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send one command as it is; its answer and status word.

        Raises CardReset, once, when another program reset the card since; in a transaction none can.
        """
        code, answer = scard.SCardTransmit(self._handle, self._protocol, list(apdu))
        if code == scard.SCARD_W_RESET_CARD:
            self._reconnect()
            raise CardReset(serial=self.reader, reason="another program reset the card")
        _check(code, self.reader)
        if len(answer) < 2:
            raise DeviceFailed(serial=self.reader, reason="the card gave no status word")
        return bytes(answer[:-2]), answer[-2] << 8 | answer[-1]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep other programs from the card meanwhile; waits until one of them that does the same is done."""
        code = scard.SCardBeginTransaction(self._handle)
        while code == scard.SCARD_W_RESET_CARD:
            self._reconnect()
            code = scard.SCardBeginTransaction(self._handle)
        _check(code, self.reader)
        try:
            yield
        finally:
            scard.SCardEndTransaction(self._handle, scard.SCARD_LEAVE_CARD)

    def _reconnect(self) -> None:
        code, self._protocol = scard.SCardReconnect(
            self._handle,
            scard.SCARD_SHARE_SHARED,
            scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1,
            scard.SCARD_LEAVE_CARD,
        )
        _check(code, self.reader)
