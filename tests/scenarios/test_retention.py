"""Archiving beside a gateway that serves: what a party, an operator and a restored gateway see of it."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from gateway.settings import Settings
from messages.envelope import parse as parse_envelope
from messages.reply import parse as parse_reply
from receipts.document import Receipt
from tests.scenarios.house import BIN, ROOT, Desk, House, command

DAY = 86_400 * 1_000_000


def older_than(days: int) -> tuple[str, ...]:
    """The options that archive what is older."""
    return ("--messages-days", str(days), "--receipts-days", str(days))


@pytest.fixture
def own_house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A gateway of the test's own that serves, on each database."""
    house = House(tmp_path / "home", database_url)
    house.start()
    yield house
    house.close()


def age(house: House, days: int) -> None:
    """Let what was accepted since the last ageing be so many days old, and every case decided."""
    url = make_url(Settings.load(house.home).database_url)
    driver = "postgresql+psycopg" if url.get_backend_name() == "postgresql" else "sqlite+pysqlite"
    engine = create_engine(url.set(drivername=driver))
    lately = time.time_ns() // 1000 - DAY
    with engine.begin() as connection:
        for statement in (
            f"UPDATE messages SET accepted_at = accepted_at - {days * DAY} WHERE accepted_at > {lately}",
            f"UPDATE receipts SET created_at = created_at - {days * DAY} WHERE created_at > {lately}",
            "UPDATE cases SET state = '审批通过'",
        ):
            connection.execute(text(statement))
    engine.dispose()


def tool(house: House, *arguments: str) -> CompletedProcess[str]:
    """One of the gateway's commands in its home, which must succeed."""
    done = command("eport-gateway", *arguments, "--home", str(house.home))
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_a_party_goes_on_and_an_operator_finds_what_was_archived(own_house: House, tmp_path: Path) -> None:
    """A repeat is known, polling goes on, the journal verifies, and each document is found byte for byte."""
    house = own_house
    desk = Desk(house, house.person("operator"))
    body = desk.person.envelope(desk.person.signed())
    name = parse_envelope(body).head.cop_msg_id
    first = desk.send(body)
    desk.send(desk.person.envelope(desk.person.signed()))
    before = desk.client.get("/v1/receipts", params={"limit": 500}).content
    while before.count(b"</Data>") < 4:
        before = desk.client.get("/v1/receipts", params={"limit": 500}).content
    desk.until(4)
    age(house, 60)
    told = tool(house, "archive", "run", *older_than(30)).stdout
    assert "archived 2 messages and 4 receipts" in told
    assert "purged 2 messages and 4 receipts" in told

    again = parse_reply(desk.client.post("/v1/messages", content=body).content)
    assert (again.code, again.head, again.digest) == ("0000", first.head, first.digest)
    assert b'archivedReceipts="2"' in desk.client.get(f"/v1/messages/{name}").content
    assert desk.poll() == []
    fresh = Desk(house, desk.person)
    assert fresh.poll() == []
    assert desk.send(desk.person.envelope(desk.person.signed())).code == "0000"
    assert len(desk.until(2)) == len(fresh.until(2)) == 2

    out = tmp_path / "out"
    tool(house, "archive", "show", "--party", desk.person.dxp_id, "--cop-msg-id", name, "--to", str(out))
    (data,) = out.glob("message-*.data.xml")
    assert data.read_bytes() == parse_envelope(body).data
    documents = [file.read_bytes() for file in out.glob("receipt-*.document.xml")]
    assert len(documents) == 2
    assert all(base64.b64encode(parse_envelope(one).data) in before for one in documents)

    assert "2 archives" in tool(house, "journal", "verify").stdout
    assert house.stop() == 0
    assert "2 archives" in tool(house, "journal", "verify").stdout
    copied = shutil.copytree(house.home / "archive", tmp_path / "copy")
    signer = house.home / "certs" / "gateway.pem"
    alone = command("eport-gateway", "archive", "verify", str(copied), "--certificate", str(signer))
    assert alone.returncode == 0, alone.stdout + alone.stderr
    (copied / next(iter(copied.rglob("*.gz"))).relative_to(copied)).write_bytes(b"")
    alone = command("eport-gateway", "archive", "verify", str(copied), "--certificate", str(signer))
    assert (alone.returncode, "it was changed or cut" in alone.stdout) == (4, True)


def test_a_backup_has_the_archive_and_a_restored_gateway_goes_on_archiving(tmp_path: Path) -> None:
    """What was purged is in the backup's archive: it verifies after the restore, and the next run goes on."""
    house = House(tmp_path / "home")
    try:
        house.start()
        desk = Desk(house, house.person("operator"))
        body = desk.person.envelope(desk.person.signed())
        desk.send(body)
        desk.until(2)
        age(house, 60)
        tool(house, "archive", "run", *older_than(30))
        saved = tmp_path / "backup.tar"
        tool(house, "backup", "--to", str(saved))
        desk.send(desk.person.envelope(desk.person.signed()))
        desk.until(2)
        age(house, 25)
        tool(house, "archive", "run", *older_than(20))  # of a history that the restored gateway will not know
        house.kill()
        shutil.rmtree(house.home)
        tool(house, "restore", str(saved))
        assert "2 archives" in tool(house, "journal", "verify").stdout
        house.start()
        desk = Desk(house, house.person("operator"))
        assert desk.send(body).code == "0000"
        desk.send(desk.person.envelope(desk.person.signed()))
        desk.until(2)
        age(house, 25)
        assert "archived 1 messages and 2 receipts" in tool(house, "archive", "run", *older_than(20)).stdout
        assert "4 archives" in tool(house, "journal", "verify").stdout
    finally:
        house.close()


def test_an_archivist_killed_again_and_again_under_load_loses_nothing(tmp_path: Path) -> None:
    """Kill -9 of the command at arbitrary moments while messages are accepted: all is there, once."""
    house = House(tmp_path / "home")
    ended = threading.Event()
    try:
        house.start()
        person = house.person("operator")
        desk = Desk(house, person)
        for _ in range(60):
            desk.send(person.envelope(person.signed()))
        desk.until(120)
        age(house, 60)
        sent: list[str] = []

        def go_on() -> None:
            client = house.client()
            while not ended.wait(0.02):
                answer = client.post("/v1/messages", content=person.envelope(person.signed()))
                sent.append(parse_reply(answer.content).code)

        sending = threading.Thread(target=go_on)
        sending.start()
        archiving = [str(BIN / "eport-gateway"), "archive", "run", *older_than(30), "--home", str(house.home)]
        archive = house.home / "archive"
        runs = 0
        while (done := _until_it_has_made(archiving, archive, runs + 1))[0] == -signal.SIGKILL:
            runs += 1
        ended.set()
        sending.join()
        assert done[0] == 0, done[1]
        assert runs > 2
        assert set(sent) == {"0000"}
        found = [one for one in desk.until(2 * len(sent)) if isinstance(one, Receipt)]
        assert len(found) == 2 * len(sent)
        assert house.stop() == 0
        assert "the journal is sound" in tool(house, "journal", "verify").stdout
        with sqlite3.connect(house.home / "gateway.db") as database:
            left = database.execute("SELECT count(*) FROM messages WHERE length(data) = 0").fetchone()
            sealed = database.execute("SELECT kind, sum(items) FROM archives GROUP BY kind").fetchall()
        assert left == (60,)
        assert sealed == [("message", 60), ("receipt", 120)]
    finally:
        ended.set()
        house.close()


def _until_it_has_made(archiving: list[str], archive: Path, files: int) -> tuple[int, str]:
    """Run the command and kill it as soon as so many files are there; its exit code, and what it said."""
    environment = {**os.environ, "EPORT_RETENTION__FILE_ITEMS": "25"}
    with subprocess.Popen(
        archiving, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        while process.poll() is None:
            if len(list(archive.glob("*/*.gz"))) >= files:
                process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.002)
        told, _ = process.communicate()
        return process.returncode, told
