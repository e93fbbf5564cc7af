"""How much is taken from outside: bytes held, connections, requests a second, wrong passwords.

Knows counters and time, passed in as seconds of a monotonic clock; refuses to know what is being counted.
All of it lives in the reactor thread, in memory, and is bounded itself.
"""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from gateway.settings import Limits

Seconds = Callable[[], float]  # a monotonic clock
REMEMBERED = 100_000  # keys that a table of buckets remembers; beyond it the longest unused is forgotten
HOST_BITS = 64  # of an IPv6 address are its owner's to choose


def source(host: str) -> str:
    """Whom a client's address is counted as: itself, or its /64 where it may choose the rest freely."""
    if ":" not in host:
        return host
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address) >> HOST_BITS << HOST_BITS, 128 - HOST_BITS)))


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What one connection, and all of them together, may take. Bytes, seconds, counts."""

    body_bytes: int = 7_000_000
    in_flight_bytes: int = 64_000_000
    in_flight_bytes_per_address: int = 16_000_000
    connections: int = 12_000
    connections_per_address: int = 512
    pipelined_bytes: int = 16 * 1024  # read ahead behind the request under way; more stays in the kernel
    header_seconds: float = 10  # from the first byte (or the connection) to the end of the headers
    body_seconds: float = 60  # from there to the end of the body, however it trickles
    body_grace_seconds: float = 10  # time and again, as long as this, a body must have come on …
    body_bytes_per_second: float = 4_000  # … at this rate at least
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
            in_flight_bytes_per_address=limits.in_flight_bytes_per_address,
            connections=limits.connections,
            connections_per_address=limits.connections_per_address,
            header_seconds=limits.header_seconds,
            body_seconds=limits.body_seconds,
            body_grace_seconds=limits.body_grace_seconds,
            body_bytes_per_second=limits.body_bytes_per_second,
            idle_seconds=limits.idle_seconds,
        )


class ByteBudget:
    """The bytes of bodies held at once, of all connections, and the share of them one address may hold."""

    def __init__(self, size: int, share: int) -> None:
        self.size = size
        self.share = share
        self.used = 0
        self._shares: dict[str, int] = {}

    def fits(self, amount: int, address: str) -> bool:
        """Whether so many more could be taken now."""
        return self.used + amount <= self.size and self._shares.get(address, 0) + amount <= self.share

    def take(self, amount: int, address: str) -> bool:
        """Take so many bytes; False, and nothing taken, when they do not fit."""
        if not self.fits(amount, address):
            return False
        self.replace(0, amount, address)
        return True

    def give(self, amount: int, address: str) -> None:
        """Give back what was taken."""
        self.replace(amount, 0, address)

    def replace(self, amount: int, by: int, address: str) -> None:
        """Hold `by` in place of `amount`, fitting or not: an answer is never given up for a few bytes."""
        change = by - amount
        self.used += change
        held = self._shares.get(address, 0) + change
        if held:
            self._shares[address] = held
        else:
            self._shares.pop(address, None)


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


class Allowance:
    """What each key (an address) may cost before it has to wait; charged afterwards, when it is known.

    `burst` at once, `per_second` in the long run. A key that costs nothing is not even remembered.
    """

    def __init__(self, per_second: float, burst: float, clock: Seconds, remembered: int = REMEMBERED) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._remembered = remembered
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key → (not yet made good, at)

    def wait(self, key: str) -> int:
        """0, or the whole seconds after which the key has something left."""
        if key not in self._spent:
            return 0
        over = self._now(key) - self._burst
        return 0 if over < 0 else max(1, math.ceil(over / self._per_second))

    def charge(self, key: str, cost: float) -> None:
        """What the key asked for has cost so much."""
        self._spent[key] = (self._now(key) + cost, self._clock())
        self._spent.move_to_end(key)
        if len(self._spent) > self._remembered:
            self._spent.popitem(last=False)

    def _now(self, key: str) -> float:
        spent, at = self._spent.get(key, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - at) * self._per_second)


class Recent:
    """The last keys that came by, so that the same thing is not written down again and again."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._keys: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, key: Hashable) -> bool:
        """Remember a key; whether it is new."""
        if key in self._keys:
            self._keys.move_to_end(key)
            return False
        self._keys[key] = None
        if len(self._keys) > self._remembered:
            self._keys.popitem(last=False)
        return True

    def discard(self, key: Hashable) -> None:
        """Forget a key: what it stood for came to nothing."""
        self._keys.pop(key, None)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._keys


class Delays:
    """Failures of each key in a row: beyond `free` of them each doubles the wait, from `first` to `most`.

    A key that leaves it be for twice the longest wait begins anew.
    """

    def __init__(
        self, free: int, first: float, most: float, clock: Seconds, remembered: int = REMEMBERED
    ) -> None:
        self._free = free
        self._first = first
        self._most = most
        self._clock = clock
        self._remembered = remembered
        self._failures: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()  # key → (how many, the last)

    def wait(self, key: Hashable) -> int:
        """0, or the whole seconds for which the key has to wait."""
        count, at = self._failures.get(key, (0, 0.0))
        if count < self._free:
            return 0
        delay = min(self._most, self._first * 2.0 ** min(count - self._free, 40))
        return max(0, math.ceil(at + delay - self._clock()))

    def failed(self, key: Hashable) -> None:
        """Note a failure."""
        now = self._clock()
        count, at = self._failures.pop(key, (0, now))
        self._failures[key] = (1 if now - at > 2 * self._most else count + 1, now)
        if len(self._failures) > self._remembered:
            self._failures.popitem(last=False)

    def succeeded(self, key: Hashable) -> None:
        """The row of failures is over."""
        self._failures.pop(key, None)


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
