"""The host's end of the fork server: it is started, asked for sessions, and started again when it dies.

Knows the server's process and its messages; refuses to know what a session is. Reactor thread only.
"""

# ruff: noqa: N802 - Twisted's own names are camelCase

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from terminals.host.forkserver import Plan, receive, send

PATIENCE = 60.0  # seconds that the application may take to be warm
_FIRST, _LONGEST = 1.0, 60.0  # seconds between two starts of a server that does not stay
_PIPE = 60 * 1024  # bytes that a pipe takes without anybody reading
_KEPT = ("PATH", "HOME", "TMPDIR", "TZ", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
_OWN = {"PYTHONUTF8": "1", "TEXTUAL_DISABLE_KITTY_KEY": "1"}  # input methods need the keys as they are

log = structlog.get_logger("terminals.host.forks")


class NotReady(Exception):
    """No session can be started now: the server is not warm, or its line is full."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session's process ended: with a status, or by a signal; with neither, it never was."""

    status: int | None = None
    signal: int | None = None


@dataclass(slots=True)
class _Session:
    started: Callable[[int], None]
    ended: Callable[[Ended], None]
    pidfd: int = -1


class Forks:
    """One fork server at a time, and the sessions that it runs."""

    def __init__(self, reactor: Any, plan: Plan) -> None:
        self._reactor = reactor
        self._plan = plan
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._warm = False
        self._warmed: Deferred[None] | None = None
        self._stopped: Deferred[None] | None = None
        self._sessions: dict[str, _Session] = {}
        self._again: Any = None  # the delayed call of the next start
        self._late: Any = None
        self._wait = _FIRST
        self._began = 0.0

    @property
    def pid(self) -> int:
        """The server's process, 0 when there is none."""
        return self._process.pid if self._process else 0

    def start(self) -> Deferred[None]:
        """Start the server; fires when it is warm, fails with NotReady when it cannot be."""
        self._warmed = Deferred()
        self._spawn()
        return self._warmed

    def open(
        self,
        number: str,
        terminal: int,
        visit: bytes,
        environment: Mapping[str, str],
        started: Callable[[int], None],
        ended: Callable[[Ended], None],
    ) -> None:
        """Start session `number` on the terminal. Raises NotReady.

        `started` is called with the process's number, if there comes to be one; `ended` once, at its end.
        """
        if self._line is None or not self._warm or len(visit) > _PIPE:
            raise NotReady("the fork server is not ready" if not self._warm else "the visit is too long")
        own = {name: value for name in ("PATH", "TZ") if (value := os.environ.get(name))}
        reading, writing = os.pipe()
        try:
            os.write(writing, visit)
            send(self._line, {"start": number, "environment": own | dict(environment)}, (terminal, reading))
        except (OSError, ValueError) as error:
            raise NotReady(str(error)) from None
        finally:
            os.close(reading)
            os.close(writing)
        self._sessions[number] = _Session(started, ended)

    def end(self, number: str) -> None:
        """Ask the session to end; after the grace it is killed."""
        if self._line is not None and number in self._sessions:
            try:
                send(self._line, {"end": number})
            except OSError as error:
                log.warning("a session could not be told to end yet", session=number, error=str(error))
                self._reactor.callLater(1.0, self.end, number)

    def stop(self) -> Deferred[None]:
        """End every session and the server; fires when they are gone."""
        self._stopped = Deferred()
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._process is None:
            self._stopped.callback(None)
        else:
            self._process.terminate()
            late = self._reactor.callLater(3 * self._plan.grace + _FIRST, self._process.kill)
            self._stopped.addCallback(lambda _: late.cancel() if late.active() else None)
        return self._stopped

    # -- the line ----------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """For the reactor."""
        return -1 if self._line is None else self._line.fileno()

    def logPrefix(self) -> str:
        """For the reactor."""
        return "forks"

    def doRead(self) -> None:
        """Take what has come."""
        while self._line is not None:
            try:
                heard = receive(self._line)
            except BlockingIOError:
                return
            except OSError:
                heard = None
            if heard is None:
                self._lost()
                return
            self._take(heard[0])

    def connectionLost(self, reason: Failure) -> None:
        """The reactor has given the line up."""
        self._lost()

    def _take(self, message: Mapping[str, Any]) -> None:
        if "ready" in message:
            self._warm = True
            self._late.cancel()
            log.info("sessions can be started", pid=message["ready"])
            self._tell(None)
        elif "started" in message:
            session, pid = self._sessions[message["started"]], message["pid"]
            with suppress(OSError):  # it has ended already: the next message says so
                session.pidfd = os.pidfd_open(pid)
            session.started(pid)
        elif "failed" in message:
            log.error("a session could not be started", session=message["failed"], why=message["why"])
            self._over(message["failed"], Ended())
        else:
            self._over(message["ended"], Ended(message.get("status"), message.get("signal")))

    def _over(self, number: str, how: Ended) -> None:
        session = self._sessions.pop(number, None)
        if session is None:
            return
        if session.pidfd >= 0:
            os.close(session.pidfd)
        session.ended(how)

    def _tell(self, trouble: Exception | None) -> None:
        warmed, self._warmed = self._warmed, None
        if warmed is not None and trouble is None:
            warmed.callback(None)
        elif warmed is not None:
            warmed.errback(trouble)

    # -- the process -------------------------------------------------------------------------------------

    def _spawn(self) -> None:
        self._again = None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
        command = [sys.executable, "-P", "-m", "terminals.host.forkserver", self._plan.to_text()]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, str(theirs.fileno())],
            env=kept | _OWN,
            stdin=subprocess.DEVNULL,
            stdout=sys.__stderr__,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()
        self._line = ours
        self._began = self._reactor.seconds()
        self._late = self._reactor.callLater(PATIENCE, self._process.kill)
        self._reactor.addReader(self)

    def _lost(self) -> None:
        """The server is gone: the kernel has sent its sessions SIGHUP; those that stay are killed."""
        if self._line is None or self._process is None:
            return
        self._reactor.removeReader(self)
        self._line.close()
        self._line = None
        if self._late.active():
            self._late.cancel()
        was_warm, self._warm = self._warm, False
        self._process.kill()
        code = self._process.wait()
        self._process = None
        for number in list(self._sessions):
            self._orphan(number)
        if self._stopped is not None:
            self._stopped.callback(None)
            return
        log.error("the fork server has ended", code=code, warm=was_warm)
        if not was_warm and self._warmed is not None:
            self._tell(NotReady("the fork server could not be started; the log says why"))
            return
        lasted = self._reactor.seconds() - self._began
        self._wait = _FIRST if lasted > _LONGEST else min(self._wait * 2, _LONGEST)
        self._again = self._reactor.callLater(self._wait, self._spawn)

    def _orphan(self, number: str) -> None:
        pidfd = self._sessions[number].pidfd
        if pidfd >= 0:
            self._reactor.callLater(self._plan.grace, _kill, os.dup(pidfd))
        self._over(number, Ended(signal=signal.SIGHUP))


def _kill(pidfd: int) -> None:
    with suppress(OSError):
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
