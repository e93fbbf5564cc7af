"""The verifying workers: one process a core, each behind a socketpair, given work by least outstanding.

Knows processes and frames; refuses to know what an examination looks at. A worker that dies or hangs is
replaced, and what it had in hand is answered Unavailable: nothing was accepted, the sender sends again. A
worker hangs when it has work and answers nothing for a time, however long its queue is.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from gateway.frames import ExaminationFailed, Frames, decode, frame
from gateway.tools import Described
from gateway.worker import NOW
from messages.examine import Examined
from messages.faults import Unavailable

log = structlog.get_logger()

PATIENCE = 30.0  # seconds without an answer from a worker that has work
WATCH = 0.5  # seconds between two looks at them
AGAIN = 0.2  # seconds until a worker that ended is replaced
MOST_HELD = 64 * 1024 * 1024  # bytes of bodies in one worker's queue; the next one is refused
MESSAGE = 8 * 1024  # bytes that any message weighs at least: small ones cost by number


def lost() -> Examined:
    """What is said of a message whose worker did not answer."""
    return Examined(fault=Unavailable("the message could not be examined: send the same bytes again"))


def busy() -> Examined:
    """What is said of a message for which no queue has room."""
    return Examined(fault=Unavailable("the gateway is busy: send the same bytes again later"))


class _Link(Protocol):
    """The server's end of one worker."""

    transport: Any  # Twisted's interfaces are zope's, which mypy does not read

    def __init__(
        self, process: subprocess.Popen[bytes], ended: Callable[[_Link], None], clock: Callable[[], float]
    ) -> None:
        self.process = process
        self.retired = False
        self.held = 0  # bytes outstanding, each message at least MESSAGE
        self._outstanding: dict[int, tuple[Deferred[Examined], int]] = {}
        self._heard = 0.0  # when it answered last, or was given work while it had none
        self._clock = clock
        self._ended = ended
        self._frames = Frames()

    def give(self, number: int, body: bytes, now: datetime, weight: int) -> Deferred[Examined]:
        """Send a request; the Deferred fires with its result."""
        if not self._outstanding:
            self._heard = self._clock()
        deferred: Deferred[Examined] = Deferred()
        self._outstanding[number] = (deferred, weight)
        self.held += weight
        self.transport.write(frame(number, NOW.pack(now.timestamp()) + body))
        return deferred

    def silent(self) -> float:
        """Seconds that it has had work and answered nothing."""
        return self._clock() - self._heard if self._outstanding else 0.0

    def retire(self) -> None:
        """End it when it has answered what it has."""
        self.retired = True
        if not self._outstanding and self.transport is not None:
            self.transport.loseConnection()

    def end(self) -> None:
        """End it now."""
        if self.transport is not None:
            self.transport.abortConnection()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self._heard = self._clock()
        try:
            for number, payload in self._frames.feed(data):
                self._answered(number, payload)
        except ValueError as error:
            log.error("a verifying worker answers nonsense; it is replaced", error=str(error))
            self.end()
            return
        if self.retired:
            self.retire()

    def _answered(self, number: int, payload: bytes) -> None:
        found: Examined | ExaminationFailed
        try:
            found = decode(payload)
        except ExaminationFailed as error:
            found = error
        deferred, weight = self._outstanding.pop(number, (None, 0))
        self.held -= weight
        if deferred is None:
            return
        if isinstance(found, ExaminationFailed):
            deferred.errback(found)
        else:
            deferred.callback(found)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        self.process.kill()
        self._ended(self)
        waiting, self._outstanding = self._outstanding, {}
        for deferred, _ in waiting.values():
            deferred.callback(lost())


class Workers:
    """`count` processes that examine; reactor thread only."""

    def __init__(
        self,
        reactor: Any,
        described: Described,
        count: int,
        *,
        patience: float = PATIENCE,
        most_held: int = MOST_HELD,
    ) -> None:
        self._reactor = reactor
        self._described = described
        self.patience = patience
        self._most_held = most_held
        self._links: list[_Link] = []  # those that get work
        self._running: set[_Link] = set()  # and those that finish what they have
        self._number = 0
        self._stopped = False
        for _ in range(count):
            self._start()
        self._watching = reactor.callLater(WATCH, self._watch)

    @property
    def alive(self) -> int:
        """How many there are now."""
        return len(self._links)

    @property
    def processes(self) -> tuple[int, ...]:
        """Their process ids."""
        return tuple(link.process.pid for link in self._links)

    def examine(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """As `Examiner.examine`, by the worker with the least to do.

        Fails with ExaminationFailed where that would raise. Unavailable is in the result where no worker took
        it, or the one that did ended.
        """
        weight = max(len(body), MESSAGE)
        link = min(self._links, key=_held, default=None)
        if link is None or (link.held and link.held + weight > self._most_held):
            refused: Deferred[Examined] = Deferred()
            refused.callback(lost() if link is None else busy())
            return refused
        self._number += 1
        return link.give(self._number, body, now, weight)

    def restart(self) -> None:
        """New workers with the files as they are now; the old ones finish what they have."""
        old, self._links = self._links, []
        for link in old:
            self._start()
            link.retire()

    def stop(self) -> None:
        """End them."""
        self._stopped = True
        if self._watching.active():
            self._watching.cancel()
        for link in tuple(self._running):
            link.end()

    def _watch(self) -> None:
        for link in tuple(self._running):
            if link.silent() > self.patience:
                log.error("a verifying worker does not answer; it is replaced", pid=link.process.pid)
                link.end()
        self._watching = self._reactor.callLater(WATCH, self._watch)

    def _start(self) -> None:
        if self._stopped:
            return
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            descriptor = str(theirs.fileno())
            command = [
                sys.executable,
                "-m",
                "gateway.worker",
                descriptor,
                json.dumps(asdict(self._described)),
            ]
            process = subprocess.Popen(  # noqa: S603 - this interpreter, this project's module
                command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL
            )
            link = _Link(process, self._gone, self._reactor.seconds)
            self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, _Single(link))
        self._links.append(link)
        self._running.add(link)

    def _gone(self, link: _Link) -> None:
        self._reactor.callInThread(link.process.wait)
        self._running.discard(link)
        if link in self._links:
            self._links.remove(link)
            if not self._stopped:
                log.warning("a verifying worker ended; another is started", pid=link.process.pid)
                self._reactor.callLater(AGAIN, self._start)


def _held(link: _Link) -> int:
    return link.held


class _Single:
    """The factory that adoptStreamConnection asks for one protocol."""

    def __init__(self, link: _Link) -> None:
        self._link = link

    def doStart(self) -> None: ...  # noqa: N802

    def doStop(self) -> None: ...  # noqa: N802

    def buildProtocol(self, _address: object) -> _Link:  # noqa: N802
        return self._link
