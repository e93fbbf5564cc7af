"""Long polling (长轮询) over mailboxes: who waits, who is woken, and when a poll needs no database at all.

Knows positions and waiting polls; refuses to know receipts or HTTP. A parked poll holds no thread and no
connection of the database: a Deferred and a timer. The one writer of a SQLite database knows every mailbox's
head, so its cache answers the empty poll; on PostgreSQL, where other gateways deliver too, the mailbox is
always read. What these deliver they tell (`gateway.nodes`); since a call may be lost, parked mailboxes are
looked at now and then, and every second as long as nobody is heard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from gateway.services import Jobs, Reactor, Timer
from storage import mailboxes

WATCH_SECONDS = 1.0  # how soon a receipt that another gateway delivered is noticed when it is not heard
HEARD_SECONDS = 5.0  # the same where the others are heard, but one has died before it could tell
MAX_PAGE_BYTES = 4 * 1024 * 1024  # documents of one page, unless the first alone is larger

Still = Callable[[Connection], bool]

log = structlog.get_logger("gateway.mailboxes")


@dataclass(frozen=True, slots=True)
class Page:
    """Receipts of one mailbox, oldest first; `position` is that of the last, or where the reader was."""

    documents: tuple[bytes, ...]
    position: int


class Ended(Exception):
    """Whoever polled may read the mailbox no more: his session ended while he waited."""


class TooManyWaiting(Exception):
    """A party has as many polls waiting as it may."""


class Mailboxes:
    """The mailboxes of one gateway, as its pollers see them."""

    def __init__(self, reactor: Reactor, reader: Jobs, *, alone: bool, waiting_per_party: int = 256) -> None:
        """`alone`: no other gateway writes to this database (SQLite)."""
        self._reactor = reactor
        self._reader = reader
        self._alone = alone
        self._most = waiting_per_party
        self._heads: dict[str, int] = {}  # last position known of each mailbox
        self._waiting: dict[str, set[Deferred[None]]] = {}
        self._watch: Timer | None = None
        self._pause = WATCH_SECONDS
        self._closed = False
        self.parked = 0  # polls that wait now

    async def page(self, party: str, after: int, limit: int, wait: float, still: Still | None = None) -> Page:
        """Up to `limit` receipts behind `after`; without any, wait up to `wait` seconds for the first.

        `still` is asked, in the reading that follows a wait, whether the one who waited may read at all.
        Raises TooManyWaiting, Ended.
        """
        until = self._reactor.seconds() + wait
        waited = False
        while True:
            seen = self._heads.get(party)
            if not self._alone or seen is None or seen > after:
                unknown = seen is None and self._alone
                ask = still if waited else None
                found, last = await self._reader.run(_read, party, after, limit, unknown, ask)
                if found.documents:
                    return found
                if unknown:
                    self._heads.setdefault(party, last)  # a delivery meanwhile has set it, and wins
                head = self._heads.get(party, 0)
                if head > after and (seen is None or head > seen):
                    continue  # delivered while we read
            left = until - self._reactor.seconds()
            if left <= 0 or self._closed:
                return Page((), after)
            await self._park(party, left)
            waited = True

    def delivered(self, heads: Mapping[str, int]) -> None:
        """Receipts up to these positions are committed: wake whoever waits for them."""
        for party, position in heads.items():
            if position > self._heads.get(party, 0):
                self._heads[party] = position
            self._wake(party)

    def listening(self, heard: bool) -> None:
        """Whether other gateways are heard from now on; what they told before was perhaps missed."""
        self._pause = HEARD_SECONDS if heard else WATCH_SECONDS
        if self._watch is not None and self._watch.active():
            self._watch.cancel()
            self._look()

    def forget(self) -> None:
        """Remember no head any more: after a restore, or when somebody else may have written."""
        self._heads.clear()

    def close(self) -> None:
        """Let every poll go with an empty page, and park no more: the gateway stops."""
        self._closed = True
        if self._watch is not None and self._watch.active():
            self._watch.cancel()
        for party in list(self._waiting):
            self._wake(party)

    def _wake(self, party: str) -> None:
        for waiting in self._waiting.pop(party, ()):
            waiting.callback(None)

    def _park(self, party: str, seconds: float) -> Deferred[None]:
        waiting = self._waiting.setdefault(party, set())
        if len(waiting) >= self._most:
            raise TooManyWaiting(f"{self._most} polls of this party wait already; end some of them first")
        deferred: Deferred[None] = Deferred()
        waiting.add(deferred)
        self.parked += 1
        timer = self._reactor.callLater(seconds, self._over, party, deferred)
        if not self._alone and self._watch is None:
            self._watch = self._reactor.callLater(self._pause, self._look)

        def left(result: Failure | None) -> Failure | None:
            self.parked -= 1
            if timer.active():
                timer.cancel()
            self._remove(party, deferred)
            return result

        deferred.addBoth(left)
        return deferred

    def _remove(self, party: str, deferred: Deferred[None]) -> None:
        waiting = self._waiting.get(party)
        if waiting is not None:
            waiting.discard(deferred)
            if not waiting:
                del self._waiting[party]

    def _over(self, party: str, deferred: Deferred[None]) -> None:
        self._remove(party, deferred)
        deferred.callback(None)

    def _look(self) -> None:
        """Ask the database about the parked mailboxes, for what other gateways delivered."""
        self._watch = None
        if not self._waiting or self._closed:
            return
        looked = self._reader.run(_heads, tuple(self._waiting))
        looked.addCallbacks(self._looked, self._blind)

    def _looked(self, heads: Mapping[str, int]) -> None:
        self.delivered({party: head for party, head in heads.items() if head > self._heads.get(party, 0)})
        self._look_again()

    def _blind(self, failure: Failure) -> None:
        if not isinstance(failure.value, CancelledError):
            log.warning("mailboxes could not be looked at; trying again", error=str(failure.value))
        self._look_again()

    def _look_again(self) -> None:
        if self._waiting and self._watch is None and not self._closed:
            self._watch = self._reactor.callLater(self._pause, self._look)


def _read(
    conn: Connection, party: str, after: int, limit: int, unknown: bool, still: Still | None
) -> tuple[Page, int]:
    """A page no larger than MAX_PAGE_BYTES, so that a slow reader holds no more than that.

    And, when it is empty and the mailbox's head `unknown`, the head.
    """
    if still is not None and not still(conn):
        raise Ended("the session has ended meanwhile")
    documents: list[bytes] = []
    size = 0
    for position, document in mailboxes.page(conn, party, after, limit):
        size += len(document)
        if documents and size > MAX_PAGE_BYTES:
            break
        documents.append(document)
        after = position
    head = mailboxes.head(conn, party) if unknown and not documents else 0
    return Page(tuple(documents), after), head


def _heads(conn: Connection, parties: tuple[str, ...]) -> dict[str, int]:
    return {party: mailboxes.head(conn, party) for party in parties}
