"""The medium on the office's table: which one is meant, and how it is opened.

Knows the options that name readers, modules and the office's own keys; refuses to know what is done with the
medium. PC/SC and PKCS#11 are loaded when a medium is first asked for: a gateway without a card office needs
neither.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from cryptography import x509

from gateway import pki
from gateway.cli.pins import FACTORY_PIN, FACTORY_PUK, SECRET_FILE, Secrets, Source, management_key
from gateway.cli.shell import refuse
from hardware.blank import Blank
from storage import registry
from storage.cards import Card

if TYPE_CHECKING:
    from hardware.office import Look

CARD, IKEY = MEDIA = ("card", "ikey")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the options say of devices and of the office's own secrets."""

    home: Path
    device: str | None
    module: str | None
    pcscd: Path | None
    management_key_file: str | None
    so_pin_file: str | None

    def look(self, medium: str) -> Look:
        """What the medium shows. Raises SignerError."""
        self._meet_service()
        from hardware import office

        if medium == CARD:
            return office.look_card(self.device)
        return office.look_ikey(self._modules, self.device)

    def blank(self, medium: str, pin: Source, puk: Source | None = None) -> Blank:
        """The medium, opened by the office; `pin` and `puk` are the present ones. Raises SignerError."""
        self._meet_service()
        from hardware import office

        if medium == IKEY:
            return office.blank_ikey(self._modules, self.device, so_pin=self.so_pin, pin=pin.read)
        key = management_key(self.management_key_file)
        return office.blank_card(self.device, key, pin=pin.read, puk=(puk or pin).read)

    def check(self, made: Secrets) -> None:
        """Refuse what a card takes for no PIN or PUK, before any of them is set. Raises PinUnusable."""
        from hardware.piv_card import as_pin, as_puk

        if made.puk is not None:
            as_pin(made.pin)
            as_puk(made.puk)

    def unlock(self, looked_at: Look, puk: str, new_pin: str) -> None:
        """Set a new PIN on what was looked at, by the PUK of a card or the SO PIN of an Ikey.

        Whoever types these takes his time: a medium that was changed meanwhile gets neither. SignerError.
        """
        from hardware import office

        if looked_at.kind == CARD:
            office.unlock_card(self.device, puk, new_pin, looked_at=looked_at)
        else:
            office.unlock_ikey(self._modules, self.device, puk, new_pin, looked_at=looked_at)

    def so_pin(self) -> str:
        """The SO PIN, by which the office manages an Ikey."""
        return Source("SO PIN of the Ikey", "--so-pin-file", self.so_pin_file).read()

    @property
    def _modules(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.module or "").split(":")))

    def _meet_service(self) -> None:
        """Say which pcscd is meant before PC/SC is loaded, which asks once."""
        service = self.pcscd or self.home / "demo" / "card" / "pcscd.comm"
        if self.pcscd or service.exists():
            os.environ["PCSCLITE_CSOCK_NAME"] = str(service)


def present_pin(file: str | None) -> Source:
    """The PIN that a holder gives for a renewal, or when what a CA issued is loaded."""
    return Source("The holder's present PIN", "--pin-file", file)


def factory_pin(file: str | None) -> Source:
    """The PIN that a new medium has."""
    return Source("Present PIN of the medium", "--present-pin-file", file, FACTORY_PIN)


def factory_puk(file: str | None) -> Source:
    """The PUK that a new card has."""
    return Source("Present PUK of the card", "--present-puk-file", file, FACTORY_PUK)


def held(blank: Blank) -> list[x509.Certificate]:
    """The certificates on an opened medium."""
    found = (blank.certificate(use) for use in blank.uses)
    return [each for each in found if each is not None]


def belongs(
    card: Card, given: Iterable[registry.Certificate], serial: str, found: Iterable[x509.Certificate]
) -> None:
    """End the command unless a medium is the card's: by its own number, or by a certificate found on it."""
    if card.serial and serial == card.serial:
        return
    if {each.fingerprint for each in given} & {pki.fingerprint(each) for each in found}:
        return
    refuse(
        f"the {card.medium} that is there ({serial}) is not that of card {card.number}, which is "
        f"{card.serial or 'known by its certificates only'}: put the right one in, or say which with --device"
    )


def media_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the medium is; the command gets `desk`, beside `home`."""

    @wraps(command)
    def run(
        *args: Any,
        home: Path,
        device: str | None,
        module: str | None,
        pcscd: Path | None,
        management_key_file: str | None,
        so_pin_file: str | None,
        **given: Any,
    ) -> Any:
        desk = Desk(home, device, module, pcscd, management_key_file, so_pin_file)
        return command(*args, home=home, desk=desk, **given)

    for option in (
        click.option(
            "--so-pin-file",
            type=SECRET_FILE,
            envvar="EPORT_SO_PIN_FILE",
            help="File with the SO PIN of the Ikey (EPORT_SO_PIN_FILE); else asked.",
        ),
        click.option(
            "--management-key-file",
            type=SECRET_FILE,
            envvar="EPORT_MANAGEMENT_KEY_FILE",
            help="File with the card's management key, hex (EPORT_MANAGEMENT_KEY_FILE); else asked.",
        ),
        click.option(
            "--pcscd",
            type=click.Path(dir_okay=False, path_type=Path),
            envvar="EPORT_PCSCD",
            help="Socket of another pcscd than the machine's (EPORT_PCSCD).",
        ),
        click.option(
            "--module",
            envvar="EPORT_MODULE",
            help="PKCS#11 module of the Ikey, several with ':' between [those installed].",
        ),
        click.option(
            "--device",
            envvar="EPORT_DEVICE",
            help="Which of several: part of the reader's name, or of the Ikey's label or serial number.",
        ),
    ):
        run = option(run)
    return run
