"""One database, SQLite or PostgreSQL: connections, transactions and the schema's version.

Knows how each database is opened so that a commit is durable and a reader never blocks a writer; refuses
to know any table. Everything is synchronous: callers run it in threads. A thread keeps its connections.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")
"""Of the schema, the newest last; held to the migrations."""
BUSY_TIMEOUT = 15_000  # milliseconds that a writer of another process is waited for (SQLite)
CACHE_PAGES = -8_000  # KiB of page cache the writer may hold (SQLite: negative means KiB)
READER_PAGES = -2_000  # the same of each reader
CHECKPOINT_PAGES = 8_000  # pages of 4 KiB in the WAL before it is folded back; often-written pages go once
JOURNAL_LIMIT = 64 * 1024 * 1024  # bytes the WAL file keeps after a checkpoint
UPGRADE_LOCK = 0x65706F7274  # "eport": one upgrade at a time on PostgreSQL

KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
"""libpq's: a connection to a PostgreSQL that was switched off is given up in half a minute."""
ALIVE = ("timezone=UTC", *(f"tcp_{name}={value}" for name, value in KEEPALIVE.items()))
"""The same the other way round: what a gateway that was switched off held is free in half a minute."""
FROZEN = "idle_in_transaction_session_timeout=5min"  # whoever is stopped half way holds nothing for longer


class DatabaseTooNew(Exception):
    """A newer eport-gateway upgraded this database: install that version, or restore a backup."""


class DatabaseUnsupported(Exception):
    """The URL names neither SQLite with a file nor PostgreSQL."""


class Database:
    """A database by URL: `sqlite:////path/gateway.db` or `postgresql://user@host/name`."""

    def __init__(self, url: str) -> None:
        self.url = _driver_url(url)
        self.dialect: str = self.url.get_backend_name()
        self._write_engine = _engine(self.url, writes=True)
        self._read_engine = _engine(self.url, writes=False)
        self._local = threading.local()
        self._open: WeakSet[Connection] = WeakSet()
        self._open_lock = threading.Lock()
        self._writing = threading.Lock()

    @property
    def file(self) -> Path | None:
        """The database file of SQLite; None on PostgreSQL."""
        return Path(self.url.database or "") if self.dialect == "sqlite" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends; an exception rolls all of it back.

        On SQLite it takes the write lock at once (BEGIN IMMEDIATE), so it never fails half way for the lock.
        """
        if self.dialect == "sqlite":
            with self._writing, self._transaction() as connection:
                yield connection
        else:
            with self._transaction() as connection:
                yield connection

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._kept("writer", self._write_engine) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that may only read; each statement sees what was committed before it began."""
        with self._kept("reader", self._read_engine) as connection:
            yield connection
            if connection.in_transaction():
                connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection of its own that reads one state of the database throughout, however long it takes."""
        with self._read_engine.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
                try:
                    yield connection
                finally:
                    connection.exec_driver_sql("ROLLBACK")
            else:
                yield connection.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def _kept(self, name: str, engine: Engine) -> Iterator[Connection]:
        connection: Connection | None = getattr(self._local, name, None)
        if connection is None or connection.closed or connection.invalidated:
            connection = engine.connect()
            setattr(self._local, name, connection)
            with self._open_lock:
                self._open.add(connection)
        try:
            yield connection
        except BaseException:
            if connection.in_transaction() and not connection.invalidated:
                connection.rollback()
            if connection.invalidated:
                delattr(self._local, name)
                connection.close()
            raise

    def upgrade(self) -> None:
        """Bring the schema to the newest version; an empty database gets all of it. Raises DatabaseTooNew."""
        if self.current():
            return
        # Only here: it costs 11 MB, which a gateway that serves a current database never needs.
        from alembic import command
        from alembic.config import Config

        with self.write() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            self._revision(connection)
            config = Config()
            scripts = str(Path(__file__).with_name("migrations")).replace("%", "%%")
            config.set_main_option("script_location", scripts)
            config.set_main_option("path_separator", "os")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def current(self) -> bool:
        """Whether the schema is the newest. Raises DatabaseTooNew."""
        with self.read() as connection:
            return self._revision(connection) == REVISIONS[-1]

    @staticmethod
    def _revision(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        present: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if present is not None and present not in REVISIONS:
            raise DatabaseTooNew(
                f"the database has schema {present}, which this version of eport-gateway does not know; "
                "install the version that upgraded it, or restore a backup made before"
            )
        return present

    def close(self) -> None:
        """Close every connection; nothing may be using them any more."""
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            connection.close()
        self._read_engine.dispose()
        self._write_engine.dispose()


def _driver_url(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed.set(drivername="sqlite+pysqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseUnsupported(
        f"cannot use the database {parsed.render_as_string(hide_password=True)}: "
        "write sqlite:////absolute/path/gateway.db or postgresql://user@host/name"
    )


def _engine(url: URL, *, writes: bool) -> Engine:
    if url.get_backend_name() == "postgresql":
        given = (*ALIVE, FROZEN if writes else "default_transaction_read_only=on")
        options = " ".join(f"-c {each}" for each in given)
        return create_engine(
            url,
            poolclass=NullPool,
            hide_parameters=True,  # or the text of an error, which is logged, would quote messages
            isolation_level="READ COMMITTED" if writes else "AUTOCOMMIT",
            connect_args={"options": options, "application_name": "eport-gateway", **KEEPALIVE},
        )
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )

    def opened(raw: Any, _record: object) -> None:
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size={CACHE_PAGES if writes else READER_PAGES}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
            f"journal_size_limit={JOURNAL_LIMIT}",
            "temp_store=MEMORY",
            *(() if writes else ("query_only=ON",)),
        ):
            raw.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", opened)
    if writes:
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
