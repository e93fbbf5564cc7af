"""When a file counts as written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from terminals.folder.looking import Looker, being_written

OLD = 1_700_000_000_000_000_000  # ns


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    """An empty OutBox."""
    return tmp_path


def test_a_file_that_is_renamed_into_place_is_ready_at_once(outbox: Path) -> None:
    """The first look takes it: its inode was touched after its content."""
    draft = outbox / "a.tmp"
    draft.write_bytes(b"<a/>")
    os.utime(draft, ns=(OLD, OLD))
    draft.rename(outbox / "a.xml")
    assert Looker(outbox).look().ready == ("a.xml",)


def test_a_file_that_was_just_written_waits_for_a_second_look(outbox: Path) -> None:
    """Two looks that see the same size and time."""
    (outbox / "a.xml").write_bytes(b"<a>")
    os.utime(outbox / "a.xml", ns=(1 << 62, 1 << 62))  # not one that was renamed
    looker = Looker(outbox)
    assert looker.look().growing == ("a.xml",)
    assert looker.look().ready == ("a.xml",)


def test_a_file_that_grows_between_looks_is_left(outbox: Path) -> None:
    """As long as each look sees another size."""
    file = outbox / "a.xml"
    looker = Looker(outbox)
    for size in range(1, 5):
        file.write_bytes(b"x" * size)
        os.utime(file, ns=(1 << 62, 1 << 62))  # not one that was renamed
        assert looker.look().ready == ()
    assert looker.look().ready == ("a.xml",)


def test_a_file_that_somebody_has_open_for_writing_is_left(outbox: Path) -> None:
    """Also when it looks renamed and does not grow: a slow writer is a writer."""
    file = outbox / "a.xml"
    looker = Looker(outbox)
    with file.open("wb") as writer:
        writer.write(b"<a")
        writer.flush()
        os.utime(file, ns=(OLD, OLD))
        assert being_written(str(file)) is True
        for _ in range(4):
            assert looker.look().ready == ()
    assert being_written(str(file)) is False
    assert looker.look().ready == ("a.xml",)


def test_a_reader_keeps_nobody_waiting(outbox: Path) -> None:
    """Backup and virus scanner read; that is not writing."""
    file = outbox / "a.xml"
    file.write_bytes(b"<a/>")
    with file.open("rb"):
        assert being_written(str(file)) is False


def test_what_is_no_message_s_file_is_told_apart(outbox: Path) -> None:
    """Drafts and hidden files are not mentioned, other names are named, ends in capitals are taken."""
    for name in ("a.xml.tmp", "B.TMP", ".c.xml", "d.txt", "e.xml.part", "F.XML", "g.Zip"):
        (outbox / name).write_bytes(b"x")
        os.utime(outbox / name, ns=(OLD, OLD))
    found = Looker(outbox).look()
    assert sorted(found.strange) == ["d.txt", "e.xml.part"]
    assert sorted(found.ready) == ["F.XML", "g.Zip"]


def test_the_oldest_comes_first(outbox: Path) -> None:
    """By the time of their content, then by name."""
    for name, age in (("new.xml", 3), ("b.xml", 1), ("a.xml", 1), ("mid.xml", 2)):
        (outbox / name).write_bytes(b"x")
        os.utime(outbox / name, ns=(OLD + age, OLD + age))
    assert Looker(outbox).look().ready == ("a.xml", "b.xml", "mid.xml", "new.xml")


def test_links_and_pipes_are_handed_on_to_be_refused(outbox: Path) -> None:
    """Nothing waits for a link's target or a pipe's writer, and neither is opened here."""
    (outbox / "link.xml").symlink_to("/etc/passwd")
    os.mkfifo(outbox / "pipe.xml")
    assert sorted(Looker(outbox).look().ready) == ["link.xml", "pipe.xml"]
