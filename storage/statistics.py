"""What has come to pass (统计): messages, receipts and refusals by the hour, and how old what waits is.

Knows the indexes that answer without a row being read; refuses to know what a type or a status means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    func,
    literal_column,
    select,
    text,
    type_coerce,
)

from storage import tables
from storage.types import from_microseconds

HOUR = timedelta(hours=1)
COUNTED = 100_000
"""What waits is counted that far in each span of age."""

_US = 3_600_000_000


@dataclass(slots=True)
class Hour:
    """What came to pass within an hour."""

    messages: Counter[str] = field(default_factory=Counter)  # accepted, by type
    receipts: Counter[tuple[str, int | None]] = field(default_factory=Counter)  # by type and status
    others: Counter[str] = field(default_factory=Counter)  # the journal's other entries, by kind


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: how many of each age, the youngest span first, and since when the oldest."""

    ages: tuple[int, ...]
    oldest: datetime | None


def hours(conn: Connection, begin: datetime, end: datetime) -> dict[datetime, Hour]:
    """What came to pass from `begin` until before `end`, by the hours' beginnings; no empty ones."""
    found: dict[datetime, Hour] = {}

    def hour(number: int) -> Hour:
        return found.setdefault(from_microseconds(number * _US), Hour())

    message, receipt, entry = tables.messages.c, tables.receipts.c, tables.journal.c
    for number, type_, count in conn.execute(_by_hour(message.accepted_at, begin, end, message.type)):
        hour(number).messages[type_] += count
    for number, type_, status, count in conn.execute(
        _by_hour(receipt.created_at, begin, end, receipt.type, receipt.status)
    ):
        hour(number).receipts[type_, status] += count
    others = _by_hour(entry.at, begin, end, entry.kind).where(text(tables.OTHER_KINDS))
    for number, kind, count in conn.execute(others):
        hour(number).others[kind] += count
    return found


def _by_hour(at: Column[datetime], begin: datetime, end: datetime, *what: Column[Any]) -> Select[Any]:
    number = (type_coerce(at, BigInteger) // literal_column(str(_US))).label("hour")
    return select(number, *what, func.count()).where(at >= begin, at < end).group_by(number, *what)


def due_work(conn: Connection, now: datetime, ages: Sequence[timedelta]) -> Waiting:
    """The work that is due, by how long it has been; `ages` are the bounds between the spans."""
    item = tables.work.c
    return _waiting(conn, item.due_at, (), now, ages)


def cases_in(conn: Connection, system: str, state: str, now: datetime, ages: Sequence[timedelta]) -> Waiting:
    """A system's cases in a state, by how long they have not changed."""
    case = tables.cases.c
    return _waiting(conn, case.changed, (case.system == system, case.state == state), now, ages)


def cases_by(
    conn: Connection, system: str, state: str, column: str, most: int
) -> list[tuple[str, int, datetime]]:
    """(value, how many, since when the oldest) of a system's cases in a state, by a column of the table.

    The most frequent first, at most so many; counted among the oldest COUNTED.
    """
    # SQLite keeps no statistics to choose by; of the table's text FROM, columns have no table's name.
    index = " INDEXED BY ix_cases_in_state" if conn.dialect.name == "sqlite" else ""
    value: ColumnElement[str] = literal_column(column)
    changed = literal_column("changed", tables.cases.c.changed.type)
    some = (
        select(value.label("value"), changed.label("changed"))
        .select_from(text(f"cases{index}"))
        .where(literal_column("system") == system, literal_column("state") == state)
        .order_by(changed)
        .limit(COUNTED)
        .subquery()
    )
    count = func.count().label("count")
    found = (
        select(some.c.value, count, func.min(some.c.changed))
        .group_by(some.c.value)
        .order_by(count.desc(), some.c.value)
        .limit(most)
    )
    return [(str(each or ""), int(number), oldest) for each, number, oldest in conn.execute(found)]


def _waiting(
    conn: Connection,
    at: Column[datetime],
    where: Sequence[ColumnElement[bool]],
    now: datetime,
    ages: Sequence[timedelta],
) -> Waiting:
    bounds = [now, *(now - age for age in ages)]
    counts = []
    for late, early in zip(bounds, [*bounds[1:], None], strict=True):
        span = (at <= late,) if early is None else (at <= late, at > early)
        some = select(literal_column("1")).where(*where, *span).limit(COUNTED).subquery()
        counts.append(int(conn.execute(select(func.count()).select_from(some)).scalar_one()))
    oldest = conn.execute(select(at).where(*where, at <= now).order_by(at).limit(1)).scalar()
    return Waiting(tuple(counts), oldest)
