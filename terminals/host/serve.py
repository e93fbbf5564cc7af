"""Running a terminal host: in the reactor until SIGTERM or SIGINT, announced once it can be told to stop.

Knows processes, signals and whom to tell; refuses to know what is served.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import structlog
from twisted.logger import ILogObserver, LogEvent, globalLogBeginner
from twisted.python.failure import Failure

from messages.signature.sign import Signer
from terminals.host import hostkeys, logs
from terminals.host.host import Clock, Host
from terminals.host.settings import Settings

log = structlog.get_logger("terminals.host")


def serve(
    settings: Settings,
    url: str,
    ca: Path,
    signer: Signer,
    say: Callable[[str], None],
    clock: Clock | None = None,
) -> int:
    """Serve until a signal; the exit code. `say` prints what a person at the console wants to know.

    `clock` tells idleness, silence and slowness; without it the reactor does.

    Raises Unusable.
    """
    from twisted.internet import reactor as installed

    reactor: Any = installed
    logs.configure(settings.log_level)
    globalLogBeginner.beginLoggingTo(
        [cast(ILogObserver, _observe)], discardBuffer=True, redirectStandardIO=False
    )
    host = Host(reactor, settings, url, ca, signer, clock)
    failed: list[Failure] = []

    def announce(_: object) -> None:
        hostkeys.write_known_hosts(settings.known_hosts, host.keys, host.number)
        keys = hostkeys.fingerprints(host.keys)
        log.info("serving", address=settings.listen, port=host.number, gateway=url, keys=keys)
        for key in keys:
            say(key)
        _notify("READY=1")

    def give_up(failure: Failure) -> None:
        log.error("the host cannot start", error=failure.getErrorMessage())
        failed.append(failure)
        with suppress(Exception):  # it is stopping already
            reactor.stop()

    def begin() -> None:
        _end_once(reactor)
        host.start().addCallback(announce).addErrback(give_up)

    def end() -> Any:
        _notify("STOPPING=1")
        return host.stop().addErrback(_abandon)

    reactor.addSystemEventTrigger("before", "shutdown", end)
    reactor.callWhenRunning(begin)
    reactor.run()
    return 1 if failed else 0


def _end_once(reactor: Any) -> None:
    """SIGTERM and SIGINT stop the reactor; a second one, from an impatient hand, changes nothing."""

    def asked_to_end(_number: int, _frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # holds to the interpreter's very end, unlike a handler
        reactor.callFromThread(reactor.stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of a console that is closed


def _abandon(failure: Failure) -> None:
    """The stop itself failed: say so and end; the sessions end with us."""
    log.error("the host could not stop in order", failure=failure.getTraceback())
    sys.stderr.flush()
    os._exit(1)


def _observe(event: LogEvent) -> None:
    """Of Twisted's and Conch's own events only failures: the others hold what passes through channels."""
    failure = event.get("log_failure")
    if failure is not None:
        log.error(
            "unexpected error", place=event.get("log_namespace", "twisted"),
            exc_info=(failure.type, failure.value, failure.getTracebackObject()),
        )  # fmt: skip


def _notify(state: str) -> None:
    """Tell systemd, or whoever started the host in its manner (sd_notify)."""
    name = os.environ.get("NOTIFY_SOCKET", "")
    if not name:
        return
    # Whoever started it may have stopped listening: that is no reason to fail.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.connect("\0" + name[1:] if name.startswith("@") else name)
        service.sendall(state.encode())
