"""How a session ends that nobody has ended: the line is gone (SIGHUP), or it is told to go (SIGTERM).

Knows that the screen's thread may be stuck just then, writing to a terminal that reads no more: after a while
what was typed is kept from the signal's handler, and the process is gone. Refuses to know what is kept.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType

import structlog

PATIENCE = 2.0  # seconds for an end in order; an SSH host kills after five
HUNG_UP = 129  # exit status, as a shell tells of SIGHUP

log = structlog.get_logger("terminals.tui.ends")


class Ends:
    """Catches the signals of one session, from `watch` to `close`."""

    def __init__(self, leave: Callable[[], None], keep: Callable[[], None]) -> None:
        """`leave` ends the application in order, in its loop; `keep` only writes what was typed."""
        self._leave = leave
        self._keep = keep
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = False

    def watch(self) -> None:
        """Begin; called in the loop, in the main thread."""
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._asked)
        signal.signal(signal.SIGALRM, self._stuck)

    def close(self) -> None:
        """The application has ended."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def _asked(self, number: int, _: FrameType | None) -> None:
        if self._told:
            return
        self._told = True
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._leave)

    def _stuck(self, number: int, _: FrameType | None) -> None:
        """The loop does not come round: keep what was typed, here and now, and be gone."""
        try:
            self._keep()
            log.warning("ended while the screen was stuck")
        finally:
            os._exit(HUNG_UP)
