"""How a PIN is asked for: typed where nobody sees it, or read from a file once.

Knows what its holder is told before he types, and when a PIN in a file is better not tried; refuses to keep
a PIN, to show one, and to know what becomes of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import click

from hardware.signer import Found, PinRequest, WrongPin
from terminals.language import say
from terminals.profile import Profile

FULL = 3
"""Tries that a fresh card has. With fewer left somebody was wrong before: perhaps this very file."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a command speaks with whoever sits there."""

    lang: str
    tell: Callable[[str], None]  # prints a line to standard error
    ask: Callable[[str], str]  # asks with this prompt, and shows nothing of the answer; click.Abort

    def note(self, key: str, /, **values: object) -> None:
        """Print a sentence to standard error."""
        self.tell(say(self.lang, key, **values))


class Pins:
    """Answers the questions of one command's device; `purpose` says what the next signature is for."""

    def __init__(self, profile: Profile, voice: Voice) -> None:
        self.purpose = ""
        self._profile = profile
        self._voice = voice

    def ask(self, request: PinRequest) -> str | None:
        """The PIN, or None: cancelled, nobody there, or the one in the file was wrong.

        A wrong PIN in a file is never given twice, also not by the next command: the device says that its
        tries are fewer then.
        """
        if self._profile.get("pin_file"):
            return self._from_file(request)
        if request.again:
            self._voice.tell(WrongPin(tries=request.tries).told(self._voice.lang))
        if not sys.stdin.isatty():
            self._voice.note("pin-nobody")
            return None
        return self._typed(request)

    def _from_file(self, request: PinRequest) -> str | None:
        if request.again:
            return None
        if request.missed and request.tries is None:  # an Ikey, which seldom says how many are left
            self._voice.note("pin-missed", device=shown(request))
            return None
        if request.tries is not None and request.tries < FULL:
            self._voice.note("pin-spared", device=shown(request), tries=request.tries)
            return None
        return self._profile.secret("pin").reveal() or None

    def _typed(self, request: PinRequest) -> str | None:
        lang = self._voice.lang
        tries = "" if request.tries is None else say(lang, "pin-tries", tries=request.tries)
        purpose = ""
        if request.signature and self.purpose:
            purpose = say(lang, "pin-purpose", what=self.purpose)
        try:
            typed = self._voice.ask(
                say(lang, "pin-prompt", device=shown(request), tries=tries, purpose=purpose)
            )
        except click.Abort:  # Ctrl+C and Ctrl+D: what was signed before is still told of
            self._voice.tell("")
            return None
        return typed or None


def shown(device: PinRequest | Found) -> str:
    """The device, as its holder knows it."""
    return " ".join(part for part in (device.label, device.serial) if part)
