"""`python -m bench.retention`: archive and purge old messages and receipts while new messages are accepted.

The old ones are copies of some that this very gateway accepted and answered, each with bytes of its own, so
that they weigh and pack as real ones do. Said are the rate, how long a transaction of the purge held the
database at most, what replies took meanwhile and without it, the file's size, and what verification says.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import secrets
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bench.people import EC, demo_sender
from bench.prebuilt import Press
from bench.server import COMMAND, BenchError, Houses, Server, postgres
from gateway.identifiers import Ids
from gateway.settings import Settings
from messages.envelope import parse as parse_envelope
from storage import mailboxes, messages
from storage.database import Database
from storage.journal import MESSAGE, RECEIPT, Chain, Entry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage

MODELS = 50
BATCH = 200
DAYS = 30
_SIGNATURE = re.compile(rb"[A-Za-z0-9+/]{80}")


class Senders:
    """Connections on which messages are sent one behind the other, each new; what the replies took."""

    def __init__(self, server: Server, count: int) -> None:
        self._server = server
        self._press = Press(demo_sender(server.home, EC))
        self._ended = threading.Event()
        self.took: list[float] = []
        self._threads = [threading.Thread(target=self._send) for _ in range(count)]

    def __enter__(self) -> Senders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        context = ssl.create_default_context(cafile=str(self._server.home / "demo" / "ca.pem"))
        client = http.client.HTTPSConnection("localhost", self._server.port, context=context, timeout=60)
        with closing(client):
            while not self._ended.is_set():
                body = self._press.envelope()
                began = time.perf_counter()
                client.request("POST", "/v1/messages", body)
                answer = client.getresponse().read()
                if b">0000<" not in answer:
                    raise BenchError(f"a message was not accepted: {answer[:500]!r}")
                self.took.append(time.perf_counter() - began)

    def figures(self, seconds: float) -> str:
        """What was sent and how long replies took."""
        took = sorted(self.took)
        median, most = took[len(took) // 2], took[len(took) * 99 // 100]
        return (
            f"{len(took) / seconds:.0f} messages a second, replies {median * 1000:.0f} ms in the median, "
            f"{most * 1000:.0f} ms for 99 of 100, {took[-1] * 1000:.0f} ms at most"
        )


def _another(content: bytes) -> bytes:
    """As long, but with other signatures: what packing cannot find again."""
    return _SIGNATURE.sub(
        lambda _: secrets.token_urlsafe(60).replace("-", "+").replace("_", "/").encode(), content
    )


def _fill(home: Path, url: str, count: int) -> None:
    """`count` old messages, of five days, with as many receipts each as their models have."""
    database = Database(url)
    with database.read() as conn:
        models = list(conn.exec_driver_sql("SELECT id FROM messages ORDER BY id LIMIT 50").scalars())
        sent = messages.load(conn, models)
        told = {
            number: mailboxes.for_message(conn, one.sender, one.cop_msg_id) for number, one in sent.items()
        }
    first = datetime.now(UTC) - timedelta(days=DAYS + 6)
    at = first
    ids = Ids(0, lambda: at)
    chain = Chain(Settings.load(home).node)
    for start in range(0, count, BATCH):
        new: list[NewMessage] = []
        answers: list[NewReceipt] = []
        for place in range(start, min(start + BATCH, count)):
            at = first + timedelta(days=5) * place / count
            model = sent[models[place % len(models)]]
            data, number = _another(model.data), ids.new()
            new.append(
                NewMessage(
                    number, model.sender, f"OLD-{place}", f"OLD-{place}", model.type, model.receivers,
                    hashlib.sha256(data).hexdigest(), f"old-{place}", data, model.certificate,
                    _another(model.reply), at,
                )
            )  # fmt: skip
            for each in told[model.id]:
                document = _another(each.document)
                answers.append(
                    NewReceipt(
                        model.sender, ids.new(), each.type, parse_envelope(each.document).head.cop_msg_id,
                        number, f"OLD-{place}", each.status, None, hashlib.sha256(document).hexdigest(),
                        document, at,
                    )
                )  # fmt: skip
        with database.write() as conn:
            messages.insert(conn, new)
            mailboxes.deliver(conn, answers)
            chain.append(
                conn,
                [Entry(MESSAGE, one.sender, str(one.id), one.digest, at) for one in new]
                + [Entry(RECEIPT, one.party, str(one.id), one.digest, at) for one in answers],
            )
    database.close()


def _size(home: Path) -> str:
    """Of the SQLite file, and how much of it is free for what comes."""
    file = home / "gateway.db"
    if not file.exists():
        return "on PostgreSQL"
    with closing(sqlite3.connect(file)) as database:
        (free,) = database.execute("PRAGMA freelist_count").fetchone()
        (page,) = database.execute("PRAGMA page_size").fetchone()
    return f"{file.name} {file.stat().st_size / 1e6:.0f} MB, {free * page / 1e6:.0f} MB of it free"


def _command(home: Path, *arguments: str) -> str:
    began = time.perf_counter()
    done = subprocess.run(
        [str(COMMAND), *arguments, "--home", str(home)], capture_output=True, text=True, check=False
    )
    text = done.stdout.strip() + done.stderr.strip()
    return f"{' '.join(arguments)}: {text} (exit {done.returncode}, {time.perf_counter() - began:.1f} s)"


@click.command()
@click.option("--messages", "count", default=100_000, type=click.IntRange(1), show_default=True)
@click.option("--connections", default=2, type=click.IntRange(1), show_default=True)
@click.option("--seconds", default=20.0, show_default=True, help="Of the measurement without archiving.")
@click.option("--database", type=click.Choice(("sqlite", "postgresql")), default="sqlite", show_default=True)
def main(count: int, connections: int, seconds: float, database: str) -> None:
    """Measure once, on this machine."""
    cluster: Any = postgres() if database == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, cluster as server:
        for line in _measure(Path(folder), server.database() if server else "", count, connections, seconds):
            click.echo(line)


def _measure(folder: Path, url: str, count: int, connections: int, seconds: float) -> Iterator[str]:
    home = Houses(folder).home(url)
    url = Settings.load(home).database_url
    with Server(home) as server:
        with Senders(server, 1) as senders:
            while len(senders.took) < MODELS:
                time.sleep(0.1)
        time.sleep(2)  # until they are worked off
    began = time.perf_counter()
    _fill(home, url, count)
    yield f"{count} old messages stored in {time.perf_counter() - began:.0f} s; {_size(home)}"
    with Server(home) as server:
        with Senders(server, connections) as senders:
            time.sleep(seconds)
        yield f"without archiving: {senders.figures(seconds)}"
        began = time.perf_counter()
        with Senders(server, connections) as senders:
            told = _command(
                home, "archive", "run", "--messages-days", str(DAYS), "--receipts-days", str(DAYS)
            )
            took = time.perf_counter() - began
        yield told
        yield f"meanwhile: {senders.figures(took)}; {count / took:.0f} old messages a second"
        yield _size(home)
        yield _command(home, "journal", "verify")
    yield _command(home, "journal", "verify")
    yield _command(home, "archive", "verify")
    packed = sum(path.stat().st_size for path in (home / "archive").rglob("*.gz"))
    yield f"archive: {packed / 1e6:.0f} MB; {os.cpu_count()} processors"


if __name__ == "__main__":
    main()
