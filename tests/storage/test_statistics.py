"""What has come to pass, by the hour, and how old what waits is; on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage import cases, mailboxes, messages, statistics, tables, work
from storage.database import Database
from storage.journal import Chain, Entry
from storage.statistics import Hour, Waiting
from storage.work import NewWork
from tests.storage.builders import COLUMNS, ENTERPRISE, case, later, message, receipt

EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
NINE, TEN = EIGHT + timedelta(hours=1), EIGHT + timedelta(hours=2)


def test_messages_receipts_and_refusals_are_counted_by_the_hour(database: Database) -> None:
    """By type, by type and status, by kind; empty hours are left out, an hour's end is the next one's."""
    with database.write() as conn:
        messages.insert(conn, [message(1, accepted_at=EIGHT), message(2, accepted_at=NINE, type="BVS121")])
        given = (120, 120, -111103, None)
        mailboxes.deliver(
            conn, [receipt(number, status=status, created_at=EIGHT) for number, status in enumerate(given, 1)]
        )
        kinds = ("message", "receipt", "refusal 0002", "refusal 0002", "refusal 2001")
        Chain("1").append(conn, [Entry(kind, ENTERPRISE, "x", "", EIGHT) for kind in kinds])
    with database.read() as conn:
        found = statistics.hours(conn, EIGHT, TEN)
        assert set(found) == {EIGHT, NINE}
        first = found[EIGHT]
        assert first.messages == {"BVS111": 1}
        assert first.receipts == {("BVS112", 120): 2, ("BVS112", -111103): 1, ("BVS112", None): 1}
        assert first.others == {"refusal 0002": 2, "refusal 2001": 1}
        assert found[NINE].messages == {"BVS121": 1}
        assert statistics.hours(conn, EIGHT, NINE) == {EIGHT: first}
        assert statistics.hours(conn, TEN, TEN + timedelta(hours=1)) == {}


def test_an_empty_hour_is_nothing_of_anything() -> None:
    """What is missing in an answer is this."""
    assert (Hour().messages.total(), Hour().receipts.total(), Hour().others.total()) == (0, 0, 0)


def test_waiting_work_is_counted_by_its_age(database: Database) -> None:
    """Each item in one span; what is not due yet does not wait."""
    ages = (timedelta(seconds=60), timedelta(seconds=600))
    with database.write() as conn:
        work.add(conn, [NewWork("node", "A/1", 0, later(at)) for at in (0, 100, 500, 590, 1_000, 1_001)])
    with database.read() as conn:
        assert statistics.due_work(conn, later(1_000), ages) == Waiting((1, 2, 2), later(0))
        assert statistics.due_work(conn, later(-1), ages) == Waiting((0, 0, 0), None)


def test_cases_of_a_state_are_counted_by_a_column(database: Database) -> None:
    """The most frequent values first, each with its oldest; as many values as are wanted."""
    with database.write() as conn:
        made = [
            case(number, state="stored", changed=later(number), search={"etpsCode": code})
            for number, code in enumerate(("B", "A", "A", "C", "C"), 1)
        ]
        cases.save(conn, [*made, case(9, state="approved", search={"etpsCode": "A"})], COLUMNS)
    column = tables.SEARCH[COLUMNS["bonded"].index("etpsCode")]
    with database.read() as conn:
        assert statistics.cases_by(conn, "bonded", "stored", column, 9) == [
            ("A", 2, later(2)), ("C", 2, later(4)), ("B", 1, later(1)),
        ]  # fmt: skip
        assert len(statistics.cases_by(conn, "bonded", "stored", column, 2)) == 2


def test_cases_of_a_state_are_counted_by_their_age(database: Database) -> None:
    """Of that system and state alone, since they changed."""
    with database.write() as conn:
        waiting = [case(number, state="stored", changed=later(number * 10)) for number in range(1, 5)]
        cases.save(
            conn, [*waiting, case(9), case(10, system="inspection", search={}, state="stored")], COLUMNS
        )
    with database.read() as conn:
        found = statistics.cases_in(conn, "bonded", "stored", later(45), (timedelta(seconds=20),))
    assert found == Waiting((2, 2), later(10))
