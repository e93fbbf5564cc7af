"""The warm process: whatever a session imports is imported here once, and every session is a fork of it.

Knows how a fork is asked for, ended and reported; refuses to know SSH, and what a session is about: the
Visit goes past it, through a pipe of its own. It has one thread and no database or PKCS#11 module, and is
asked over one socket pair, which it was born with: nobody else can. When the host is gone, so are all
sessions and then the server.

One message is one JSON object. To it: {"start": number, "environment": {…}} with two descriptors, the
terminal and the pipe; {"end": number} (SIGHUP, then SIGKILL). From it: {"ready": pid}, {"started": number,
"pid": …}, {"failed": number, "why": …}, {"ended": number, "status": …} or {"ended": number, "signal": …}.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import structlog

from terminals.host import logs
from terminals.host.child import Application, Bounds, become

MESSAGE = 64 * 1024  # bytes
_WAKE = 512

log = structlog.get_logger("terminals.host.forkserver")


class NotWarm(Exception):
    """The application cannot be loaded, or left behind what no fork may inherit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server is started with: its only argument, as JSON."""

    application: str  # module:function
    bounds: Bounds
    grace: float  # seconds from SIGHUP to SIGKILL
    level: str = "info"  # of the log

    def to_text(self) -> str:
        """For the command line: there is no secret in it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Plan:
        """What `to_text` made."""
        values: dict[str, Any] = json.loads(text)
        return cls(**{**values, "bounds": Bounds(**values["bounds"])})


def send(line: socket.socket, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
    """Put one message on the line. Raises OSError, ValueError for one that is too long."""
    data = json.dumps(message).encode()
    if len(data) > MESSAGE:
        raise ValueError("the message is too long for the fork server")
    socket.send_fds(line, [data], list(descriptors))


def receive(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message and its descriptors; None when the other side is gone. Raises OSError."""
    data, descriptors, _, _ = socket.recv_fds(line, MESSAGE, 2)
    if not data:
        return None
    message: dict[str, Any] = json.loads(data)
    return message, descriptors


def warm(name: str) -> Application:
    """The application `module:function`, tried out by its module's `warm`. Raises NotWarm."""
    module_name, _, function = name.partition(":")
    try:
        module = importlib.import_module(module_name)
        application: Application = getattr(module, function)
        getattr(module, "warm", lambda: None)()
    except Exception as error:
        raise NotWarm(f"{name} cannot be loaded: {error}") from error
    left = [each.name for each in threading.enumerate() if each is not threading.main_thread()]
    if left:
        raise NotWarm(f"{name} left threads behind, which no fork can inherit: {', '.join(left)}")
    gc.collect()
    gc.freeze()  # what is here stays: a collection in a fork would copy every page of it
    return application


class ForkServer:
    """The server's one loop."""

    def __init__(self, line: socket.socket, plan: Plan) -> None:
        self._line = line
        self._plan = plan
        self._application = warm(plan.application)
        self._sessions: dict[str, int] = {}  # number → pid
        self._deadlines: dict[str, float] = {}  # number → when it is killed
        self._ending = self._told_to_end = False
        self._selector = selectors.DefaultSelector()
        self._awake, self._alarm = os.pipe()

    def serve(self) -> None:
        """Fork until the host or a SIGTERM says that it is over, and every session has ended."""
        for end in (self._awake, self._alarm):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._alarm, warn_on_full_buffer=False)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the host ignores it: a fork must not, not for a moment
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._asked_to_end)
        self._selector.register(self._awake, selectors.EVENT_READ, self._reap)
        self._selector.register(self._line, selectors.EVENT_READ, self._hear)
        self._say(ready=os.getpid())
        while self._sessions or not self._ending:
            for key, _ in self._selector.select(self._patience()):
                key.data()
            if self._told_to_end:
                self._end_all()
            self._kill_the_late()

    def _asked_to_end(self, _number: int, _frame: object) -> None:
        self._told_to_end = True  # the loop wakes by the signal, and does the rest

    def _patience(self) -> float | None:
        if not self._deadlines:
            return None
        return max(0.0, min(self._deadlines.values()) - time.monotonic())

    def _hear(self) -> None:
        try:
            heard = receive(self._line)
        except OSError:
            heard = None
        if heard is None:
            self._end_all()
            return
        message, descriptors = heard
        try:
            if "start" in message:
                self._start(str(message["start"]), message["environment"], *descriptors)
            else:
                self._end(str(message["end"]))
        finally:
            for each in descriptors:
                os.close(each)

    def _start(self, number: str, environment: Mapping[str, str], terminal: int, pipe: int) -> None:
        if self._ending:
            return
        try:
            pid = os.fork()
        except OSError as error:
            log.error("no fork", session=number, error=str(error))
            self._say(failed=number, why=error.strerror)
            return
        if pid == 0:
            become(number, self._application, self._plan.bounds, terminal, pipe, environment)
        self._sessions[number] = pid
        self._say(started=number, pid=pid)

    def _end(self, number: str) -> None:
        pid = self._sessions.get(number)
        if pid is None or number in self._deadlines:
            return
        self._deadlines[number] = time.monotonic() + self._plan.grace
        _signal(pid, signal.SIGHUP)

    def _end_all(self) -> None:
        if not self._ending:
            self._ending = True
            self._selector.unregister(self._line)
        for number in self._sessions:
            self._end(number)

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for number, deadline in list(self._deadlines.items()):
            if deadline <= now:
                log.warning("a session that did not end was killed", session=number)
                _signal(self._sessions[number], signal.SIGKILL)
                self._deadlines[number] = now + self._plan.grace

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._awake, _WAKE)
        for number, pid in list(self._sessions.items()):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                continue
            _signal(pid, signal.SIGKILL)  # what it started and left behind, while the number is still its own
            _, status = os.waitpid(pid, 0)
            del self._sessions[number]
            self._deadlines.pop(number, None)
            if os.WIFSIGNALED(status):
                self._say(ended=number, signal=os.WTERMSIG(status))
            else:
                self._say(ended=number, status=os.WEXITSTATUS(status))

    def _say(self, **message: object) -> None:
        with suppress(OSError):  # nobody listens any more: the loop notices that by itself
            send(self._line, message)


def _signal(pid: int, number: int) -> None:
    """To the session's process group, and to the process itself while it has none yet."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
        return
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def main() -> int:
    """`python -m terminals.host.forkserver PLAN DESCRIPTOR`, started by the host; the exit code."""
    plan, line = Plan.from_text(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    logs.configure(plan.level)
    try:
        server = ForkServer(line, plan)
    except NotWarm as error:
        log.error("the fork server cannot start", error=str(error), exc_info=error.__cause__)
        return 1
    server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
