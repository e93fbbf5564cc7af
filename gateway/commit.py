"""Group commit: everything that arrived while the writer was busy, or within a moment, shares one fsync.

Knows batches and when to flush; refuses to know what an item is. An item's Deferred fires only after the
transaction that holds it is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.services import Jobs, Reactor

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

Store = Callable[[Connection, Sequence[Item]], Sequence[Outcome]]


class GroupCommit(Generic[Item, Outcome]):
    """Hands batches of at most `most` items to `store`, one transaction each, in the order they came."""

    def __init__(
        self, reactor: Reactor, writer: Jobs, store: Store[Item, Outcome], linger: float, most: int = 256
    ) -> None:
        self._reactor = reactor
        self._writer = writer
        self._store = store
        self._linger = linger  # seconds
        self._most = most
        self._waiting: list[tuple[Item, Deferred[Outcome]]] = []
        self._busy = False

    @property
    def waiting(self) -> int:
        """Items not yet given to the writer."""
        return len(self._waiting)

    def add(self, item: Item) -> Deferred[Outcome]:
        """Fires with the item's outcome once it is durable; fails with what its transaction raised."""
        deferred: Deferred[Outcome] = Deferred()
        self._waiting.append((item, deferred))
        if not self._busy:
            self._busy = True
            self._reactor.callLater(self._linger, self._flush)
        return deferred

    def _flush(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        if not batch:
            self._busy = False
            return
        stored = self._writer.run(self._store, [item for item, _ in batch])
        stored.addCallbacks(self._done, self._failed, callbackArgs=(batch,), errbackArgs=(batch,))

    def _done(self, outcomes: Sequence[Outcome], batch: list[tuple[Item, Deferred[Outcome]]]) -> None:
        for (_, deferred), outcome in zip(batch, outcomes, strict=True):
            deferred.callback(outcome)
        self._flush()

    def _failed(self, failure: Failure, batch: list[tuple[Item, Deferred[Outcome]]]) -> None:
        if len(batch) == 1:
            batch[0][1].errback(failure)
            self._flush()
        else:
            # One item must not take its neighbours down with it: each gets a transaction of its own.
            self._one_by_one(batch)

    def _one_by_one(self, batch: list[tuple[Item, Deferred[Outcome]]]) -> None:
        if not batch:
            self._flush()
            return
        (item, deferred), rest = batch[0], batch[1:]
        stored = self._writer.run(self._store, [item])
        stored.addCallbacks(lambda outcomes: deferred.callback(outcomes[0]), deferred.errback)
        stored.addCallback(lambda _: self._one_by_one(rest))
