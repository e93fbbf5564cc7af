"""Case numbers at hand: taken from the counter ahead, so that gateways do not wait for each other's.

Whoever takes a number inside a transaction holds the system's counter until that ends, and every other
gateway waits. Knows how many are kept; refuses to know what a number looks like. What is at hand when a
gateway dies is never given: numbers have gaps, as they have after a transaction that failed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from storage import cases


class Numbers:
    """Of one gateway; `kept` of a system at a time, or none where there is no other gateway."""

    def __init__(self, kept: int = 0) -> None:
        self._kept = kept
        self._at_hand: dict[str, deque[int]] = {}

    def of(self, connection: Connection, system: str, block: int) -> Iterator[int]:
        """Numbers of a system; where none are at hand, blocks from its counter, in this transaction."""
        at_hand = self._at_hand.setdefault(system, deque()) if self._kept else deque[int]()
        while True:
            while at_hand:
                yield at_hand.popleft()
            first = cases.take_numbers(connection, system, block)
            yield from range(first, first + block)

    def wanted(self) -> list[str]:
        """The systems of which fewer than half of what is kept is left."""
        return [system for system, left in self._at_hand.items() if len(left) < self._kept // 2]

    def take(self, connection: Connection, systems: list[str]) -> dict[str, range]:
        """Numbers to be kept, once this transaction has been committed."""
        firsts = {system: cases.take_numbers(connection, system, self._kept) for system in sorted(systems)}
        return {system: range(first, first + self._kept) for system, first in firsts.items()}

    def keep(self, taken: Mapping[str, range]) -> None:
        """What `take` took is committed."""
        for system, numbers in taken.items():
            self._at_hand[system].extend(numbers)
