"""Kinds of values that commands take: checked when they are read, and said in words when they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import click

from gateway.cli.shell import at_a_terminal, refuse
from gateway.passwords import MAX_PASSWORD, MIN_PASSWORD


class Pattern(click.ParamType[str]):
    """Text of a certain form."""

    def __init__(self, name: str, pattern: str, words: str) -> None:
        self.name = name
        self._pattern = re.compile(pattern)
        self._words = words

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value itself, when it has the form."""
        if not self._pattern.fullmatch(value):
            self.fail(f"{value!r}: {self._words}", param, ctx)
        return value


DXP_ID = Pattern("dxpId", r"[A-Z0-9]{1,30}", "a dxpId is 1 to 30 capital letters or digits")
COP_CODE = Pattern("copCode", r"[0-9A-Z]{10}", "a copCode is exactly 10 digits or capital letters")
WORD = Pattern("word", r"[a-z][a-z0-9-]{0,31}", "one word of small letters, digits and hyphens")
ACCOUNT = Pattern(
    "account",
    r"[a-z0-9][a-z0-9._-]{0,63}|(?=.{1,64}$)[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+",
    "small letters, digits, dots and hyphens, at most 64; or an e-mail address in small letters",
)
FINGERPRINT = Pattern(
    "fingerprint", r"[0-9a-f]{8,64}", "the SHA-256 of the certificate in hex, at least the first 8 digits"
)

CARD_NUMBER = Pattern("number", r"[0-9A-Z]{13}", "a card number has 13 digits or capital letters")
NAME_64 = Pattern("name", r"\S(.{0,62}\S)?", "a name of 1 to 64 characters, without blanks around it")

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def new_password(file: str | None) -> str:
    """A new password: the first line of `file` ("-": standard input), else asked for twice at a terminal."""
    if file is not None:
        with click.open_file(file, encoding="utf-8") as stream:
            password = stream.readline().rstrip("\r\n")
    elif at_a_terminal():
        password = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        raise click.UsageError(
            "nobody is there to be asked for the password: give --password-file FILE, or -"
        )
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        refuse(f"the password has {len(password)} characters; {MIN_PASSWORD} to {MAX_PASSWORD} are needed")
    return str(password)


password_file_option = click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Read the new password from the first line of a file (-: standard input) instead of asking.",
)
