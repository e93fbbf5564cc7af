"""Long polling: who waits, who is woken, and what is asked of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from gateway.mailboxes import Mailboxes, Page, TooManyWaiting
from storage import mailboxes
from storage.database import Database
from storage.mailboxes import NewReceipt

PARTY = "DXPENT0000000001"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class Jobs:
    """Runs each job at once, or when the test says so, and counts them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.count = 0
        self.held: list[Deferred[None]] | None = None

    def run(self, fn: Any, *args: Any) -> Deferred[Any]:
        """As the gateway's reader, but for the threads."""
        self.count += 1
        with self._database.read() as connection:
            result = fn(connection, *args)
        if self.held is None:
            done: Deferred[Any] = Deferred()
            done.callback(result)
            return done
        gate: Deferred[None] = Deferred()
        self.held.append(gate)
        return gate.addCallback(lambda _: result)


class Post:
    """Mailboxes over a real database, with a clock that the test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.jobs = Jobs(database)
        self.boxes = Mailboxes(self.clock, self.jobs, alone=database.dialect == "sqlite", waiting_per_party=3)
        self._numbers = iter(range(1, 100))

    def put(self, *names: str, party: str = PARTY, tell: bool = True) -> None:
        """Deliver receipts; `tell` the mailboxes of this gateway, or not, as another gateway would not."""

        def deliver(connection: Connection) -> dict[str, int]:
            return mailboxes.deliver(
                connection,
                [
                    NewReceipt(
                        party, next(self._numbers), "BVS112", name, None, "M", 120, None, "d",
                        name.encode(), NOW,
                    )
                    for name in names
                ],
            )  # fmt: skip

        with self.database.write() as connection:
            heads = deliver(connection)
        if tell:
            self.boxes.delivered(heads)

    def poll(self, after: int = 0, wait: float = 0, party: str = PARTY, limit: int = 10) -> list[Any]:
        """A list that gets the page, or the exception, when it is there."""
        result: list[Any] = []
        polled = Deferred.fromCoroutine(self.boxes.page(party, after, limit, wait))
        polled.addBoth(result.append)
        self.last = polled
        return result


@pytest.fixture
def post(database: Database) -> Iterator[Post]:
    """A post office."""
    made = Post(database)
    yield made
    made.boxes.close()


def test_receipts_that_are_there_are_given_at_once(post: Post) -> None:
    """A poll does not wait when there is something."""
    post.put("a", "b", "c")
    assert post.poll(wait=30, limit=2) == [Page((b"a", b"b"), 2)]
    assert post.poll(after=2, wait=30) == [Page((b"c",), 3)]


def test_a_partial_page_does_not_hide_the_rest(post: Post) -> None:
    """Having read two of three, whoever polls on gets the third, also when nobody said that it came."""
    post.put("a", "b", "c", tell=False)
    assert post.poll(limit=2) == [Page((b"a", b"b"), 2)]
    assert post.poll(after=2) == [Page((b"c",), 3)]


def test_a_waiting_poll_is_woken_by_a_delivery_to_its_own_mailbox(post: Post) -> None:
    """Nobody else's delivery wakes it."""
    waiting = post.poll(wait=30)
    post.put("x", party="OTHER")
    assert waiting == []
    post.put("a")
    assert waiting == [Page((b"a",), 1)]
    assert post.boxes.parked == 0


def test_a_poll_ends_empty_when_its_time_is_over(post: Post) -> None:
    """An empty page stays where the reader was, and leaves nothing behind."""
    waiting = post.poll(after=7, wait=30)
    post.clock.pump([1.0] * 29)
    assert waiting == []
    post.clock.pump([1.0] * 2)
    assert waiting == [Page((), 7)]
    assert post.boxes.parked == 0
    assert not [call for call in post.clock.getDelayedCalls() if call.getTime() > post.clock.seconds() + 1]


def test_a_receipt_that_comes_while_the_mailbox_is_read_is_not_missed(post: Post) -> None:
    """Between the read that found nothing and the wait, no delivery is lost."""
    post.poll()
    post.jobs.held = []
    waiting = post.poll(wait=30)
    post.put("a")
    while post.jobs.held:
        post.jobs.held.pop(0).callback(None)
    assert waiting == [Page((b"a",), 1)]


def test_the_only_gateway_answers_an_empty_poll_without_the_database(sqlite_database_url: str) -> None:
    """It knows every mailbox's head; the first poll asks, no later empty one does."""
    database = Database(sqlite_database_url)
    post = Post(database)
    post.put("a")
    assert post.poll(after=1) == [Page((), 1)]
    asked = post.jobs.count
    for _ in range(100):
        assert post.poll(after=1) == [Page((), 1)]
    assert post.jobs.count == asked
    database.close()


def test_a_receipt_that_another_gateway_delivered_is_found(postgres_database_url: str) -> None:
    """Where several gateways share a database, a waiting poll sees within a second what another one wrote."""
    database = Database(postgres_database_url)
    post = Post(database)
    waiting = post.poll(wait=30)
    post.put("a", tell=False)
    assert waiting == []
    post.clock.advance(1.1)
    assert waiting == [Page((b"a",), 1)]
    database.close()


def test_a_party_has_only_so_many_polls_waiting(post: Post) -> None:
    """One party cannot take all the room."""
    for _ in range(3):
        post.poll(wait=30)
    (refused,) = post.poll(wait=30)
    assert refused.check(TooManyWaiting)
    assert post.poll(wait=30, party="OTHER") == []


def test_a_poll_whose_client_left_is_dropped(post: Post) -> None:
    """Cancelling a poll gives its place back at once."""
    gone = post.poll(wait=30)
    post.last.cancel()
    assert gone[0].check(CancelledError)
    assert post.boxes.parked == 0
    post.put("a")


def test_closing_lets_everybody_go(post: Post) -> None:
    """When the gateway stops, polls end with an empty page, and no new one waits."""
    waiting = post.poll(after=3, wait=30)
    post.boxes.close()
    assert waiting == [Page((), 3)]
    assert post.poll(after=3, wait=30) == [Page((), 3)]


def test_who_hears_the_others_looks_less_often_and_at_once_when_he_hears_no_more(
    postgres_database_url: str,
) -> None:
    """What a gateway that died could not tell is found in five seconds; in one as long as nobody is heard."""
    database = Database(postgres_database_url)
    post = Post(database)
    post.boxes.listening(True)
    result = post.poll(wait=30)
    post.put("A", tell=False)
    post.clock.advance(4)
    assert result == []
    post.clock.advance(1)
    assert result == [Page((b"A",), 1)]
    result = post.poll(after=1, wait=30)
    post.put("B", tell=False)
    post.boxes.listening(False)
    assert result == [Page((b"B",), 2)]
    result = post.poll(after=2, wait=30)
    post.put("C", tell=False)
    post.clock.advance(1)
    assert result == [Page((b"C",), 3)]
    database.close()
