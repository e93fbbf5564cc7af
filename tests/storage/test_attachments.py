"""Attachments: durable before they are there."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage import owners
from storage.attachments import DigestDiffers, Store
from storage.database import Database
from tests.storage.builders import ENTERPRISE, NOW

CONTENT = b"an invoice, scanned" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def received(store: Store, content: bytes = CONTENT) -> str:
    """Receive a file in pieces; its digest."""
    incoming = store.receive()
    for start in range(0, len(content), 700):
        incoming.write(content[start : start + 700])
    digest = hashlib.sha256(content).hexdigest()
    assert incoming.keep(digest) == len(content)
    return digest


def test_a_file_is_read_back_by_its_digest(tmp_path: Path) -> None:
    """What was received in pieces is there as a whole, and nothing is left aside."""
    store = Store(tmp_path)
    assert b"".join(store.read(received(store))) == CONTENT
    assert list(store.incoming.iterdir()) == []


def test_a_file_that_is_not_its_digest_is_not_kept(tmp_path: Path) -> None:
    """A body cut short or changed on the way leaves nothing behind."""
    store = Store(tmp_path)
    incoming = store.receive()
    incoming.write(CONTENT[:-1])
    with pytest.raises(DigestDiffers, match=DIGEST):
        incoming.keep(DIGEST)
    assert list(store.incoming.iterdir()) == []
    assert not store.path(DIGEST).exists()


def test_a_file_is_synced_before_it_has_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power loss at any instant leaves either no file of that name or the whole one."""
    store = Store(tmp_path)
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(handle: int) -> None:
        target = Path(f"/proc/self/fd/{handle}").readlink()
        steps.append(
            f"sync {'folder' if target.is_dir() else target.parent.name} {target.stat().st_size > 0}"
        )
        if target.is_dir():
            assert target == store.path(DIGEST).parent
        sync(handle)

    def noted_replace(path: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    received(store)
    assert [step.rsplit(" ", 1)[0] for step in steps] == ["sync incoming", "rename", "sync folder"]
    assert steps[0].endswith("True")


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "g" * 64, "a" * 63 + "/"])
def test_what_is_no_digest_names_no_file(tmp_path: Path, digest: str) -> None:
    """A path cannot be smuggled in as a digest."""
    with pytest.raises(ValueError, match="not a SHA-256"):
        Store(tmp_path).path(digest)


def test_half_written_files_are_cleared(tmp_path: Path) -> None:
    """What an interrupted process left is removed at the next start."""
    store = Store(tmp_path)
    store.receive().write(b"half")
    assert Store(tmp_path).clear_incoming() == 1
    assert list(store.incoming.iterdir()) == []


def test_of_half_written_files_only_old_ones_are_cleared_while_others_write(tmp_path: Path) -> None:
    """What a client left that went away is removed while the gateway runs; an upload under way goes on."""
    store = Store(tmp_path)
    store.receive().write(b"left")
    (left,) = store.incoming.iterdir()
    os.utime(left, (0, 0))
    going_on = store.receive()
    going_on.write(CONTENT)
    assert store.clear_incoming(before=NOW.replace(year=2000)) == 1
    assert going_on.keep(DIGEST) == len(CONTENT)


def test_a_file_received_again_is_not_removed(tmp_path: Path) -> None:
    """Cleaning up spares a file that somebody sent again in the meantime."""
    store = Store(tmp_path)
    digest = received(store)
    assert not store.remove(digest, before=NOW.replace(year=2000))
    assert store.remove(digest, before=NOW.replace(year=9000))
    assert not store.path(digest).exists()


def test_a_file_of_nobody_is_found_and_removed(database: Database, tmp_path: Path) -> None:
    """What a client left that went away in the middle does not stay for good; owned files do."""
    store = Store(tmp_path / "files")
    lost, kept = received(store, b"lost"), received(store, b"kept")
    then = NOW.replace(year=9000)
    with database.write() as conn:
        owners.own(conn, owners.Attachment(ENTERPRISE, kept, 4, "", "", then))
        found = [digest for _ in range(256) for digest in store.strays(then)]
        assert sorted(found) == sorted([lost, kept])
        gone = owners.abandon(conn, then, found)
    assert gone == [lost]
    assert store.strays(NOW) == []
    assert store.remove_all(gone, then) == 1
    assert [store.path(digest).exists() for digest in (lost, kept)] == [False, True]


def test_others_on_the_machine_see_no_attachment(tmp_path: Path) -> None:
    """Files and their folders are their owner's alone, whatever the umask is."""
    before = os.umask(0)
    try:
        store = Store(tmp_path / "files")
        file = store.path(received(store))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (store.folder, store.incoming, file.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_gateways_that_share_a_folder_do_not_take_away_what_another_just_received(tmp_path: Path) -> None:
    """While one looks whether a file may go, no other gateway's process gives a file its name."""
    store = Store(tmp_path)
    incoming = store.receive()
    incoming.write(CONTENT)
    program = (
        "import fcntl, sys; lock = open(sys.argv[1], 'wb'); fcntl.lockf(lock, fcntl.LOCK_EX);"
        "print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "moving.lock")]
    with (
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"held\n"
        kept = pool.submit(incoming.keep, DIGEST)
        while f"-> POSIX  ADVISORY  WRITE {os.getpid()} " not in Path("/proc/locks").read_text():
            assert not kept.done()
        assert not store.path(DIGEST).exists()
        other.stdin.close()
        assert kept.result(20) == len(CONTENT)
    assert store.path(DIGEST).exists()
