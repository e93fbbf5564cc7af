"""Pushing from a real database to a real TLS server: in order, again until taken, nobody in another's way."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed

from gateway import metrics
from gateway.mailboxes import Mailboxes
from gateway.push.pusher import PROBATION, SLICE, Pusher
from gateway.settings import Push
from gateway.threads import Reader, Writer
from receipts import cursor
from storage import callbacks, mailboxes, pushes, registry
from storage.callbacks import Callback, NewCallback
from storage.database import Database
from storage.mailboxes import NewReceipt
from tests.gateway.loop import Loop, reactor
from tests.gateway.push.conftest import Names, poster, settings
from tests.gateway.push.peer import OK, TIMEOUT, Peer, Post, answered

PARTY, OTHER = "DXPENT0000000001", "DXPENT0000000002"
_numbers = itertools.count(1)


class Node:
    """One gateway's pusher over a database, with a clock that may be put forward."""

    def __init__(
        self, loop: Loop, database: Database, push: Push, names: Names, name: str, alone: bool
    ) -> None:
        self.loop = loop
        self.database = database
        self.ahead = timedelta(0)
        self._settled = threading.Condition()
        self.read: list[tuple[str, int]] = []  # as if the party had polled
        loop.call(self._make, push, names, name, alone)

    def _make(self, push: Push, names: Names, name: str, alone: bool) -> None:
        self.writer, self.reader = _Told(reactor, self.database), Reader(reactor, self.database, 1)
        self.writer.told = self._told
        self.boxes = Mailboxes(reactor, self.reader, alone=alone)
        self.pusher = Pusher(
            reactor=reactor, writer=self.writer, reader=self.reader, mailboxes=self.boxes,
            poster=poster(push, names, self.now), node=name, clock=self.now, settings=push,
            read_to=self._read_to,
        )  # fmt: skip

    def _read_to(self, party: str, position: int) -> Deferred[None]:
        self.read.append((party, position))
        return succeed(None)

    def now(self) -> datetime:
        """Its clock."""
        return datetime.now(UTC) + self.ahead

    def start(self) -> Node:
        """Begin."""
        self.loop.call(self.pusher.start)
        return self

    def look(self) -> None:
        """As it does by itself every few seconds."""
        self.loop.call(self.pusher.look)

    def stop(self) -> None:
        """End in order."""
        self.loop.call(self.pusher.stop)
        self.loop.call(self.writer.stop)
        self.loop.call(self.reader.stop)

    def register(self, peer: Peer, party: str = PARTY, after: int | None = 0) -> None:
        """A party with a proven callback."""
        new = NewCallback(party, peer.url, "Alice", None, None, after)
        with self.database.write() as connection:
            if registry.party(connection, party) is None:
                registry.add_party(connection, registry.Party(party, "1234567890", party, "x", self.now()))
            callbacks.register(connection, new, self.now())
        self.look()
        self.settle()

    def deliver(self, *names: str, party: str = PARTY, tell: bool = True) -> None:
        """Receipts into a mailbox, as a dispatcher does."""
        new = [
            NewReceipt(
                party, next(_numbers), "BVS112", name, None, "M", 120, None, "d",
                f"<DxpMsg>{name}</DxpMsg>".encode(), self.now(),
            )
            for name in names
        ]  # fmt: skip
        with self.database.write() as connection:
            heads = mailboxes.deliver(connection, new)
        if tell:
            self.loop.call(self._deliver, heads)

    def _deliver(self, heads: dict[str, int]) -> None:
        self.boxes.delivered(heads)
        self.pusher.delivered(heads)

    def settle(self) -> None:
        """Wait until what is read and written by now has been taken note of: each has one thread."""
        busy = True
        while busy:
            self.loop.call(self.reader.run, lambda connection: None)
            self.loop.call(self.writer.run, lambda connection: None)
            busy = self.loop.call(lambda: self.pusher._looking or self.pusher._taking)

    def of(self, party: str = PARTY) -> Callback:
        """The party's callback as it is stored."""
        with self.database.read() as connection:
            found = callbacks.of(connection, party)
        assert found is not None
        return found

    def until(self, done: Callable[[Callback], bool], party: str = PARTY) -> Callback:
        """Wait until the callback is so."""
        with self._settled:
            assert self._settled.wait_for(lambda: done(self.of(party)), TIMEOUT), self.of(party)
        return self.of(party)

    def _told(self) -> None:
        with self._settled:
            self._settled.notify_all()


class _Told(Writer):
    """Says when something was written."""

    told: Callable[[], None]

    def _deliver(self, door: Callable[[Any], None], value: Any) -> None:
        super()._deliver(door, value)
        self.told()


Open = Callable[..., Node]


@pytest.fixture
def opened(loop: Loop, database: Database, peer: Peer, names: Names) -> Iterator[Open]:
    """Opens nodes over the test's database; they end with it."""
    nodes: list[Node] = []

    def make(name: str = "1", **changes: Any) -> Node:
        alone = database.dialect == "sqlite"
        nodes.append(Node(loop, database, settings(peer, **changes), names, name, alone))
        return nodes[-1].start()

    yield make
    for each in nodes:
        each.stop()


def refusing(*statuses: str) -> Callable[[Post], bytes]:
    """Answers so, one after the other, and then well."""
    left = iter(statuses)
    return lambda post: answered(b"", status) if (status := next(left, "")) else OK


def held_until(event: threading.Event) -> Callable[[socket.socket], None]:
    """No answer, and then the end of the connection."""

    def hold(_: socket.socket) -> None:
        event.wait(TIMEOUT)

    return hold


def test_receipts_are_posted_as_they_come_in_the_mailboxs_order(opened: Open, peer: Peer) -> None:
    """Each once; the page is what a poll answers, and the position is durable."""
    node = opened()
    node.deliver("a", "b")
    node.register(peer)
    found = node.until(lambda one: one.position == 2 and one.taken_by is None)
    node.deliver("c")
    node.until(lambda one: one.position == 3)
    assert peer.received == ["a", "b", "c"]
    assert [post.following for post in peer.posts] == [cursor.encode(2), cursor.encode(3)]
    assert (found.failures, found.error) == (0, None)
    assert {post.headers["eport-party"] for post in peer.posts} == {PARTY}
    node.settle()
    assert node.read == [(PARTY, 2), (PARTY, 3)]


def test_pages_have_their_size_and_go_one_after_the_other_on_one_connection(opened: Open, peer: Peer) -> None:
    """A full mailbox is emptied page by page; others may come in between after some of them."""
    node = opened(page=2)
    names = [f"n{number}" for number in range(2 * SLICE + 1)]
    node.deliver(*names)
    node.register(peer)
    node.until(lambda one: one.position == len(names))
    assert peer.received == names
    assert len(peer.posts) == SLICE + 1
    assert len({post.connection for post in peer.posts[:SLICE]}) == 1


def test_what_is_not_taken_comes_again_one_by_one_until_it_is(opened: Open, peer: Peer) -> None:
    """After a failure a single receipt is the probe; then the rest follows at once."""
    peer.answer = refusing("500 Oops", "503 Busy")
    node = opened()
    node.deliver("a", "b", "c")
    node.register(peer)
    node.until(lambda one: one.position == 3)
    assert [post.names for post in peer.posts] == [["a", "b", "c"], ["a"], ["a"], ["b", "c"]]


def test_waits_grow_the_breaker_opens_and_one_success_closes_it(opened: Open, peer: Peer) -> None:
    """Twice as long each time, up to the longest; what is open is told, and forgotten when it takes."""
    peer.answer = lambda post: answered(b"", "500 Oops")
    node = opened(retry_seconds=100, longest_seconds=300, breaker_failures=3)
    node.deliver("a")
    node.register(peer)
    waits = []
    for tries in range(1, 5):
        found = node.until(lambda one, tries=tries: one.failures == tries)  # type: ignore[misc]
        waits.append((found.due_at - node.now()).total_seconds())
        assert (found.broken_at is not None) == (tries >= 3)
        node.ahead += timedelta(seconds=waits[-1] + 1)
        node.look()
    for wait, expected in zip(waits, (100, 200, 300, 300), strict=True):
        assert expected - 20 < wait <= expected
    with node.database.read() as connection:
        assert [each.party for each in callbacks.broken(connection)] == [PARTY]
    node.loop.call(node.pusher.measure)
    assert metrics.PUSH_CALLBACKS.labels("broken")._value.get() == 1
    peer.answer = lambda post: OK
    node.until(lambda one: one.failures == 5 or one.position == 1)
    node.ahead += timedelta(seconds=400)
    node.look()
    found = node.until(lambda one: one.position == 1)
    assert (found.failures, found.broken_at, found.error) == (0, None, None)
    node.loop.call(node.pusher.measure)
    assert metrics.PUSH_CALLBACKS.labels("broken")._value.get() == 0


def test_a_failure_behind_a_success_is_the_first_of_its_row(opened: Open, peer: Peer) -> None:
    """Also in the same turn: what was closed by one receipt is not open again by the next page."""
    peer.answer = refusing("500 Oops", "500 Oops", "", "500 Oops")
    node = opened(breaker_failures=2, retry_seconds=1, longest_seconds=3600, page=2)
    node.deliver("a", "b")
    node.register(peer)
    for tries in (1, 2):
        found = node.until(lambda one, tries=tries: one.failures == tries)  # type: ignore[misc]
        node.settle()
        node.ahead += timedelta(seconds=10)
        node.look()
    assert found.broken_at is not None
    found = node.until(lambda one: one.position == 1 and one.failures == 1)
    assert found.broken_at is None
    assert (found.due_at - node.now()).total_seconds() <= 1
    node.until(lambda one: one.position == 2)
    assert peer.received == ["a", "b", "a", "a", "b", "b"]


def test_an_open_breaker_ends_after_its_days(opened: Open, peer: Peer) -> None:
    """Nobody is knocked at for ever: the callback stops, and says why."""
    peer.answer = lambda post: answered(b"", "500 Oops")
    node = opened(breaker_failures=1, give_up_days=1, retry_seconds=60)
    node.deliver("a")
    node.register(peer)
    node.until(lambda one: one.failures == 1)
    node.ahead += timedelta(days=1, seconds=61)
    node.look()
    found = node.until(lambda one: one.state == callbacks.STOPPED)
    assert found.error == "given up: it answered 500"


def test_a_server_that_was_down_gets_everything_when_it_is_up_again(opened: Open, peer: Peer) -> None:
    """Nothing is lost, nothing comes twice, and polling knows nothing of it."""
    peer.stop()
    node = opened()
    node.register(peer)
    node.deliver("a", "b")
    node.until(lambda one: one.failures >= 2)
    page = node.loop.call(node.boxes.page, PARTY, 0, 10, 0)
    assert page.position == 2
    peer.start()
    node.until(lambda one: one.position == 2)
    assert peer.received == ["a", "b"]


def test_a_callback_that_hangs_keeps_nobody_else_waiting(opened: Open, peer: Peer, tmp_path: Path) -> None:
    """Not with a place for one post at once either: whoever fails or dawdles has a lane of his own."""
    slow = Peer(tmp_path / "slow")
    slow._context.load_cert_chain(tmp_path / "peer" / "peer.pem", tmp_path / "peer" / "peer.key")
    go_on = threading.Event()
    slow.answer = lambda post: answered(b"", "500 Oops")
    node = opened(at_once=1, timeout_seconds=600)
    node.register(slow, OTHER)
    node.deliver("x", party=OTHER)
    node.until(lambda one: one.failures >= 1, OTHER)
    slow.answer = lambda post: held_until(go_on)
    slow.until(lambda: len(slow.posts) >= 2)  # its one place is taken now
    node.register(peer)
    for number in range(5):
        node.deliver(f"n{number}")
        node.until(lambda one, number=number: one.position == number + 1)  # type: ignore[misc]
    assert node.of(OTHER).taken_by == "1"  # still
    go_on.set()
    slow.stop()


def test_a_post_that_takes_long_makes_its_callback_a_slow_one(opened: Open, peer: Peer) -> None:
    """Until it was quick so many times that it cannot hold a quick one's place each second time."""
    slow = opened(slow_seconds=0.000_001)
    slow.register(peer)
    slow.deliver("a")
    assert slow.until(lambda one: one.position == 1).slow == PROBATION
    slow.loop.call(slow.pusher.stop)
    quick = opened("2", slow_seconds=60)
    for number in range(1, PROBATION + 1):
        quick.deliver(f"n{number}")
        found = quick.until(lambda one, number=number: one.position == number + 1)  # type: ignore[misc]
        assert found.slow == PROBATION - number


def test_many_parties_are_posted_to_at_once_but_no_more_than_allowed(opened: Open, peer: Peer) -> None:
    """The first ones' answers are held back: exactly so many posts are under way, and all come in the end."""
    gate = threading.Event()
    peer.answer = lambda post: OK * gate.wait(TIMEOUT)
    node = opened(at_once=3, slow_seconds=60)
    parties = [f"DXPENT{number:010d}" for number in range(10)]
    for party in parties:
        node.register(peer, party)
        node.deliver("a", party=party)
    peer.until(lambda: len(peer.posts) == 3)
    node.look()
    assert len(peer.posts) == 3
    gate.set()
    peer.until(lambda: len(peer.posts) == 10)
    assert sorted(post.headers["eport-party"] for post in peer.posts) == parties


def test_a_broken_or_paused_callback_costs_a_delivery_no_look_into_the_database(
    opened: Open, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not due is known in memory; nor does a delivery to somebody without a callback ask."""
    peer.answer = lambda post: answered(b"", "500 Oops")
    node = opened(retry_seconds=600)
    node.register(peer)
    node.deliver("a")
    node.until(lambda one: one.failures == 1)
    node.settle()
    asked: list[Any] = []
    take = pushes.take

    def counted(*args: Any) -> list[Callback]:
        asked.append(args)
        return take(*args)

    monkeypatch.setattr(pushes, "take", counted)
    for number in range(50):
        node.deliver(f"n{number}")
        node.deliver(f"m{number}", party=OTHER)
    node.settle()
    assert asked == []
    with node.database.write() as connection:
        callbacks.pause(connection, PARTY, "abuse", node.now())
    node.look()
    node.settle()
    node.ahead += timedelta(seconds=601)
    node.deliver("late")
    node.settle()
    assert asked == []
    assert len(peer.posts) == 1


def test_what_a_stopped_gateway_was_posting_is_posted_by_the_next(opened: Open, peer: Peer) -> None:
    """A stop breaks off, and holds nothing: the next gateway, of whatever name, goes on at once."""
    held = threading.Event()
    peer.answer = lambda post: held_until(held)
    first = opened()
    first.register(peer)
    first.deliver("a")
    peer.until(lambda: len(peer.posts) == 1)
    first.loop.call(first.pusher.stop)
    held.set()
    found = first.of()
    assert (found.taken_by, found.failures, found.position) == (None, 0, 0)
    peer.answer = lambda post: OK
    second = opened("2")
    second.until(lambda one: one.position == 1)
    assert peer.received == ["a", "a"]


def test_what_a_killed_gateway_was_posting_is_its_own_to_finish(opened: Open, peer: Peer) -> None:
    """Its successor of the same name goes on at once; another gateway only after the lease."""
    other = opened("2")
    other.register(peer)
    other.deliver("a", tell=False)
    with other.database.write() as connection:
        taken = pushes.take(connection, [PARTY], "1", other.now(), other.now() + timedelta(hours=1))
        assert len(taken) == 1
    other.look()
    other.deliver("b")
    assert other.of().taken_by == "1"
    opened("1").until(lambda one: one.position == 2)
    assert peer.received == ["a", "b"]
    with other.database.write() as connection:
        assert not pushes.advance(connection, taken[0], 1, other.now(), None, slow=0)


def test_what_this_gateway_had_itself_when_it_looked_is_not_taken_for_anothers(
    opened: Open, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that is answered late, when the post is over, puts nothing off."""
    node = opened()
    node.register(peer)
    node.deliver("a")
    node.until(lambda one: one.position == 1)
    standing = pushes.standing
    until = node.now() + timedelta(seconds=75)
    monkeypatch.setattr(
        pushes, "standing",
        lambda connection: [replace(each, taken_by="1", taken_until=until) for each in standing(connection)],
    )  # fmt: skip
    node.look()
    node.settle()
    node.deliver("b")
    node.until(lambda one: one.position == 2)


def test_another_gateway_goes_on_where_a_lost_ones_lease_has_run_out(opened: Open, peer: Peer) -> None:
    """Nobody waits for a machine that never comes back."""
    other = opened("2")
    other.register(peer)
    other.deliver("a", tell=False)
    with other.database.write() as connection:
        assert pushes.take(connection, [PARTY], "1", other.now(), other.now() + timedelta(seconds=90))
    other.ahead += timedelta(seconds=91)
    other.look()
    other.until(lambda one: one.position == 1)
    assert peer.received == ["a"]


def test_two_gateways_post_everything_once_and_in_order(
    postgres_database_url: str, loop: Loop, peer: Peer, names: Names
) -> None:
    """Both deliver to the same mailboxes under load; each party gets each receipt once, in its order."""
    database = Database(postgres_database_url)
    push = settings(peer, page=7)
    nodes = [Node(loop, database, push, names, str(number), False).start() for number in (1, 2)]
    parties = [PARTY, OTHER, "DXPENT0000000003"]
    for party in parties:
        nodes[0].register(peer, party)
    nodes[1].look()
    rounds = 40
    threads = [
        threading.Thread(target=_load, args=(node, parties, range(place, rounds, 2)))
        for place, node in enumerate(nodes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for party in parties:
        nodes[0].look()
        nodes[1].look()
        peer.until(lambda party=party: len(_got(peer, party)) >= 2 * rounds)  # type: ignore[misc]
        with database.read() as connection:
            stored = [document.decode() for _, document in mailboxes.page(connection, party, 0, 1000)]
        assert [f"<DxpMsg>{name}</DxpMsg>" for name in _got(peer, party)] == stored
    for node in nodes:
        node.stop()
    database.close()


def _load(node: Node, parties: Sequence[str], numbers: range) -> None:
    for number in numbers:
        for party in parties:
            node.deliver(f"a{number}", f"b{number}", party=party)


def _got(peer: Peer, party: str) -> list[str]:
    return [name for post in list(peer.posts) if post.headers["eport-party"] == party for name in post.names]


def test_a_database_that_fails_for_a_moment_loses_nothing(
    opened: Open, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post whose note could not be written is posted again when its lease has run out."""
    node = opened()
    node.register(peer)
    advance = pushes.advance
    failing = [True]

    def once(*args: Any, **kwargs: Any) -> bool:
        if failing:
            failing.clear()
            raise OSError("no space left on device")
        return advance(*args, **kwargs)

    monkeypatch.setattr(pushes, "advance", once)
    node.deliver("a")
    peer.until(lambda: len(peer.posts) == 1)
    node.settle()
    assert node.of().position == 0
    node.ahead += timedelta(seconds=100)
    node.look()
    node.until(lambda one: one.position == 1)
    assert peer.received == ["a", "a"]


def test_a_callback_whose_registrant_is_out_stops_and_says_so(opened: Open, peer: Peer) -> None:
    """A stolen card's callback gets nothing once the card is revoked; the party sees why."""
    node = opened()
    node.register(peer)
    with node.database.write() as connection:
        new = NewCallback(PARTY, peer.url, "Mallory", "a" * 64, None, 0)
        callbacks.register(connection, new, node.now())
    node.deliver("a")
    node.look()
    found = node.until(lambda one: one.state == callbacks.STOPPED)
    assert found.error is not None
    assert "register it anew" in found.error
    assert peer.posts == []


def test_a_gateway_that_is_told_not_to_push_posts_nothing(opened: Open, peer: Peer) -> None:
    """What was registered before stays as it was."""
    node = opened(enabled=False)
    node.register(peer)
    node.deliver("a")
    assert node.of().position == 0
    assert peer.hellos == 0
