"""A gateway of one's own: a home, a real server process, and what that process has cost so far.

Knows `eport-gateway init --demo` and `serve`, their environment and /proc; refuses to know what is measured.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import processes
from bench.prebuilt import ROOT
from gateway.settings import Settings
from storage.database import Database
from tests.postgres import cluster

PATIENCE = 60.0  # seconds a process may take to serve or to end
COMMAND = Path(sys.executable).parent / "eport-gateway"
OPEN_FILES = 11_000


class BenchError(Exception):
    """A measurement could not be made; the text says why."""


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Houses:
    """Homes to start gateways in: one `init --demo`, copied for each SQLite gateway."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self._demo: Path | None = None

    def home(self, database: str = "") -> Path:
        """A fresh home; `database` is the URL of an empty PostgreSQL database, or SQLite in the home."""
        self._count += 1
        home = self.folder / f"home{self._count}"
        if database:
            _init(home, "--database", database)
            return home
        if self._demo is None:
            self._demo = self.folder / "demo"
            _init(self._demo)
        shutil.copytree(self._demo, home)
        return home


def _init(home: Path, *options: str) -> None:
    command("init", "--demo", "--home", str(home), *options)


def command(*arguments: str) -> None:
    """Run one of the gateway's commands. Raises BenchError."""
    whole = [str(COMMAND), *arguments]
    done = subprocess.run(whole, capture_output=True, text=True, check=False, cwd=ROOT, timeout=PATIENCE)
    if done.returncode:
        raise BenchError(f"{' '.join(whole)}:\n{done.stderr}{done.stdout}")


class Postgres:
    """A private, durable cluster; an empty database for each gateway."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._count = 0
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("show data_directory").fetchone()
            assert row is not None
            self.pid = int((Path(str(row[0])) / "postmaster.pid").read_text().split()[0])

    def database(self) -> str:
        """The URL of a new empty database."""
        self._count += 1
        name = f"bench{self._count}"
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return self._url.rpartition("/")[0] + f"/{name}"

    def cpu(self) -> float:
        """CPU seconds of all its processes that live now."""
        return processes.cpu(processes.children(self.pid))


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running cluster with fsync on. Raises FileNotFoundError when PostgreSQL is not installed."""
    with cluster(durable=True) as url:
        yield Postgres(url)


class Server:
    """One server process."""

    def __init__(self, home: Path, **environment: str) -> None:
        """`environment`: settings by name, without the EPORT_ before them."""
        self.home = home
        self.port = free_port()
        self._environment = {
            "LISTEN__PORT": str(self.port),
            "LISTEN__HOST": "127.0.0.1",
            "LIMITS__IDLE_SECONDS": "900",
            "LIMITS__CONNECTIONS_PER_ADDRESS": "12000",
            **environment,
        }
        self.log = home.parent / f"{home.name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.pids: list[int] = []

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The server's own process."""
        return self.pids[0]

    def start(self) -> None:
        """Start it and wait until it says that it serves."""
        with tempfile.TemporaryDirectory() as folder, self.log.open("ab") as log:
            address = f"{folder}/ready"
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
                ready.bind(address)
                ready.settimeout(PATIENCE)
                settings = {f"EPORT_{name}": value for name, value in self._environment.items()}
                self._process = subprocess.Popen(
                    [str(COMMAND), "serve", "--home", str(self.home)],
                    cwd=ROOT,
                    env={**os.environ, **settings, "NOTIFY_SOCKET": address},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
                try:
                    ready.recv(100)
                except TimeoutError:
                    self.stop()
                    raise BenchError(f"the gateway does not serve:\n{self.log.read_text()[-3000:]}") from None
        self.pids = processes.children(self._process.pid)

    def cpu(self) -> float:
        """CPU seconds of the server and its workers so far."""
        return processes.cpu(self.pids)

    def own_cpu(self) -> float:
        """The same of the server process alone."""
        return processes.cpu(self.pids[:1])

    def rss(self) -> float:
        """Resident memory of the server process, MB."""
        return processes.rss(self.pid)

    def database(self) -> Database:
        """Its database, for what is prepared before it serves."""
        return Database(Settings.load(self.home).database_url)

    def stop(self) -> None:
        """End it; by force when it does not."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
