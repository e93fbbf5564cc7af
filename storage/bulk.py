"""Inserting many whole rows of one table: SQLAlchemy's SQL and its columns' ways of writing, no more.

Knows how a statement is compiled once a database and how its column types write values; refuses to know what
is inserted. On SQLite it halves what a small row costs; what executing a statement does beyond is not needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_psycopg: Any = PGDialect_psycopg
_KINDS: tuple[tuple[Any, Callable[[Table], Any]], ...] = (
    (SQLiteDialect_pysqlite(), sqlite.insert),
    (_psycopg(paramstyle="format"), postgresql.insert),
)
_COUNTED = {"preserve_rowcount": True}


class BulkInsert:
    """INSERT of rows that name all of `columns`, in their order; any other column is the database's to fill.

    With `unless_taken` it leaves out each row that would break a unique key.
    """

    def __init__(self, table: Table, columns: Sequence[str], *, unless_taken: bool = False) -> None:
        self._sql: dict[str, str] = {}
        self._writes: dict[str, list[tuple[int, Callable[[Any], Any]]]] = {}
        for dialect, insert in _KINDS:
            statement = insert(table).inline()
            if unless_taken:
                statement = statement.on_conflict_do_nothing()
            compiled = statement.compile(dialect=dialect, column_keys=list(columns))
            place = {name: at for at, name in enumerate(compiled.positiontup)}
            if sorted(place) != sorted(columns):
                raise ValueError(f"{table.name} has other columns than {', '.join(columns)}")
            if list(place) != list(columns):
                raise ValueError(f"name the columns of {table.name} in its own order: {', '.join(place)}")
            self._sql[dialect.name] = str(compiled)
            writes = (table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns)
            self._writes[dialect.name] = [(at, write) for at, write in enumerate(writes) if write]

    def __call__(self, conn: Connection, rows: Sequence[list[Any]]) -> int:
        """Insert the rows; how many were. Their values are written into the lists themselves."""
        if not rows:
            return 0
        name = conn.dialect.name
        for at, write in self._writes[name]:
            for row in rows:
                row[at] = write(row[at])
        done = conn.exec_driver_sql(self._sql[name], [tuple(row) for row in rows], _COUNTED)
        return done.rowcount
