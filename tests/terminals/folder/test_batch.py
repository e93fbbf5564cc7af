"""Files that were taken together: what is on disk after each step."""

from __future__ import annotations

import os
from collections import deque
from datetime import UTC, datetime
from pathlib import Path

import pytest

from terminals.folder import running
from terminals.folder.batch import Batch, Result, clean, left, take, write_all
from terminals.folder.places import Box, open_boxes

NOW = datetime(2026, 11, 21, 12, 45, 12, 123000, UTC)
WHEN = "20261121204512123"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """An open box."""
    return open_boxes(tmp_path, [("BVS", ())])[0]


def put(box: Box, *names: str) -> None:
    """Files in OutBox, each with its name in it."""
    for name in names:
        (box.outbox / name).write_bytes(os.fsencode(name))


def names(folder: Path) -> list[str]:
    """What is in it, hidden ones too."""
    return sorted(one.name for one in folder.iterdir())


def test_a_file_that_is_taken_is_out_of_reach(box: Box) -> None:
    """Whoever puts another of its name into OutBox puts a new one; one that was called back is no error."""
    put(box, "a.xml", "b.xml")
    batch = take(box, ["a.xml", "gone.xml"], NOW)
    assert (batch.when, batch.files(), names(box.outbox)) == (WHEN, ["a.xml"], ["b.xml"])
    assert take(box, ["b.xml"], NOW).when == "20261121204512124"
    assert [one.when for one in left(box)] == [WHEN, "20261121204512124"]


def test_envelopes_are_kept_whole_by_name_also_of_names_that_are_no_utf_8(box: Box) -> None:
    """Several bundles of one batch are one set; what was not signed is not in it."""
    odd = os.fsdecode(b"\xb1.xml")
    put(box, "a.xml", odd, "c.xml")
    batch = take(box, ["a.xml", odd, "c.xml"], NOW)
    batch.keep({"a.xml": b"first", odd: b""})
    batch.keep({"c.xml": b"third" * 1000})
    assert batch.kept() == {"a.xml": b"first", odd: b"", "c.xml": b"third" * 1000}


def test_each_file_ends_in_its_one_place_with_its_result(box: Box) -> None:
    """SentBox or FailBox, the reason beside; the result in InBox, named after the file and the time."""
    put(box, "a.xml", "b.zip")
    batch = take(box, ["a.xml", "b.zip"], NOW)
    batch.settle([Result("a.xml", True, b"yes"), Result("b.zip", False, b"no", "原因\nreason\n")])
    assert (names(box.sentbox), names(box.failbox)) == (["a.xml"], ["b.zip", "b.zip.txt"])
    assert names(box.inbox) == [f"Failed_b.zip_{WHEN}.xml", f"Successed_a.xml_{WHEN}.xml"]
    assert (box.failbox / "b.zip.txt").read_text("utf-8") == "原因\nreason\n"
    assert batch.close()
    assert left(box) == []


def test_no_file_is_put_over_another(box: Box) -> None:
    """Names that are taken get the time, then a number; also where a reason is beside them."""
    for count in range(3):
        put(box, "a.xml", "b.xml")
        (box.outbox / "a.xml").write_text(f"a{count}")
        batch = take(box, ["a.xml", "b.xml"], NOW)
        when = batch.when
        batch.settle([Result("a.xml", True, b""), Result("b.xml", False, b"", f"{count}")])
        assert batch.close()
        assert when == WHEN
    assert {one.read_text() for one in box.sentbox.iterdir()} == {"a0", "a1", "a2"}
    assert names(box.sentbox) == ["a.xml", f"a_{WHEN}.xml", f"a_{WHEN}_1.xml"]
    assert {one.read_text() for one in box.failbox.glob("*.txt")} == {"0", "1", "2"}


def test_a_file_comes_back_unless_another_of_its_name_is_there(box: Box) -> None:
    """The one that came meanwhile stays what it is, the other stays taken."""
    put(box, "a.xml", "b.xml")
    batch = take(box, ["a.xml", "b.xml"], NOW)
    (box.outbox / "a.xml").write_text("new")
    assert batch.give_back("b.xml")
    assert not batch.give_back("a.xml")
    assert (box.outbox / "a.xml").read_text() == "new"
    assert batch.files() == ["a.xml"]


def test_a_move_that_was_cut_in_two_is_one_file_again(box: Box) -> None:
    """Between link and unlink a file has two names: the next run leaves the one it was going to."""
    put(box, "a.xml", "b.xml")
    batch = take(box, ["a.xml", "b.xml"], NOW)
    os.link(batch.path / "a.xml", box.sentbox / "a.xml")
    os.link(batch.path / "b.xml", box.outbox / "b.xml")
    batch.recover()
    assert (batch.files(), names(box.outbox)) == (["a.xml"], ["b.xml"])
    batch.settle([Result("a.xml", True, b"")])
    assert names(box.sentbox) == ["a.xml"]


def test_a_file_system_without_links_moves_all_the_same(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CIFS answers link(2): the file is renamed, over no other."""

    def none(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", none)
    put(box, "a.xml")
    (box.sentbox / "a.xml").write_text("older")
    batch = take(box, ["a.xml"], NOW)
    batch.settle([Result("a.xml", True, b"")])
    assert names(box.sentbox) == ["a.xml", f"a_{WHEN}.xml"]
    assert (box.sentbox / "a.xml").read_text() == "older"


def test_what_is_written_has_the_rights_of_its_folder(tmp_path: Path) -> None:
    """A group that reads InBox reads what comes in; where only its owner may, only he does."""
    tmp_path.chmod(0o770)
    write_all(tmp_path, {"a": b"1"})
    tmp_path.chmod(0o700)
    write_all(tmp_path, {"b": b"2", "a": b"3"})
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"] == [0o600, 0o600]
    tmp_path.chmod(0o775)
    write_all(tmp_path, {"a": b"4"})
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o664
    assert (tmp_path / "a").read_bytes() == b"4"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a name nor a draft: the step is done as a whole later."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_all(tmp_path, {"a": b"1", "b": b"2"})
    assert names(tmp_path) == []


def test_drafts_of_a_killed_client_are_removed_and_nothing_else(box: Box) -> None:
    """Only names as ours: another program's draft in InBox is its own."""
    for name in (".0123456789abcdef.tmp", ".mine.tmp", "a.xml"):
        (box.inbox / name).write_text("x")
    clean(box)
    assert names(box.inbox) == [".mine.tmp", "a.xml"]


def test_a_batch_without_a_folder_has_no_files(box: Box) -> None:
    """Its folder went with its last file."""
    assert Batch(box, WHEN).files() == []


def test_large_files_are_taken_a_few_at_a_time(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lane holds all envelopes of a batch: few large files are one, and a zip counts for what is in it."""
    monkeypatch.setattr(running, "MOST_BYTES", 100)
    sizes = {"a.xml": 60, "b.xml": 40, "c.xml": 1, "d.xml": 500, "e.zip": 4, "f.xml": 1}
    for name, size in sizes.items():
        (box.outbox / name).write_bytes(b"x" * size)
    ready = deque([*sizes, "gone.xml"])
    found = []
    while ready:
        found.append(running.portion(box, ready, 4))
    assert found == [["a.xml", "b.xml"], ["c.xml"], ["d.xml"], ["e.zip"], ["f.xml", "gone.xml"]]
    assert running.portion(box, deque(["a.xml", "b.xml"]), 1) == ["a.xml"]
