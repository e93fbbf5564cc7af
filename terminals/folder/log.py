"""What a folder tells of its work: JSON lines for programs, sentences for who sits before a terminal.

Knows that the same complaint again and again is one complaint; refuses to know what anybody does about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from terminals.folder.sending import Told

REPEATED = frozenset({"waiting", "no-answer", "no-receipts", "signer-away"})
QUIET = 60.0  # seconds for which the same complaint is not repeated
_WARNINGS = frozenset({"refused", "unfit", "unproven", "left-alone", *REPEATED})
_PLAIN = frozenset({"accepted", "receipt", "message", "started", "stopped"})  # whose values say it all


class Log:
    """Writes what is told; `say` prints a sentence for people, and is None where nobody sits there."""

    def __init__(
        self, say: Callable[[str], None] | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._clock = clock
        self._log = structlog.get_logger()
        self._last: dict[str, float] = {}

    def tell(self, told: Told) -> None:
        """Write it, unless it was just said."""
        if told.event in REPEATED and not self._due(told.event):
            return
        if told.event not in REPEATED and told.event in ("accepted", "receipt", "started"):
            self._last.clear()  # it works again: the next complaint is news
        if self._say is not None:
            if told.words:
                self._say(told.words)
            return
        write = self._log.error if told.end == "fatal" else self._log.info
        if told.event in _WARNINGS:
            write = self._log.warning
        values = dict(told.values)
        if told.words and told.event not in _PLAIN:
            values["words"] = told.words
        write(told.event, **values)

    def _due(self, event: str) -> bool:
        now = self._clock()
        if now - self._last.get(event, -QUIET) < QUIET:
            return False
        self._last[event] = now
        return True
