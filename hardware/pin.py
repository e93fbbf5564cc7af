"""Asking for a PIN, as often as is wise (密码).

Knows the rule for tries that cards and Ikeys share; refuses to know devices, and keeps no PIN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hardware.signer import AskPin, PinCancelled, PinRequest, WrongPin

ATTEMPTS = 2
"""Wrong PINs in one go; after two, the manual advises to leave and start again. Three lock the card."""

_T = TypeVar("_T")


def verified(ask: AskPin, request: PinRequest, present: Callable[[str], _T]) -> _T:
    """What `present` returns for the PIN that `ask` gives; after a wrong one it is asked again.

    The last try is never spent on such a second question. Raises PinCancelled when there was no PIN at all,
    WrongPin when none follows a wrong one (a PIN from a file is given once), and what `present` raises.
    """
    wrong: WrongPin | None = None
    for _ in range(ATTEMPTS):
        pin = ask(request)
        if pin is None:
            raise wrong or PinCancelled()
        try:
            return present(pin)
        except WrongPin as error:
            wrong = error
        tries = wrong.values.get("tries")
        if tries == 1:
            break
        request = replace(request, tries=tries if isinstance(tries, int) else None, again=True)
    assert wrong is not None
    raise wrong
