"""What tests of several packages share: a PostgreSQL server a session, and a fresh database a test.

Nothing depends on who starts the tests, on how busy the machine is, or on how many processes share them.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text

from storage.database import Database
from tests import postgres

pytest_plugins = ("tests.hardware.stack",)

# A slow machine, or a busy one, is no fault of what is tested.
settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("steady")

LONGEST_FOLDER = 24  # of temporary files: a socket's path has 107 bytes, and a test's own folder is deep
FOREIGN = ("EPORT_", "LC_", "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TEXTUAL", "SSH_",
           "NOTIFY_SOCKET", "SOFTHSM2_CONF")  # fmt: skip

HERE = Path(__file__).parent
LONG = ("bench", "scenarios", "clients", "deploy", "terminals/host", "terminals", "hardware")
MOST_PROCESSES = 8

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Forget what whoever starts the tests has set for a screen, a terminal or an agent of their own."""
    for name in [each for each in os.environ if each.startswith(FOREIGN)]:
        del os.environ[name]
    if len(tempfile.gettempdir()) > LONGEST_FOLDER:
        os.environ["TMPDIR"] = tempfile.tempdir = "/tmp"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: each waits half of its time for other programs."""
    return min(len(os.sched_getaffinity(0)) + 1, MOST_PROCESSES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests, what takes long comes first: none is left with it at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_length)


def _length(item: pytest.Item) -> int:
    """The lower, the longer."""
    return next((n for n, name in enumerate(LONG) if HERE / name in item.path.parents), len(LONG))


def pytest_addoption(parser: pytest.Parser) -> None:
    """How the tests may be run."""
    parser.addoption(
        "--update-snapshots", action="store_true", help="write the snapshots of the screens anew"
    )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of the maintenance database of a private PostgreSQL server."""
    with postgres.cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """Name of a PostgreSQL database that has the newest schema and no rows, to be copied."""
    name = "eport_template"
    create_postgres(postgres_url, name)
    _upgrade(make_url(postgres_url).set(database=name).render_as_string(hide_password=False))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has the newest schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite database."""
    path = tmp_path / "gateway.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_database_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """URL of a fresh PostgreSQL database."""
    name = f"eport_{next(_numbers)}"
    yield create_postgres(postgres_url, name, postgres_template)
    drop_postgres(postgres_url, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database with the newest schema; the test runs once on each kind."""
    name = "sqlite_database_url" if request.param == "sqlite" else "postgres_database_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the newest schema; the test runs once on each kind."""
    opened = Database(database_url)
    yield opened
    opened.close()


def create_postgres(server: str, name: str, template: str = "template0") -> str:
    """Create a database on the server; its URL."""
    _maintain(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def drop_postgres(server: str, name: str) -> None:
    """Drop a database on the server, whoever is still connected to it."""
    _maintain(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _maintain(server: str, statement: str) -> None:
    engine = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _upgrade(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.close()
