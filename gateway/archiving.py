"""Archiving by itself (定时归档): once a day the gateway starts its own `archive run`, beside itself.

Knows when, and what is logged of it; refuses to know how anything is archived. A process of its own, because
packing computes for minutes: it gives way to the gateway, and whatever happens to it happens to it alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

import structlog
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.threads import deferToThreadPool

from gateway import metrics
from gateway.services import Clock
from gateway.settings import Retention

log = structlog.get_logger("gateway.archiving")

NICE = 10  # how far it gives way to the gateway
_PROGRAM = f"import os; os.nice({NICE}); from gateway.cli import main; main()"


class Archiving:
    """Reactor thread only, but for the wait for the process."""

    def __init__(self, reactor: Any, home: Path, settings: Retention, clock: Clock) -> None:
        self._reactor = reactor
        self._home = home
        self._settings = settings
        self._clock = clock
        self._begun: date | None = None  # the day of the last run
        self._process: subprocess.Popen[str] | None = None
        self._stopped = threading.Event()

    def look(self) -> Deferred[None]:
        """Archive when it is time; fires when that is done, or at once."""
        looked: Deferred[None] = self._look()
        return looked

    def stop(self) -> None:
        """End the process: what it was at, the next run does."""
        self._stopped.set()
        if self._process is not None:
            self._process.terminate()

    @inlineCallbacks
    def _look(self) -> Any:
        now = self._clock()
        wanted = self._settings.messages_days or self._settings.receipts_days
        if (
            not wanted
            or self._stopped.is_set()
            or now.hour != self._settings.hour
            or now.date() == self._begun
        ):
            return
        self._begun = now.date()
        pool = self._reactor.getThreadPool()
        code, told = yield deferToThreadPool(self._reactor, pool, self._run)
        if self._stopped.is_set():
            return
        metrics.ARCHIVING.labels("done" if code == 0 else "failed").inc()
        (log.info if code == 0 else log.error)("archived" if code == 0 else "archiving failed", told=told)

    def _run(self) -> tuple[int, str]:
        """The exit code and the words of `archive run`."""
        environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
        with subprocess.Popen(  # noqa: S603 - the program is this one
            [sys.executable, "-c", _PROGRAM, "archive", "run", "--home", str(self._home)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            self._process = process
            if self._stopped.is_set():
                process.terminate()
            told, _ = process.communicate()
            self._process = None
        return process.returncode, told.strip()
