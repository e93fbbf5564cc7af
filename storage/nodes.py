"""The gateways that share a database: their numbers, when each was last seen, and the one clock of them all.

Knows that no two gateways make the same ids, and what instant it is for whoever decides in a transaction;
refuses to know what a gateway does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, bindparam, func, insert, select, update

from storage import tables
from storage.cases import lock


@dataclass(frozen=True, slots=True)
class Node:
    """A gateway of this database; `seen_at` is None when it has stopped in order, or never served."""

    name: str
    number: int
    started_at: datetime | None
    seen_at: datetime | None
    version: str | None


_gateway = tables.gateways.c
_KNOWN = select(_gateway.number).where(_gateway.name == bindparam("key"))
_HIGHEST = select(func.max(_gateway.number))
_NOTE = update(tables.gateways).where(_gateway.name == bindparam("key"))
_STARTED = _NOTE.values(started_at=bindparam("now"), seen_at=bindparam("now"), version=bindparam("what"))
_SEEN = _NOTE.values(seen_at=bindparam("now"))
_ALL = select(_gateway.name, _gateway.number, _gateway.started_at, _gateway.seen_at, _gateway.version)
_MOMENT = select(func.clock_timestamp(type_=DateTime(timezone=True)))


def number(conn: Connection, name: str) -> int:
    """The number of the gateway called `name`, given at its first start; they begin at 1."""
    lock(conn, ["numbers of the gateways"])
    known = conn.execute(_KNOWN, {"key": name}).scalar()
    if known is not None:
        return int(known)
    given = int(conn.execute(_HIGHEST).scalar() or 0) + 1
    conn.execute(insert(tables.gateways), {"name": name, "number": given})
    return given


def moment(conn: Connection) -> datetime:
    """What time it is for all gateways: the clock of PostgreSQL, or of the one machine that SQLite is on.

    It passes within a transaction: ask when the locks are held, and what others wrote under them is past.
    """
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = conn.execute(_MOMENT).scalar_one()
    return now.astimezone(UTC)


def started(conn: Connection, name: str, version: str) -> datetime:
    """The gateway `name` begins to serve; the moment that was noted."""
    now = moment(conn)
    conn.execute(_STARTED, {"key": name, "now": now, "what": version})
    return now


def seen(conn: Connection, name: str) -> tuple[datetime, list[Node]]:
    """Note that the gateway `name` lives; the moment, and all gateways."""
    now = moment(conn)
    conn.execute(_SEEN, {"key": name, "now": now})
    return now, listed(conn)


def stopped(conn: Connection, name: str) -> None:
    """The gateway `name` has ended in order: nobody misses it."""
    conn.execute(_SEEN, {"key": name, "now": None})


def listed(conn: Connection) -> list[Node]:
    """All gateways that this database has known, by number."""
    return [Node(*row) for row in conn.execute(_ALL.order_by(_gateway.number))]
