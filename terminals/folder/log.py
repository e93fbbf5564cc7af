"""What a folder tells of its work: JSON lines for programs, sentences for who sits before a terminal.

Knows that the same complaint again and again is one complaint; refuses to know what anybody does about it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

from terminals.folder.sending import Told

REPEATED = frozenset({"waiting", "no-answer", "no-receipts", "signer-away"})
QUIET = 60.0  # seconds for which the same complaint is not repeated
_WARNINGS = frozenset({"refused", "unfit", "unproven", "left-alone", *REPEATED})
_PLAIN = frozenset({"accepted", "receipt", "message", "started", "stopped"})  # whose values say it all


class Log:
    """Writes what is told: to `out` as JSON lines, or with `say` as sentences for who sits there."""

    def __init__(
        self,
        out: TextIO,
        say: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = out
        self._say = say
        self._clock = clock
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
        level = "error" if told.end == "fatal" else "warning" if told.event in _WARNINGS else "info"
        line = {"at": datetime.now(UTC).isoformat(), "level": level, "event": told.event, **told.values}
        if told.words and told.event not in _PLAIN:
            line["words"] = told.words
        with suppress(OSError):  # a log whose disk is full, or whose reader has gone, stops nothing
            self._out.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
            self._out.flush()

    def _due(self, event: str) -> bool:
        now = self._clock()
        if now - self._last.get(event, -QUIET) < QUIET:
            return False
        self._last[event] = now
        return True
