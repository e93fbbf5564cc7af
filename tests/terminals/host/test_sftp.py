"""SFTP's packets: each request has one answer, whatever it is, and nothing is without bound."""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from terminals.host.area import Area, Quota
from terminals.host.sftp import PACKET, Malformed, Sftp, Storing

INIT = struct.pack(">LBL", 5, 1, 3)
OK, EOF, NO_SUCH_FILE, DENIED, FAILURE, BAD_MESSAGE, UNSUPPORTED = 0, 1, 2, 3, 4, 5, 8


def string(value: str | bytes) -> bytes:
    """An SSH string."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">L", len(data)) + data


class Client:
    """Asks one thing after the other."""

    def __init__(self, sftp: Sftp) -> None:
        self.sftp = sftp
        self.number = 0
        sftp.feed(INIT)
        answer = sftp.step()
        assert isinstance(answer, bytes)
        assert answer[4] == 2

    def ask(self, kind: int, body: bytes) -> tuple[int, bytes]:
        """The answer's kind and what follows the request's number."""
        self.number += 1
        self.sftp.feed(struct.pack(">LBL", len(body) + 5, kind, self.number) + body)
        answer = self.sftp.step()
        if isinstance(answer, Storing):
            answer = answer.store()
        assert answer is not None
        assert len(answer) == 4 + struct.unpack(">L", answer[:4])[0]
        assert struct.unpack(">L", answer[5:9])[0] == self.number
        return answer[4], answer[9:]

    def status(self, kind: int, body: bytes) -> int:
        """The code of an answer that is a status."""
        answer, rest = self.ask(kind, body)
        assert answer == 101
        return int(struct.unpack(">L", rest[:4])[0])

    def open(self, path: str, flags: int) -> bytes:
        """A handle."""
        kind, rest = self.ask(3, string(path) + struct.pack(">LL", flags, 0))
        assert kind == 102, rest
        return rest


@pytest.fixture
def sftp(tmp_path: Path) -> Sftp:
    """A transfer on an empty area."""
    return Sftp(Area(tmp_path / "area", Quota(100_000, 50, 50_000)), 4, "alice")


@pytest.fixture
def client(sftp: Sftp) -> Client:
    """Who has said hello already."""
    return Client(sftp)


def test_a_file_is_written_and_read(client: Client) -> None:
    """In pieces, in any order, behind each other where it is asked for."""
    handle = client.open("a", 0x1A)
    for offset in (5, 0):
        assert client.status(6, handle + struct.pack(">Q", offset) + string(b"01234")) == OK
    assert client.status(4, handle) == OK
    handle = client.open("a", 0x0E)
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"END")) == OK
    assert client.status(4, handle) == OK
    handle = client.open("a", 1)
    assert client.ask(5, handle + struct.pack(">QL", 3, 100)) == (103, string(b"3401234END"))
    assert client.status(5, handle + struct.pack(">QL", 13, 100)) == EOF
    assert client.status(5, handle + struct.pack(">QL", 1 << 63, 100)) == EOF
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"x")) == DENIED
    assert client.status(4, handle) == OK
    assert client.status(4, handle) == FAILURE


def test_what_is_not_closed_never_was(client: Client, sftp: Sftp) -> None:
    """The line is lost in the middle of an upload."""
    handle = client.open("a", 0x1A)
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"half")) == OK
    sftp.close()
    assert client.status(17, string("a")) == NO_SUCH_FILE


def test_success_is_said_when_the_file_is_on_disk(
    client: Client, sftp: Sftp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file first, its name in the folder then; where the disk fails, so does the upload."""
    done: list[str] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()).removeprefix(f"{tmp_path}/area/"))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    handle = client.open("attachments/a", 0x1A)
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"all")) == OK
    assert done == []
    assert client.status(4, handle) == OK
    assert [each.split("/")[0] for each in done] == [".incoming", "attachments"]

    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(os, "fsync", broken)
    handle = client.open("attachments/b", 0x1A)
    assert client.status(4, handle) == FAILURE
    monkeypatch.undo()
    assert client.status(17, string("attachments/b")) == NO_SUCH_FILE
    assert list((tmp_path / "area" / ".incoming").iterdir()) == []


def test_links_of_both_kinds_are_not_offered(client: Client) -> None:
    """Neither made nor read."""
    assert client.status(20, string("a") + string("/etc/passwd")) == UNSUPPORTED
    assert client.status(19, string("a")) == UNSUPPORTED
    assert client.status(200, string("hardlink@openssh.com") + string("a") + string("b")) == UNSUPPORTED
    assert client.status(200, string("lsetstat@openssh.com") + string("a")) == UNSUPPORTED
    assert client.status(99, b"") == UNSUPPORTED


def test_handles_are_counted_and_never_given_twice(client: Client) -> None:
    """More than allowed are refused; one that was closed means nothing any more."""
    handles = [client.open(f"f{number}", 0x1A) for number in range(4)]
    assert len(set(handles)) == 4
    assert client.status(3, string("more") + struct.pack(">LL", 0x1A, 0)) == FAILURE
    assert client.status(11, string("/")) == FAILURE
    assert client.status(4, handles[0]) == OK
    assert client.open("f9", 0x1A) not in handles


def test_a_long_listing_comes_in_pieces(client: Client, sftp: Sftp, tmp_path: Path) -> None:
    """However many there are, one answer is short."""
    for number in range(250):
        (tmp_path / "area" / "exports" / f"e{number:03}").touch()
    _, handle = client.ask(11, string("exports"))
    sizes = []
    while True:
        kind, rest = client.ask(12, handle)
        if kind == 101:
            break
        sizes.append(struct.unpack(">L", rest[:4])[0])
    assert sizes == [100, 100, 50]
    sftp.close()


def test_a_request_without_hello_or_of_an_impossible_length_ends_it(tmp_path: Path) -> None:
    """Nothing that follows could be understood; and nothing is kept for it."""
    area = Area(tmp_path / "area", Quota(1, 1, 1))
    for data in (struct.pack(">LBL", 5, 16, 3), struct.pack(">LB", PACKET + 1, 1), b"\0\0\0\0\1", b"GET / "):
        sftp = Sftp(area, 1, "")
        sftp.feed(data)
        with pytest.raises(Malformed):
            sftp.step()


def test_a_request_that_is_cut_short_has_its_answer(client: Client) -> None:
    """It is a bad message, and the next one is understood again."""
    for kind in (3, 4, 5, 6, 7, 9, 11, 13, 16, 18, 200):
        assert client.status(kind, b"\0\0\0\x09ab") == BAD_MESSAGE
    assert client.ask(16, string("."))[0] == 104


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.integers(0, 255), st.binary(max_size=60))
def test_whatever_is_asked_is_answered(client: Client, kind: int, body: bytes) -> None:
    """One answer with the request's number, for any kind and any content."""
    answer, _ = client.ask(kind, body)
    assert answer in (101, 102, 103, 104, 105, 201)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.lists(st.binary(max_size=300)))
def test_any_bytes_end_it_or_leave_it_waiting(tmp_path: Path, pieces: list[bytes]) -> None:
    """Never another exception, and never more kept than one request and what came with it."""
    sftp = Sftp(Area(tmp_path / "area", Quota(1000, 10, 1000)), 4, "x")
    sftp.feed(INIT)
    try:
        for piece in pieces:
            sftp.feed(piece)
            while sftp.step() is not None:
                pass
            assert sftp.waiting <= PACKET + 300
    except Malformed:
        pass
    finally:
        sftp.close()


def test_what_a_file_begins_with_is_copied_where_nobody_waits_for_it(client: Client, sftp: Sftp) -> None:
    """Opened without being emptied, or made another length: that goes through a thread, like syncing."""
    handle = client.open("a", 0x1A)
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"01234")) == OK
    assert client.status(4, handle) == OK
    opened = string("a") + struct.pack(">LL", 0x02, 0)
    cut = string("a") + struct.pack(">LQ", 1, 3)
    for kind, body in ((3, opened), (9, cut)):
        sftp.feed(struct.pack(">LBL", len(body) + 5, kind, 1) + body)
        waits = sftp.step()
        assert isinstance(waits, Storing)
        assert waits.store()[4] in (101, 102)
    handle = client.open("a", 1)
    assert client.ask(5, handle + struct.pack(">QL", 0, 100)) == (103, string(b"012"))


def test_what_could_not_be_copied_is_not_open(
    client: Client, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails while a file's content is copied: there is no handle, and nothing is left of it."""
    handle = client.open("a", 0x1A)
    assert client.status(6, handle + struct.pack(">Q", 0) + string(b"01234")) == OK
    assert client.status(4, handle) == OK
    opened = len(list(Path("/proc/self/fd").iterdir()))

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "the disk")

    with monkeypatch.context() as disk:
        disk.setattr(os, "pwrite", broken)
        assert client.status(3, string("a") + struct.pack(">LL", 0x02, 0)) == FAILURE
        assert client.status(9, string("a") + struct.pack(">LQ", 1, 3)) == FAILURE
    assert len(list(Path("/proc/self/fd").iterdir())) == opened
    assert client.ask(17, string("a"))[1][4:12] == struct.pack(">Q", 5)
