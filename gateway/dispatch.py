"""Dispatch: carries accepted nodes and follow-up events through their workflows, resumably.

A work item is durable with the message that caused it and is deleted in the transaction that carries out its
effects, so after any stop what was not done is done and nothing is done twice. A batch shares one
transaction; when anything in it goes wrong, each of its items gets a transaction of its own, and the one that
still fails waits, with its error and its age on record, while it holds back only its own order key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, inlineCallbacks

from gateway.perform import Performed, Performer
from gateway.services import Clock, Jobs, Reactor, Timer
from storage import work
from storage.work import Work

log = structlog.get_logger()

IDLE = 30.0  # seconds after which the table is looked at even though nobody said anything
LONGEST_RETRY = 3600.0


class Dispatcher:
    """Works off what is due, on the writer's thread; everything else happens on the reactor's."""

    def __init__(
        self,
        *,
        reactor: Reactor,
        writer: Jobs,
        performer: Performer,
        clock: Clock,
        batch: int,
        retry: float,
        delivered: Callable[[dict[str, int]], None],
        issued: Callable[[Sequence[tuple[str, float]]], None],
        noticed: Callable[[], None] = lambda: None,
    ) -> None:
        """`noticed`: something was written for the outside."""
        self._reactor = reactor
        self._writer = writer
        self._performer = performer
        self._clock = clock
        self._batch = batch
        self._retry = retry
        self._delivered = delivered
        self._issued = issued
        self._noticed = noticed
        self._running = False
        self._again = False
        self._stopped = False
        self._ended: Deferred[None] = Deferred()  # fires when it is stopped and no batch is under way
        self._timer: Timer | None = None
        self._turn = work.Turn()
        self._looked = clock()  # what was due then is done or waits behind something that failed

    def start(self) -> None:
        """Begin with whatever an earlier run left behind."""
        self.wake()

    def wake(self) -> None:
        """There may be something to do."""
        if self._stopped:
            return
        if self._running:
            self._again = True
            return
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._running = True
        self._work_off()

    def stop(self) -> Deferred[None]:
        """Finish the batch under way, begin no other; fires when it is done."""
        self._stopped = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        if not self._running:
            self._ended.callback(None)
        return self._ended

    @inlineCallbacks
    def _work_off(self) -> Any:
        next_due: datetime | None = None
        try:
            while not self._stopped:
                self._again = False
                if (yield self._batch_of_work()):
                    continue
                if not self._again:
                    next_due = yield self._writer.run(work.next_due, self._looked)
                    if not self._again:
                        break
        except Exception:
            # The database is away, or worse: what is due stays due. Nothing is lost by waiting.
            log.exception("dispatch stopped; it goes on by itself")
            next_due = self._clock() + timedelta(seconds=self._retry)
        self._running = False
        if self._stopped:
            self._ended.callback(None)
        else:
            wait = (next_due - self._clock()).total_seconds() if next_due else IDLE
            self._timer = self._reactor.callLater(min(max(wait, 0.01), IDLE), self.wake)

    @inlineCallbacks
    def _batch_of_work(self) -> Any:
        """Carry out what is due, in one transaction if all goes well; whether anything was."""
        try:
            done = yield self._writer.run(self._together)
        except Exception as error:
            items = yield self._writer.run(self._due)
            if not items:
                raise
            log.info("a batch failed; its items go one by one", error=str(error)[:500], items=len(items))
            for item in items:
                if not self._stopped:
                    yield self._alone(item)
            return True
        if done is not None:
            self._tell(done)
        return done is not None

    def _due(self, connection: Connection) -> list[Work]:
        self._looked = self._clock()
        return work.due(connection, self._looked, self._batch, self._turn)

    def _together(self, connection: Connection) -> Performed | None:
        items = self._due(connection)
        return self._performer.perform(connection, items, self._clock()) if items else None

    @inlineCallbacks
    def _alone(self, item: Work) -> Any:
        try:
            done = yield self._writer.run(self._performer.perform, [item], self._clock())
        except Exception as error:
            wait = min(self._retry * 2**item.attempts, LONGEST_RETRY)
            log.exception("work item failed", item=item.id, message=item.message_id, retry_seconds=wait)
            at = self._clock() + timedelta(seconds=wait)
            yield self._writer.run(work.postpone, item.id, at, f"{type(error).__name__}: {error}")
        else:
            self._tell(done)

    def _tell(self, done: Performed) -> None:
        self._delivered(done.positions)
        self._issued(done.issued)
        if done.notices:
            self._noticed()
