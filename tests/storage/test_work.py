"""The contract of the work queue, on both databases."""

from __future__ import annotations

import sqlite3

import pytest

from storage import cases, work
from storage.database import Database
from storage.work import Backlog, NewWork, Turn
from tests.storage.builders import COLUMNS, ENTERPRISE, NOW, OTHER, case, later


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


def test_a_long_queue_of_one_key_delays_no_other(database: Database) -> None:
    """Behind many items of one key every other key is served, in a few batches, each once at a time."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", "A/hot", node, NOW) for node in range(300)])
        work.add(conn, [NewWork("node", f"B/{number:03}", 0, NOW) for number in range(100)])
        turn, served = Turn(), []
        for _ in range(7):
            batch = work.due(conn, NOW, 20, turn)
            served += keys(batch)
            work.finish(conn, [item.id for item in batch])
        assert served.count("A/hot") == 7
        assert len({key for key in served if key != "A/hot"}) == 100


def test_keys_take_turns_though_the_first_of_them_never_end(database: Database) -> None:
    """Keys that get new items as fast as theirs are done do not keep the last key waiting."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", "A/hot", node, NOW) for node in range(300)])
        work.add(conn, [NewWork("node", f"B/{number:03}", 0, NOW) for number in range(50)])
        work.add(conn, [NewWork("node", "Z/last", 0, NOW)])
        turn = Turn()
        for _ in range(6):
            batch = work.due(conn, NOW, 10, turn)
            if "Z/last" in keys(batch):
                return
            work.finish(conn, [item.id for item in batch])
            work.add(conn, [NewWork("node", item.order_key, 0, NOW) for item in batch])
    pytest.fail("the last key was never served")


def test_a_key_held_back_by_a_failure_hides_nothing_behind_it(database: Database) -> None:
    """However much waits for a failed item, other keys are found; nothing is where there is none."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", "A/poison", node, NOW) for node in range(100)])
        work.postpone(conn, work.due(conn, NOW, 1)[0].id, later(60), "no answer")
        assert work.due(conn, NOW, 10) == []
        work.add(conn, [NewWork("node", "B/1", 0, NOW)])
        assert keys(work.due(conn, NOW, 10)) == ["B/1"]
        assert work.next_due(conn, NOW) == later(60)


@pytest.mark.parametrize("same_key", [True, False])
def test_finding_what_may_run_costs_the_same_however_much_waits(
    sqlite_database_url: str, same_key: bool
) -> None:
    """Twenty times the queue, of one key or of many, takes SQLite about as many steps a batch."""
    database = Database(sqlite_database_url)

    def steps(queued: int) -> int:
        with database.write() as conn:
            work.add(conn, [NewWork("node", f"A/{0 if same_key else n}", n, NOW) for n in range(queued)])
            counted = 0

            def count() -> int:
                nonlocal counted
                counted += 1
                return 0

            raw = conn.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_progress_handler(count, 100)
            work.due(conn, NOW, 64, Turn())
            raw.set_progress_handler(None, 0)
            return counted

    few = steps(500)
    assert steps(10_000) <= 1.5 * few
    database.close()


def test_customs_words_run_among_the_messages_of_the_cases_owner(database: Database) -> None:
    """Who names a case by its number alone waits for what its owner sent before, and the owner for him."""
    with database.write() as conn:
        cases.save(conn, [case(1)], COLUMNS)
        number = case(1).number
        work.add(
            conn,
            [
                NewWork("node", f"{ENTERPRISE}/{number}", 0, NOW),
                NewWork("node", number, 1, NOW),
                NewWork("event", number, 2, NOW),
                NewWork("node", "Z-unknown", 3, NOW),
                NewWork("node", f"{OTHER}/{number}", 4, NOW),
            ],
        )
        order = []
        while items := work.due(conn, NOW, 10):
            order.append([item.node for item in items])
            work.finish(conn, [item.id for item in items])
        assert order == [[0, 3, 4], [1], [2]]


def test_what_each_party_has_queued_is_counted(database: Database) -> None:
    """The queue of a party can be limited: its unfinished items are known."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", f"{ENTERPRISE}/{number}", 0, NOW) for number in range(3)])
        work.add(conn, [NewWork("event", f"{OTHER}/1", 0, later(60))])
        assert work.queued(conn) == {ENTERPRISE: 3, OTHER: 1}


@pytest.mark.parametrize("length", [10, 5000])
def test_a_long_error_is_cut(database: Database, length: int) -> None:
    """An endless error text does not fill the database."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", "a", 0, NOW)])
        work.postpone(conn, work.due(conn, NOW, 1)[0].id, NOW, "x" * length)
        error = work.due(conn, NOW, 1)[0].last_error
    assert error == "x" * min(length, work.MAX_ERROR)
