"""The archive's files: what was put in comes out byte for byte, and nothing else passes for it."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from storage import archive
from storage.archive import ArchiveDamaged, Item, Manifest, Volume
from storage.archived import verify_files
from storage.journal import MESSAGE, ORIGIN
from tests.storage.builders import ENTERPRISE, NOW
from tests.storage.test_journal import CERTIFICATE, GATEWAY, self_signed, signer

CONTENTS = (
    "<报文>盘点</报文>\n".encode(),
    "<报文 encoding='GB18030'>盘点</报文>".encode("gb18030"),
    b"\x00\xff\r\n\x1a",
    b'"\\u0000\xe2\x80\xa8',
    b"",
)


def item(number: int, data: bytes) -> Item:
    """A message to archive."""
    digest = hashlib.sha256(data).hexdigest()
    content = {"data": data, "reply": data[::-1]}
    return Item(number, ENTERPRISE, digest, NOW, {"type": "BVS111", "receivers": ["A", "B"]}, content)


def volume(
    folder: Path,
    number: int = 1,
    previous: str = ORIGIN,
    *,
    key: ec.EllipticCurvePrivateKey = GATEWAY,
    items: tuple[Item, ...] = (),
) -> Manifest:
    """A whole file with its signed manifest."""
    made = Volume(folder, number, MESSAGE, NOW.date().isoformat(), "1")
    for each in items or tuple(item(10 * number + place, data) for place, data in enumerate(CONTENTS)):
        made.add(each)
    manifest = made.finish(previous, NOW + timedelta(days=30))
    (folder / (manifest.file + archive.MANIFEST)).unlink(missing_ok=True)
    return archive.sign(folder, manifest, signer(key))


def found_in(folder: Path) -> list[str]:
    """What a verification without a database finds."""
    findings: list[str] = []
    verify_files(folder, [CERTIFICATE], findings.append)
    return findings


def test_whatever_bytes_there_are_come_back(tmp_path: Path) -> None:
    """Text, other encodings, control characters and nothing at all are the same when they are read."""
    manifest = volume(tmp_path)
    assert list(archive.items(tmp_path, manifest)) == [
        item(10 + place, data) for place, data in enumerate(CONTENTS)
    ]
    assert archive.read_manifest(tmp_path, manifest.file) == manifest
    assert (manifest.first, manifest.last, manifest.items) == (10, 14, 5)
    assert found_in(tmp_path) == []


def test_a_line_is_read_with_common_tools(tmp_path: Path) -> None:
    """What unpacks gzip and any reader of JSON gives the message as it was signed."""
    manifest = volume(tmp_path)
    with gzip.open(tmp_path / manifest.file) as lines:
        first = json.loads(lines.readline())
    assert first["content"]["data"].encode() == CONTENTS[0]


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Files and manifests are 0600: they hold what parties have sent."""
    manifest = volume(tmp_path)
    for name in (manifest.file, manifest.file + archive.MANIFEST):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_manifest_is_never_replaced(tmp_path: Path) -> None:
    """Whoever comes second to sign a file under a name fails, and the first manifest stays."""
    manifest = volume(tmp_path)
    with pytest.raises(ArchiveDamaged, match="has a manifest already"):
        archive.sign(tmp_path, manifest, signer(GATEWAY))
    assert archive.read_manifest(tmp_path, manifest.file) == manifest


def test_what_is_not_the_file_is_not_unpacked(tmp_path: Path) -> None:
    """A file that was put in place of the archive's is refused by its hash, before anything is unpacked."""
    manifest = volume(tmp_path)
    with gzip.open(tmp_path / manifest.file, "wb") as bomb:
        bomb.write(bytes(50_000_000))
    with pytest.raises(ArchiveDamaged, match="it was changed or cut"):
        next(archive.items(tmp_path, manifest))


def test_an_item_that_is_not_its_digest_is_refused(tmp_path: Path) -> None:
    """What the journal vouches for is compared with each content, in whatever file it stands."""
    wrong = Item(1, ENTERPRISE, "0" * 64, NOW, {}, {"data": b"x", "reply": b"y"})
    manifest = volume(tmp_path, items=(wrong,))
    with pytest.raises(ArchiveDamaged, match="message 1 is not what its digest says"):
        list(archive.items(tmp_path, manifest))


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[]", b"nonsense", b'{"number": 1}', b"\xff"],
)
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    """Nonsense is refused by name, never an error of another kind."""
    with pytest.raises(ArchiveDamaged, match="not a manifest"):
        Manifest.from_text(text)


@pytest.mark.parametrize("change", [{"day": "2026-13-01"}, {"day": "../../x"}, {"kind": "x"}, {"number": -1}])
def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path: Path, change: dict[str, object]) -> None:
    """Names are made of numbers, kinds and days only."""
    said = {**json.loads(volume(tmp_path).text()), **change}
    with pytest.raises(ArchiveDamaged):
        Manifest.from_text(Manifest(**said).text())
    with pytest.raises(ArchiveDamaged, match="is no name of a file"):
        archive.read_manifest(tmp_path, "../secret")


def test_a_folder_alone_is_verified(tmp_path: Path) -> None:
    """A missing file between others, an exchanged one and a foreign signature show without a database."""
    first = volume(tmp_path)
    second = volume(tmp_path, 2, first.digest)
    third = volume(tmp_path, 3, second.digest)
    assert found_in(tmp_path) == []
    (tmp_path / (second.file + archive.MANIFEST)).rename(tmp_path / "kept")
    assert found_in(tmp_path) == ["archive 3 follows archive 1: others between are missing"]
    (tmp_path / "kept").rename(tmp_path / (second.file + archive.MANIFEST))
    volume(tmp_path, 2, first.digest, items=(item(99, b"another"),))
    assert any("does not follow the archive before it" in line for line in found_in(tmp_path))
    other = ec.generate_private_key(ec.SECP256R1())
    volume(tmp_path, 3, second.digest, key=other)
    assert any("is not signed by a gateway's certificate" in line for line in found_in(tmp_path))
    assert archive.read_manifest(tmp_path, third.file).signed_by([self_signed(other)])
    assert found_in(tmp_path / "nothing") == [f"there is no archive in {tmp_path / 'nothing'}"]


def test_before_a_run_the_folder_is_put_in_order(tmp_path: Path) -> None:
    """Half files and those without a manifest go, whole ones that nobody knows are put aside, known stay."""
    known = volume(tmp_path)
    unknown = volume(tmp_path, 2, known.digest)
    half = Volume(tmp_path, 3, MESSAGE, "2026-03-01", "1")
    half.add(item(1, b"x"))
    unsigned = Volume(tmp_path, 4, MESSAGE, "2026-03-01", "1")
    unsigned.add(item(2, b"x"))
    unsigned.finish(ORIGIN, NOW)
    lost = tmp_path / f"{unknown.file[:8]}00000005-messages-2026-03-01.jsonl.gz{archive.MANIFEST}"
    lost.write_bytes(unknown.text())
    aside = archive.clear(tmp_path, {1: known.file})
    assert len(aside) == 1
    assert Manifest.from_text((tmp_path / (aside[0] + archive.MANIFEST)).read_bytes()) == unknown
    left = {path.name for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != archive.LEFT}
    assert left == {Path(known.file).name, Path(known.file).name + archive.MANIFEST}
    assert archive.clear(tmp_path, {1: known.file}) == []
