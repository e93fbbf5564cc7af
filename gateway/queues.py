"""How much each party has waiting: the bound on what one sender may leave behind for the dispatch.

Counted every few seconds from the database, and in between from what was accepted; exact enough to keep one
sender from filling the queue, and free on the way of a message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


class Queues:
    """Work items by party; reactor thread only."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._items: Counter[str] = Counter()

    def full(self, party: str, more: int) -> bool:
        """Whether `more` items would be too many for this party."""
        return self._items[party] + more > self._most

    def add(self, party: str, items: int) -> None:
        """So many were accepted."""
        self._items[party] += items

    def counted(self, items: Mapping[str, int]) -> None:
        """What the database says now."""
        self._items = Counter(items)
