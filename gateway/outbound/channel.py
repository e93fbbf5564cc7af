"""What carries a notice (渠道): e-mail now, short messages perhaps, by one small interface.

Knows what a channel is asked and the two ways in which it may fail; refuses to know any channel.
"""

from __future__ import annotations

from typing import Protocol

from twisted.internet.defer import Deferred

from storage.notices import Notice


class RefusedForGood(Exception):
    """The address, or the notice itself, will never be taken: it is not tried again."""


class NotNow(Exception):
    """It was not taken, or nobody knows whether it was: it is tried again, under the same name."""


class Outbound(Protocol):
    """One way to the outside."""

    name: str
    """Of the channel, as it is stored with a notice."""

    def accepts(self, address: str) -> bool:
        """Whether `address` is one that this channel could ever reach."""
        ...

    def send(self, notice: Notice) -> Deferred[None]:
        """Fires when the other side has taken it. Fails with RefusedForGood or NotNow."""
        ...

    def stop(self) -> None:
        """Break off what is under way: it fails with NotNow."""
        ...
