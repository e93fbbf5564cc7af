"""How a PIN is asked for: typed where nobody sees it, or read from a file once.

Knows what its holder is told before he types, and when a PIN in a file is better not tried; refuses to keep
a PIN, to show one, and to know what becomes of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from hardware.signer import Found, PinRequest, WrongPin
from terminals.language import say
from terminals.profile import Profile

FULL = 3
"""Tries that a fresh card has. With fewer left somebody was wrong before: perhaps this very file."""

Tell = Callable[[str], None]


class Pins:
    """Answers the questions of one command's device; `purpose` says what the next signature is for."""

    def __init__(self, profile: Profile, lang: str, tell: Tell) -> None:
        self.purpose = ""
        self._profile = profile
        self._lang = lang
        self._tell = tell

    def ask(self, request: PinRequest) -> str | None:
        """The PIN, or None: cancelled, nobody there, or the one in the file was wrong.

        A wrong PIN in a file is never given twice, also not by the next command: the device says that its
        tries are fewer then.
        """
        if self._profile.get("pin_file"):
            return self._from_file(request)
        if request.again:
            self._tell(WrongPin(tries=request.tries).told(self._lang))
        if not sys.stdin.isatty():
            self._tell(say(self._lang, "pin-nobody"))
            return None
        return self._typed(request)

    def _from_file(self, request: PinRequest) -> str | None:
        if request.again:
            return None
        if request.tries is not None and request.tries < FULL:
            self._tell(say(self._lang, "pin-spared", device=shown(request), tries=request.tries))
            return None
        return self._profile.secret("pin").reveal() or None

    def _typed(self, request: PinRequest) -> str | None:
        tries = "" if request.tries is None else say(self._lang, "pin-tries", tries=request.tries)
        purpose = ""
        if request.signature and self.purpose:
            purpose = say(self._lang, "pin-purpose", what=self.purpose)
        text = say(self._lang, "pin-prompt", device=shown(request), tries=tries, purpose=purpose)
        try:
            typed = click.prompt(text, default="", show_default=False, hide_input=True, err=True)
        except click.Abort:  # Ctrl+C and Ctrl+D: what was signed before is still told of
            click.echo(err=True)
            return None
        return str(typed) or None


def shown(device: PinRequest | Found) -> str:
    """The device, as its holder knows it."""
    return " ".join(part for part in (device.label, device.serial) if part)
