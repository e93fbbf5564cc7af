"""Several gateways that work off one queue on PostgreSQL: each item once, each key in order, nobody idle."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from storage import work
from storage.database import Database
from storage.work import NewWork, Turn

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TIMEOUT = 60  # seconds; a wait that long is a deadlock


@pytest.fixture
def gateways(postgres_database_url: str) -> Iterator[tuple[Database, ...]]:
    """Three gateways' connections to one database."""
    opened = tuple(Database(postgres_database_url) for _ in range(3))
    yield opened
    for one in opened:
        one.close()


def queue(database: Database, *keys: str) -> None:
    """An item that is due for each of these keys."""
    with database.write() as conn:
        work.add(conn, [NewWork("node", key, place, NOW) for place, key in enumerate(keys)])


def places(items: list[work.Work]) -> list[int]:
    """Which of those that were queued these are."""
    return [item.node for item in items]


def test_what_one_gateway_has_in_work_another_steps_over(gateways: tuple[Database, ...]) -> None:
    """The second takes what comes next, at its first look; a third finds nothing and does not wait."""
    queue(gateways[0], *(f"A/{number:02}" for number in range(10)))
    one, other, third = gateways
    with one.write() as mine, other.write() as theirs, third.write() as last:
        assert places(work.take(mine, NOW, 6)) == [0, 1, 2, 3, 4, 5]
        assert places(work.take(theirs, NOW, 6)) == [6, 7, 8, 9]
        assert work.take(last, NOW, 6) == []


def test_however_much_others_have_in_work_the_rest_is_found(gateways: tuple[Database, ...]) -> None:
    """Behind more items in work than a look reaches, the next are found by the turn of their keys."""
    queue(gateways[0], *(f"A/{number:03}" for number in range(200)))
    one, other, _ = gateways
    with one.write() as mine, other.write() as theirs:
        assert places(work.take(mine, NOW, 150)) == [*range(150)]
        assert work.REACH * 20 < 150
        turn, found = Turn(), set[int]()
        for _ in range(20):
            found |= {*places(work.take(theirs, NOW, 20, turn))}
        assert found
        assert found <= {*range(150, 200)}


def test_nothing_of_a_key_is_taken_while_another_of_it_is_in_work(gateways: tuple[Database, ...]) -> None:
    """Not even an item that was numbered before and is committed after the one in work was taken."""
    late, one, other = gateways
    with one.write() as conn:
        with late.write() as slow:
            work.add(slow, [NewWork("node", "A/1", 0, NOW)])
            queue(other, "A/1")
            (taken,) = work.take(conn, NOW, 10)
        with other.write() as theirs:
            (earlier,) = work.due(theirs, NOW, 10)
            assert earlier.id < taken.id
            assert work.take(theirs, NOW, 10) == []
            assert work.claim(theirs, [earlier.id], NOW) == set()
        work.finish(conn, [taken.id])
    with other.write() as theirs:
        assert work.take(theirs, NOW, 10) == [earlier]


def test_keys_that_are_only_looked_at_are_not_held(gateways: tuple[Database, ...]) -> None:
    """Whoever takes some items holds the keys of these alone: all others are free for the rest."""
    queue(gateways[0], *(f"A/{number:02}" for number in range(8) for _ in range(2)))
    one, other, _ = gateways
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = :space")
    with one.write() as mine, other.write() as theirs:
        assert places(work.take(mine, NOW, 3)) == [0, 2, 4]
        assert mine.execute(held, {"space": work.KEYS}).scalar_one() == 3
        assert places(work.take(theirs, NOW, 10)) == [6, 8, 10, 12, 14]


def test_what_failed_elsewhere_is_not_taken_before_its_time(gateways: tuple[Database, ...]) -> None:
    """An item seen as due, which another gateway has put off meanwhile, is left alone, and so is its key."""
    queue(gateways[0], "A/1", "A/1")
    one, other, _ = gateways
    with one.write() as conn:
        (item,) = work.take(conn, NOW, 10)
        work.postpone(conn, item.id, NOW + timedelta(seconds=60), "no answer")
    with other.write() as conn:
        assert work.claim(conn, [item.id], NOW) == set()
        assert work.take(conn, NOW, 10) == []


def test_gateways_that_fail_at_any_time_do_everything_once_and_in_order(
    gateways: tuple[Database, ...],
) -> None:
    """Three work off 600 items of 40 keys, a third of their transactions fails: each item is done once, and
    those of a key in their order.
    """
    chosen = random.Random(9)
    queue(gateways[0], *(f"A/{chosen.randrange(40):02}" for _ in range(600)))
    with gateways[0].write() as conn:
        conn.execute(text("CREATE TABLE done (nth bigserial, id bigint, order_key text)"))

    def run(database: Database, seed: int) -> int:
        dice, turn, batches = random.Random(seed), Turn(), 0
        for _ in count():
            try:
                with database.write() as conn:
                    items = work.take(conn, NOW, 8, turn)
                    for item in items:
                        conn.execute(
                            text("INSERT INTO done (id, order_key) VALUES (:id, :key)"),
                            {"id": item.id, "key": item.order_key},
                        )
                    assert work.finish(conn, [item.id for item in items]) == len(items)
                    if dice.random() < 1 / 3:
                        raise InterruptedError
                    if not items and not work.backlog(conn, NOW).count:
                        return batches
                    batches += bool(items)
            except InterruptedError:
                continue
        raise AssertionError

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(run, database, seed) for seed, database in enumerate(gateways)]
        batches = [each.result(TIMEOUT) for each in running]
    assert all(batches), "each gateway had its share"
    with gateways[0].read() as conn:
        rows = conn.execute(text("SELECT id, order_key FROM done ORDER BY nth")).all()
    assert len(rows) == len({row.id for row in rows}) == 600
    by_key: dict[str, list[int]] = {}
    for row in rows:
        by_key.setdefault(row.order_key, []).append(row.id)
    assert all(ids == sorted(ids) for ids in by_key.values())
