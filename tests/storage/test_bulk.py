"""Writing many rows at once: the same rows on both databases, whatever kind of number or text they hold."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any

import pytest
from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from storage import tables
from storage.bulk import BulkInsert, BulkUpdate
from storage.database import Database
from tests.storage.builders import NOW

COLUMNS = ("party", "position", "id", "type", "cop_msg_id", "ori_cop_msg_id", "status", "digest", "document",
           "created_at")  # fmt: skip
INSERT = BulkInsert(tables.receipts, COLUMNS)
INSERT_FREE = BulkInsert(tables.receipts, COLUMNS, unless_taken=True)
UPDATE = BulkUpdate(tables.receipts, ("party", "position"), ("status", "case_no"))


class Status(IntEnum):
    """A number with a name."""

    STORED = 120


class Kind(StrEnum):
    """A text with a name."""

    RETURN = "BVS112"


def row(place: int, status: int | None = 1, kind: str = "BVS112", document: bytes = b"<r/>") -> list[Any]:
    """A receipt of A's."""
    return ["A", place, place, kind, f"m{place}", "o", status, "d", document, NOW]


def stored(database: Database) -> list[Row[Any]]:
    """What is there."""
    receipts = tables.receipts.c
    with database.read() as conn:
        wanted = select(
            receipts.position, receipts.status, receipts.type, receipts.case_no, receipts.document
        )
        return list(conn.execute(wanted.order_by(receipts.position)))


def test_numbers_texts_enumerations_and_nothing_may_stand_side_by_side(database: Database) -> None:
    """A column's values need not be of one type of Python's; what is read is what was written."""
    rows = [row(1, Status.STORED, Kind.RETURN), row(2, 2), row(3, None), row(4, -111107), row(5, 1 << 20)]
    with database.write() as conn:
        assert INSERT(conn, rows) == 5
    assert [(each.status, each.type) for each in stored(database)] == [
        (120, "BVS112"), (2, "BVS112"), (None, "BVS112"), (-111107, "BVS112"), (1 << 20, "BVS112"),
    ]  # fmt: skip


def test_any_text_and_any_bytes_arrive_as_they_are(database: Database) -> None:
    """Quotes, braces, backslashes, commas, NULL as a word, Chinese, and every byte there is."""
    texts = ["", '"', "{}", "\\", "a,b", "NULL", "报文", "%s"]
    every = bytes(range(256))
    with database.write() as conn:
        INSERT(conn, [row(n, kind=each, document=every * n) for n, each in enumerate(texts)])
    found = stored(database)
    assert [each.type for each in found] == texts
    assert [bytes(each.document) for each in found] == [every * n for n in range(len(texts))]


def test_rows_that_are_there_already_are_left_out_where_that_is_wanted(database: Database) -> None:
    """Also when two of one batch have one key; how many were new is told."""
    with database.write() as conn:
        assert INSERT_FREE(conn, [row(1), row(2), row(1, 5)]) == 2
        assert INSERT_FREE(conn, [row(2, 7), row(3)]) == 1
    assert [(each.position, each.status) for each in stored(database)] == [(1, 1), (2, 1), (3, 1)]
    with pytest.raises(IntegrityError), database.write() as conn:
        INSERT(conn, [row(4), row(1)])
    assert len(stored(database)) == 3


def test_rows_are_changed_by_their_keys(database: Database) -> None:
    """Each to values of its own; how many were found is told."""
    with database.write() as conn:
        INSERT(conn, [row(n) for n in range(1, 5)])
        changes = [["A", 1, Status.STORED, "Z1"], ["A", 3, None, None], ["A", 9, 7, "Z9"], ["B", 2, 7, "Z9"]]
        assert UPDATE(conn, changes) == 2
        assert UPDATE(conn, []) == INSERT(conn, []) == 0
    assert [(each.status, each.case_no) for each in stored(database)] == [
        (120, "Z1"), (1, None), (None, None), (1, None),
    ]  # fmt: skip


def test_columns_are_named_in_the_tables_order() -> None:
    """Another order would mix up what is written; it is refused when the program starts."""
    with pytest.raises(ValueError, match="own order"):
        BulkInsert(tables.receipts, (*reversed(COLUMNS),))
    with pytest.raises(ValueError, match="other columns"):
        BulkInsert(tables.receipts, (*COLUMNS, "no such column"))
