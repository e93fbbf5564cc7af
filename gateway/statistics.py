"""Statistics, kept for a while: hours that are over do not change, so they are counted once.

Knows how long an answer stays good and that only one count runs at a time, however many ask; refuses to know
what is counted. Reactor thread only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import DeferredLock

from gateway.services import Clock, Jobs
from storage import statistics
from storage.statistics import HOUR, Hour

T = TypeVar("T")

REMEMBERED = 40 * 24  # hours
AT_ONCE = 24  # hours that one job counts, so that other readers are not kept waiting
SETTLED = timedelta(minutes=5)  # after its end, nothing is written into an hour any more
GOOD = timedelta(seconds=5)  # what still changes is counted again after this


class Statistics:
    """Counts by the hour, and whatever else is worth keeping for a moment."""

    def __init__(self, reader: Jobs, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._lock = DeferredLock()
        self._hours: OrderedDict[datetime, Hour] = OrderedDict()  # those that are over
        self._open: dict[datetime, tuple[datetime, Hour]] = {}  # those that are not: good until
        self._other: dict[Hashable, tuple[datetime, Any]] = {}

    async def hours(self, begin: datetime, end: datetime) -> dict[datetime, Hour]:
        """Every hour from `begin` until before `end`, both whole hours."""
        wanted = [begin + HOUR * number for number in range(int((end - begin) / HOUR))]
        await self._lock.acquire()
        try:
            now = self._clock()
            self._open = {hour: kept for hour, kept in self._open.items() if kept[0] > now}
            found = {hour: known for hour in wanted if (known := self._known(hour)) is not None}
            missing = [hour for hour in wanted if hour not in found]
            for start in range(0, len(missing), AT_ONCE):
                found |= await self._count(missing[start : start + AT_ONCE], now)
            return {hour: found[hour] for hour in wanted}
        finally:
            self._lock.release()

    async def moment(self, key: Hashable, read: Callable[[Connection, datetime], T]) -> tuple[datetime, T]:
        """What `read` gave within the last moments, and when."""
        await self._lock.acquire()
        try:
            known = self._other.get(key)
            if known is None or self._clock() - known[0] >= GOOD:
                now = self._clock()
                known = self._other[key] = (now, await self._reader.run(read, now))
            return known
        finally:
            self._lock.release()

    def _known(self, hour: datetime) -> Hour | None:
        return self._hours.get(hour) or (self._open[hour][1] if hour in self._open else None)

    async def _count(self, missing: list[datetime], now: datetime) -> dict[datetime, Hour]:
        """Count these hours, in order, and what lies between them."""
        counted = await self._reader.run(statistics.hours, missing[0], missing[-1] + HOUR)
        found = {hour: counted.get(hour, Hour()) for hour in missing}
        for hour, each in found.items():
            if hour + HOUR + SETTLED < now:
                self._hours[hour] = each
            else:
                self._open[hour] = (now + GOOD, each)
        while len(self._hours) > REMEMBERED:
            self._hours.popitem(last=False)
        return found
