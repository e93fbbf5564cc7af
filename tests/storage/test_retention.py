"""What leaves the database: which rows may, what stays of them, and who is the only one at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from storage import mailboxes, messages, pickups, retention
from storage.database import Database
from storage.journal import MESSAGE, RECEIPT
from storage.retention import ArchivingElsewhere, LockLost, Place, Whereabouts
from storage.types import EPOCH
from tests.storage.builders import ENTERPRISE, NOW, OTHER, later, message, receipt


@pytest.fixture
def kept(database: Database) -> Database:
    """Three messages a second apart, of which the third has open work, and four receipts for the first."""
    with database.write() as conn:
        messages.insert(
            conn,
            [message(number, accepted_at=later(number), work=() if number < 3 else message(3).work)
             for number in (1, 2, 3)],
        )  # fmt: skip
        mailboxes.deliver(
            conn, [receipt(10 + place, created_at=later(place), case_no=None) for place in range(4)]
        )
    return database


def ids(database: Database, kind: str, after: Place, before: float, limit: int = 10) -> list[int]:
    """The ids of what may go."""
    with database.read() as conn:
        return [each.id for each in retention.waiting(conn, kind, after, later(before), {}, limit)]


def test_what_is_old_and_done_may_go_in_order(kept: Database) -> None:
    """Oldest first, from any place on; what is younger, has open work or has gone already is not named."""
    assert ids(kept, MESSAGE, Place(EPOCH), 100) == [1, 2]
    assert ids(kept, MESSAGE, Place(EPOCH), 2) == [1]
    assert ids(kept, MESSAGE, Place(later(1), 1), 100) == [2]
    assert ids(kept, RECEIPT, Place(EPOCH), 100, 3) == [10, 11, 12]
    assert ids(kept, RECEIPT, Place(later(1), 10), 100) == [11, 12, 13]
    with kept.write() as conn:
        assert retention.purge(conn, MESSAGE, 7, [1]) == 1
        assert retention.purge(conn, MESSAGE, 8, [1]) == 0, "what has gone stays where it went"
    assert ids(kept, MESSAGE, Place(EPOCH), 100) == [2]


def test_things_of_the_same_instant_are_told_apart(database: Database) -> None:
    """Many of one microsecond are all named, once, however small the pages are."""
    with database.write() as conn:
        messages.insert(conn, [message(number, work=()) for number in range(1, 8)])
    found: list[int] = []
    place = Place(EPOCH)
    while page := ids(database, MESSAGE, place, 1, 2):
        found += page
        place = Place(NOW, page[-1])
    assert found == list(range(1, 8))


def test_a_message_that_waits_for_its_pick_up_stays_in_the_mailbox(kept: Database) -> None:
    """What a receiver has not read yet is not taken from him; when he has, it may go."""
    with kept.write() as conn:
        pickups.await_pick_up(conn, [12])
    assert ids(kept, RECEIPT, Place(EPOCH), 100) == [10, 11, 13]
    with kept.write() as conn:
        pickups.picked_up(conn, ENTERPRISE, 3, NOW)
        conn.execute(text("DELETE FROM work"))
    assert ids(kept, RECEIPT, Place(EPOCH), 100) == [10, 11, 12, 13]


@pytest.mark.parametrize("size", [3_000, 3_900, 8_000])
def test_sqlite_uses_the_room_again(sqlite_database_url: str, size: int) -> None:
    """What messages have filled is free for others when they are purged, whatever size they had."""
    database = Database(sqlite_database_url)
    with database.write() as conn:
        messages.insert(conn, [message(n, data=bytes(size), work=()) for n in range(1, 401)])
    with database.read() as conn:
        before = conn.execute(text("PRAGMA freelist_count")).scalar_one()
    for start in range(1, 401, 50):
        with database.write() as conn:
            retention.purge(conn, MESSAGE, 1, range(start, start + 50))
    with database.read() as conn:
        free = conn.execute(text("PRAGMA freelist_count")).scalar_one() - before
    database.close()
    assert free * 4096 > 0.8 * 400 * size


def test_the_keys_of_a_purged_message_stay(kept: Database) -> None:
    """Identifiers, digests and certificate answer as before, and nobody can take them again."""
    with kept.read() as conn:
        before = messages.load(conn, [1])[1]
    with kept.write() as conn:
        retention.purge(conn, MESSAGE, 7, [1])
        after = messages.by_cop_msg_id(conn, ENTERPRISE, "cop-1")
        assert after is not None
        assert (after.data, after.reply, after.archive) == (b"", b"", 7)
        for name in ("id", "root_guid", "digest", "content_key", "certificate", "receivers", "accepted_at"):
            assert getattr(after, name) == getattr(before, name)
        assert messages.insert(conn, [message(50, cop_msg_id="cop-1")]) == frozenset()
        assert messages.certificates(conn, [1]) == {1: before.certificate}


def test_a_mailbox_begins_behind_what_has_gone(kept: Database) -> None:
    """Only what has gone from its beginning is stepped over without a look; later gaps are left out."""
    with kept.write() as conn:
        retention.purge(conn, RECEIPT, 1, [10, 11, 13])
        retention.skip(conn, ENTERPRISE)
        retention.skip(conn, OTHER)
    with kept.read() as conn:
        assert conn.execute(text("SELECT archived FROM mailboxes")).scalars().all() == [2]
        assert [place for place, _ in mailboxes.page(conn, ENTERPRISE, 0, 10)] == [3]
    with kept.write() as conn:
        retention.purge(conn, RECEIPT, 1, [12])
        retention.skip(conn, ENTERPRISE)
        mailboxes.deliver(conn, [receipt(20)])
    with kept.read() as conn:
        assert conn.execute(text("SELECT archived FROM mailboxes")).scalars().all() == [4]
        assert [place for place, _ in mailboxes.page(conn, ENTERPRISE, 0, 10)] == [5]


def test_where_a_message_and_its_receipts_are_is_told(kept: Database) -> None:
    """By the party and its CopMsgId, each with the archive or none."""
    with kept.write() as conn:
        retention.purge(conn, RECEIPT, 4, [11])
        found = retention.places(conn, ENTERPRISE, "cop-1")
        assert found[:3] == [
            Whereabouts(MESSAGE, 1, None), Whereabouts(RECEIPT, 10, None), Whereabouts(RECEIPT, 11, 4)
        ]  # fmt: skip
        assert retention.places(conn, OTHER, "cop-1") == []


def test_how_far_all_has_gone_is_remembered(kept: Database) -> None:
    """A kind begins with nothing known and moves on by itself."""
    with kept.write() as conn:
        assert retention.since(conn, MESSAGE) is None
        retention.move(conn, MESSAGE, later(1))
        retention.move(conn, MESSAGE, later(2))
        assert (retention.since(conn, MESSAGE), retention.since(conn, RECEIPT)) == (later(2), None)
        assert retention.oldest(conn, MESSAGE, later(2), later(100)) == later(2)
        assert retention.oldest(conn, MESSAGE, later(4), later(100)) is None


def test_one_archives_at_a_time(database: Database, database_url: str, tmp_path: Path) -> None:
    """A second one is refused, also from another process's connection; afterwards it is free."""
    other = Database(database_url)
    with (
        retention.alone(database, tmp_path / "lock"),
        pytest.raises(ArchivingElsewhere),
        retention.alone(other, tmp_path / "lock"),
    ):
        pytest.fail("two archive at the same time")
    with retention.alone(other, tmp_path / "lock") as write, write() as conn:
        assert conn.execute(text("SELECT 1")).scalar() == 1
    other.close()


def test_whoever_has_lost_the_lock_writes_nothing(postgres_database_url: str, tmp_path: Path) -> None:
    """On PostgreSQL the lock ends with its connection: what comes over a new one is not written."""
    database, other = Database(postgres_database_url), Database(postgres_database_url)
    with retention.alone(database, tmp_path / "lock") as write:
        with write() as conn:
            backend = conn.execute(text("SELECT pg_backend_pid()")).scalar()
        with other.write() as conn:
            conn.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        with pytest.raises(DBAPIError), write():
            pass
        with pytest.raises(LockLost), write():
            pytest.fail("it was let in without the lock")
    database.close()
    other.close()


def test_what_comes_while_a_mailbox_is_emptied_is_not_stepped_over(postgres_database_url: str) -> None:
    """A receipt that another gateway commits between two looks at an archived mailbox is read as any."""
    one, other = Database(postgres_database_url), Database(postgres_database_url)
    with one.write() as conn:
        mailboxes.deliver(conn, [receipt(1), receipt(2)])
        assert retention.purge(conn, RECEIPT, 1, [1, 2]) == 2
    came: list[int] = []

    def deliver(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "max(receipts.position)" in statement and not came:
            with other.write() as conn:
                came.extend(mailboxes.deliver(conn, [receipt(3)]).values())

    with one.write() as conn:
        event.listen(conn, "before_cursor_execute", deliver)
        retention.skip(conn, ENTERPRISE)
    with other.read() as conn:
        assert came == [place for place, _ in mailboxes.page(conn, ENTERPRISE, 0, 10)] == [3]
    one.close()
    other.close()
