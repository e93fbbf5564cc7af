"""The outbox (发件箱): what waits is sent, tried again after growing waits, and given up in the end.

A notice is taken by this node for a while, sent, and then noted as sent: whoever is killed in between sends
it again, under the same name. At least once, never silently lost; what failed for good is kept, and told in
the log and in a counter. Refuses to know what is said, and by what it travels.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from twisted.internet.defer import Deferred

from gateway import metrics
from gateway.outbound.channel import Outbound, RefusedForGood
from gateway.services import Clock, Jobs, Reactor, Timer
from gateway.settings import Mail
from gateway.threads import StoppedError
from storage import notices
from storage.notices import Notice

log = structlog.get_logger("gateway.outbound.outbox")

IDLE = 5.0  # seconds between two looks at what other processes have written
LONGEST_RETRY = 3600.0
KEPT_SENT = timedelta(days=7)
KEPT_FAILED = timedelta(days=90)


class Outbox:
    """Reactor thread only."""

    def __init__(
        self,
        *,
        reactor: Reactor,
        writer: Jobs,
        reader: Jobs,
        channels: Sequence[Outbound],
        node: str,
        clock: Clock,
        settings: Mail,
        lease: float,
    ) -> None:
        """`lease`: seconds for which a notice is this node's alone; longer than any channel takes."""
        self._reactor = reactor
        self._writer = writer
        self._reader = reader
        self._channels = {each.name: each for each in channels}
        self._node = node
        self._clock = clock
        self._settings = settings
        self._lease = timedelta(seconds=lease)
        self._under_way: dict[int, Deferred[None]] = {}
        self._looking = self._again = self._stopped = False
        self._timer: Timer | None = None
        self._ended: Deferred[None] = Deferred()

    def start(self) -> None:
        """Begin with what an earlier run of this node had taken."""
        freed = self._writer.run(notices.free, self._node, self._clock())
        freed.addErrback(self._complain).addCallback(lambda _: self.wake())

    def wake(self) -> None:
        """There may be something to send."""
        if self._stopped or not self._channels:
            return
        if self._looking:
            self._again = True
            return
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._looking, self._again = True, False
        Deferred.fromCoroutine(self._look()).addErrback(self._complain).addCallback(self._looked)

    def stop(self) -> Deferred[None]:
        """Break off what is under way: it is sent again. Fires when nothing is."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        for channel in self._channels.values():
            channel.stop()
        self._end()
        return self._ended

    def measure(self) -> Deferred[None]:
        """Bring the gauges up to date."""

        def show(found: tuple[int, datetime | None]) -> None:
            count, oldest = found
            metrics.NOTICES_WAITING.set(count)
            age = 0.0 if oldest is None else (self._clock() - oldest).total_seconds()
            metrics.NOTICES_AGE.set(max(0.0, age))

        return self._reader.run(notices.waiting).addCallback(show).addErrback(self._complain)

    def purge(self) -> Deferred[Any]:
        """Forget what was settled long ago."""
        now = self._clock()
        purged: Deferred[Any] = self._writer.run(notices.purge, now - KEPT_SENT, now - KEPT_FAILED)
        return purged.addErrback(self._complain)

    # -- one round

    async def _look(self) -> datetime | None:
        """Take what is due, as far as there is room, and send it; when to look again."""
        now, free = self._clock(), self._settings.at_once - len(self._under_way)
        if free <= 0:
            return now + timedelta(seconds=IDLE)  # the end of one wakes it before
        due = await self._reader.run(notices.next_due)
        if due is None or due > now:
            return due
        for each in await self._writer.run(notices.take, self._node, now, now + self._lease, free):
            if self._stopped:
                break
            self._begin(each)
        return now if len(self._under_way) < self._settings.at_once else None

    def _looked(self, due: datetime | None) -> None:
        self._looking = False
        if self._stopped:
            self._end()
        elif self._again:
            self.wake()
        else:
            wait = IDLE if due is None else min((due - self._clock()).total_seconds(), IDLE)
            self._timer = self._reactor.callLater(max(wait, 0.01), self.wake)

    def _begin(self, notice: Notice) -> None:
        sending = Deferred.fromCoroutine(self._send(notice))
        self._under_way[notice.id] = sending
        sending.addErrback(self._complain).addCallback(self._done, notice)

    def _done(self, _: None, notice: Notice) -> None:
        self._under_way.pop(notice.id, None)
        if self._stopped:
            self._end()
        else:
            self.wake()

    async def _send(self, notice: Notice) -> None:
        channel = self._channels.get(notice.channel)
        try:
            if channel is None:
                raise RefusedForGood(f"no channel {notice.channel} is set up any more")
            await channel.send(notice)
        except RefusedForGood as error:
            await self._failed(notice, str(error))
        except Exception as error:  # noqa: BLE001 - whatever a channel makes of it, the notice is not lost
            await self._not_now(notice, error)
        else:
            await self._writer.run(notices.sent, notice.id, self._clock())
            metrics.NOTICES.labels("sent").inc()

    async def _not_now(self, notice: Notice, error: Exception) -> None:
        now = self._clock()
        if now - notice.created_at >= timedelta(hours=self._settings.give_up_hours):
            await self._failed(notice, f"given up: {error}")
            return
        wait = min(self._settings.retry_seconds * 2 ** min(notice.attempts, 20), LONGEST_RETRY)
        if self._stopped:  # broken off by the stop: no fault of its own
            wait = 0.0
        then = now + timedelta(seconds=wait)
        await self._writer.run(notices.postpone, notice.id, then, str(error))
        metrics.NOTICES.labels("again").inc()
        log.warning(
            "a notice was not taken; it is tried again", notice=notice.name, channel=notice.channel,
            tries=notice.attempts + 1, seconds=wait, error=str(error),
        )  # fmt: skip

    async def _failed(self, notice: Notice, why: str) -> None:
        await self._writer.run(notices.failed, notice.id, self._clock(), why)
        metrics.NOTICES.labels("failed").inc()
        log.error(
            "a notice was refused for good", notice=notice.name, channel=notice.channel, party=notice.party,
            tries=notice.attempts + 1, error=why,
        )  # fmt: skip

    # -- ends

    def _end(self) -> None:
        if not (self._under_way or self._looking or self._ended.called):
            self._ended.callback(None)

    def _complain(self, failure: Any) -> None:
        """The database is away, or the gateway stops: what is due stays due."""
        if not failure.check(StoppedError):
            log.error("the outbox could not go on; it does so by itself", error=failure.getErrorMessage())
