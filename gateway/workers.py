"""The verifying workers: one process a core, each behind a socketpair, given work by least outstanding.

Knows processes and frames; refuses to know what an examination looks at. A worker that dies or hangs is
replaced, and what it had in hand is answered 3001: nothing was accepted, the sender sends again.
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

from gateway.frames import Frames, decode, frame
from gateway.services import Timer
from gateway.tools import Described
from gateway.worker import NOW
from messages.examine import Examined
from messages.faults import Unavailable

log = structlog.get_logger()

PATIENCE = 30.0  # seconds for one examination, queueing included


def lost() -> Examined:
    """What is said of a message whose worker did not answer."""
    return Examined(fault=Unavailable("the message could not be examined: send the same bytes again"))


class _Link(Protocol):
    """The server's end of one worker."""

    transport: Any  # Twisted's interfaces are zope's, which mypy does not read

    def __init__(self, process: subprocess.Popen[bytes], ended: Callable[[_Link], None]) -> None:
        self.process = process
        self.outstanding: dict[int, tuple[Deferred[Examined], Timer]] = {}
        self._ended = ended
        self._frames = Frames()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        for number, payload in self._frames.feed(data):
            waiting = self.outstanding.pop(number, None)
            if waiting is not None:
                waiting[1].cancel()
                waiting[0].callback(decode(payload))

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        self.process.kill()
        self._ended(self)
        waiting, self.outstanding = self.outstanding, {}
        for deferred, timer in waiting.values():
            if timer.active():
                timer.cancel()
            deferred.callback(lost())


class Workers:
    """`count` processes that examine; reactor thread only."""

    def __init__(self, reactor: Any, described: Described, count: int) -> None:
        self._reactor = reactor
        self._described = described
        self._links: list[_Link] = []
        self._number = 0
        self._stopped = False
        for _ in range(count):
            self._start()

    @property
    def alive(self) -> int:
        """How many there are now."""
        return len(self._links)

    def examine(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """As `Examiner.examine`, by the worker with the least to do."""
        deferred: Deferred[Examined] = Deferred()
        if not self._links:
            deferred.callback(lost())
            return deferred
        link = min(self._links, key=lambda each: len(each.outstanding))
        self._number += 1
        timer = self._reactor.callLater(PATIENCE, self._hung, link)
        link.outstanding[self._number] = (deferred, timer)
        link.transport.write(frame(self._number, NOW.pack(now.timestamp()) + body))
        return deferred

    def restart(self) -> None:
        """New workers with the files as they are now; the old ones finish what they have."""
        old, self._links = self._links, []
        for link in old:
            self._start()
            self._retire(link)

    def stop(self) -> None:
        """End them."""
        self._stopped = True
        for link in self._links:
            if link.transport is not None:
                link.transport.loseConnection()

    def _retire(self, link: _Link) -> None:
        if link.outstanding:
            self._reactor.callLater(0.1, self._retire, link)
        elif link.transport is not None:
            link.transport.loseConnection()

    def _hung(self, link: _Link) -> None:
        log.error("a verifying worker does not answer; it is replaced", pid=link.process.pid)
        if link.transport is not None:
            link.transport.abortConnection()

    def _start(self) -> None:
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
            link = _Link(process, self._gone)
            self._reactor.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, _Single(link))
        self._links.append(link)

    def _gone(self, link: _Link) -> None:
        self._reactor.callInThread(link.process.wait)
        if link in self._links:
            self._links.remove(link)
            if not self._stopped:
                log.warning("a verifying worker ended; another is started", pid=link.process.pid)
                self._reactor.callLater(0.2, self._start)


class _Single:
    """The factory that adoptStreamConnection asks for one protocol."""

    def __init__(self, link: _Link) -> None:
        self._link = link

    def doStart(self) -> None: ...  # noqa: N802

    def doStop(self) -> None: ...  # noqa: N802

    def buildProtocol(self, _address: object) -> _Link:  # noqa: N802
        return self._link
