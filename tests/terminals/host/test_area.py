"""An account's files: no way out, whole or not at all, and no more than allowed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminals.host.area import FOLDERS, Area, Quota

QUOTA = Quota(size=10_000, files=10, file_size=4_000)


@pytest.fixture
def area(tmp_path: Path) -> Area:
    """An empty area, beside a file that is none of its business."""
    (tmp_path / "outside").write_text("secret")
    return Area(tmp_path / "parties" / "area", QUOTA)


def put(area: Area, path: str, content: bytes = b"content") -> None:
    """Upload a file."""
    upload = area.write(path)
    upload.write(0, content)
    upload.keep()


def content(area: Area, path: str) -> bytes:
    """Download a file."""
    descriptor = area.read(path)
    try:
        return os.read(descriptor, 100_000)
    finally:
        os.close(descriptor)


@contextmanager
def refused(*numbers: int) -> Iterator[None]:
    """Whatever is in it fails, with one of these errors if any are said."""
    try:
        yield
    except OSError as error:
        if numbers and error.errno not in numbers:
            raise
        return
    pytest.fail("it was not refused")


def test_it_begins_with_its_folders_and_is_nobody_elses(area: Area) -> None:
    """The folders have names that people know; nobody else on the machine may look."""
    assert [name for name, _ in area.listing("/")] == sorted(FOLDERS)
    assert stat.S_IMODE(area.root.stat().st_mode) == 0o700
    put(area, "exports/a.xlsx")
    assert stat.S_IMODE((area.root / "exports" / "a.xlsx").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("", "/"), (".", "/"), ("..", "/"), ("/../../etc/passwd", "/etc/passwd"), ("a/../b", "/b"),
        ("a//b/./c/", "/a/b/c"), ("/a/../../..", "/"), ("e\u0301.txt", "/\u00e9.txt"),
        ("文件.xml", "/文件.xml"),
    ],
)  # fmt: skip
def test_paths_are_normal_and_end_at_the_top(area: Area, path: str, shown: str) -> None:
    """`..` beyond the top is the top; two ways to write a letter are one name."""
    assert area.shown(path) == shown


@pytest.mark.parametrize(
    "path",
    ["a\0b", "a\nb", "a\x1b[2Jb", "\x7f", "x" * 256, "文" * 86, "/".join("d" * 17), "\udcff", ".incoming",
     "/.incoming/x", "exports/../.incoming"],
)  # fmt: skip
def test_names_that_are_none_are_refused(area: Area, path: str) -> None:
    """Control characters, names too long or too deep, what is no text, and the host's own folder."""
    with refused():
        area.parts(path)


@given(st.text(max_size=60))
def test_no_path_leads_out(path: str) -> None:
    """Whatever is written, its parts are plain names."""
    try:
        parts = Area.parts(Area.__new__(Area), path)
    except OSError:
        return
    assert not {"", ".", ".."} & set(parts)
    assert not any("/" in part or "\0" in part for part in parts)


def test_links_are_not_followed_wherever_they_come_from(area: Area, tmp_path: Path) -> None:
    """Should one lie there, as a file, as a folder on the way or as the target: it is as good as closed."""
    (area.root / "file").symlink_to(tmp_path / "outside")
    (area.root / "folder").symlink_to(tmp_path)
    for call in (
        lambda: area.read("file"), lambda: area.read("folder/outside"), lambda: area.listing("folder"),
        lambda: area.stat("file"), lambda: area.write("file"), lambda: area.write("folder/new"),
        lambda: area.remove("folder/outside"), lambda: area.rename("folder/outside", "mine", replace=True),
        lambda: area.change("file", 0o600, None), lambda: area.make_folder("folder/new"),
    ):  # fmt: skip
        with refused(errno.ELOOP, errno.EACCES, errno.ENOTDIR):
            call()
    assert (tmp_path / "outside").read_text() == "secret"
    assert sorted(name for name, _ in area.listing("/")) == sorted(FOLDERS)


def test_pipes_and_devices_keep_nobody_waiting(area: Area) -> None:
    """Opening one neither blocks nor succeeds, and none is listed."""
    os.mkfifo(area.root / "pipe")
    for call in (area.read, area.stat, area.write):
        with refused():
            call("pipe")
    assert "pipe" not in dict(area.listing("/"))


def test_an_upload_is_seen_when_it_is_complete(area: Area) -> None:
    """Before, the former content is there, or nothing; dropped, it never was."""
    put(area, "attachments/a", b"old")
    upload = area.write("attachments/a")
    upload.write(0, b"new")
    assert content(area, "attachments/a") == b"old"
    fresh = area.write("attachments/b")
    fresh.write(0, b"half")
    assert dict(area.listing("attachments")).keys() == {"a"}
    upload.keep()
    fresh.drop()
    assert content(area, "attachments/a") == b"new"
    assert dict(area.listing("attachments")).keys() == {"a"}
    assert list((area.root / ".incoming").iterdir()) == []


def test_an_upload_with_a_hole_is_not_kept(area: Area) -> None:
    """A client whose write was refused closes the file all the same: the former content stays."""
    put(area, "a", b"old")
    upload = area.write("a")
    upload.write(0, b"x" * 3_000)
    with refused(errno.EFBIG):
        upload.write(3_000, b"x" * 3_000)
    with refused(errno.EIO):
        upload.keep()
    assert content(area, "a") == b"old"
    assert area.used() == (3, 1)


def test_what_a_former_host_was_receiving_is_dropped(area: Area) -> None:
    """A host that was killed leaves half a file, which the next one removes."""
    area.write("attachments/a").write(0, b"half")
    Area(area.root, QUOTA)
    assert list((area.root / ".incoming").iterdir()) == []


def test_the_quota_is_of_everything_together(area: Area) -> None:
    """Bytes of all files, those on their way included; what is freed may be used again."""
    for name in ("a", "b"):
        put(area, name, b"x" * 4_000)
    upload = area.write("c")
    upload.write(0, b"x" * 2_000)
    with pytest.raises(OSError, match="quota"):
        upload.write(2_000, b"x")
    upload.drop()
    area.remove("a")
    put(area, "c", b"x" * 4_000)
    assert area.used() == (8_000, 2)


def test_what_others_write_there_counts_too(area: Area) -> None:
    """The terminal's process puts exports into the same area."""
    (area.root / "exports" / "big").write_bytes(b"x" * 9_000)
    upload = area.write("a")
    with pytest.raises(OSError, match="quota"):
        upload.write(0, b"x" * 2_000)
    upload.drop()


def test_one_file_is_bounded_wherever_in_it_is_written(area: Area) -> None:
    """A hole counts as what it would be; neither writing far behind nor cutting makes a giant."""
    upload = area.write("a")
    for call in (lambda: upload.write(1 << 62, b"x"), lambda: upload.resize(1 << 62)):
        with refused(errno.EFBIG):
            call()
    upload.drop()
    upload = area.write("a")
    upload.resize(4_000)
    upload.resize(10)
    upload.keep()
    assert area.used() == (10, 1)


def test_files_and_folders_are_counted(area: Area) -> None:
    """Empty ones fill an area too."""
    for number in range(5):
        put(area, f"f{number}", b"")
        area.make_folder(f"d{number}")
    for call in (lambda: area.write("more"), lambda: area.make_folder("more")):
        with pytest.raises(OSError, match="quota"):
            call()


def test_only_the_owners_bits_can_be_set(area: Area) -> None:
    """Nothing becomes readable for others; set-user-id and its like are refused."""
    put(area, "a")
    area.change("a", 0o777, (1, 2))
    found = area.stat("a")
    assert (stat.S_IMODE(found.st_mode), found.st_mtime) == (0o700, 2)
    area.change("a", 0o000, None)
    assert stat.S_IMODE(area.stat("a").st_mode) == 0o600
    area.change("exports", 0o000, None)
    assert stat.S_IMODE(area.stat("exports").st_mode) == 0o700
    for mode in (0o4755, 0o2755, 0o1777):
        with pytest.raises(PermissionError):
            area.change("a", mode, None)


def test_renaming_replaces_only_when_it_should(area: Area) -> None:
    """Two kinds of it, as SFTP has them."""
    put(area, "a", b"a")
    put(area, "b", b"b")
    with pytest.raises(FileExistsError):
        area.rename("a", "b", replace=False)
    area.rename("a", "b", replace=True)
    assert content(area, "b") == b"a"
    with refused():
        area.rename("exports", "exports/in/itself", replace=True)
    with refused():
        area.rename("/", "elsewhere", replace=True)


def test_the_top_stays(area: Area) -> None:
    """It is neither removed nor overwritten."""
    for call in (area.remove, area.remove_folder, area.write, area.read, area.make_folder):
        with refused():
            call("/")
    assert area.root.is_dir()
