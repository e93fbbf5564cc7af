"""Signed envelopes without an answer."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from terminals.pending import Pending, key_of, replace_durably
from terminals.trouble import Unusable

KEY = key_of(b"content", ["X"], "sign")


def pending(state: Path) -> Pending:
    """One party at one gateway."""
    return Pending(state, "https://localhost:8443", "DXP1")


def test_the_same_request_finds_the_same_bytes(tmp_path: Path) -> None:
    """What was kept once is not made anew, in this process or the next."""
    first = pending(tmp_path).keep(KEY, lambda: b"one")
    second = pending(tmp_path).keep(KEY, lambda: b"two")
    assert (first.body, first.again) == (b"one", False)
    assert (second.body, second.again) == (b"one", True)


def test_an_answered_envelope_is_forgotten(tmp_path: Path) -> None:
    """After the answer the same file is a new request."""
    folder = pending(tmp_path)
    folder.settle(folder.keep(KEY, lambda: b"one"))
    assert folder.keep(KEY, lambda: b"two").body == b"two"


def test_of_two_writers_the_first_wins(tmp_path: Path) -> None:
    """Two terminals that sign the same file at once send the same bytes."""

    def meanwhile() -> bytes:
        pending(tmp_path).keep(KEY, lambda: b"theirs")
        return b"mine"

    assert pending(tmp_path).keep(KEY, meanwhile).body == b"theirs"


def test_it_is_on_disk_before_keep_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is synced before it gets its name, the folder after."""
    seen: list[str] = []
    real = os.fsync

    def watched(handle: int) -> None:
        inside = os.fstat(handle)
        seen.append("folder" if stat.S_ISDIR(inside.st_mode) else "file")
        real(handle)

    folder = pending(tmp_path)
    folder.keep(key_of(b"", [], ""), lambda: b"so that the folders exist")
    monkeypatch.setattr(os, "fsync", watched)
    folder.keep(KEY, lambda: b"one")
    assert seen == ["file", "folder"]


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    """Folders 0700 and files 0600, whatever the umask."""
    kept = pending(tmp_path / "state").keep(KEY, lambda: b"one")
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_nothing_is_made_when_it_cannot_be_kept(tmp_path: Path) -> None:
    """Without a place to keep it, nothing is given out to be sent."""
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(Unusable, match="cannot be written"):
        pending(tmp_path / "state").keep(KEY, lambda: b"one")


def test_waiting_envelopes_come_oldest_first_and_drafts_never(tmp_path: Path) -> None:
    """A half-written file of a killed terminal is not an envelope."""
    folder = pending(tmp_path)
    for number in range(3):
        kept = folder.keep(key_of(b"%d" % number, [], ""), lambda number=number: b"%d" % number)  # type: ignore[misc]
        os.utime(kept.path, ns=(number, number))
    (folder.folder / f"{KEY}.xml.0123.tmp").write_bytes(b"half")
    assert [kept.body for kept in folder] == [b"0", b"1", b"2"]


def test_a_killed_terminal_leaves_the_whole_envelope(tmp_path: Path) -> None:
    """Kill -9 right after keep returned: the next process finds the same bytes."""
    program = (
        "import os, signal, sys; from pathlib import Path; from terminals.pending import Pending\n"
        "p = Pending(Path(sys.argv[1]), 'https://localhost:8443', 'DXP1')\n"
        f"p.keep({KEY!r}, lambda: b'x' * 100_000)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert pending(tmp_path).keep(KEY, lambda: b"anew").body == b"x" * 100_000


def test_requests_differ_by_content_receivers_and_mode() -> None:
    """The same content to others, or treated otherwise, is another request."""
    keys = {
        key_of(b"a", ["X"], "sign"), key_of(b"b", ["X"], "sign"), key_of(b"a", ["Y"], "sign"),
        key_of(b"a", ["X"], "as-is"), key_of(b"a", ["X", "Y"], "sign"),
    }  # fmt: skip
    assert len(keys) == 5


def test_parties_and_gateways_have_folders_of_their_own(tmp_path: Path) -> None:
    """What one party left at one gateway is not sent for another."""
    pending(tmp_path).keep(KEY, lambda: b"one")
    assert not list(Pending(tmp_path, "https://localhost:8443", "DXP2"))
    assert not list(Pending(tmp_path, "https://localhost:9443", "DXP1"))


def test_a_replaced_file_is_whole(tmp_path: Path) -> None:
    """The new content is in place, and no draft is left beside it."""
    for body in (b"r1", b"r2"):
        replace_durably(tmp_path / "a" / "cursor", body)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["cursor"]
    assert (tmp_path / "a" / "cursor").read_bytes() == b"r2"
