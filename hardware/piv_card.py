"""A PIV card in the card office's reader: what it shows without a PIN, and unlocking it (SP 800-73-4).

Knows what the card's refusals mean to the office; refuses to know how a card is personalised.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from cryptography import x509

from hardware import piv
from hardware.blank import CardPinUnusable, NotACardOfOurs, PukLocked, PukUnusable, PukWrong, State, Use
from hardware.pcsc import Connection, readers
from hardware.seat import Seat
from hardware.signer import (
    CardLocked,
    CardMissing,
    CardRemoved,
    DeviceFailed,
    Several,
    WrongPin,
)
from hardware.tlv import Malformed

KIND = "card"
_SETTLING = 1.0  # seconds; pcscd asks its readers every 0.4 s

_REASONS = {
    0x6581: "its memory failed",
    piv.CONDITION_NOT_SATISFIED: "it refuses without authentication",
    0x6985: "it refuses this now",
    0x6A84: "it has no room left",
    0x6D00: "it does not know the command",
}


def find_reader(wanted: str | None) -> str:
    """The name of the reader with the card that is meant: `wanted` is in its name, or there is one card only.

    Raises ServiceDown, ReaderMissing, CardMissing, Several.
    """
    there = readers()
    meant = [reader for reader in there if wanted is None or wanted in reader.name]
    full = [reader.name for reader in meant if reader.present]
    if not full:
        raise CardMissing(readers=", ".join(reader.name for reader in meant or there))
    if len(full) > 1:
        raise Several(what=KIND, names=", ".join(full))
    return full[0]


class PivCard:
    """One card, for reading and unlocking; held for itself alone until closed, and then reset."""

    kind = KIND
    uses = (Use.AUTH, Use.SIGN)

    def __init__(self, reader: str) -> None:
        """Raises NotACardOfOurs, and what `hardware.pcsc.Connection` raises."""
        self.reader = reader
        self.serial = ""  # of a card that has no number yet
        self._transmit: Callable[[bytes], tuple[bytes, int]]
        with ExitStack() as opening:
            self._seat = opening.enter_context(Seat(reader))
            connection = Connection(reader, reset=True)
            opening.callback(connection.close)
            opening.enter_context(connection.transaction())
            opening.callback(connection.close)  # in the transaction: nobody finds the card still verified
            self._transmit = connection.transmit
            _, sw = self.send(piv.select())
            if sw != piv.OK:
                raise NotACardOfOurs(reader=reader)
            guid = piv.guid_in(self.read(piv.CHUID))
            if guid is not None:
                self.serial = guid.hex
            self._closing = opening.pop_all()

    @property
    def label(self) -> str:
        """The reader's name: cards have none of their own."""
        return self.reader

    @property
    def named(self) -> str:
        """What errors call the card: its number, or the reader it is in."""
        return self.serial or self.reader

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.named})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Reset the card and let go of it; twice does no harm."""
        self._closing.close()

    # -- without any PIN -----------------------------------------------------------------------------

    def tries(self) -> int | None:
        """PIN tries left, 0 when it is locked."""
        _, sw = self.send(piv.verify(None))
        return piv.tries(sw)

    def certificate(self, use: Use) -> x509.Certificate | None:
        """The certificate in the card for `use`."""
        return piv.certificate_in(self.read(piv.CERTIFICATE[use]))

    def state(self, use: Use) -> State:
        """Empty, begun when there is an object without a certificate that can be read, or issued."""
        held = self.read(piv.CERTIFICATE[use])
        if not held:
            return State.EMPTY
        return State.BEGUN if piv.certificate_in(held) is None else State.ISSUED

    # -- PIN and PUK ---------------------------------------------------------------------------------

    def unlock(self, puk: str, new: str) -> None:
        """A new PIN with all its tries, by the PUK."""
        _, sw = self.send(piv.unblock(as_puk(puk), as_pin(new)))
        self.check_puk(sw)

    def check_pin(self, sw: int) -> None:
        """Raise what the status word of a command with the PIN means."""
        left = piv.tries(sw)
        if left == 0:
            raise CardLocked(serial=self.named)
        if left is not None:
            raise WrongPin(tries=left)
        if sw == piv.WRONG_DATA:
            raise CardPinUnusable
        self.check(sw)

    def check_puk(self, sw: int) -> None:
        """Raise what the status word of a command with the PUK means."""
        left = piv.tries(sw)
        if left == 0:
            raise PukLocked(serial=self.named)
        if left is not None:
            raise PukWrong(tries=left)
        if sw == piv.WRONG_DATA:
            raise PukUnusable
        self.check(sw)

    # -- the wire ------------------------------------------------------------------------------------

    def send(self, command: piv.Command) -> tuple[bytes, int]:
        """The answer's data and status word. Raises CardRemoved, ReaderGone, DeviceFailed."""
        try:
            try:
                return piv.exchange(self._transmit, command)
            except DeviceFailed:
                self._seat.settle(_SETTLING)  # the reader's word for a card that is taken out just now
                raise
        except CardMissing:
            raise CardRemoved(serial=self.named) from None
        except Malformed as error:
            raise self.failed(error) from None

    def read(self, tag: int) -> bytes:
        """What a data object holds; empty when there is none."""
        answer, sw = self.send(piv.get(tag))
        if sw in (piv.NOT_FOUND, piv.CONDITION_NOT_SATISFIED):  # some cards say so of what they do not have
            return b""
        self.check(sw)
        try:
            return piv.content(answer)
        except Malformed as error:
            raise self.failed(error) from None

    def check(self, sw: int) -> None:
        """Raise DeviceFailed for any status word but 9000."""
        if sw != piv.OK:
            raise self.failed(f"{_REASONS.get(sw, 'status')} {sw:04X}")

    def failed(self, reason: object) -> DeviceFailed:
        """The card did not do it, for `reason`."""
        return DeviceFailed(serial=self.named, reason=reason)


def as_pin(pin: str) -> bytes:
    """As the card takes it; CardPinUnusable when it has not 6 to 8 digits (SP 800-73-4 part 2, 2.4.3)."""
    if not (6 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()):
        raise CardPinUnusable
    return piv.pad(pin)


def as_puk(puk: str) -> bytes:
    """As the card takes it; the standard says 8 bytes, cards on sale also take fewer."""
    if not (6 <= len(puk) <= 8 and puk.isascii() and puk.isprintable()):
        raise PukUnusable
    return piv.pad(puk)
