"""A database as one file, and back: SQLite's online copy, PostgreSQL's own pg_dump and pg_restore.

Knows how to take one consistent state while others write, and that only an empty place is restored into;
refuses to know what is in it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

from storage.attachments import sync_folder
from storage.database import Database

_PAGES = 512  # of 4 KiB, between two calls of progress

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done, in all)."""


class DumpFailed(Exception):
    """The database could not be written out or read back; the message has the tool's own words."""


class PlaceNotEmpty(Exception):
    """Something is already where a backup should be restored to: choose an empty place."""


def dump(database: Database, target: Path, progress: Progress) -> None:
    """Write one state of the database to a new file, while others go on writing. Raises DumpFailed."""
    if database.file is not None:
        _copy_sqlite(database.file, target, progress)
    else:
        progress("database", 0, 1)
        _run(
            "pg_dump", database.url, "--format=custom", "--no-owner", "--no-privileges", "--file", str(target)
        )
        progress("database", 1, 1)


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.execute("BEGIN")  # one state throughout: otherwise each write of others begins the copy anew
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(
            copy,
            pages=_PAGES,
            progress=lambda _status, remaining, total: progress("database", total - remaining, total),
        )
        live.execute("ROLLBACK")


def load(dumped: Path, database: Database, progress: Progress) -> None:
    """Read a dump into the database, which must be empty. Raises PlaceNotEmpty, DumpFailed."""
    progress("database", 0, 1)
    if database.file is not None:
        if database.file.exists():
            raise PlaceNotEmpty(f"{database.file} exists: restore to a place where there is no database yet")
        _place_sqlite(dumped, database.file)
    else:
        with database.read() as connection:
            if inspect(connection).get_table_names():
                raise PlaceNotEmpty(
                    "the PostgreSQL database has tables: create an empty one and restore to that"
                )
        _run("pg_restore", database.url, "--single-transaction", "--exit-on-error", "--no-owner",
             "--no-privileges", str(dumped), into=True)  # fmt: skip
    progress("database", 1, 1)


def _place_sqlite(dumped: Path, target: Path) -> None:
    with closing(sqlite3.connect(dumped)) as copy:
        (told,) = copy.execute("PRAGMA integrity_check").fetchone()
    if told != "ok":
        raise DumpFailed(f"the database in the backup is damaged: {told}")
    shutil.copyfile(dumped, target)
    target.chmod(0o600)
    handle = os.open(target, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(target.parent)


def _run(name: str, url: URL, *arguments: str, into: bool = False) -> None:
    conninfo = make_conninfo(
        host=url.host, port=url.port, user=url.username, dbname=url.database,
        **{key: value for key, value in url.query.items() if isinstance(value, str)},
    )  # fmt: skip
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    try:
        done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's own, the arguments are ours
            [program(name), "--dbname", conninfo, "--no-password", *arguments],
            env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
    except OSError as error:
        raise DumpFailed(f"{name} could not be started: {error}") from error
    if done.returncode:
        raise DumpFailed(f"{name} failed:\n{done.stderr.strip()}")


def program(name: str) -> str:
    """Where one of PostgreSQL's client programs is: the newest installed. Raises DumpFailed."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=_version)
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise DumpFailed(f"{name} is not installed: install PostgreSQL's client programs (postgresql-client)")
    return found


def _version(path: Path) -> int:
    name = path.parts[-3]
    return int(name) if name.isdecimal() else 0


def reset_after_restore(database: Database, advance: int) -> None:
    """Make a restored database safe to go on with.

    Mailbox positions and counters skip `advance`, so that no cursor and no number given out after the
    backup meets a new receipt or case; whoever was logged in logs in again.
    """
    with database.write() as connection:
        for statement in (
            "UPDATE mailboxes SET next = next + :advance",
            "UPDATE counters SET next = next + :advance",
        ):
            connection.execute(text(statement), {"advance": advance})
        connection.execute(text("DELETE FROM sessions"))
        connection.execute(text("DELETE FROM challenges"))
