"""How much is taken: connections, strangers, sessions at once, and questions one after the other.

Knows counters and turns, of everybody, of one address, of one person; refuses to know what is counted.
Reactor thread only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address, ip_address

_REMEMBERED = 10_000  # keys, before those without a turn taken are forgotten
_HOST_BITS = 64  # of an IPv6 address are its owner's to choose


def address(text: str) -> str:
    """A client's address as it is counted: itself, or its /64 where it may choose the rest freely."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _HOST_BITS << _HOST_BITS)}/{_HOST_BITS}"


class Counted:
    """How many there are, together and of each key; never more than allowed."""

    def __init__(self, total: int, each: int) -> None:
        self.total = total
        self.each = each
        self.count = 0
        self._of: Counter[Hashable] = Counter()

    def full(self, key: Hashable) -> str:
        """Why one more is too many: 'all', 'each' or ''."""
        if self.count >= self.total:
            return "all"
        return "each" if self._of.get(key, 0) >= self.each else ""

    def enter(self, key: Hashable) -> bool:
        """Count one in; False, and nothing counted, when there are too many."""
        if self.full(key):
            return False
        self.count += 1
        self._of[key] += 1
        return True

    def leave(self, key: Hashable) -> None:
        """Count one out."""
        self.count -= 1
        self._of[key] -= 1
        if not self._of[key]:
            del self._of[key]


class Turns:
    """When each key may do something again: `burst` times at once, then so many times a second."""

    def __init__(self, per_second: float, burst: float, seconds: Callable[[], float]) -> None:
        self._step = 1 / per_second
        self._ahead = self._step * (burst - 1)
        self._seconds = seconds
        self._due: dict[Hashable, float] = {}  # key → when it has no turn taken any more

    def take(self, key: Hashable, longest: float) -> float | None:
        """Seconds to wait for the next turn, which is taken; None, and none is, where `longest` is less."""
        now = self._seconds()
        due = max(self._due.get(key, now), now)
        wait = max(0.0, due - now - self._ahead)
        if wait > longest:
            return None
        self._due[key] = due + self._step
        if len(self._due) > _REMEMBERED:
            self._due = {each: due for each, due in self._due.items() if due > now}
        return wait
