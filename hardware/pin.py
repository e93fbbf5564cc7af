"""PINs (密码): what may be wrong with one, and asking for it as often as is wise.

Knows the rule for tries that cards and Ikeys share; refuses to know devices, and keeps no PIN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hardware.signer import AskPin, PinCancelled, PinRequest, PinUnusable, WrongPin

ATTEMPTS = 2
"""Wrong PINs in one go; after two, the manual advises to leave and start again. Three lock the card."""

_T = TypeVar("_T")


def written(pin: str) -> str:
    """A PIN that can be written in UTF-8, as PKCS#11 has it. Raises PinCharacters.

    Looked at beforehand: the error that encoding it would raise carries the PIN along.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in pin):  # bytes of another encoding (PEP 383)
        raise PinCharacters
    return pin


class PinLength(PinUnusable):
    """It is too short or too long for the device."""

    sentence = ("the PIN is too short or too long", "密码过短或过长")


class PinCharacters(PinUnusable):
    """It has characters that the device does not take."""

    sentence = ("the PIN has characters that the device does not take", "密码含有设备不支持的字符")


class PinTooEasy(PinUnusable):
    """The device takes no new PIN like it."""

    sentence = ("the device finds the PIN too easy to guess", "密码过于简单，设备不予接受")


class PinExpired(PinUnusable):
    """It must be changed before it counts."""

    sentence = ("the PIN has expired: change it first", "密码已过期：请先修改")


class PinNeverSet(PinUnusable):
    """The device was initialised, but its holder has no PIN."""

    sentence = ("no PIN was ever set: the card office does that", "尚未设置密码：请联系制卡中心")


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
