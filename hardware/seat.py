"""That a card is still the one which was looked at, and that PKCS#11 looks at the same one.

Knows pcscd's count of insertions, and when OpenSC must begin anew; refuses to know what the card is for.

A PIN must reach no card but its own, and OpenSC alone doesn't see to that: its session goes on with whatever
card is in the reader after pcscd was restarted, and after the card was changed and another program has reset
the new one (both tried). So before each PIN the seat is checked, in PC/SC and not through OpenSC.
"""

from __future__ import annotations

import time
from typing import Self

from hardware.pcsc import Context, Reader
from hardware.pkcs11 import Module
from hardware.signer import CardMissing, ServiceDown

_services: dict[Module, Context] = {}
"""For each module, a connection to the pcscd that it was initialised with: it is dead when that pcscd is."""


def refresh(module: Module) -> None:
    """Have `module` begin anew if pcscd is another one than last time; sessions from before are lost then.

    Raises ServiceDown, ModuleMissing.
    """
    with module.lock:
        known = _services.get(module)
        if known is not None:
            try:
                known.look()
                return
            except ServiceDown:
                known.close()
                del _services[module]
        context = Context()
        try:
            module.renew()
        except BaseException:
            context.close()
            raise
        _services[module] = context


class Seat:
    """The card that is in a reader now. Raises CardMissing when there is none, ReaderGone, ServiceDown."""

    def __init__(self, reader: str) -> None:
        self.reader = reader
        self._context = Context()
        try:
            self._then = self._context.state(reader)
            self._same(self._then)
        except BaseException:
            self._context.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Watch it no longer."""
        self._context.close()

    def check(self) -> None:
        """Return when the same card has been in the reader all the time.

        Raises CardMissing also when another one, or the same one again, is there by now; ReaderGone;
        ServiceDown, also when pcscd was restarted meanwhile.
        """
        self._same(self._context.state(self.reader))

    def settle(self, seconds: float) -> None:
        """As `check`, after giving pcscd so many seconds to notice what a command has run into."""
        end = time.monotonic() + seconds
        now = self._context.state(self.reader)
        while now.present and now.changes == self._then.changes and (left := end - time.monotonic()) > 0:
            now = self._context.wait_in(now, left)
        self._same(now)

    def _same(self, now: Reader) -> None:
        if not now.present or now.changes != self._then.changes:
            raise CardMissing(readers=self.reader)
