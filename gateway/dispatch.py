"""Dispatch: carries accepted nodes and follow-up events through their workflows, resumably.

A work item is durable with the message that caused it and is deleted in the transaction that carries out its
effects, so after any stop what was not done is done and nothing is done twice. A batch shares one
transaction; when anything in it goes wrong, each of its items gets a transaction of its own, and the one that
still fails waits, with its error and its age on record, while it holds back only its own order key.

Gateways that share a database share the work: each takes what no other has in work. Whoever meets another's
change half way (a case that was saved meanwhile, a deadlock that the database broke) begins again at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from twisted.internet.defer import Deferred, inlineCallbacks

from gateway.perform import Moment, Performed, Performer
from gateway.services import Clock, Jobs, Reactor, Timer
from storage import work
from storage.cases import InnerNumberUsed, StaleCase
from storage.work import Work

log = structlog.get_logger()

IDLE = 30.0  # seconds after which the table is looked at even though nobody said anything
LONGEST_RETRY = 3600.0
AGAIN = 3  # times that a batch, or an item, is begun again at once when another gateway was quicker
_OVERTAKEN = {"40001", "40P01"}  # serialization_failure, deadlock_detected (PostgreSQL, Appendix A)


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
        moment: Moment | None = None,
        more: Callable[[], None] = lambda: None,
        idle: float = IDLE,
        linger: float = 0.0,
    ) -> None:
        """`noticed`: something was written for the outside; `more`: there is more than one batch to do.

        `moment`: the clock of all gateways of the database, where it is not this one's.
        `linger`: seconds that the next batch waits for company behind one that was not full.
        """
        self._reactor = reactor
        self._writer = writer
        self._performer = performer
        self._clock = clock
        self._batch = batch
        self._retry = retry
        self._delivered = delivered
        self._issued = issued
        self._noticed = noticed
        self._moment: Moment = moment or (lambda _: clock())
        self._more = more
        self._idle = idle
        self._linger = linger
        self._running = False
        self._again = False
        self._stopped = False
        self._full = False  # the last batch took as much as it may: there is perhaps more
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
                    if self._linger and not self._full:
                        company: Deferred[None] = Deferred()
                        self._reactor.callLater(self._linger, company.callback, None)
                        yield company
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
            wait = (next_due - self._clock()).total_seconds() if next_due else self._idle
            self._timer = self._reactor.callLater(min(max(wait, 0.01), self._idle), self.wake)

    @inlineCallbacks
    def _batch_of_work(self) -> Any:
        """Carry out what is due, in one transaction if all goes well; whether anything was."""
        try:
            done = yield self._begun_again(self._together)
        except Exception as error:
            items = yield self._writer.run(self._take)
            if not items:
                raise
            log.info("a batch failed; its items go one by one", error=str(error)[:500], items=len(items))
            for item in items:
                if not self._stopped:
                    yield self._alone(item)
            return True
        if done is not None:
            self._tell(done)
            if self._full:
                self._more()
            yield self._keep_numbers()
        return done is not None

    @inlineCallbacks
    def _begun_again(self, job: Callable[..., Performed | None], *given: Any) -> Any:
        """What `job` did, in a transaction of its own; begun again where another gateway was quicker."""
        for left in reversed(range(AGAIN)):
            try:
                return (yield self._writer.run(job, *given))
            except Exception as error:
                if not left or not _overtaken(error):
                    raise
                log.info("begun again: another gateway was quicker", error=str(error)[:500])
        raise AssertionError

    def _take(self, connection: Connection) -> list[Work]:
        self._looked = self._moment(connection)
        return work.take(connection, self._looked, self._batch, self._turn)

    def _together(self, connection: Connection) -> Performed | None:
        items = self._take(connection)
        self._full = len(items) == self._batch
        return self._performer.perform(connection, items, self._moment) if items else None

    def _single(self, connection: Connection, item: Work) -> Performed | None:
        if not work.claim(connection, [item.id], self._moment(connection)):
            return None  # another gateway has it, or has done it
        return self._performer.perform(connection, [item], self._moment, alone=True)

    @inlineCallbacks
    def _alone(self, item: Work) -> Any:
        try:
            done = yield self._begun_again(self._single, item)
        except Exception as error:
            wait = min(self._retry * 2**item.attempts, LONGEST_RETRY)
            log.exception("work item failed", item=item.id, message=item.message_id, retry_seconds=wait)
            what = f"{type(error).__name__}: {error}"
            yield self._writer.run(self._postpone, item.id, wait, what)
        else:
            if done is not None:
                self._tell(done)

    def _postpone(self, connection: Connection, number: int, seconds: float, error: str) -> None:
        at = self._moment(connection) + timedelta(seconds=seconds)
        work.postpone(connection, number, at, error)

    @inlineCallbacks
    def _keep_numbers(self) -> Any:
        numbers = self._performer.numbers
        wanted = numbers.wanted()
        if wanted:
            numbers.keep((yield self._writer.run(numbers.take, wanted)))

    def _tell(self, done: Performed) -> None:
        self._delivered(done.positions)
        self._issued(done.issued)
        if done.notices:
            self._noticed()


def _overtaken(error: Exception) -> bool:
    """Whether it is nobody's fault: the same again will see what the other gateway did."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in _OVERTAKEN
    return isinstance(error, StaleCase | InnerNumberUsed)
