"""The archive's files (归档): messages or receipts of one day as gzip JSON lines, each file with a manifest.

Knows how a file becomes durable before anybody relies on it, that a manifest is signed and names the one
before it, and how all that is held to it again; refuses to know the database, and when anything is archived.

A line is `{"id", "party", "digest", "at", "row", "content"}`: `content` has the bytes as they were stored,
as text where they are UTF-8 and else as `{"base64": …}`, so that `zcat FILE | jq -r .content.data` is the
message as it was signed. `digest` is the SHA-256 of `data`, of a receipt of `document`: what the journal
vouches for.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

import orjson
from cryptography import x509

from storage.attachments import sync_folder
from storage.heads import Signer, vouched
from storage.journal import MESSAGE, ORIGIN, RECEIPT
from storage.types import compact, from_microseconds, microseconds

VOUCHED_FOR = {MESSAGE: "data", RECEIPT: "document"}
"""Of each kind, the content that its digest is of."""

LEFT = "left"
"""The folder for whole files that no database knows: of a run that was killed, or of before a restore."""

MANIFEST = ".manifest.json"
SUFFIX = ".jsonl.gz"
_PART = ".part"
_LEVEL = 6  # of compression
_SYNCED = 4 * 1024 * 1024  # bytes after which what was written goes to the disk: all at once holds up others
_CHUNK = 1024 * 1024
_NAME = re.compile(r"(\d{4}-\d{2})/(\d{8,18})-(message|receipt)s-(\d{4}-\d{2}-\d{2})\.jsonl\.gz")


class ArchiveDamaged(Exception):
    """A file of the archive is missing, or not what its manifest says; the text names it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A message or receipt as it is archived. `row`: what else was stored of it; `content`: by column."""

    id: int
    party: str
    digest: str
    at: datetime
    row: Mapping[str, Any]
    content: Mapping[str, bytes]

    def line(self) -> bytes:
        """The line of it."""
        return orjson.dumps(
            {
                "id": self.id,
                "party": self.party,
                "digest": self.digest,
                "at": microseconds(self.at),
                "row": self.row,
                "content": {name: _written(value) for name, value in self.content.items()},
            }
        )

    @classmethod
    def from_line(cls, line: bytes) -> Item:
        """Read a line back. Raises ArchiveDamaged."""
        try:
            read = orjson.loads(line)
            content = {name: _read(value) for name, value in read["content"].items()}
            at = from_microseconds(int(read["at"]))
            return cls(int(read["id"]), str(read["party"]), str(read["digest"]), at, read["row"], content)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise ArchiveDamaged(f"not a line of an archive: {line[:80]!r}") from error


def _written(value: bytes) -> object:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _read(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else base64.b64decode(value["base64"], validate=True)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file of the archive is, as the gateway has signed it."""

    number: int  # of the archive: 1, 2, 3, …
    kind: str  # MESSAGE or RECEIPT
    day: str  # UTC, of all that is in it
    size: int  # of the file, bytes
    sha256: str  # of the file
    content: str  # SHA-256 of its lines
    items: int
    first: int  # the lowest and the highest id in it
    last: int
    node: str
    made: int  # UTC microseconds
    previous: str  # SHA-256 of the manifest with the number before this, or zeros
    signature: str = ""  # base64

    @property
    def file(self) -> str:
        """The file's place in the archive's folder."""
        return f"{self.day[:7]}/{self.number:08d}-{self.kind}s-{self.day}{SUFFIX}"

    def statement(self) -> bytes:
        """The bytes that are signed: compact JSON with sorted keys, UTF-8."""
        said = {name: value for name, value in asdict(self).items() if name != "signature"}
        return compact({"purpose": "eport-archive-1", **said}).encode()

    def text(self) -> bytes:
        """The manifest as a file."""
        return compact(asdict(self)).encode() + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest's file, hex."""
        return hashlib.sha256(self.text()).hexdigest()

    @classmethod
    def from_text(cls, text: bytes) -> Manifest:
        """Read a manifest's file. Raises ArchiveDamaged, also where it was written in another way."""
        try:
            found = cls(**json.loads(text))
            date.fromisoformat(found.day)
            if found.text() != text or not _NAME.fullmatch(found.file):
                raise ValueError("it is written in another way")
        except (ValueError, TypeError, KeyError) as error:
            raise ArchiveDamaged(f"not a manifest of an archive: {text[:80]!r}") from error
        return found

    def signed_by(self, certificates: Iterable[x509.Certificate]) -> bool:
        """Whether one of these certificates' keys made the signature."""
        return vouched(self.statement(), self.signature, certificates)


class Volume:
    """A file of the archive while it is written: `add` items of one day, then `finish` or `drop`."""

    def __init__(self, folder: Path, number: int, kind: str, day: str, node: str) -> None:
        self._folder = folder
        self._blank = Manifest(number, kind, day, 0, "", "", 0, 0, 0, node, 0, ORIGIN)
        self._target = folder / self._blank.file
        self._part = self._target.with_name(self._target.name + _PART)
        self._target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._raw: IO[bytes] = os.fdopen(handle, "wb")
        self._packed = gzip.GzipFile("", "wb", _LEVEL, self._raw, mtime=0)
        self._lines = hashlib.sha256()
        self._synced = 0
        self.ids: list[int] = []
        self.size = 0  # of its lines, bytes

    def add(self, item: Item) -> None:
        """Take the next item."""
        line = item.line() + b"\n"
        self._packed.write(line)
        self._lines.update(line)
        self.size += len(line)
        self.ids.append(item.id)
        if self._raw.tell() - self._synced > _SYNCED:
            self._raw.flush()
            os.fdatasync(self._raw.fileno())
            self._synced = self._raw.tell()

    def finish(self, previous: str, made: datetime) -> Manifest:
        """Make the file durable under its name; the manifest that it needs yet, without a signature."""
        self._packed.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._part.replace(self._target)
        sync_folder(self._target.parent)
        sync_folder(self._folder)
        blank = self._blank
        return Manifest(
            blank.number, blank.kind, blank.day, self._target.stat().st_size, _sha256(self._target),
            self._lines.hexdigest(), len(self.ids), min(self.ids), max(self.ids), blank.node,
            microseconds(made), previous,
        )  # fmt: skip

    def drop(self) -> None:
        """Forget what was written."""
        self._raw.close()
        self._part.unlink(missing_ok=True)


def sign(folder: Path, manifest: Manifest, key: Signer) -> Manifest:
    """Sign a manifest and put it, durably, beside the file that it is of; the signed one.

    Raises ArchiveDamaged where one is there: somebody else believes to be the only one that archives.
    """
    said = {**asdict(manifest), "signature": base64.b64encode(key(manifest.statement())).decode()}
    signed = Manifest(**said)
    target = _beside(folder / signed.file)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ArchiveDamaged(
            f"{signed.file} has a manifest already: another archives at the moment"
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(signed.text())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(target.parent)
    return signed


def _beside(file: Path) -> Path:
    return file.with_name(file.name + MANIFEST)


def read_manifest(folder: Path, file: str) -> Manifest:
    """The manifest of one of the archive's files. Raises ArchiveDamaged."""
    if not _NAME.fullmatch(file):
        raise ArchiveDamaged(f"{file[:80]!r} is no name of a file of the archive")
    try:
        found = Manifest.from_text(_beside(folder / file).read_bytes())
    except FileNotFoundError:
        raise ArchiveDamaged(f"{file}{MANIFEST} is missing in {folder}") from None
    if found.file != file:
        raise ArchiveDamaged(f"{file}{MANIFEST} is the manifest of {found.file}")
    return found


def manifests(folder: Path) -> Iterator[tuple[str, Manifest | ArchiveDamaged]]:
    """Every manifest in the folder with its file's name, by number; or what is wrong with it."""
    names = (path.relative_to(folder).as_posix().removesuffix(MANIFEST) for path in _all(folder, MANIFEST))
    for name in sorted((name for name in names if _NAME.fullmatch(name)), key=_number):
        try:
            yield name, read_manifest(folder, name)
        except ArchiveDamaged as damaged:
            yield name, damaged


def _number(name: str) -> int:
    return int(name.partition("/")[2].partition("-")[0])


def _all(folder: Path, suffix: str) -> Iterator[Path]:
    return folder.glob(f"[0-9]*-[0-9]*/*{suffix}")


def items(folder: Path, manifest: Manifest) -> Iterator[Item]:
    """What is in the archive's file, in its order. Raises ArchiveDamaged, at the latest at the end.

    The file's own hash is looked at first: nothing is unpacked that the gateway has not packed.
    """
    path = folder / manifest.file
    try:
        size, whole = path.stat().st_size, _sha256(path)
    except FileNotFoundError:
        raise ArchiveDamaged(f"{manifest.file} is missing in {folder}") from None
    if (size, whole) != (manifest.size, manifest.sha256):
        raise ArchiveDamaged(
            f"{manifest.file} is not the file that its manifest names: it was changed or cut"
        )
    lines, count = hashlib.sha256(), 0
    try:
        with gzip.open(path, "rb") as packed:
            for line in packed:
                lines.update(line)
                count += 1
                item = Item.from_line(line)
                if hashlib.sha256(item.content[VOUCHED_FOR[manifest.kind]]).hexdigest() != item.digest:
                    raise ArchiveDamaged(
                        f"{manifest.file}: {manifest.kind} {item.id} is not what its digest says"
                    )
                yield item
    except (zlib.error, EOFError, gzip.BadGzipFile, KeyError) as error:
        raise ArchiveDamaged(f"{manifest.file} cannot be unpacked: {error}") from error
    if (lines.hexdigest(), count) != (manifest.content, manifest.items):
        raise ArchiveDamaged(f"{manifest.file} does not hold what its manifest names")


def forget_cached(folder: Path, manifest: Manifest) -> None:
    """Let the next reading of the file come from the disk, not from memory, where the system can do that."""
    with (folder / manifest.file).open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def clear(folder: Path, known: Mapping[int, str]) -> list[str]:
    """Before anything is written: remove what is half made, put aside what is whole but not `known`.

    `known` are the archives of the database, number to file. What is put aside is of a run that was killed
    before it was sealed, or of a database before it was restored: only the latter is the one copy of
    anything. Returns the names of what was put aside.
    """
    aside = []
    for path in _all(folder, _PART):
        path.unlink()
    for path in list(_all(folder, SUFFIX)):
        name = path.relative_to(folder).as_posix()
        if not _NAME.fullmatch(name) or known.get(_number(name)) == name:
            continue
        if not _beside(path).exists():
            path.unlink()
            continue
        place = folder / LEFT
        place.mkdir(mode=0o700, exist_ok=True)
        unique = f"{_sha256(path)[:12]}-{path.name}"
        path.replace(place / unique)
        _beside(path).replace(_beside(place / unique))
        sync_folder(place)
        sync_folder(path.parent)
        aside.append(f"{LEFT}/{unique}")
    for path in list(_all(folder, MANIFEST)):
        if not path.with_name(path.name.removesuffix(MANIFEST)).exists():
            name = path.relative_to(folder).as_posix().removesuffix(MANIFEST)
            if name not in known.values():
                path.unlink()  # a kill came between the two moves: the file itself is aside
    return aside


def _sha256(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            whole.update(chunk)
    return whole.hexdigest()
