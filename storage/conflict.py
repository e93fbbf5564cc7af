"""INSERT … ON CONFLICT, spelled for each database once at import, so that its compiled form stays cached.

Knows that SQLAlchemy has one such statement a dialect; refuses to know what is inserted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = Any
"""Either dialect's Insert: they share `on_conflict_do_nothing`, `on_conflict_do_update` and `excluded`."""


def by_dialect(table: Table, finish: Callable[[Insert], Insert]) -> Mapping[str, Any]:
    """The statement by dialect name: `connection.execute(STATEMENT[connection.dialect.name], rows)`."""
    return {
        "sqlite": finish(sqlite.insert(table)),
        "postgresql": finish(postgresql.insert(table)),
    }


def unless_taken(table: Table) -> Mapping[str, Any]:
    """INSERT that leaves out each row that would break a unique key; for `insert_free`."""
    return by_dialect(
        table,
        lambda statement: statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True),
    )


def insert_free(conn: Connection, statement: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Insert the rows whose keys are free, in one go; whether that was all of them.

    Where it was not, the caller looks which of them are there: that is rare, and asking every time with
    RETURNING costs more than the insertion.
    """
    inserted: int = conn.execute(statement[conn.dialect.name], rows).rowcount
    return inserted == len(rows)
