"""The contract of the work queue, on both databases."""

from __future__ import annotations

import pytest

from storage import work
from storage.database import Database
from storage.work import Backlog, NewWork
from tests.storage.builders import NOW, later


def keys(items: list[work.Work]) -> list[str]:
    """The order keys of the items."""
    return [item.order_key for item in items]


def test_only_the_oldest_of_an_order_key_may_run(database: Database) -> None:
    """Items of one case wait for each other; items of different cases do not."""
    with database.write() as conn:
        work.add(
            conn, [NewWork("node", key, node, NOW) for node, key in enumerate(["a", "a", "b", "a", "c"])]
        )
        first = work.due(conn, NOW, 10)
        assert [(item.order_key, item.node) for item in first] == [("a", 0), ("b", 2), ("c", 4)]
        work.finish(conn, [item.id for item in first])
        assert [(item.order_key, item.node) for item in work.due(conn, NOW, 10)] == [("a", 1)]


def test_a_failed_item_holds_its_key_back_until_it_is_tried_again(database: Database) -> None:
    """What comes after a failed item of the same case is not processed before it."""
    with database.write() as conn:
        work.add(
            conn, [NewWork("node", "a", 0, NOW), NewWork("node", "a", 1, NOW), NewWork("node", "b", 0, NOW)]
        )
        work.postpone(conn, work.due(conn, NOW, 1)[0].id, later(60), "no answer")
        assert keys(work.due(conn, NOW, 10)) == ["b"]
        again = work.due(conn, later(60), 10)[0]
        assert (again.order_key, again.node, again.attempts, again.last_error) == ("a", 0, 1, "no answer")


def test_a_timer_that_is_not_due_holds_nothing_back(database: Database) -> None:
    """A case with a deadline next week can be changed today."""
    with database.write() as conn:
        work.add(conn, [NewWork("timer", "a", 0, later(600)), NewWork("node", "a", 1, NOW)])
        assert [item.kind for item in work.due(conn, NOW, 10)] == ["node"]


def test_what_is_due_later_is_not_handed_out(database: Database) -> None:
    """An item is due at its instant, not a microsecond before, and next_due tells when that is."""
    with database.write() as conn:
        assert work.next_due(conn) is None
        work.add(conn, [NewWork("timer", "a", 0, later(5), {"case": "Z1"}, 7)])
        assert work.next_due(conn) == later(5)
        assert work.due(conn, later(4.999999), 10) == []
        assert [(item.payload, item.message_id) for item in work.due(conn, later(5), 10)] == [
            ({"case": "Z1"}, 7)
        ]


def test_the_limit_is_kept(database: Database) -> None:
    """No more is handed out than was asked for, the longest waiting first."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", f"k{number}", 0, later(-number)) for number in range(5)])
        assert sorted(keys(work.due(conn, NOW, 2))) == ["k3", "k4"]


def test_the_backlog_tells_how_much_waits_and_since_when(database: Database) -> None:
    """Nothing waits unnoticed: how many items are due, and the age of the oldest."""
    with database.write() as conn:
        assert work.backlog(conn, NOW) == Backlog(0, None)
        work.add(conn, [NewWork("node", "a", 0, later(-30)), NewWork("node", "b", 0, later(30))])
        assert work.backlog(conn, NOW) == Backlog(1, later(-30))


def test_the_nodes_a_message_still_waits_for_are_known(database: Database) -> None:
    """The state of a message can be told while some of its nodes are unfinished."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", f"k{node}", node, NOW, message_id=1) for node in (2, 0, 1)])
        work.finish(conn, [item.id for item in work.due(conn, NOW, 10) if item.node == 1])
        assert work.pending(conn, 1) == [0, 2]


def test_what_is_finished_cannot_be_claimed(database: Database) -> None:
    """An item that another gateway finished or put off since it was seen is not done again."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", key, 0, NOW) for key in "abc"])
    with database.read() as conn:
        a, b, c = (item.id for item in work.due(conn, NOW, 10))
    with database.write() as conn:
        work.finish(conn, [a])
        work.postpone(conn, b, later(10), "later")
        assert work.claim(conn, [a, b, c], NOW) == {c}


def test_an_item_in_work_is_not_claimed_twice(postgres_database_url: str) -> None:
    """Two gateways on one database never carry out one item at the same time."""
    one, other = Database(postgres_database_url), Database(postgres_database_url)
    try:
        with one.write() as conn:
            work.add(conn, [NewWork("node", key, 0, NOW) for key in "ab"])
            first, second = (item.id for item in work.due(conn, NOW, 10))
        with one.write() as mine, other.write() as theirs:
            assert work.claim(mine, [first], NOW) == {first}
            assert work.claim(theirs, [first, second], NOW) == {second}
    finally:
        one.close()
        other.close()


@pytest.mark.parametrize("length", [10, 5000])
def test_a_long_error_is_cut(database: Database, length: int) -> None:
    """An endless error text does not fill the database."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", "a", 0, NOW)])
        work.postpone(conn, work.due(conn, NOW, 1)[0].id, NOW, "x" * length)
        error = work.due(conn, NOW, 1)[0].last_error
    assert error == "x" * min(length, work.MAX_ERROR)
