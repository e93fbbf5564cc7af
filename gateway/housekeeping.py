"""What a gateway looks after beside its messages: small tasks, each again and again at its own pace.

Knows when each is due, that one which fails is told in the log and comes again, and that none runs beside
itself; refuses to know what any of them does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import LoopingCall

log = structlog.get_logger()

Task = Callable[[], "Deferred[Any] | None"]


class Housekeeping:
    """The tasks of one gateway. Reactor thread only."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._loops: list[tuple[LoopingCall, float]] = []

    def every(self, seconds: float, task: Task, failed: str) -> None:
        """Do `task` at the start, and `seconds` after it has begun again; `failed` says what went wrong."""

        def once() -> Deferred[Any]:
            return maybeDeferred(task).addErrback(_complain, failed)

        loop = LoopingCall(once)
        loop.clock = self._reactor
        self._loops.append((loop, seconds))

    def start(self) -> None:
        """Do all of them now, in the order in which they were given, and go on."""
        for loop, seconds in self._loops:
            loop.start(seconds, now=True)

    def stop(self) -> None:
        """Begin none any more; what is under way ends by itself."""
        for loop, _ in self._loops:
            if loop.running:
                loop.stop()


def _complain(failure: Any, what: str) -> None:
    log.error(what, error=failure.getErrorMessage())
