"""How much is taken from outside: bytes held, connections, requests a second, wrong passwords.

Knows counters and time, passed in as seconds of a monotonic clock; refuses to know what is being counted.
All of it lives in the reactor thread, in memory, and is bounded itself.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.settings import Limits

Seconds = Callable[[], float]  # a monotonic clock
REMEMBERED = 100_000  # keys that a table of buckets remembers; beyond it the longest unused is forgotten


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one connection, and all of them together, may take. Bytes, seconds, counts."""

    body_bytes: int = 7_000_000
    in_flight_bytes: int = 64_000_000
    connections: int = 12_000
    connections_per_address: int = 12_000
    pipelined_bytes: int = 16 * 1024  # read ahead behind the request under way; more stays in the kernel
    header_seconds: float = 10  # from the first byte (or the connection) to the end of the headers
    body_seconds: float = 60  # from there to the end of the body, however it trickles
    write_seconds: float = 30  # for a client to read an answer
    handler_seconds: float = 120  # for the gateway to find an answer; long polls are shorter
    idle_seconds: float = 75  # between two requests
    requests: int = 100_000  # of one connection; the last one says `Connection: close`
    linger_seconds: float = 2  # after a refusal, so that the client reads it before the connection ends

    @classmethod
    def of(cls, limits: Limits) -> HttpLimits:
        """As the settings say."""
        return cls(
            body_bytes=limits.body_bytes,
            in_flight_bytes=limits.in_flight_bytes,
            connections=limits.connections,
            connections_per_address=limits.connections_per_address,
            header_seconds=limits.header_seconds,
            body_seconds=limits.body_seconds,
            idle_seconds=limits.idle_seconds,
        )


class ByteBudget:
    """The bytes of bodies held at once, of all connections."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0

    def fits(self, amount: int) -> bool:
        """Whether so many more could be taken now."""
        return self.used + amount <= self.size

    def take(self, amount: int) -> bool:
        """Take so many bytes; False, and nothing taken, when they do not fit."""
        if not self.fits(amount):
            return False
        self.used += amount
        return True

    def give(self, amount: int) -> None:
        """Give back what was taken."""
        self.used -= amount

    def replace(self, amount: int, by: int) -> None:
        """Hold `by` in place of `amount`, fitting or not: an answer is never given up for a few bytes."""
        self.used += by - amount


class Connections:
    """How many connections there are, together and from each address."""

    def __init__(self, total: int, per_address: int) -> None:
        self.total = total
        self.per_address = per_address
        self.count = 0
        self._addresses: Counter[str] = Counter()

    def admit(self, address: str) -> bool:
        """Count one in; False, and nothing counted, when there are too many."""
        if self.count >= self.total or self._addresses[address] >= self.per_address:
            if not self._addresses[address]:
                del self._addresses[address]
            return False
        self.count += 1
        self._addresses[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count one out."""
        self.count -= 1
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]


class Rates:
    """A token bucket for each key (a dxpId, an address): `burst` at once, `per_second` in the long run."""

    def __init__(self, per_second: float, burst: float, clock: Seconds, remembered: int = REMEMBERED) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._remembered = remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → (tokens, at)

    def take(self, key: str, own: Mapping[str, Any] | None = None) -> int:
        """Take one: 0 when allowed, else the whole seconds after which to try again.

        `own` is this key's own limit, `{"per_second": …, "burst": …}`, in place of the common one.
        """
        per_second = float((own or {}).get("per_second", self._per_second))
        burst = float((own or {}).get("burst", self._burst))
        now = self._clock()
        tokens, at = self._buckets.pop(key, (burst, now))
        tokens = min(burst, tokens + (now - at) * per_second)
        wait = 0
        if tokens >= 1:
            tokens -= 1
        else:
            wait = max(1, math.ceil((1 - tokens) / per_second)) if per_second > 0 else 3600
        self._buckets[key] = (tokens, now)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return wait


class Failures:
    """Failed attempts of each key within a window: from `most` on it is blocked until they have aged."""

    def __init__(self, most: int, window: float, clock: Seconds, remembered: int = REMEMBERED) -> None:
        self._most = most
        self._window = window
        self._clock = clock
        self._remembered = remembered
        self._failures: OrderedDict[str, tuple[float, ...]] = OrderedDict()

    def blocked(self, key: str) -> int:
        """0, or the whole seconds for which the key is blocked."""
        recent = self._recent(key)
        if len(recent) < self._most:
            return 0
        return max(1, math.ceil(recent[-self._most] + self._window - self._clock()))

    def failed(self, key: str) -> None:
        """Note a failure."""
        recent = (*self._recent(key), self._clock())[-self._most :]
        self._failures.pop(key, None)
        self._failures[key] = recent
        if len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def _recent(self, key: str) -> tuple[float, ...]:
        since = self._clock() - self._window
        return tuple(at for at in self._failures.get(key, ()) if at > since)
