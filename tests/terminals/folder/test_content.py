"""What is read out of a file that a stranger may have put there."""

from __future__ import annotations

import io
import os
import socket
import struct
import zipfile
from pathlib import Path

import pytest

from terminals.folder import content
from terminals.trouble import Unusable

DOCUMENT = b"<a/>"


def packed(*entries: tuple[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", way) as file:
        for name, body in entries:
            file.writestr(name, body)
    return made.getvalue()


def test_a_zip_gives_its_one_document_and_its_name(tmp_path: Path) -> None:
    """`a.zip` holds `a.xml`, and that is what the message's FileName will be."""
    file = tmp_path / "a.ZIP"
    file.write_bytes(packed(("A.XML", DOCUMENT)))
    assert content.read(file) == ("a.xml", DOCUMENT)


def test_a_name_that_windows_wrote_as_gbk_is_the_same_name() -> None:
    """A Chinese name without the UTF-8 mark is read as GBK."""
    made = packed(("xxxxxx.xml", DOCUMENT)).replace(b"xxxxxx", "报关单".encode("gbk"))
    assert content.unpacked("报关单.zip", made) == DOCUMENT


@pytest.mark.parametrize(
    ("entries", "key"),
    [
        ([("a.xml", DOCUMENT), ("b.xml", DOCUMENT)], "folder-zip-count"),
        ([], "folder-zip-count"),
        ([("../a.xml", DOCUMENT)], "folder-zip-name"),
        ([("/a.xml", DOCUMENT)], "folder-zip-name"),
        ([("a/a.xml", DOCUMENT)], "folder-zip-name"),
        ([("b.xml", DOCUMENT)], "folder-zip-name"),
        ([("a.xml\0.exe", DOCUMENT)], "folder-zip-name"),
        ([("a.xml", b"0" * (content.MAX_FILE + 1))], "folder-zip-large"),
    ],
)
def test_a_zip_that_holds_anything_else_is_refused(entries: list[tuple[str, bytes]], key: str) -> None:
    """Two entries, none, a path, another name, or more than a message can be."""
    made = packed(*entries)
    if entries and "\0" in entries[0][0]:
        made = packed(("a.xmlZ.exe", DOCUMENT)).replace(b"a.xmlZ.exe", b"a.xml\0.exe")
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", made)
    assert refused.value.key == key


def test_a_bomb_whose_list_lies_is_cut_off_at_the_limit() -> None:
    """A size of 4 bytes in the zip's list stops no reader; the limit does, or zipfile's own check."""
    made = bytearray(packed(("a.xml", b"0" * (content.MAX_FILE * 4))))
    at = made.rfind(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", 4)  # uncompressed size (APPNOTE.TXT, 4.3.12)
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", bytes(made))
    assert refused.value.key in ("folder-zip-broken", "folder-zip-large")


def test_an_encrypted_zip_is_refused() -> None:
    """The flag in its list is enough; nobody is asked for a password."""
    made = bytearray(packed(("a.xml", DOCUMENT)))
    at = made.rfind(b"PK\x01\x02")
    made[at + 8] |= 1
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", bytes(made))
    assert refused.value.key == "folder-zip-locked"


@pytest.mark.parametrize("way", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_pack_are_refused(way: int) -> None:
    """Only stored and deflated, which every reader of zips takes and whose cost is known."""
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", packed(("a.xml", DOCUMENT), way=way))
    assert refused.value.key == "folder-zip-broken"


def test_a_list_of_a_million_entries_is_not_even_read() -> None:
    """What the record at the end counts is looked at before zipfile makes an object for each entry."""
    many = packed(("a.xml", DOCUMENT)) + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 10**7, 0, 0)
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", many)
    assert refused.value.key == "folder-zip-broken"


@pytest.mark.parametrize("junk", [b"", b"PK", b"PK\x05\x06", b"<a/>", os.urandom(5000)])
def test_junk_called_zip_is_refused_in_words(junk: bytes) -> None:
    """No end of a zip, or nothing behind it."""
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", junk)
    assert refused.value.key == "folder-zip-broken"


def test_a_zip_that_was_cut_or_changed_is_refused() -> None:
    """The checksum of its document is held."""
    made = bytearray(packed(("a.xml", b"<a>1234567</a>"), way=zipfile.ZIP_STORED))
    made[made.index(b"1234567")] ^= 1
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", bytes(made))
    assert refused.value.key == "folder-zip-broken"


def test_links_pipes_sockets_and_folders_are_never_opened_for_reading(tmp_path: Path) -> None:
    """A link is not followed, also to a file beside it; a pipe without a writer keeps nobody waiting."""
    (tmp_path / "file.xml").write_bytes(DOCUMENT)
    (tmp_path / "link.xml").symlink_to("file.xml")
    (tmp_path / "lost.xml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.xml")
    (tmp_path / "folder.xml").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s.xml"))
        keys = {}
        for name in ("link", "lost", "pipe", "folder", "s"):
            with pytest.raises(Unusable) as refused:
                content.read(tmp_path / f"{name}.xml")
            keys[name] = refused.value.key
    assert keys == {
        "link": "folder-link",
        "lost": "folder-link",
        "pipe": "folder-not-plain",
        "folder": "folder-not-plain",
        "s": "folder-not-plain",
    }


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """Its size is enough: a terabyte of holes takes no memory."""
    file = tmp_path / "a.xml"
    with file.open("wb") as made:
        made.truncate(1 << 40)
    with pytest.raises(Unusable) as refused:
        content.read(file)
    assert refused.value.key == "folder-too-large"


def test_a_file_without_the_right_to_read_it_is_refused_for_that(tmp_path: Path) -> None:
    """Permission denied is the file's fault and said as that; a process that may read all has none."""
    file = tmp_path / "a.xml"
    file.write_bytes(DOCUMENT)
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:-2]:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    file.chmod(0)
    child = os.fork()
    if child == 0:  # root reads everything: another user looks
        code = 1
        try:
            if os.geteuid() == 0:
                os.setegid(65534)
                os.seteuid(65534)
            content.read(file)
        except Unusable as refused:
            code = 0 if refused.key == "file-unreadable" else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_a_zip_whose_list_is_counted_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ZIP64 record overrules what the one at the end says; nothing that small needs it."""
    made = packed(("a.xml", DOCUMENT))
    end = made[-22:]
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**6, 10**6, 10**8, 0)
    larger = made[:-22] + record + struct.pack("<4sLQL", b"PK\6\7", 0, len(made) - 22, 1) + end
    monkeypatch.delattr(zipfile, "ZipFile")
    with pytest.raises(Unusable) as refused:
        content.unpacked("a.zip", larger)
    assert refused.value.key == "folder-zip-broken"
