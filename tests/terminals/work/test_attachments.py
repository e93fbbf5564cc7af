"""Attachments and news from a terminal, at a real gateway."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.settings import Settings
from messages.media import LARGEST, PDF, PNG
from messages.workflow import File, Publish
from storage import bulletins
from storage.database import Database
from terminals.host.area import FOLDERS
from terminals.trouble import Refused, Unusable
from terminals.work.attachments import Cancelled, Job, Picked, fetch, pick, send
from terminals.work.places import Place, proper
from tests.attached import pdf, png, xlsx
from tests.scenarios.house import House
from tests.terminals.work.desks import Seat, seated


@pytest.fixture
def seat(house: House, tmp_path: Path) -> Iterator[Seat]:
    """Somebody logged in."""
    with seated(house, tmp_path / "state", listening=False) as seat:
        yield seat


@pytest.fixture
def area(tmp_path: Path) -> Place:
    """A guest's area, beside which lies what is not his."""
    root = tmp_path / "area"
    for name in (*FOLDERS, ".incoming"):
        (root / name).mkdir(parents=True)
    (tmp_path / "secret.pdf").write_bytes(pdf())
    return Place(root, guest=True)


def lay(area: Place, content: bytes, name: str = "letter.pdf") -> str:
    """Put a file into the area; its path there."""
    (area.folder / "attachments" / name).write_bytes(content)
    return f"attachments/{name}"


def picked(area: Place, seed: str, size: int = 300_000) -> Picked:
    """A file of this test's own."""
    return pick(area, lay(area, pdf(size, seed.encode())), Job())


# -- looked at before it is sent -----------------------------------------------------------------


def test_a_file_is_looked_at_before_it_is_sent(area: Place) -> None:
    """Its type by content, its size and digest: what its message will say."""
    content = png()
    found = pick(area, lay(area, content, "扫描.PNG"), Job(), types=(PDF.name, PNG.name))
    assert found.file == File(hashlib.sha256(content).hexdigest(), len(content), "image/png", "扫描.PNG")
    assert b"".join(found.blocks(Job())) == content


@pytest.mark.parametrize(
    ("content", "name", "zh", "en"),
    [
        (b"MZ program", "scan.pdf", "按内容看它是其他内容", "by its content it is something else"),
        (pdf(), "scan.png", "应以 .pdf 结尾", "must end in .pdf"),
        (xlsx(), "list.xlsx", "只接受 PDF 文件、PNG 图片", "taken are: a PDF, a PNG picture"),
        (pdf(LARGEST + 1), "large.pdf", "每个附件不超过 4096 KiB", "at most 4096 KiB"),
        (b"", "empty.pdf", "文件是空的", "the file is empty"),
    ],
    ids=["program", "ending", "not here", "large", "empty"],
)
def test_what_the_gateway_would_refuse_is_not_sent(
    area: Place, content: bytes, name: str, zh: str, en: str
) -> None:
    """With the reason in either language, and the file's name."""
    with pytest.raises(Unusable) as refused:
        pick(area, lay(area, content, name), Job(), types=(PDF.name, PNG.name))
    assert zh in refused.value.told("zh")
    assert en in refused.value.told("en")
    assert name in refused.value.told("en")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.pdf",
        "attachments/link.pdf",
        "out/secret.pdf",
        "attachments",
        "gone.pdf",
        "",
        "attachments/pipe.pdf",
    ],
)
def test_a_guest_reads_nothing_but_files_of_his_area(area: Place, name: str) -> None:
    """No way up, no link, no folder, no pipe that would keep the terminal waiting."""
    (area.folder / "attachments" / "link.pdf").symlink_to(area.folder.parent / "secret.pdf")
    (area.folder / "out").symlink_to(area.folder.parent)
    os.mkfifo(area.folder / "attachments" / "pipe.pdf")
    with pytest.raises(Unusable):
        pick(area, name, Job())
    lay(area, pdf())
    assert area.names("attachments") == ["attachments/letter.pdf"]


def test_whoever_sits_at_the_machine_names_any_file(area: Place) -> None:
    """By a path from where he is, or from the top."""
    outside = area.folder.parent / "secret.pdf"
    here = Place(area.folder, guest=False)
    for path in (str(outside), "../secret.pdf"):
        assert pick(here, path, Job()).file.name == "secret.pdf"


# -- sent ----------------------------------------------------------------------------------------


def test_a_file_is_sent_once_and_fetched_back(seat: Seat, area: Place) -> None:
    """Block by block with its progress; what the gateway has does not go over the line again."""
    one = picked(area, "once")
    seen: list[tuple[int, int]] = []
    assert send(seat.line, one, Job(lambda done, total: seen.append((done, total)))) == one.file
    assert seen[0] == (65_536, 300_000)
    assert seen[-1] == (300_000, 300_000)
    assert len(seen) > 4
    known = seat.line.attachment(one.file.digest)
    assert known is not None
    assert (known.file, known.own) == (one.file, True)
    assert known.until is not None

    again: list[tuple[int, int]] = []
    send(seat.line, one, Job(lambda done, total: again.append((done, total))))
    assert again == [(300_000, 300_000)]

    path = fetch(seat.line, one.file, area, Job())
    assert path == area.folder / "materials" / "letter.pdf"
    assert path.read_bytes() == pdf(300_000, b"once")


def test_what_the_gateway_is_about_to_give_up_is_sent_again(seat: Seat, area: Place) -> None:
    """Else it might be gone before the message that names it is written."""
    one = picked(area, "soon")
    send(seat.line, one, Job())
    known = seat.line.attachment(one.file.digest)
    assert known is not None
    assert known.until is not None
    seen: list[int] = []
    until = known.until
    send(seat.line, one, Job(lambda done, total: seen.append(done)), now=lambda: until)
    assert len(seen) > 4


def test_whoever_cancels_has_sent_nothing(seat: Seat, area: Place) -> None:
    """In the middle of it: the gateway keeps nothing, and the line works on."""
    one = picked(area, "cancelled", 2_000_000)
    job = Job(lambda done, total: job.cancel() if done > 200_000 else None)
    with pytest.raises(Cancelled):
        send(seat.line, one, job)
    assert seat.line.attachment(one.file.digest) is None
    send(seat.line, one, Job())
    assert seat.line.attachment(one.file.digest) is not None


def test_a_file_that_changes_while_it_is_sent_is_refused(seat: Seat, area: Place) -> None:
    """Its digest is not the one its message would name: choose it again. Shorter or longer makes no odds."""
    for number, content in enumerate((pdf(300_000, b"other"), pdf(400_000, b"longer"))):
        one = picked(area, f"changing {number}")
        lay(area, content)
        with pytest.raises(Unusable) as refused:
            send(seat.line, one, Job())
        assert refused.value.key == "attachment-changed"


def test_a_refusal_of_the_gateway_is_told_with_its_reason(seat: Seat, area: Place) -> None:
    """What this terminal lets pass and the gateway does not."""
    one = picked(area, "misnamed")
    wrong = replace(one, file=replace(one.file, name="letter.png"))
    with pytest.raises(Refused, match="its name must end in"):
        send(seat.line, wrong, Job())


# -- fetched -------------------------------------------------------------------------------------


def test_nothing_is_written_over_and_nothing_half(seat: Seat, area: Place) -> None:
    """A second copy gets a number; one that is not what it should be, or is cancelled, leaves nothing."""
    one = picked(area, "twice")
    send(seat.line, one, Job())
    names = [fetch(seat.line, one.file, area, Job()).name for _ in range(3)]
    assert names == ["letter.pdf", "letter-2.pdf", "letter-3.pdf"]
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        fetch(seat.line, one.file, area, job)
    with pytest.raises(Unusable) as damaged:
        fetch(seat.line, replace(one.file, size=10), area, Job())
    assert damaged.value.key == "attachment-damaged"
    with pytest.raises(Refused):
        fetch(seat.line, replace(one.file, digest="0" * 64), area, Job())
    assert sorted(path.name for path in (area.folder / "materials").iterdir()) == sorted(names)


def test_a_file_that_is_not_its_digest_is_not_kept(house: House, seat: Seat, area: Place) -> None:
    """Somebody has changed it where it lies: whoever fetches it is told, and has no such file."""
    one = picked(area, "rotten")
    send(seat.line, one, Job())
    digest = one.file.digest
    (house.home / "attachments" / digest[:2] / digest).write_bytes(pdf(300_000, b"forged"))
    with pytest.raises(Unusable) as refused:
        fetch(seat.line, one.file, area, Job())
    assert refused.value.key == "attachment-damaged"
    assert list((area.folder / "materials").iterdir()) == []


def test_a_guests_area_does_not_grow_beyond_what_it_may_hold(seat: Seat, area: Place) -> None:
    """Of bytes or of files: he is told what to do, and nothing is written."""
    one = picked(area, "room")
    send(seat.line, one, Job())
    for most, files in ((500_000, 100), (10_000_000, 1)):
        small = Place(area.folder, guest=True, most_bytes=most, most_files=files)
        with pytest.raises(Unusable) as refused:
            fetch(seat.line, one.file, small, Job())
        assert refused.value.key == "attachment-no-room"
    large = Place(area.folder, guest=True, most_bytes=10_000_000, most_files=100)
    assert fetch(seat.line, one.file, large, Job()).name == "letter.pdf"


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("../../.ssh/keys", "__.._.ssh_keys"), ("a\n\x1bb.pdf", "a__b.pdf"), ("", "file"),
        (".profile", "_profile"), ("长" * 200 + ".pdf", "长" * 60 + ".pdf"), ("a\\b", "a_b"),
    ],
)  # fmt: skip
def test_a_strangers_name_becomes_a_proper_one(name: str, here: str) -> None:
    """It leads nowhere, hides nothing, and fits."""
    assert proper(name) == here


def test_a_link_in_the_way_is_not_followed(seat: Seat, area: Place) -> None:
    """The folder for what is fetched is the guest's own, or nothing is written."""
    one = picked(area, "link")
    send(seat.line, one, Job())
    (area.folder / "materials").rmdir()
    (area.folder / "materials").symlink_to(area.folder.parent)
    with pytest.raises(Unusable) as refused:
        fetch(seat.line, one.file, area, Job())
    assert refused.value.key == "attachment-unwritable"


# -- news ----------------------------------------------------------------------------------------


def test_news_are_read_and_their_files_fetched(house: House, seat: Seat, area: Place, tmp_path: Path) -> None:
    """By kind, newest first, page by page; what is for another role is neither listed nor fetched."""
    with seated(house, tmp_path / "customs", "customs", listening=False) as desk:
        one = picked(area, "guide")
        send(desk.line, one, Job())
        with _database(house) as database, database.write() as connection:
            now, publisher = datetime.now(UTC), desk.person.dxp_id
            for number in range(3):
                told = Publish(f"N{number}", "news", f"news {number}", "text", publisher)
                bulletins.tell(connection, told, now)
            for key, role in (("M1", "operator"), ("M2", "officer")):
                told = Publish(key, "material", key, "", publisher, role, (one.file,))
                bulletins.tell(connection, told, now)
    page = seat.line.news("news", limit=2)
    assert [each.title for each in page.news] == ["news 2", "news 1"]
    assert [each.title for each in seat.line.news("news", before=page.before).news] == ["news 0"]
    (material,) = seat.line.news("material").news
    assert (material.title, material.files) == ("M1", (one.file,))
    assert seat.line.news_item(material.number) == material
    assert seat.line.news_item(999) is None
    assert fetch(seat.line, material.files[0], area, Job()).read_bytes() == pdf(300_000, b"guide")
    with _database(house) as database, database.write() as connection:
        bulletins.withdraw(connection, material.number, now)
    with pytest.raises(Refused):
        fetch(seat.line, material.files[0], area, Job())


@contextmanager
def _database(house: House) -> Iterator[Database]:
    """What the gateway keeps, beside it."""
    database = Database(Settings.load(house.home).database_url)
    try:
        yield database
    finally:
        database.close()
