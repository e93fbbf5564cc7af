"""Retention: what is old goes to the archive and out of the database, whatever happens meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.retention import undecided
from storage import archive, cases, mailboxes, messages, retention
from storage.archive import ArchiveDamaged
from storage.database import Database
from storage.journal import MESSAGE, RECEIPT
from storage.retention import ArchivingElsewhere
from tests.gateway.retained import (
    DAYS,
    STEPS,
    archive_all,
    fill,
    here,
    hold,
    settings_of,
    verified,
)
from tests.storage.builders import COLUMNS, ENTERPRISE, NOW, OTHER, case

AFTER = Counter({(MESSAGE, False): 8, (MESSAGE, True): 8, (RECEIPT, False): 16, (RECEIPT, True): 16})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder for a gateway."""
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def old(home: Path, database: Database) -> Database:
    """A database with eight old messages of two days, their sixteen receipts, and as many new ones."""
    fill(home, database)
    return database


def files(home: Path) -> list[Path]:
    """The archive's files."""
    return sorted((home / "archive").glob("*/*.gz"))


def test_what_is_old_is_in_the_archive_and_not_in_the_database(
    home: Path, old: Database, database_url: str
) -> None:
    """Old contents leave the database, new ones stay, and everything verifies before and after."""
    before = verified(home, old)
    assert before.sound, before.findings
    told = archive_all(home, old, database_url)
    assert told.archived == told.purged == {MESSAGE: 8, RECEIPT: 16}
    assert here(old) == AFTER
    after = verified(home, old)
    assert after.sound, after.findings
    assert (after.messages, after.receipts, after.archives) == (16, 32, told.files)


def test_the_archive_has_the_very_bytes(home: Path, old: Database, database_url: str) -> None:
    """Data, reply and document of each item are as they were stored, and a file has only one UTC day."""
    with old.read() as conn:
        sent = messages.load(conn, range(1, 9))
    archive_all(home, old, database_url)
    found = {}
    for _, manifest in archive.manifests(home / "archive"):
        assert not isinstance(manifest, ArchiveDamaged)
        for item in archive.items(home / "archive", manifest):
            assert item.at.date().isoformat() == manifest.day
            if manifest.kind == MESSAGE:
                found[item.id] = (item.content["data"], item.content["reply"], item.row["cop_msg_id"])
    assert found == {number: (one.data, one.reply, one.cop_msg_id) for number, one in sent.items()}


def test_a_second_run_does_nothing(home: Path, old: Database, database_url: str) -> None:
    """What is archived is not archived again; the next day goes into the next file."""
    archive_all(home, old, database_url)
    before = files(home)
    again = archive_all(home, old, database_url)
    assert (again.files, again.archived[MESSAGE], files(home)) == (0, 0, before)
    later = archive_all(home, old, database_url, NOW + timedelta(days=DAYS + 1))
    assert later.archived == {MESSAGE: 8, RECEIPT: 16}
    assert verified(home, old).sound


def test_messages_with_open_work_stay(home: Path, old: Database, database_url: str) -> None:
    """A message that is not worked off keeps its content, and its receipts; when it is done, they go."""
    hold(old, 3)
    told = archive_all(home, old, database_url)
    assert told.archived == {MESSAGE: 7, RECEIPT: 14}
    with old.read() as conn:
        assert messages.load(conn, [3])[3].data
        assert len([one for one in mailboxes.for_message(conn, ENTERPRISE, "cop-3") if one.document]) == 1
    with old.write() as conn:
        conn.execute(text("DELETE FROM work"))
    assert archive_all(home, old, database_url).archived == {MESSAGE: 1, RECEIPT: 2}
    assert here(old) == AFTER
    assert verified(home, old).sound


def test_receipts_of_an_undecided_case_stay(home: Path, old: Database, database_url: str) -> None:
    """As long as customs is waited for, whoever decides reads all that was told about the case."""
    waiting = undecided()["bonded"][0]
    with old.write() as conn:
        cases.save(conn, [case(5, state=waiting)], COLUMNS)
    assert archive_all(home, old, database_url).archived == {MESSAGE: 8, RECEIPT: 14}
    with old.write() as conn:
        conn.execute(text("UPDATE cases SET state = 'released'"))
    assert archive_all(home, old, database_url).archived == {MESSAGE: 0, RECEIPT: 2}


def test_a_mailbox_is_read_on_from_what_is_there(home: Path, old: Database, database_url: str) -> None:
    """From a cursor in or before what was purged on, the reader gets whatever is there, and none twice."""
    archive_all(home, old, database_url)
    with old.read() as conn:
        for after in (0, 3, 7, 8):
            assert [place for place, _ in mailboxes.page(conn, ENTERPRISE, after, 100)] == list(range(9, 17))
        assert [place for place, _ in mailboxes.page(conn, OTHER, 0, 2)] == [9, 10]
        assert mailboxes.head(conn, OTHER) == 16
        known = conn.execute(text("SELECT party, archived FROM mailboxes ORDER BY party")).all()
    assert [tuple(row) for row in known] == [(ENTERPRISE, 8), (OTHER, 8)]


def test_a_receipt_that_stays_in_the_middle_is_read(home: Path, old: Database, database_url: str) -> None:
    """One that is held back is not stepped over, though those behind it are archived."""
    hold(old, 3)
    archive_all(home, old, database_url)
    with old.read() as conn:
        assert [place for place, _ in mailboxes.page(conn, ENTERPRISE, 0, 3)] == [3, 9, 10]


def test_only_one_archives_at_a_time(home: Path, old: Database, database_url: str) -> None:
    """While one is at it another ends at once, and has changed nothing."""
    other = Database(database_url)
    refused: list[str] = []

    def step(name: str) -> None:
        if name == "sealed" and not refused:
            before = files(home)
            with pytest.raises(ArchivingElsewhere) as raised:
                archive_all(home, other, database_url)
            refused.append(str(raised.value))
            assert files(home) == before

    archive_all(home, old, database_url, step=step)
    other.close()
    assert "at the moment" in refused[0] or "another process archives" in refused[0]
    assert here(old) == AFTER
    assert archive_all(home, old, database_url).files == 0, "the lock is free again"


def test_a_damaged_file_purges_nothing(home: Path, old: Database, database_url: str) -> None:
    """What cannot be read back as it was written is not sealed, and nothing of it leaves the database."""

    def damage(name: str) -> None:
        if name == "named":
            file = files(home)[-1]
            content = bytearray(file.read_bytes())
            content[len(content) // 2] ^= 1
            file.write_bytes(content)

    with pytest.raises(ArchiveDamaged, match="it was changed or cut"):
        archive_all(home, old, database_url, step=damage)
    assert here(old)[MESSAGE, False] == 0
    assert archive_all(home, old, database_url).archived == {MESSAGE: 8, RECEIPT: 16}
    assert verified(home, old).sound


def test_what_is_stored_wrongly_is_not_archived(home: Path, old: Database, database_url: str) -> None:
    """A message whose bytes are not what its digest says stays where it is, as evidence, and is named."""
    with old.write() as conn:
        conn.execute(text("UPDATE messages SET data = :data WHERE id = 2"), {"data": b"other"})
    with pytest.raises(ArchiveDamaged, match="message 2 is not what its digest says"):
        archive_all(home, old, database_url)
    with old.read() as conn:
        assert messages.load(conn, [2])[2].data == b"other"


@pytest.mark.parametrize(("step", "time"), [*((step, 2) for step in STEPS), ("begun", 1), ("purging", 9)])
def test_a_kill_at_any_step_loses_and_doubles_nothing(
    home: Path, old: Database, database_url: str, step: str, time: int
) -> None:
    """After kill -9 what the database has not is in a sealed archive; the next run makes it whole."""
    child = [sys.executable, "-m", "tests.gateway.retained", str(home), database_url, step, str(time)]
    ended = subprocess.run(child, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    killed = verified(home, old)
    assert killed.sound, killed.findings
    assert (killed.messages, killed.receipts) == (16, 32)
    archive_all(home, old, database_url)
    assert here(old) == AFTER
    whole = verified(home, old)
    assert whole.sound, whole.findings
    counted = Counter[str]()
    for _, manifest in archive.manifests(home / "archive"):
        assert not isinstance(manifest, ArchiveDamaged)
        counted[manifest.kind] += manifest.items
    assert counted == {MESSAGE: 8, RECEIPT: 16}
    assert not list((home / "archive").rglob("*.part"))
    with old.read() as conn:
        assert all(each.purged_at for each in retention.archives(conn))


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        ("cut", "is not the file that its manifest names: it was changed or cut"),
        ("flip", "is not the file that its manifest names: it was changed or cut"),
        ("gone", "is missing in"),
        ("no manifest", "manifest.json is missing"),
        ("manifest", "not a manifest of an archive"),
        ("signature", "is not the one that was sealed: it was changed"),
        ("UPDATE archives SET items = 9 WHERE number = 2", "holds 1 items, but 9 were sealed"),
        ("DELETE FROM archives WHERE number = 2", "archive 3 follows archive 1"),
        ("DELETE FROM archives WHERE number = 8", "say that they are in archive 8, which is not known"),
        ("UPDATE archives SET digest = 'x' WHERE number = 2", "archive 2 is another than was journalled"),
        ("DELETE FROM messages WHERE id = 2", "message 2 is not stored any more"),
        ("UPDATE messages SET digest = 'x' WHERE id = 2", "message 2 is stored with other content"),
        ("UPDATE messages SET archive = 2 WHERE id = 1", "say that they are in it, which holds"),
        ("UPDATE messages SET archive = NULL WHERE id = 1", "message 1 is stored with other content"),
        ("UPDATE messages SET archive = 1, data = '' WHERE id = 16", "1: 4 stored messages say that"),
        ("UPDATE receipts SET document = 'x' WHERE position = 2", "is stored with other content"),
        ("DELETE FROM journal WHERE node = 'archive.' AND seq = 10", "its end was cut off"),
        ("DELETE FROM journal WHERE node = 'archive.' AND seq = 10", "archive 10 is not in the journal"),
    ],
)  # fmt: skip
def test_whatever_is_done_to_the_archive_shows(
    home: Path, old: Database, database_url: str, harm: str, finding: str
) -> None:
    """A file, manifest, row or journal that was changed, cut or taken away is a finding that names it."""
    archive_all(home, old, database_url)
    file = files(home)[1]
    manifest = file.with_name(file.name + archive.MANIFEST)
    content = file.read_bytes()
    match harm:
        case "cut":
            file.write_bytes(content[:-10])
        case "flip":
            file.write_bytes(content[:50] + bytes([content[50] ^ 1]) + content[51:])
        case "gone":
            file.unlink()
        case "no manifest":
            manifest.unlink()
        case "manifest":
            manifest.write_text("{}")
        case "signature":
            said = json.loads(manifest.read_text())
            manifest.write_bytes(archive.Manifest(**{**said, "node": "x"}).text())
        case _:
            with old.write() as conn:
                conn.execute(text(harm))
    findings = verified(home, old).findings
    assert any(finding in line for line in findings), findings


def test_an_archive_of_elsewhere_is_found_where_it_is_said_to_be(
    home: Path, old: Database, database_url: str, tmp_path: Path
) -> None:
    """Files that were moved to another disk are verified there; without its folder they are missed."""
    archive_all(home, old, database_url)
    month = files(home)[0].parent
    (tmp_path / "cold").mkdir()
    month.rename(tmp_path / "cold" / month.name)
    assert any("is missing in" in line for line in verified(home, old).findings)
    assert verified(home, old, tmp_path / "cold").sound


def test_files_of_another_history_are_put_aside(home: Path, old: Database, database_url: str) -> None:
    """After a restore from before, whole files that the database does not know are kept, and not counted."""
    archive_all(home, old, database_url)
    count = len(files(home))
    with old.write() as conn:
        conn.execute(text("DELETE FROM archives WHERE number > 3"))
    told = archive_all(home, old, database_url)
    assert len(told.aside) == count - 3
    assert all((home / "archive" / name).exists() for name in told.aside)


def test_settings_say_what_is_kept(home: Path, old: Database, database_url: str) -> None:
    """0 days keep a kind for ever; the folder may be elsewhere."""
    elsewhere = home.parent / "elsewhere"
    told = archive_all(home, old, database_url, receipts_days=0, folder=elsewhere)
    assert told.archived == {MESSAGE: 8, RECEIPT: 0}
    assert list(elsewhere.glob("*/*.gz"))
    assert settings_of(home, database_url).archive_folder == home / "archive"
