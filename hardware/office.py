"""The card office's (制卡中心) devices: what `eport-gateway card` works with.

Knows which module personalises and unlocks which medium; refuses to know how, and everything about who may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509

from hardware.blank import AskSecret, Blank, State, Use
from hardware.ikey_office import BlankIkey, find_token, set_holder_pin
from hardware.piv_card import PivCard, find_reader
from hardware.piv_office import BlankCard
from hardware.signer import AnotherDevice


@dataclass(frozen=True, slots=True)
class Look:
    """What a medium shows without any PIN."""

    kind: str  # card or ikey
    label: str
    serial: str  # of a card without a number yet, empty
    tries: int | None  # PIN tries left, 0 when locked; None: the medium doesn't say
    certificates: dict[Use, x509.Certificate]
    states: dict[Use, State]


def look_card(reader: str | None = None) -> Look:
    """What the card shows. `reader`: its name contains it; None: the only card there is.

    Raises ServiceDown, ReaderMissing, CardMissing, Several, NotACardOfOurs.
    """
    with PivCard(find_reader(reader)) as card:
        return _look(card, card.tries())


def look_ikey(modules: Sequence[str], device: str | None = None) -> Look:
    """What the Ikey shows. `device`: its label or serial contains it; None: the only Ikey there is.

    Raises ModuleMissing, TokenMissing, Several.
    """
    token = find_token(modules, device)
    with BlankIkey(token, so_pin=_nobody, pin=_nobody) as ikey:
        return _look(ikey, token.tries)


def blank_card(reader: str | None, management_key: bytes, *, pin: AskSecret, puk: AskSecret) -> Blank:
    """The card in `reader` (as in `look_card`), authenticated by its management key (9B; 3DES or AES).

    `pin` and `puk` give the PRESENT ones (from the factory: 123456 and 12345678), asked for when needed and
    kept until close once they were right; a wrong one is an error, and never tried again by itself. The
    management key itself is not changed: see `hardware.piv_office`.
    Raises as `look_card`, and ManagementKeyWrong, ManagementKeyUnusable.
    """
    return BlankCard(find_reader(reader), management_key, pin=pin, puk=puk)


def blank_ikey(modules: Sequence[str], device: str | None, *, so_pin: AskSecret, pin: AskSecret) -> Blank:
    """The Ikey `device` (as in `look_ikey`); it must be initialised (label and SO PIN), as they are sold.

    `so_pin` is asked for set_pin and set_puk only, so a renewal needs none; `pin` is asked for everything
    else, unless set_pin has just set it.
    """
    return BlankIkey(find_token(modules, device), so_pin=so_pin, pin=pin)


def unlock_card(reader: str | None, puk: str, new_pin: str, *, looked_at: Look | None = None) -> None:
    """Set a new PIN by the PUK, which also gives all the tries back (RESET RETRY COUNTER).

    `looked_at`: what the card showed before the office typed its PUK; another card by now does not get it.
    Raises as `look_card`, and AnotherDevice, PukWrong with the tries left, PukLocked, PinUnusable.
    """
    with PivCard(find_reader(reader)) as card:
        if looked_at is not None:
            _same(looked_at, _look(card, None))
        card.unlock(puk, new_pin)


def unlock_ikey(
    modules: Sequence[str], device: str | None, so_pin: str, new_pin: str, *, looked_at: Look | None = None
) -> None:
    """Set a new PIN by the SO PIN.

    `looked_at` as for a card. Raises as `look_ikey`, and AnotherDevice, OfficePinWrong, OfficePinLocked,
    PinUnusable.
    """
    token = find_token(modules, device)
    if looked_at is not None:
        with BlankIkey(token, so_pin=_nobody, pin=_nobody) as ikey:
            _same(looked_at, _look(ikey, None))
    set_holder_pin(token, so_pin, new_pin)


def _look(medium: PivCard | BlankIkey, tries: int | None) -> Look:
    held = {use: medium.certificate(use) for use in medium.uses}
    return Look(
        medium.kind,
        medium.label,
        medium.serial,
        tries,
        {use: certificate for use, certificate in held.items() if certificate is not None},
        {use: medium.state(use) for use in medium.uses},
    )


def _same(before: Look, now: Look) -> None:
    """Raise AnotherDevice unless both are of one medium."""
    if (now.serial, now.certificates) != (before.serial, before.certificates):
        raise AnotherDevice(serial=before.serial or before.label, found=now.serial or now.label)


def _nobody() -> None:
    """Nobody is asked: looking needs no PIN."""
