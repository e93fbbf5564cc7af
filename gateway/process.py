"""A gateway as a process: signals, the lock of its home, what systemd is told.

Knows how a process begins and ends in order; refuses to know what a gateway is made of.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from gateway.settings import Settings

log = structlog.get_logger()


class AlreadyRunning(Exception):
    """Another process serves this home."""


def serve(settings: Settings, *, sandbox: bool = False) -> None:
    """Run a gateway until SIGTERM or SIGINT. Raises AlreadyRunning, TlsUnusable, OSError."""
    from twisted.internet import reactor as installed

    from gateway.app import Gateway

    reactor: Any = installed
    lock = hold(settings.home / "gateway.lock")
    gateway = Gateway(reactor, settings, sandbox=sandbox)
    gateway.start()
    reactor.addSystemEventTrigger("before", "shutdown", lambda: gateway.stop().addErrback(_abandon))
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(gateway.reload))
    # In this order: once it says that it serves, it may be told to stop.
    reactor.callWhenRunning(_end_once, reactor)
    reactor.callWhenRunning(gateway.announce)
    reactor.run()
    os.close(lock)


def hold(file: Path) -> int:
    """Lock `file`; the lock ends with the process, however that ends. Raises AlreadyRunning."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise AlreadyRunning(f"another process serves {file.parent}: stop it first") from None
    return descriptor


def notify(state: str) -> None:
    """Tell systemd, or whoever started the gateway in its manner (sd_notify)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # Whoever started it may have stopped listening: that is no reason to fail.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
        service.connect("\0" + address[1:] if address.startswith("@") else address)
        service.sendall(state.encode())


def _end_once(reactor: Any) -> None:
    """SIGTERM and SIGINT stop the reactor; a second one, from an impatient hand, changes nothing."""

    def asked_to_end(_number: int, _frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)  # holds to the interpreter's very end, unlike a handler
        reactor.callFromThread(reactor.stop)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked_to_end)


def _abandon(failure: Any) -> None:
    """The stop itself failed: say so and end. What was answered is durable; the next start goes on."""
    log.error("the gateway could not stop in order", failure=failure.getTraceback())
    os._exit(1)
