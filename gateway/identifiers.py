"""Message and receipt ids: 63-bit, increasing on one node, distinct between nodes without asking anybody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NODE_BITS, COUNT_BITS = 10, 12


class Ids:
    """Milliseconds since 2026, then the node's number, then a count; never goes back with the clock."""

    def __init__(self, node: int, clock: Callable[[], datetime]) -> None:
        if not 0 <= node < 1 << NODE_BITS:
            raise ValueError(f"a node's number lies between 0 and {(1 << NODE_BITS) - 1}, not {node}")
        self._node = node
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0  # milliseconds and count, without the node

    def new(self) -> int:
        """The next id."""
        milliseconds = int((self._clock() - EPOCH).total_seconds() * 1000)
        with self._lock:
            self._last = max(self._last + 1, milliseconds << COUNT_BITS)
            time, count = self._last >> COUNT_BITS, self._last & (1 << COUNT_BITS) - 1
        return (time << NODE_BITS | self._node) << COUNT_BITS | count


def made_at(number: int) -> datetime:
    """When an id was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=number >> (NODE_BITS + COUNT_BITS))
