"""Writing many whole rows of one table: SQLAlchemy's SQL and its columns' ways of writing, no more.

Knows how a statement is compiled once a database and how its column types write values; refuses to know what
is written. SQLite gets row after row, which costs half of what SQLAlchemy's own way does for a small row.
PostgreSQL gets one statement with an array a column: a third of the CPU of both sides, and one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_psycopg: Any = PGDialect_psycopg
_SQLITE: Any = SQLiteDialect_pysqlite()
_POSTGRESQL: Any = _psycopg(paramstyle="format")
_quote: Callable[[str], str] = _POSTGRESQL.identifier_preparer.quote
_PLAIN = frozenset({int, str, bytes, type(None)})
_COUNTED = {"preserve_rowcount": True}
Writes = list[tuple[int, Callable[[Any], Any]]]


def _writes(table: Table, columns: Sequence[str], dialect: Any) -> Writes:
    """How values are written, where that is not as they are, by their places."""
    kinds = (table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns)
    return [(at, write) for at, write in enumerate(kinds) if write]


def _arrays(table: Table, columns: Sequence[str]) -> str:
    """The rows of an array a column, which are sent as psycopg's binary parameters."""
    kinds = (str(table.c[name].type.compile(_POSTGRESQL)) for name in columns)
    return f"unnest({', '.join('%b::' + kind.partition(' COLLATE')[0] + '[]' for kind in kinds)})"


def _written(rows: Sequence[list[Any]], writes: Writes) -> None:
    for at, write in writes:
        for row in rows:
            row[at] = write(row[at])


def _columns(rows: Sequence[list[Any]]) -> tuple[list[Any], ...]:
    """The rows as a list a column; psycopg takes no mixture in one, such as of numbers and enumerations."""
    columns = tuple(map(list, zip(*rows, strict=True)))
    return tuple(
        column if _PLAIN.issuperset(map(type, column)) else [*map(_plain, column)] for column in columns
    )


def _plain(value: Any) -> Any:
    if isinstance(value, int):
        return int(value)
    return str.__str__(value) if isinstance(value, str) else value


class BulkInsert:
    """INSERT of rows that name all of `columns`, in their order; any other column is the database's to fill.

    With `unless_taken` it leaves out each row that would break a unique key.
    """

    def __init__(self, table: Table, columns: Sequence[str], *, unless_taken: bool = False) -> None:
        statement = sqlite.insert(table).inline()
        compiled = (statement.on_conflict_do_nothing() if unless_taken else statement).compile(
            dialect=_SQLITE, column_keys=list(columns)
        )
        place = {name: at for at, name in enumerate(compiled.positiontup or ())}
        if sorted(place) != sorted(columns):
            raise ValueError(f"{table.name} has other columns than {', '.join(columns)}")
        if list(place) != list(columns):
            raise ValueError(f"name the columns of {table.name} in its own order: {', '.join(place)}")
        self._rows = str(compiled)
        named = ", ".join(map(_quote, columns))
        self._arrays = " ".join((
            f"INSERT INTO {table.name} ({named})",
            f"SELECT * FROM {_arrays(table, columns)}",  # noqa: S608 - names of the schema itself
            "ON CONFLICT DO NOTHING" if unless_taken else "",
        ))  # fmt: skip
        self._writes = {each.name: _writes(table, columns, each) for each in (_SQLITE, _POSTGRESQL)}

    def __call__(self, conn: Connection, rows: Sequence[list[Any]]) -> int:
        """Insert the rows, in this order; how many were. Values are written into the lists themselves."""
        if not rows:
            return 0
        name = conn.dialect.name
        _written(rows, self._writes[name])
        if name == "postgresql":
            return conn.exec_driver_sql(self._arrays, _columns(rows), _COUNTED).rowcount
        return conn.exec_driver_sql(self._rows, [tuple(row) for row in rows], _COUNTED).rowcount


class BulkUpdate:
    """UPDATE of rows found by `keys`, which are given first, to new values of `columns`."""

    def __init__(self, table: Table, keys: Sequence[str], columns: Sequence[str]) -> None:
        self._all = (*keys, *columns)
        given = ", ".join((*(f"key{at}" for at in range(len(keys))), *map(_quote, columns)))
        found = " AND ".join(f"{table.name}.{_quote(name)} = given.key{at}" for at, name in enumerate(keys))
        self._arrays = " ".join((
            f"UPDATE {table.name} SET",
            ", ".join(f"{_quote(name)} = given.{_quote(name)}" for name in columns),
            f"FROM {_arrays(table, self._all)} AS given ({given}) WHERE {found}",
        ))  # fmt: skip
        self._rows = " ".join((
            f"UPDATE {table.name} SET",
            ", ".join(f"{_quote(name)} = ?" for name in columns),
            f"WHERE {' AND '.join(f'{_quote(name)} = ?' for name in keys)}",
        ))  # fmt: skip
        self._keys = len(keys)
        self._writes = {each.name: _writes(table, self._all, each) for each in (_SQLITE, _POSTGRESQL)}

    def __call__(self, conn: Connection, rows: Sequence[list[Any]]) -> int:
        """Change the rows; how many were found, each once. Values are written into the lists themselves."""
        if not rows:
            return 0
        name = conn.dialect.name
        _written(rows, self._writes[name])
        if name == "postgresql":
            return conn.exec_driver_sql(self._arrays, _columns(rows), _COUNTED).rowcount
        ordered = [(*row[self._keys :], *row[: self._keys]) for row in rows]
        return conn.exec_driver_sql(self._rows, ordered, _COUNTED).rowcount
