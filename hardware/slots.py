"""The cards in the readers, as OpenSC's PKCS#11 module shows them, and the key that is meant on each.

Knows which slot of the module belongs to which reader, how a PIV card's keys are told apart, how a card says
without a PIN how many tries are left, and how it forgets one; refuses to know sessions with a PIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import Literal, Protocol
from weakref import WeakSet

from hardware import piv
from hardware.ikey import signs
from hardware.modules import located
from hardware.pcsc import Connection, Reader
from hardware.pkcs11 import Module, Session, Stored, Token
from hardware.seat import refresh
from hardware.signer import ModuleMissing, Several
from hardware.tlv import Malformed
from messages.signature.oids import commits

Use = Literal["sign", "auth"]
"""9C, which binds the holder, or 9A, which logs in."""

PIV = "piv_II"
"""The manufacturer of a PIV card's token, in OpenSC's words."""

_IDS: dict[Use, bytes] = {"auth": b"\x01", "sign": b"\x02"}
"""CKA_ID of 9A and 9C (OpenSC, pkcs15-piv.c)."""

_NAME = 60  # bytes of a reader's name that surely fit a slot's description, which has 64


def load(module: str) -> Module:
    """OpenSC's module, by its path or its file's name. Raises ModuleMissing."""
    if "/" not in module:
        path = located(module)
        if path is None:
            raise ModuleMissing(module=module, reason="it is not installed")
        module = str(path)
    return Module.load(module)


def cards(module: Module, there: Sequence[Reader]) -> list[tuple[Reader, Token]]:
    """The cards in those readers that OpenSC knows. Raises Several when it can't tell two readers apart."""
    with _turn:
        opened = [card for card in _open if card.module is module]
    for card in opened:
        card.notice()  # a session that is lost would lend its login to a new one in the same slot
    refresh(module)
    tokens = module.tokens()
    by_name: dict[bytes, Reader] = {}
    for reader in there:
        if reader.present:
            other = by_name.setdefault(reader.name.encode()[:_NAME], reader)
            if other is not reader:
                raise Several(what="reader", names=f"{other.name}, {reader.name}")
    found = ((by_name.get(token.reader.encode()[:_NAME]), token) for token in tokens)
    return [(reader, token) for reader, token in found if reader is not None]


class Noticing(Protocol):
    """An open card."""

    module: Module

    def notice(self) -> None:
        """Lose the session if the card is not what it was; nothing is asked, nothing raised."""
        ...


_open: WeakSet[Noticing] = WeakSet()
_turn = Lock()


def enrol(card: Noticing) -> None:
    """Have an open card notice its loss before others are looked for."""
    with _turn:
        _open.add(card)


def meant(session: Session, key: Use) -> Stored | None:
    """The certificate of the key: by the number of a PIV card's, by the key usage of any other card's."""
    stored = session.certificates()
    if session.token.manufacturer == PIV:
        return next((each for each in stored if each.id == _IDS[key]), None)
    stored = [each for each in stored if signs(each.certificate)]
    return min(stored, key=lambda each: commits(each.certificate) != (key == "sign"), default=None)


def names(there: Sequence[Reader]) -> str:
    """The readers' names in a row."""
    return ", ".join(reader.name for reader in there)


def tries_left(reader: str) -> int | None:
    """The PIN tries left of the card in `reader`: 0 when locked, None when it doesn't say.

    Asked by VERIFY without a PIN, which costs none (SP 800-73-4 part 2, 3.2.1). Raises CardMissing,
    ReaderGone, ServiceDown, DeviceFailed.
    """
    with Connection(reader) as connection, connection.transaction():
        try:
            _, sw = piv.exchange(connection.transmit, piv.select())
            if sw != piv.OK:
                return None
            _, sw = piv.exchange(connection.transmit, piv.verify(None))
        except Malformed:
            return None
    return piv.tries(sw)


def forget_pin(reader: str) -> None:
    """Take a verified PIN back from the card in `reader`, by VERIFY FF (part 2, 3.2.1), else by a reset.

    Raises as `tries_left`.
    """
    with suppress(Malformed), Connection(reader, reset=True) as connection, connection.transaction():
        _, sw = piv.exchange(connection.transmit, piv.select())
        if sw == piv.OK:
            _, sw = piv.exchange(connection.transmit, piv.forget())
            connection.reset = sw != piv.OK
