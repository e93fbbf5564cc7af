"""Backup while the gateway writes, and a restore that it can go on from."""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from storage import cases, heads, mailboxes, messages, nodes, sessions
from storage.backup import ADVANCE, BackupDamaged, backup, restore
from storage.database import Database
from storage.dump import PlaceNotEmpty
from storage.heads import Head
from storage.journal import Chain
from storage.sessions import Session
from storage.verification import verify
from tests.conftest import create_postgres, drop_postgres
from tests.storage.builders import ENTERPRISE, NOW, later, message, receipt, vouch


class Gateway:
    """A home, its database, and as much of a gateway as a backup sees."""

    def __init__(self, home: Path, url: str) -> None:
        self.home = home
        self.database = Database(url)
        self.chain = Chain("a")
        self.number = 0

    def accept(self) -> None:
        """Accept a message, answer it, journal both; then sign and export the head."""
        self.number += 1
        new, answer = message(self.number), receipt(self.number)
        with self.database.write() as conn:
            messages.insert(conn, [new])
            mailboxes.deliver(conn, [answer])
            self.chain.append(conn, vouch(new, answer))
        with self.database.write() as conn:
            head = heads.sign_head(conn, "a", NOW, lambda data: b"signed")
        assert head is not None
        heads.export([head], self.home / "journal" / "heads.jsonl")


def new_url(request: pytest.FixtureRequest, home: Path, name: str) -> str:
    """URL of a database that does not exist (SQLite), or is empty (PostgreSQL)."""
    if request.node.callspec.params["kind"] == "sqlite":
        return f"sqlite:///{home / 'gateway.db'}"
    server = request.getfixturevalue("postgres_url")
    drop_postgres(server, name)
    return create_postgres(server, name)


@pytest.fixture(params=["sqlite", "postgresql"], ids=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    name: str = request.param
    return name


@pytest.fixture
def gateway(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway with keys, an attachment, a session, a counter and three messages."""
    home = tmp_path / "home"
    for folder in ("keys", "journal", "attachments/ab", "attachments/incoming"):
        (home / folder).mkdir(parents=True)
    (home / "keys" / "gateway.key").write_text("secret")
    (home / "keys" / "gateway.key").chmod(0o600)
    (home / "attachments" / "ab" / ("ab" * 32)).write_bytes(b"invoice")
    (home / "attachments" / "incoming" / "half").write_bytes(b"half")
    made = Gateway(home, new_url(request, home, "eport_backup"))
    made.database.upgrade()
    with made.database.write() as conn:
        assert cases.take_numbers(conn, "bonded", 5) == 1
        assert nodes.number(conn, "a") == 1
        sessions.create(conn, Session("t", ENTERPRISE, "operator", "", None, None, "", NOW, later(9), NOW))
    for _ in range(3):
        made.accept()
    yield made
    made.database.close()


@pytest.fixture
def place(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> tuple[Path, str]:
    """An empty home and database to restore to."""
    home = tmp_path / "restored"
    return home, new_url(request, home, "eport_restored")


def test_a_restored_gateway_goes_on(gateway: Gateway, place: tuple[Path, str], tmp_path: Path) -> None:
    """Home, messages, receipts and journal are there, and new positions and numbers meet no old ones."""
    archive = tmp_path / "backup.tar"
    backup(gateway.database, gateway.home, archive)
    gateway.accept()
    home, url = place
    restore(archive, home, url)
    restored = Gateway(home, url)
    assert (home / "keys" / "gateway.key").read_text() == "secret"
    assert (home / "keys" / "gateway.key").stat().st_mode & 0o777 == 0o600
    assert (home / "attachments" / "ab" / ("ab" * 32)).read_bytes() == b"invoice"
    assert not (home / "attachments" / "incoming").exists()
    with restored.database.read() as conn:
        assert set(messages.load(conn, range(1, 10))) == {1, 2, 3}
        assert [position for position, _ in mailboxes.page(conn, ENTERPRISE, 0, 10)] == [1, 2, 3]
    with restored.database.write() as conn:
        assert mailboxes.deliver(conn, [receipt(9)]) == {ENTERPRISE: 4 + ADVANCE}
        assert mailboxes.page(conn, ENTERPRISE, 4, 10), "a cursor given out after the backup misses nothing"
        assert cases.take_numbers(conn, "bonded", 1) == 6 + ADVANCE
        assert nodes.number(conn, "a") == 1
        assert sessions.find(conn, "t", NOW) is None
        restored.chain.append(conn, vouch(receipt(9)))
    with restored.database.snapshot() as conn:
        found = verify(conn, heads.read(home / "journal" / "heads.jsonl"))
    assert found.sound, found.findings
    restored.database.close()


def test_a_backup_during_writing_is_one_state(
    gateway: Gateway, place: tuple[Path, str], tmp_path: Path
) -> None:
    """Messages, receipts, journal and exported heads of a backup taken amid writing belong together."""
    stop = threading.Event()
    started = threading.Event()

    def write() -> None:
        while not stop.is_set():
            gateway.accept()
            started.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(20)
        before = gateway.number
        backup(gateway.database, gateway.home, tmp_path / "backup.tar")
        assert gateway.number > before, "the writer was never kept waiting for the backup to end"
    finally:
        stop.set()
        writer.join(20)
    home, url = place
    restore(tmp_path / "backup.tar", home, url)
    restored = Database(url)
    with restored.snapshot() as conn:
        exported: list[Head] = heads.read(home / "journal" / "heads.jsonl")
        found = verify(conn, exported)
    restored.close()
    assert found.sound, found.findings
    assert found.messages == found.receipts
    assert before - 1 <= found.messages <= gateway.number


def test_a_backup_is_for_its_owner_only(gateway: Gateway, tmp_path: Path) -> None:
    """The archive holds the gateway's keys: nobody else may read it, and none of it is left lying about."""
    archive = tmp_path / "backup.tar"
    backup(gateway.database, gateway.home, archive)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == {"backup.tar"}
    with pytest.raises(FileExistsError):
        backup(gateway.database, gateway.home, archive)


def test_only_an_empty_place_is_restored_to(
    gateway: Gateway, place: tuple[Path, str], tmp_path: Path
) -> None:
    """A restore never overwrites a home or a database."""
    archive = tmp_path / "backup.tar"
    backup(gateway.database, gateway.home, archive)
    with pytest.raises(PlaceNotEmpty):
        restore(archive, gateway.home, place[1])
    with pytest.raises(PlaceNotEmpty):
        restore(archive, place[0], gateway.database.url.render_as_string(hide_password=False))
    assert not place[0].exists()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A backup of a small SQLite gateway."""
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "gateway.key").write_text("secret")
    database = Database(f"sqlite:///{home / 'gateway.db'}")
    database.upgrade()
    backup(database, home, tmp_path / "backup.tar")
    database.close()
    return tmp_path / "backup.tar"


def rewritten(archive: Path, change: dict[str, bytes | None], extra: dict[str, bytes]) -> Path:
    """The archive with members changed, left out (None) or added, in place."""
    changed = archive.with_name("changed.tar")
    with tarfile.open(archive) as old, tarfile.open(changed, "w") as new:
        contents = {member.name: (old.extractfile(member) or BytesIO()).read() for member in old}
        for name, content in {**extra, **contents, **change}.items():
            if content is not None:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                new.addfile(member, BytesIO(content))
    return changed


@pytest.mark.parametrize(
    ("change", "extra"),
    [
        ({"home/keys/gateway.key": b"forged"}, {}),
        ({"home/keys/gateway.key": None}, {}),
        ({"manifest.json": None}, {}),
        ({"manifest.json": json.dumps({"format": 99}).encode()}, {}),
        ({}, {"home/added": b"x"}),
        ({}, {"../escaped": b"x"}),
        ({}, {"home/../../escaped": b"x"}),
        ({}, {"/tmp/escaped": b"x"}),
    ],
)
def test_a_changed_backup_is_refused(
    archive: Path, tmp_path: Path, change: dict[str, bytes | None], extra: dict[str, bytes]
) -> None:
    """What the manifest does not vouch for is not restored, and nothing is written outside the new home."""
    place = tmp_path / "place" / "restored"
    with pytest.raises(BackupDamaged):
        restore(rewritten(archive, change, extra), place, f"sqlite:///{place / 'gateway.db'}")
    assert list((tmp_path / "place").iterdir()) == []
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_backup_cut_short_is_refused(archive: Path, tmp_path: Path, part: float) -> None:
    """Half an archive is not half a gateway."""
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BackupDamaged):
        restore(archive, tmp_path / "restored", f"sqlite:///{tmp_path / 'restored' / 'gateway.db'}")
    assert not (tmp_path / "restored").exists()


def test_a_backup_of_the_other_kind_is_refused(archive: Path, tmp_path: Path) -> None:
    """An SQLite backup does not go into PostgreSQL, and says so before touching it."""
    with pytest.raises(BackupDamaged, match="sqlite"):
        restore(archive, tmp_path / "restored", "postgresql://nobody@127.0.0.1:1/none")


def test_a_failed_backup_leaves_nothing(archive: Path, tmp_path: Path) -> None:
    """A backup that could not be made leaves no half archive that somebody might trust."""
    shutil.rmtree(tmp_path / "home")
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'gateway.db'}")
    with pytest.raises(Exception, match="unable to open"):
        backup(database, tmp_path / "home", tmp_path / "second.tar")
    assert {path.name for path in tmp_path.iterdir()} == {"backup.tar"}
