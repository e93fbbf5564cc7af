"""Several gateways on one PostgreSQL: races are decided by the database, never by luck."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import text

from storage import cases, mailboxes, messages
from storage.cases import InnerNumberUsed
from storage.database import Database
from storage.journal import Chain
from tests.storage.builders import COLUMNS, ENTERPRISE, OTHER, case, message, receipt, vouch

TIMEOUT = 20  # seconds; a wait that long is a deadlock


@pytest.fixture
def gateways(postgres_database_url: str) -> Iterator[tuple[Database, Database]]:
    """Two gateways' connections to one database."""
    pair = Database(postgres_database_url), Database(postgres_database_url)
    yield pair
    for one in pair:
        one.close()


def until_waiting(watcher: Database) -> None:
    """Return when some connection waits for a lock of another: the race is on."""
    query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with watcher.read() as conn:
        while not conn.execute(query).scalar_one():
            pass


def test_of_two_gateways_racing_for_one_cop_msg_id_one_wins(gateways: tuple[Database, Database]) -> None:
    """The second waits until the first has committed, and then finds the identifier used."""
    one, other = gateways

    def late() -> frozenset[int]:
        with other.write() as conn:
            return messages.insert(conn, [message(2, cop_msg_id="cop-1"), message(3)])

    with ThreadPoolExecutor(1) as pool:
        with one.write() as conn:
            assert messages.insert(conn, [message(1)]) == {1}
            racing = pool.submit(late)
            until_waiting(one)
        assert racing.result(TIMEOUT) == {3}


def test_the_second_wins_when_the_first_rolls_back(gateways: tuple[Database, Database]) -> None:
    """A message that was not accepted after all does not use its identifiers up."""
    one, other = gateways

    def late() -> frozenset[int]:
        with other.write() as conn:
            return messages.insert(conn, [message(2, cop_msg_id="cop-1")])

    def first(pool: ThreadPoolExecutor) -> Future[frozenset[int]]:
        with one.write() as conn:
            messages.insert(conn, [message(1)])
            racing = pool.submit(late)
            until_waiting(one)
            conn.get_transaction().rollback()  # type: ignore[union-attr]
            return racing

    with ThreadPoolExecutor(1) as pool:
        assert first(pool).result(TIMEOUT) == {2}


def test_no_poller_steps_over_a_receipt_that_commits_late(gateways: tuple[Database, Database]) -> None:
    """While a delivery is uncommitted, the next of that mailbox waits: position 2 never shows before 1."""
    one, other = gateways

    def late() -> dict[str, int]:
        with other.write() as conn:
            return mailboxes.deliver(conn, [receipt(2)])

    with ThreadPoolExecutor(1) as pool:
        with one.write() as conn:
            mailboxes.deliver(conn, [receipt(1)])
            racing = pool.submit(late)
            until_waiting(one)
            with one.read() as polling:
                assert mailboxes.page(polling, ENTERPRISE, 0, 10) == []
        assert racing.result(TIMEOUT) == {ENTERPRISE: 2}
    with one.read() as polling:
        assert [position for position, _ in mailboxes.page(polling, ENTERPRISE, 0, 10)] == [1, 2]


def test_pollers_see_every_receipt_once_while_gateways_deliver(gateways: tuple[Database, Database]) -> None:
    """Reading on from the last position, during deliveries of two gateways, misses and repeats nothing."""
    rounds = 40
    done = threading.Event()

    def deliver(database: Database, first: int) -> None:
        for number in range(first, first + rounds):
            with database.write() as conn:
                mailboxes.deliver(conn, [receipt(number * 2), receipt(number * 2 + 1, OTHER)])

    def poll() -> list[int]:
        reader = Database(gateways[0].url.render_as_string(hide_password=False))
        seen: list[int] = []
        finished = False
        while not finished:
            finished = done.is_set()
            with reader.read() as conn:
                while page := mailboxes.page(conn, ENTERPRISE, seen[-1] if seen else 0, 7):
                    seen.extend(position for position, _ in page)
        reader.close()
        return seen

    with ThreadPoolExecutor(3) as pool:
        polled = pool.submit(poll)
        writers = [pool.submit(deliver, gateways[0], 1), pool.submit(deliver, gateways[1], 1 + rounds)]
        for writer in writers:
            writer.result(TIMEOUT)
        done.set()
        assert polled.result(TIMEOUT) == list(range(1, 2 * rounds + 1))


def test_mailboxes_in_opposite_order_do_not_deadlock(gateways: tuple[Database, Database]) -> None:
    """Two deliveries to the same two mailboxes in opposite order both end."""

    def deliver(database: Database, first: int, parties: tuple[str, str]) -> None:
        for number in range(first, first + 60, 2):
            with database.write() as conn:
                mailboxes.deliver(conn, [receipt(number, parties[0]), receipt(number + 1, parties[1])])

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(deliver, gateways[0], 1, (ENTERPRISE, OTHER))
        other = pool.submit(deliver, gateways[1], 1001, (OTHER, ENTERPRISE))
        one.result(TIMEOUT)
        other.result(TIMEOUT)
    with gateways[0].read() as conn:
        assert mailboxes.head(conn, ENTERPRISE) == mailboxes.head(conn, OTHER) == 60


def test_a_locked_key_is_waited_for(gateways: tuple[Database, Database]) -> None:
    """A step that locks a key another step holds begins only when that one has committed."""
    one, other = gateways

    def late() -> int:
        with other.write() as conn:
            cases.lock(conn, ["inner INNER1", "case 9"])
            return int(conn.execute(text("SELECT count(*) FROM cases")).scalar_one())

    with ThreadPoolExecutor(1) as pool:
        with one.write() as conn:
            cases.lock(conn, ["case 1", "inner INNER1"])
            racing = pool.submit(late)
            until_waiting(one)
            cases.save(conn, [case(1)], COLUMNS)
        assert racing.result(TIMEOUT) == 1


def test_other_keys_are_not_waited_for(gateways: tuple[Database, Database]) -> None:
    """Steps that lock different keys run at the same time."""
    one, other = gateways
    with one.write() as conn, other.write() as second:
        cases.lock(conn, ["case 1"])
        cases.lock(second, ["case 2"])


def test_two_gateways_cannot_store_one_inner_number(gateways: tuple[Database, Database]) -> None:
    """Even where a lock was forgotten, an inner number belongs to one case."""
    one, other = gateways

    def late() -> None:
        with other.write() as conn:
            cases.save(conn, [case(2, inner="INNER1")], COLUMNS)

    with ThreadPoolExecutor(1) as pool:
        with one.write() as conn:
            cases.save(conn, [case(1)], COLUMNS)
            racing = pool.submit(late)
            until_waiting(one)
        with pytest.raises(InnerNumberUsed):
            racing.result(TIMEOUT)


def test_each_gateway_has_a_chain_of_its_own(gateways: tuple[Database, Database]) -> None:
    """Appending to the journal makes no gateway wait for another."""
    with gateways[0].write() as one, gateways[1].write() as other:
        assert Chain("a").append(one, vouch(message(1))).seq == 1
        assert Chain("b").append(other, vouch(message(2), message(3))).seq == 2


def racing_numbers(database: Database) -> Callable[[], list[int]]:
    """A function that takes thirty blocks of numbers, one a transaction."""

    def take() -> list[int]:
        taken = []
        for _ in range(30):
            with database.write() as conn:
                taken.append(cases.take_numbers(conn, "bonded", 2))
        return taken

    return take


def test_no_number_is_given_twice(gateways: tuple[Database, Database]) -> None:
    """Two gateways that number cases at the same time never give the same number."""
    with ThreadPoolExecutor(2) as pool:
        blocks = [pool.submit(racing_numbers(database)) for database in gateways]
        taken = [first for block in blocks for first in block.result(TIMEOUT)]
    assert sorted(taken) == list(range(1, 121, 2))


def test_what_a_gateway_that_was_switched_off_holds_is_free_in_half_a_minute(
    postgres_database_url: str,
) -> None:
    """PostgreSQL asks both kinds of connections whether somebody is there, and waits for no frozen one."""
    database = Database(postgres_database_url)
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
    with database.write() as writing, database.read() as reading:
        for conn in (writing, reading):
            idle, interval, times = (int(conn.execute(text(f"SHOW {name}")).scalar_one()) for name in names)
            assert 0 < idle + interval * times <= 30
        assert writing.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "5min"
    database.close()
