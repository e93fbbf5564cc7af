"""Group commit: who shares a transaction, and what happens to the neighbours of a bad one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.commit import GroupCommit
from storage.database import Database
from tests.gateway.jobs import Held


class Shop:
    """A store that writes a row an item, and remembers the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def __call__(self, connection: Connection, batch: Sequence[str]) -> list[str]:
        """Store the batch; an item called bad spoils its transaction."""
        self.batches.append(list(batch))
        for item in batch:
            connection.execute(text("INSERT INTO counters VALUES (:name, 1)"), {"name": item})
        if "bad" in batch:
            raise ValueError("bad")
        return [item.upper() for item in batch]


def _names(database: Database) -> list[str]:
    with database.read() as connection:
        return sorted(connection.execute(text("SELECT name FROM counters")).scalars())


def test_what_arrives_while_the_writer_is_busy_shares_the_next_transaction(database: Database) -> None:
    """Two within the linger go together; three that come during their commit go together after it."""
    clock, writer, shop = Clock(), Held(database, hold=True), Shop()
    commit = GroupCommit(clock, writer, shop, linger=0.002)
    found: list[str] = []
    for item in ("a", "b"):
        commit.add(item).addCallback(found.append)
    assert writer.jobs == []
    clock.advance(0.002)
    for item in ("c", "d", "e"):
        commit.add(item).addCallback(found.append)
    writer.go()
    assert found == ["A", "B"]
    writer.go()
    assert found == ["A", "B", "C", "D", "E"]
    assert shop.batches == [["a", "b"], ["c", "d", "e"]]


def test_nobody_is_answered_before_the_transaction_is_durable(database: Database) -> None:
    """The outcome is given only when the writer has committed."""
    clock, writer = Clock(), Held(database, hold=True)
    deferred = GroupCommit(clock, writer, Shop(), linger=0).add("a")
    clock.advance(0)
    assert not deferred.called
    writer.go()
    assert deferred.called
    assert _names(database) == ["a"]


def test_a_batch_is_no_larger_than_it_may_be(database: Database) -> None:
    """The rest goes into the next transaction, in order."""
    clock, shop = Clock(), Shop()
    commit = GroupCommit(clock, Held(database), shop, linger=0, most=2)
    for item in "abcde":
        commit.add(item)
    clock.advance(0)
    assert shop.batches == [["a", "b"], ["c", "d"], ["e"]]


def test_a_bad_item_fails_alone(database: Database) -> None:
    """Its neighbours are stored in transactions of their own, and it leaves nothing."""
    clock = Clock()
    commit = GroupCommit(clock, Held(database), Shop(), linger=0)
    results: dict[str, Deferred[str]] = {item: commit.add(item) for item in ("a", "bad", "b")}
    results["bad"].addErrback(lambda failure: failure.trap(ValueError))
    clock.advance(0)
    assert [results[item].result for item in ("a", "b")] == ["A", "B"]
    assert results["bad"].result is ValueError
    assert _names(database) == ["a", "b"]
    after = commit.add("c")
    clock.advance(0)
    assert after.result == "C"


@pytest.mark.parametrize("count", [1, 3])
def test_it_sleeps_when_there_is_nothing_to_do(database: Database, count: int) -> None:
    """No transaction is begun for nobody."""
    clock, shop = Clock(), Shop()
    commit = GroupCommit(clock, Held(database), shop, linger=0.01)
    for item in range(count):
        commit.add(str(item))
    clock.pump([0.01] * 10)
    assert len(shop.batches) == 1
    assert commit.waiting == 0
    assert clock.getDelayedCalls() == []
