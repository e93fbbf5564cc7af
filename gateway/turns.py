"""Examination in turns: everything that arrived in one turn of the reactor, one message after another.

One message a time from socket to database runs the code of TLS, HTTP, XML and cryptography in turn through
caches that hold only one of them; the same work stage by stage is half as much again faster (measured, see
docs/performance.md). Nothing waits for company: a turn takes what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from twisted.internet.defer import Deferred

from gateway.services import Reactor
from messages.examine import Examined

MOST_BYTES = 1_000_000  # of bodies in one turn, beyond the first: other connections wait while it lasts

Examine = Callable[[Sequence[tuple[bytes, datetime]]], "Sequence[Examined | Exception]"]
Waiting = tuple[bytes, datetime, Deferred[Examined]]


class Turns:
    """`Examiner.examine_all`, put off to the end of the reactor's turn."""

    def __init__(self, reactor: Reactor, examine: Examine) -> None:
        self._reactor = reactor
        self._examine = examine
        self._waiting: list[Waiting] = []

    def __call__(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """The examination's result, at the end of this turn."""
        deferred: Deferred[Examined] = Deferred()
        if not self._waiting:
            self._reactor.callLater(0, self._turn)
        self._waiting.append((body, now, deferred))
        return deferred

    def _turn(self) -> None:
        waiting, size, count = self._waiting, 0, 0
        while count < len(waiting) and size <= MOST_BYTES:
            size += len(waiting[count][0])
            count += 1
        now, self._waiting = waiting[:count], waiting[count:]
        if self._waiting:
            self._reactor.callLater(0, self._turn)
        examined = self._examine([(body, at) for body, at, _ in now])
        for (_, _, deferred), found in zip(now, examined, strict=True):
            if isinstance(found, Exception):
                deferred.errback(found)
            else:
                deferred.callback(found)
