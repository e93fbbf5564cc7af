"""Opening a database: schema versions, transactions, durability settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

import storage
from storage.database import REVISIONS, Database, DatabaseTooNew, DatabaseUnsupported
from storage.tables import metadata
from tests.conftest import create_postgres, drop_postgres


def sqlite_schema(connection: Connection) -> set[tuple[str, ...]]:
    """Every column and index as SQLite itself describes them, and what each table's options are."""
    described: set[tuple[str, ...]] = set()
    names = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    for name, sql in names:
        if name in ("alembic_version", "sqlite_sequence"):
            continue
        described.add((name, "without rowid", str("WITHOUT ROWID" in sql)))
        described.add((name, "autoincrement", str("AUTOINCREMENT" in sql)))
        for row in connection.execute(text(f"PRAGMA table_xinfo({name})")):
            described.add((name, *(str(value) for value in row)))
        for index in connection.execute(text(f"PRAGMA index_list({name})")).all():
            columns = connection.execute(text(f"PRAGMA index_xinfo('{index[1]}')")).all()
            sql = connection.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": index[1]}
            ).scalar()
            described.add((name, str(index[2:]), str(columns), str(sql)))
    return described


def postgres_schema(connection: Connection) -> set[tuple[str, ...]]:
    """Every column, constraint and index as PostgreSQL itself describes them."""
    described: set[tuple[str, ...]] = set()
    for query in (
        (
            "SELECT c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
            " a.attcollation, pg_get_expr(d.adbin, d.adrelid) FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND"
            " d.adnum = a.attnum WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0"
        ),
        (
            "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ),
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    ):
        described.update(tuple(str(value) for value in row) for row in connection.execute(text(query)))
    return {row for row in described if not row[0].startswith("alembic_version")}


def test_an_upgraded_sqlite_schema_equals_a_fresh_one(sqlite_database_url: str, tmp_path: Path) -> None:
    """Running all migrations builds exactly what the tables say, on SQLite."""
    database = Database(sqlite_database_url)
    fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
    with fresh.begin() as made:
        metadata.create_all(made)
        expected = sqlite_schema(made)
    with database.read() as upgraded:
        assert sqlite_schema(upgraded) == expected
    fresh.dispose()
    database.close()


def test_an_upgraded_postgresql_schema_equals_a_fresh_one(
    postgres_url: str, postgres_database_url: str
) -> None:
    """Running all migrations builds exactly what the tables say, on PostgreSQL."""
    fresh = Database(create_postgres(postgres_url, "eport_fresh"))
    upgraded = Database(postgres_database_url)
    try:
        with fresh.write() as made:
            metadata.create_all(made)
        with fresh.read() as one, upgraded.read() as other:
            assert postgres_schema(other) == postgres_schema(one)
            assert postgres_schema(one)
    finally:
        fresh.close()
        upgraded.close()
        drop_postgres(postgres_url, "eport_fresh")


def test_upgrading_again_changes_nothing(database: Database) -> None:
    """A database at the newest version is current, and stays so when it is upgraded again."""
    assert database.current()
    database.upgrade()
    assert database.current()


def test_the_known_versions_are_the_migrations() -> None:
    """A migration that the program does not know by name would make every database look outdated or new."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def test_a_current_database_is_opened_without_alembic(sqlite_database_url: str) -> None:
    """What only a migration needs is not in the memory of a gateway that serves."""
    program = (
        "import sys; from storage.database import Database; "
        f"Database({sqlite_database_url!r}).upgrade(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    """A database without a schema says so instead of failing at the first query."""
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not empty.current()
    empty.close()


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    """An older program neither uses nor downgrades a database that a newer one upgraded."""
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNew, match="9999"):
        database.upgrade()
    with pytest.raises(DatabaseTooNew):
        database.current()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_other_databases_are_refused_by_name(url: str) -> None:
    """A URL of a database this program cannot keep promises on is refused at once."""
    with pytest.raises(DatabaseUnsupported, match="sqlite:////"):
        Database(url)


def test_an_exception_takes_the_whole_transaction_back(database: Database) -> None:
    """Nothing of a transaction that failed is there, and the next one on the same thread works."""

    def fail() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO counters (name, next) VALUES ('lost', 1)"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    with database.write() as connection:
        connection.execute(text("INSERT INTO counters (name, next) VALUES ('kept', 1)"))
    with database.read() as connection:
        assert connection.execute(text("SELECT name FROM counters")).scalars().all() == ["kept"]


def test_a_savepoint_takes_back_one_message_only(database: Database) -> None:
    """In a group commit, one message that fails leaves the others of its transaction alone."""
    with database.write() as connection:
        connection.execute(text("INSERT INTO counters (name, next) VALUES ('first', 1)"))
        savepoint = connection.begin_nested()
        connection.execute(text("INSERT INTO counters (name, next) VALUES ('second', 1)"))
        savepoint.rollback()
    with database.read() as connection:
        assert connection.execute(text("SELECT name FROM counters")).scalars().all() == ["first"]


def test_a_reading_connection_cannot_write(database: Database) -> None:
    """A query by mistake written with the reading connection fails instead of changing anything."""
    with database.read() as connection, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        connection.execute(text("INSERT INTO counters (name, next) VALUES ('x', 1)"))
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM counters")).scalar_one() == 0


def test_a_reader_sees_the_state_before_a_transaction_that_is_still_open(database: Database) -> None:
    """A writer in the middle of its transaction neither blocks a reader nor shows it anything."""
    with database.write() as writing:
        writing.execute(text("INSERT INTO counters (name, next) VALUES ('x', 1)"))
        with database.read() as reading:
            assert reading.execute(text("SELECT count(*) FROM counters")).scalar_one() == 0
    with database.read() as reading:
        assert reading.execute(text("SELECT count(*) FROM counters")).scalar_one() == 1


def test_a_snapshot_stays_the_same_while_others_write(database: Database) -> None:
    """A long verification reads one state, whatever is committed meanwhile."""
    with database.snapshot() as reading:
        before = reading.execute(text("SELECT count(*) FROM counters")).scalar_one()
        with database.write() as writing:
            writing.execute(text("INSERT INTO counters (name, next) VALUES ('x', 1)"))
        assert reading.execute(text("SELECT count(*) FROM counters")).scalar_one() == before


def test_sqlite_is_opened_so_that_a_commit_survives_power_loss(sqlite_database_url: str) -> None:
    """The writing connection has a write-ahead log that is synced at every commit, and bounded memory."""
    opened = Database(sqlite_database_url)
    with opened.write() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "cache_size")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "cache_size": -8000}
    opened.close()


def test_an_error_does_not_quote_what_was_being_stored(database: Database) -> None:
    """It goes into logs and into lists, and messages are nobody's but their parties'."""
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "秘密 4711"})
    assert "4711" not in str(caught.value)
