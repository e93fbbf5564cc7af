"""Pushing (推送): whose receipts are posted next, by whom, and what follows from what came back.

Knows lanes, leases and progress; refuses to know how a post travels. A delivery costs it a look into a table
in memory, whether callbacks take, fail or are paused; mailboxes are read as any poller reads them. A callback
is taken for a while, gets a page at a time and moves on when it was taken: whoever is killed in between posts
the page again. At least once, in the mailbox's order, and one post at a time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from twisted.internet.defer import CancelledError, Deferred

from gateway import metrics
from gateway.mailboxes import Mailboxes
from gateway.push.address import BadUrl, host
from gateway.push.patience import after_failure
from gateway.push.post import Channel, NotTaken, Poster
from gateway.services import Clock, Jobs, Reactor, Timer
from gateway.settings import Push
from gateway.threads import StoppedError
from receipts import cursor, page
from storage import callbacks, pushes
from storage.callbacks import Callback
from storage.pushes import Measures, Standing

log = structlog.get_logger("gateway.push")

IDLE = 5.0  # seconds between two looks at what others delivered, registered or left; at the least …
LOOKING = 50  # … so many times as long as a look takes, where callbacks are many
SLICE, SLICE_SECONDS = 20, 5.0  # posts to one callback, and how long, before others have their turn
PROBATION = 16  # posts that have to be quick, at first and after one that was slow or failed
MARGIN = 60.0  # seconds of a lease beyond the longest post, for a busy database
ENDED = "whoever registered it can log in with that no more; register it anew"


class _Lane:
    """Some posts at once, and who waits for a place; a party waits once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.running: set[str] = set()
        self.queue: OrderedDict[str, None] = OrderedDict()

    def next(self) -> list[str]:
        """Those that have waited the longest, as many as there are places."""
        places = self._most - len(self.running)
        return [self.queue.popitem(last=False)[0] for _ in range(min(places, len(self.queue)))]


class Pusher:
    """Reactor thread only."""

    def __init__(
        self,
        *,
        reactor: Reactor,
        writer: Jobs,
        reader: Jobs,
        mailboxes: Mailboxes,
        poster: Poster,
        node: str,
        clock: Clock,
        settings: Push,
        read_to: Callable[[str, int], Deferred[None]],
    ) -> None:
        """`node`: its own name among the gateways of a database; `read_to`: told up to where it was taken."""
        self._reactor = reactor
        self._writer = writer
        self._reader = reader
        self._mailboxes = mailboxes
        self._poster = poster
        self._node = node
        self._clock = clock
        self._settings = settings
        self._read_to = read_to
        self._lease = timedelta(seconds=settings.timeout_seconds + MARGIN)
        self._known: dict[str, Standing] = {}
        self._quick, self._slow = _Lane(settings.at_once), _Lane(settings.at_once)
        self._under_way: dict[str, Deferred[None]] = {}
        self._once_more: set[str] = set()  # of those under way: something came meanwhile
        self._taking = self._looking = self._look_again = self._stopped = False
        self._timer: Timer | None = None
        self._retries: dict[str, Timer] = {}  # of those that are due again before the next look
        self._ended: Deferred[None] = Deferred()

    def start(self) -> None:
        """Begin with what an earlier run of this node had taken."""
        if self._settings.enabled:
            freed = self._writer.run(pushes.free, self._node)
            freed.addErrback(self._complain).addCallback(lambda _: self.look())

    def delivered(self, heads: Mapping[str, int]) -> None:
        """Receipts up to these positions are committed."""
        if not self._known:
            return
        now = self._clock()
        for party in heads:
            known = self._known.get(party)
            if known is not None and self._due(known) <= now:
                self._hint(party)
        self._fill()

    def look(self) -> None:
        """Something may have changed in the table: a callback registered, paused, left behind."""
        if self._stopped or not self._settings.enabled:
            return
        if self._looking:
            self._look_again = True
            return
        self._cancel_timer()
        self._looking, self._look_again = True, False
        looked = self._reader.run(pushes.standing).addCallbacks(self._seen, self._complain)
        looked.addCallback(self._looked, self._reactor.seconds())

    def stop(self) -> Deferred[None]:
        """Break off what is under way: it is posted again. Fires when nothing is."""
        self._stopped = True
        self._cancel_timer()
        for timer in self._retries.values():
            timer.cancel()
        self._retries.clear()
        for each in list(self._under_way.values()):
            each.cancel()
        self._end()
        return self._ended

    def measure(self) -> Deferred[None]:
        """Bring the gauges up to date."""

        def show(found: Measures) -> None:
            for state, count in found.states.items():
                metrics.PUSH_CALLBACKS.labels(state).set(count)
            age = 0.0 if found.oldest is None else (self._clock() - found.oldest).total_seconds()
            metrics.PUSH_AGE.set(max(0.0, age))

        return self._reader.run(pushes.measures).addCallback(show).addErrback(self._complain)

    # -- who is next

    def _seen(self, found: Iterable[Standing]) -> None:
        now = self._clock()
        self._known = {each.party: each for each in found}
        for each in self._known.values():
            if each.ended:
                stopped = self._writer.run(callbacks.stop, each.party, ENDED, now)
                stopped.addCallback(self._say_stopped, each.party, ENDED).addErrback(self._complain)
            elif each.behind and self._due(each) <= now:
                self._hint(each.party)
        self._fill()

    def _looked(self, _: None, began: float) -> None:
        self._looking = False
        if self._look_again:
            self.look()
        elif not self._stopped:
            took = self._reactor.seconds() - began
            self._timer = self._reactor.callLater(max(IDLE, LOOKING * took), self.look)
        self._end()

    def _due(self, one: Standing) -> datetime:
        """When to try: not before others' lease ends; what this node itself has, it knows better."""
        if one.taken_until is None or one.taken_by == self._node:
            return one.due_at
        return max(one.due_at, one.taken_until)

    def _hint(self, party: str) -> None:
        """Receipts may wait for it."""
        if party in self._under_way:
            self._once_more.add(party)
            return
        lane, other = (self._slow, self._quick) if self._known[party].slow else (self._quick, self._slow)
        if party not in other.queue:
            lane.queue.setdefault(party)

    def _fill(self) -> None:
        """Take for whatever places are free those that have waited the longest."""
        if self._taking or self._stopped:
            return
        wanted = {party: lane for lane in (self._quick, self._slow) for party in lane.next()}
        if not wanted:
            return
        self._taking = True
        now = self._clock()
        taken = self._writer.run(pushes.take, tuple(wanted), self._node, now, now + self._lease)
        taken.addCallback(self._begin, wanted).addErrback(self._complain).addCallback(self._filled)

    def _filled(self, _: None) -> None:
        self._taking = False
        self._fill()
        self._end()

    def _begin(self, taken: Iterable[Callback], wanted: Mapping[str, _Lane]) -> None:
        for each in taken:
            lane = wanted[each.party]
            lane.running.add(each.party)
            serving = Deferred.fromCoroutine(self._serve(each))
            self._under_way[each.party] = serving
            serving.addErrback(self._complain).addCallback(self._done, each.party, lane)
            if self._stopped:
                serving.cancel()

    def _done(self, _: None, party: str, lane: _Lane) -> None:
        self._under_way.pop(party, None)
        lane.running.discard(party)
        if party in self._once_more and party in self._known:
            self._hint(party)
        self._once_more.discard(party)
        self._fill()
        self._end()

    # -- one callback's turn

    async def _serve(self, mine: Callback) -> None:
        try:
            channel = self._poster.open(mine.url, mine.party)
        except BadUrl as error:
            await self._not_taken(mine, str(error))
            return
        try:
            await self._pages(mine, channel)
        except CancelledError:
            await self._writer.run(pushes.release, mine)
        finally:
            channel.close()

    async def _pages(self, mine: Callback, channel: Channel) -> None:
        """Page after page, until nothing waits, one is not taken, or it is somebody else's turn."""
        until = self._reactor.seconds() + SLICE_SECONDS
        for _ in range(SLICE):
            most = 1 if mine.failures else self._settings.page
            found = await self._mailboxes.page(mine.party, mine.position, most, 0)
            if not found.documents:  # the mailbox says otherwise than the table: looked at again in a while
                await self._writer.run(pushes.release_empty, mine)
                return
            began = self._reactor.seconds()
            body = page.document(cursor.encode(found.position), found.documents)
            try:
                await channel.post("receipts", body, "application/xml")
            except NotTaken as error:
                await self._not_taken(mine, str(error))
                return
            took = self._reactor.seconds() - began
            slow = PROBATION if took > self._settings.slow_seconds else max(mine.slow - 1, 0)
            now = self._clock()
            await self._read_to(mine.party, found.position)
            more = await self._writer.run(
                pushes.advance, mine, found.position, now, now + self._lease, slow=slow
            )  # fmt: skip
            self._taken(mine, len(found.documents), took, now, bool(slow))
            if not more:
                return
            mine = replace(mine, position=found.position, slow=slow, failures=0, broken_at=None)
            if self._reactor.seconds() > until:
                break
        await self._writer.run(pushes.release, mine)
        self._once_more.add(mine.party)

    def _taken(self, mine: Callback, count: int, seconds: float, now: datetime, slow: bool) -> None:
        metrics.PUSH_POSTS.labels("taken").inc()
        metrics.PUSH_RECEIPTS.inc(count)
        metrics.PUSH_SECONDS.observe(seconds)
        self._stands(mine.party, now, slow)
        if mine.broken_at is not None:
            log.info("a callback takes receipts again", party=mine.party, host=host(mine.url))

    async def _not_taken(self, mine: Callback, why: str) -> None:
        now = self._clock()
        verdict = after_failure(mine, now, self._settings)
        found = await self._writer.run(
            pushes.failed, mine, verdict.again, why, verdict.broken_at, slow=PROBATION
        )
        metrics.PUSH_POSTS.labels("again").inc()
        if found is None:  # changed meanwhile: what it said is nothing to what is there now
            self._once_more.add(mine.party)
            return
        told = {"party": mine.party, "host": host(mine.url), "failures": found.failures, "error": why}
        if verdict.over:
            given_up = await self._writer.run(callbacks.stop, mine.party, f"given up: {why}", now)
            self._say_stopped(given_up, mine.party, why)
        elif found.broken_at is not None and mine.broken_at is None:
            log.error("a callback's breaker is open; its receipts are polled or wait", **told)
        else:
            log.warning("a callback took nothing; it is tried again", **told)
        self._stands(mine.party, verdict.again, slow=True)
        self._once_more.discard(mine.party)
        self._retry(mine.party, (verdict.again - now).total_seconds())

    def _stands(self, party: str, due_at: datetime, slow: bool) -> None:
        known = self._known.get(party)
        if known is not None:
            self._known[party] = replace(known, due_at=due_at, slow=slow, taken_by=None, taken_until=None)

    def _say_stopped(self, stopped: bool, party: str, why: str) -> None:
        if stopped:
            self._known.pop(party, None)
            log.error("a callback is posted to no more until it is registered anew", party=party, error=why)

    # -- waiting and ends

    def _retry(self, party: str, seconds: float) -> None:
        """It is due again then; what is later than the next look is found by that."""
        if seconds > IDLE or self._stopped:
            return
        earlier = self._retries.pop(party, None)
        if earlier is not None:
            earlier.cancel()
        # A little later: the reactor's clock is not the one by which it is due.
        self._retries[party] = self._reactor.callLater(seconds + 0.01, self._due_again, party)

    def _due_again(self, party: str) -> None:
        del self._retries[party]
        if party in self._known:
            self._hint(party)
            self._fill()

    def _cancel_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _end(self) -> None:
        busy = self._under_way or self._taking or self._looking
        if self._stopped and not busy and not self._ended.called:
            self._ended.callback(None)

    def _complain(self, failure: Any) -> None:
        """The database is away, or the gateway stops: what is due stays due."""
        if not failure.check(StoppedError, CancelledError):
            log.error("pushing could not go on; it does so by itself", error=failure.getErrorMessage())
