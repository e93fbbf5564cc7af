"""Noticing pick-ups: by polls and posts, on one gateway or several, and at little cost."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from storage import pickups
from storage.database import Database
from tests.gateway.jobs import Held
from tests.gateway.routing.post import PICKED_UP, A, B, C, Post


@pytest.fixture
def post(database: Database) -> Post:
    """A gateway on each database."""
    return Post(database)


def picked(post: Post, party: str = A) -> list[tuple[str, str | None]]:
    """Which messages were picked up by whom, each as often as it was told."""
    return sorted((name, who) for (name, who, status) in post.told(party).elements() if status == PICKED_UP)


def test_a_message_is_picked_up_when_its_receiver_comes_back_behind_it(post: Post) -> None:
    """Not when it was given out, and not by a cursor in front of it."""
    first, second = post.accept(B), post.accept(B)
    post.work()
    post.pickups.read_to(B, 0)
    assert picked(post) == []
    post.pickups.read_to(B, 1)
    assert picked(post) == [(first, B)]
    post.pickups.read_to(B, 2)
    assert picked(post) == [(first, B), (second, B)]


def test_to_read_the_same_again_is_no_other_pick_up(post: Post) -> None:
    """Whoever goes back to the beginning, on this gateway or after it was started again."""
    name = post.accept(B)
    post.work()
    for again in (post, post, Post(post.database, 2)):
        again.pickups.read_to(B, 0)
        again.pickups.read_to(B, 1)
    assert picked(post) == [(name, B)]


def test_several_gateways_tell_it_once(post: Post) -> None:
    """The receiver's programs poll different nodes at the same time, each with the same cursor."""
    name = post.accept(B)
    post.work()
    nodes = [Post(post.database, number) for number in (2, 3)]
    for node in nodes:
        node.jobs.hold = True
        node.pickups.read_to(B, 1)  # both have seen that it waits before either notes it
    for node in nodes:
        node.jobs.hold = False
        node.jobs.go()
    post.work()
    assert picked(post) == [(name, B)]


def test_a_cursor_from_the_future_picks_up_nothing_that_comes_later(post: Post) -> None:
    """Whoever makes one up has picked up what lies there, and of the rest each when he really comes back."""
    first = post.accept(B)
    post.work()
    post.pickups.read_to(B, 1 << 59)
    second = post.accept(B)
    post.work()
    assert picked(post) == [(first, B)]
    post.pickups.read_to(B, 2)
    assert picked(post) == [(first, B), (second, B)]


def test_others_mailboxes_are_nobody_s_to_pick_up(post: Post) -> None:
    """A receiver's cursor says something of his own mailbox only."""
    post.accept(B)
    post.work()
    post.pickups.read_to(C, 1)
    post.pickups.read_to(A, 1)
    assert picked(post) == []


def test_a_poll_that_reads_no_further_costs_nothing_and_one_that_does_one_look(post: Post) -> None:
    """What was looked at is remembered a mailbox; nothing is written where nothing waits."""
    post.accept(B)
    post.work()
    for position in (1, 1, 0, 1):
        post.pickups.read_to(B, position)
    assert post.reads.count == 1
    before = post.jobs.count
    for position in (1, 1, 0):
        post.pickups.read_to(A, position)  # receipts only
    assert (post.reads.count, post.jobs.count) == (2, before)


def test_polls_that_come_while_one_is_looked_at_share_the_next_look(post: Post) -> None:
    """However many there are; and none of them is forgotten."""
    names = [post.accept(B) for _ in range(5)]
    post.work()
    post.reads.hold = True
    for position in (1, 2, 3, 5, 4):
        post.pickups.read_to(B, position)
    assert len(post.reads.jobs) == 1
    post.reads.go()
    assert len(post.reads.jobs) == 1
    post.reads.go()
    assert post.reads.jobs == []
    assert picked(post) == [(name, B) for name in sorted(names)]


def test_what_could_not_be_noted_is_when_the_receiver_comes_again(post: Post) -> None:
    """A database that fails costs a log entry, and no pick-up."""
    name = post.accept(B)
    post.work()
    working = post.pickups._reader
    post.pickups._reader = Failing(post.database)
    post.pickups.read_to(B, 1)
    post.pickups._reader = working
    post.pickups.read_to(B, 1)
    assert picked(post) == [(name, B)]


def test_what_was_posted_and_taken_is_certain_before_anything_else_is_posted(post: Post) -> None:
    """The Deferred fires when the pick-up is stored, without the dispatch having told of it."""
    name = post.accept(B)
    post.work()
    post.jobs.hold = True
    done: list[object] = []
    post.pickups.taken(B, 1).addCallback(done.append)
    assert done == []
    post.jobs.go()
    assert done == [None]
    with post.database.read() as connection:
        assert not pickups.anything(connection)
    while post.jobs.jobs:
        post.jobs.go()
    assert picked(post) == [(name, B)]


def test_however_many_wait_a_transaction_notes_a_few(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cursor picks all of them up, in their order, and no database has to take them in one go."""
    monkeypatch.setattr(pickups, "MOST", 3)
    names = [post.accept(B) for _ in range(10)]
    post.work()
    before = post.jobs.count
    post.pickups.read_to(B, 10)
    assert post.jobs.count - before >= 4
    post.work()
    assert picked(post) == [(name, B) for name in sorted(names)]


class Failing(Held):
    """A database that is away."""

    def run(self, *_args: Any, **_kwargs: Any) -> Deferred[Any]:
        """Fails."""
        failed: Deferred[Any] = Deferred()
        failed.errback(RuntimeError("the database is away"))
        return failed
