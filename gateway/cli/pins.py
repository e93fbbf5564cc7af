"""PINs, PUKs and keys of the card office: asked for, read from a file, or made up for a letter.

Knows how a secret is come by; refuses to show one, to take one from the command line, and to keep any longer
than the command. Only the PIN letter is ever written, for its owner alone, once.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import click

from gateway.cli.shell import at_a_terminal, refuse
from storage.cards import Card

FACTORY_PIN = "123456"
FACTORY_PUK = "12345678"
FACTORY_MANAGEMENT_KEY = "010203040506070801020304050607080102030405060708"
"""What PIV cards of most makers come with."""

SECRET_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a secret comes from: a file's first line ("-": standard input), else whoever is there."""

    prompt: str
    option: str
    file: str | None
    factory: str = field(default="", repr=False)  # what the maker set: taken when nobody says otherwise

    def read(self) -> str:
        """The secret. Ends the command when there is neither a file nor anybody to ask."""
        found = self._from_file() or self._typed(twice=False) or self.factory
        return found if found else self._nobody()

    def chosen(self) -> str:
        """A new secret, typed twice."""
        found = self._from_file() or self._typed(twice=True)
        return found if found else self._nobody()

    def _from_file(self) -> str:
        if self.file is None:
            return ""
        with click.open_file(self.file, encoding="utf-8", errors="surrogateescape") as stream:
            found = str(stream.readline()).rstrip("\r\n")
        if any("\udc80" <= letter <= "\udcff" for letter in found):  # strict reading would raise with it
            refuse(f"the file of {self.option} is not in UTF-8")
        if not found:
            refuse(f"the first line of the file of {self.option} is empty")
        return found

    def _typed(self, *, twice: bool) -> str:
        if not at_a_terminal():
            return ""
        prompt = f"{self.prompt} (Enter: the factory's)" if self.factory else self.prompt
        default = "" if self.factory else None
        typed = click.prompt(
            prompt, default=default, show_default=False, hide_input=True, confirmation_prompt=twice, err=True
        )
        return str(typed)

    def _nobody(self) -> NoReturn:
        raise click.UsageError(f"nobody is there to be asked: {self.prompt}. Give {self.option} FILE")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a holder opens a medium with; an Ikey has no PUK, its SO PIN is the office's."""

    pin: str = field(repr=False)
    puk: str | None = field(repr=False)


def new_secrets(medium: str, letter: Path | None, pin_file: str | None, puk_file: str | None) -> Secrets:
    """PIN and PUK of a new medium: made up when there is to be a letter, else read or asked for twice."""
    wants_puk = medium == "card"
    if letter is not None:
        if pin_file or puk_file:
            raise click.UsageError("--letter makes up PIN and PUK: leave out --pin-file and --puk-file")
        if letter.exists():
            refuse(f"{letter} exists: it may be somebody's only letter; name a new file")
        return Secrets(_digits(6), _digits(8) if wants_puk else None)
    pin = Source("New PIN", "--letter FILE, or --pin-file", pin_file).chosen()
    puk = Source("New PUK", "--puk-file", puk_file).chosen() if wants_puk else None
    return Secrets(pin, puk)


def management_key(file: str | None) -> bytes:
    """The key under which the office manages a card (9B), from 32, 48 or 64 hex digits."""
    source = Source("Management key", "--management-key-file", file, FACTORY_MANAGEMENT_KEY)
    try:
        return bytes.fromhex(source.read())
    except ValueError:
        refuse("the management key must be written in hex: 32, 48 or 64 digits")


def write_letter(file: Path, card: Card, made: Secrets) -> None:
    """Write the PIN letter (密码函) durably, for its owner alone. Raises FileExistsError."""
    lines = [
        f"卡号 Card number: {card.number}",
        f"持卡人 Holder: {card.holder}",
        f"单位 Unit: {card.unit}",
        f"PIN (密码): {made.pin}",
    ]
    if made.puk is not None:
        lines.append(f"PUK (解锁码, kept by the card office): {made.puk}")
    lines.append("Three wrong PINs lock the card. 连续三次输入错误密码，卡将被锁死。\n")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines))
        stream.flush()
        os.fsync(stream.fileno())


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))
