"""A private PostgreSQL cluster for one test session, in a temporary folder, gone afterwards.

Knows how to find and start the server programs; refuses to know what is stored. Its data may be lost at any
crash (fsync=off) unless `durable` is asked for: the tests of durability kill the gateway, not PostgreSQL.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TRIES = 3  # of starting on a port that was free a moment ago


def bindir() -> Path:
    """Where this system keeps the newest PostgreSQL server programs. Raises FileNotFoundError."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]), reverse=True
    )
    if candidates:
        return candidates[0].parent
    config = shutil.which("pg_config")
    if config is not None:
        told = Path(
            subprocess.run([config, "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
        )
        if (told / "initdb").exists():
            return told
    on_path = shutil.which("initdb")
    if on_path is None:
        raise FileNotFoundError("no PostgreSQL server programs: install the package postgresql")
    return Path(on_path).parent


def free_port() -> int:
    """A loopback TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """A running server; yields the URL of its maintenance database. PostgreSQL refuses to run as root."""
    programs = bindir()
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="eport-postgres-"))
    try:
        if user is not None:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _run(user, programs / "initdb", "-D", data, "-U", "eport", "-A", "trust", "-E", "UTF8", "--no-sync",
             "--locale", "C.UTF-8")  # fmt: skip
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=60"
        if not durable:
            options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        port = _start(user, programs, folder, options)
        try:
            yield f"postgresql://eport@127.0.0.1:{port}/postgres"
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(user: str | None, programs: Path, folder: Path, options: str) -> int:
    """Start it on a free port: on another one if somebody else was quicker to take it."""
    log = folder / "log"
    for _ in range(TRIES):
        port = free_port()
        try:
            _run(user, programs / "pg_ctl", "-D", folder / "data", "-l", log, "-w", "-o",
                 f"-p {port} {options}", "start")  # fmt: skip
            return port
        except RuntimeError as error:
            failure = RuntimeError(f"{error}\n{log.read_text() if log.exists() else ''}")
    raise failure


def _run(user: str | None, *command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}")
