"""A progress bar for what takes longer than two seconds: on standard error, on a terminal only.

Knows how to stay out of the way: `clear` takes the bar off the line before anything else is printed there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

AFTER = 2.0  # seconds
WIDTH = 24


class Progress:
    """A bar that is drawn by `step` once the work has lasted long enough."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._started = clock()
        self._shown = False
        self._tty = stream.isatty()

    def step(self, done: int, total: int, label: str) -> None:
        """Draw the bar for `done` of `total`; the last step takes it away."""
        if done >= total:
            self.clear()
        elif self._tty and total > 1 and self._clock() - self._started > AFTER:
            filled = WIDTH * done // total
            bar = "█" * filled + "·" * (WIDTH - filled)
            self._stream.write(f"\r\x1b[K{label} [{bar}] {done}/{total}")
            self._stream.flush()
            self._shown = True

    def clear(self) -> None:
        """Take the bar off the line."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
