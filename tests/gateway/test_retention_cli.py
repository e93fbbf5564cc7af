"""`archive` and `journal verify` as an operator types them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from gateway.cli import main
from gateway.settings import Settings
from storage import retention
from storage.database import Database
from tests.gateway.retained import fill

Run = Callable[..., Result]
OLD = ("--messages-days", "30", "--receipts-days", "30")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo home with eight messages of the past, their receipts, and as many of later."""
    home = tmp_path_factory.mktemp("archive") / "demo"
    done = CliRunner().invoke(main, ["init", "--demo", "--home", str(home)])
    assert done.exit_code == 0, done.output
    database = Database(Settings.load(home).database_url)
    fill(home, database)
    database.close()
    (home / "gateway.key").unlink()  # of a gateway that only made the head
    (home / "journal" / "heads.jsonl").unlink()
    with Database(Settings.load(home).database_url).write() as connection:
        connection.execute(text("DELETE FROM heads"))
    return home


@pytest.fixture
def home(demo: Path, tmp_path: Path) -> Path:
    """A home of the test's own."""
    return Path(shutil.copytree(demo, tmp_path / "home"))


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command on the test's home and hold it to an exit code."""

    def run(*arguments: str, code: int = 0) -> Result:
        done = CliRunner().invoke(main, [*arguments, "--home", str(home)])
        assert done.exit_code == code, done.output
        return done

    return run


def test_without_days_nothing_is_archived(run: Run, home: Path) -> None:
    """A gateway that was told nothing keeps everything, and says what to set."""
    assert "set retention.messages_days" in run("archive", "run", code=1).output
    assert not (home / "archive").exists()
    assert run("archive", "show").output == "none\n"


def test_a_run_says_what_it_did_and_the_files_are_listed(run: Run, home: Path) -> None:
    """Counts, files and the longest transaction; a list with number, file, items and times."""
    told = run("archive", "run", *OLD).output
    assert "archived 16 messages and 32 receipts in" in told
    assert "purged 16 messages and 32 receipts; the longest transaction took" in told
    listed = run("archive", "show").output.splitlines()
    assert listed[0].split()[:3] == ["number", "file", "items"]
    assert len(listed) == 1 + len(list((home / "archive").rglob("*.gz")))
    assert "the archive is sound: " in run("archive", "verify").output
    assert "16 messages, 32 receipts" in run("journal", "verify").output
    assert "archived 0 messages and 0 receipts" in run("archive", "run", *OLD).output


def test_a_message_is_taken_out_byte_for_byte(run: Run, home: Path, tmp_path: Path) -> None:
    """Where it and its receipts are, and with --to their files; what is not known is refused."""
    run("archive", "run", "--messages-days", "30")
    told = run("archive", "show", "--party", "DXPENT0000000001", "--cop-msg-id", "cop-2").output
    assert "message 2" in told
    assert "archive 1" in told
    assert "the database" in told, "its receipt is still in the mailbox"
    out = tmp_path / "out"
    run("archive", "show", "--party", "DXPENT0000000001", "--cop-msg-id", "cop-2", "--to", str(out))
    assert {file.name: file.read_text() for file in out.iterdir()} == {
        "message-2.data.xml": "<报文 n='2'/>",
        "message-2.reply.xml": "<DxpRep>2</DxpRep>",
    }
    unknown = run("archive", "show", "--party", "DXPENT0000000001", "--cop-msg-id", "none", code=1)
    assert "no message none of DXPENT0000000001" in unknown.output
    assert "together" in run("archive", "show", "--party", "X", code=1).output


def test_damage_ends_with_exit_code_4_and_a_line_each(run: Run, home: Path, tmp_path: Path) -> None:
    """A changed file is named by every verification; a copy is verified with a certificate alone."""
    run("archive", "run", *OLD)
    signer = str(home / "certs" / "gateway.pem")
    copy = shutil.copytree(home / "archive", tmp_path / "copy")
    alone = CliRunner().invoke(
        main, ["archive", "verify", str(copy), "--certificate", signer, "--home", str(tmp_path / "none")]
    )
    assert alone.exit_code == 0, alone.output
    file = min((home / "archive").rglob("*.gz"))
    os.truncate(file, file.stat().st_size - 1)
    for arguments in (
        ("archive", "verify"),
        ("journal", "verify"),
        ("archive", "verify", str(home / "archive")),
    ):
        told = run(*arguments, code=4).output
        assert f"{file.parent.name}/{file.name} is not the file that its manifest names" in told
        assert "NOT sound: 1 findings" in told


def test_an_archive_that_moved_is_named(run: Run, home: Path, tmp_path: Path) -> None:
    """A month on another disk is missed without its folder, and verified with it."""
    run("archive", "run", *OLD)
    month = min((home / "archive").iterdir())
    (tmp_path / "cold").mkdir()
    shutil.move(month, tmp_path / "cold" / month.name)
    assert "is missing in" in run("journal", "verify", code=4).output
    run("journal", "verify", "--archive", str(tmp_path / "cold"))


def test_two_at_once_are_one(run: Run, home: Path) -> None:
    """A run beside another does nothing, says so, and is no failure: it comes again tomorrow."""
    settings = Settings.load(home)
    database = Database(settings.database_url)
    with retention.alone(database, home / "archive.lock"):
        assert "nothing was done: another process archives" in run("archive", "run", *OLD).output
    database.close()
    assert "archived 16 messages" in run("archive", "run", *OLD).output


def test_a_damaged_half_done_archive_stops_the_run(run: Run, home: Path) -> None:
    """What was sealed but cannot be read any more is not purged: exit code 4, and the file's name."""
    run("archive", "run", *OLD)
    database = Database(Settings.load(home).database_url)
    with database.write() as connection:
        connection.execute(text("UPDATE archives SET purged_at = NULL WHERE number = 1"))
    database.close()
    file = min((home / "archive").rglob("*.gz"))
    file.write_bytes(b"")
    told = run("archive", "run", *OLD, code=4).output
    assert file.name in told
    assert "it was changed or cut" in told
