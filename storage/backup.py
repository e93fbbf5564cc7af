"""Backup and restore (备份与恢复): the home folder and the database in one tar file that proves itself.

Knows the order that keeps them consistent while the gateway runs: the exported journal heads first, then the
database, then attachments and what was archived, which only ever grow. A manifest at the end names each file
with size and SHA-256; a restore believes nothing that it does not name. The file holds the gateway's keys:
mode 0600.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy.engine import make_url

from storage.archive import MANIFEST as SIGNED
from storage.archive import SUFFIX as PACKED
from storage.attachments import sync_folder
from storage.database import Database
from storage.dump import PlaceNotEmpty, Progress, dump, load, reset_after_restore
from storage.types import compact

ADVANCE = 1_000_000
"""How far mailbox positions and counters skip ahead after a restore."""

_FORMAT = 1
_MANIFEST = "manifest.json"
_DATABASE = "database"
_CHUNK = 1024 * 1024


class BackupDamaged(Exception):
    """The archive is not a whole, unchanged backup of this program, or one of another kind of database."""


@dataclass(frozen=True, slots=True)
class _File:
    size: int
    sha256: str


def backup(
    database: Database, home: Path, target: Path, progress: Progress = lambda what, done, total: None
) -> None:
    """Write a backup to the new file `target`, while the gateway runs. Raises FileExistsError, DumpFailed."""
    if target.exists():
        raise FileExistsError(f"{target} exists: choose another name for the backup")
    part = target.with_name(target.name + ".part")
    files: dict[str, _File] = {}
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w") as archive:
                for path in _home_files(database, home, target, grown=False):
                    _add(archive, path, f"home/{path.relative_to(home).as_posix()}", files)
                with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
                    dumped = Path(folder) / _DATABASE
                    dump(database, dumped, progress)
                    _add(archive, dumped, _DATABASE, files)
                # Listed only now: what the database names was there before it was taken.
                grown = _home_files(database, home, target, grown=True)
                for number, path in enumerate(grown, 1):
                    _add(archive, path, f"home/{path.relative_to(home).as_posix()}", files)
                    progress("attachments", number, len(grown))
                manifest = {
                    "format": _FORMAT,
                    "dialect": database.dialect,
                    "made": datetime.now(UTC).isoformat(),
                    "files": {name: [file.size, file.sha256] for name, file in files.items()},
                }
                _add_bytes(archive, _MANIFEST, compact(manifest).encode())
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _home_files(database: Database, home: Path, target: Path, *, grown: bool) -> list[Path]:
    """The home's files but the database's own and passing ones: those that only become more, or others."""
    own = set()
    if database.file is not None:
        name = database.file.name
        own = {database.file.resolve().with_name(name + end) for end in ("", "-wal", "-shm", "-journal")}
    attachments = home / "attachments"
    found: list[Path] = []
    for path in sorted(home.rglob("*")):
        if (
            path.is_symlink()
            or not path.is_file()
            or path.resolve() in own
            or path.suffix in (".lock", ".part")
        ):
            continue
        if path.resolve() == target.resolve() or (attachments / "incoming") in path.parents:
            continue
        if (attachments in path.parents or path.name.endswith((PACKED, SIGNED))) == grown:
            found.append(path)
    return found


def _add(archive: tarfile.TarFile, path: Path, name: str, files: dict[str, _File]) -> None:
    """Add as much of the file as there is now: one that grows meanwhile is taken as it began."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return
    with source:
        status = os.fstat(source.fileno())
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = status.st_size, status.st_mode & 0o700, int(status.st_mtime)
        reader = _Hashing(source)
        archive.addfile(member, reader)
        files[name] = _File(status.st_size, reader.hash.hexdigest())


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    archive.addfile(member, io.BytesIO(content))


class _Hashing:
    """A file that is hashed while tarfile reads it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self.hash.update(chunk)
        return chunk


def restore(source: Path, home: Path, url: str, progress: Progress = lambda what, done, total: None) -> None:
    """Restore a backup into an empty home and an empty database, of the kind that was backed up.

    Raises BackupDamaged, PlaceNotEmpty, DumpFailed. What failed half way leaves no home, and no database
    that a gateway would start on.
    """
    if home.exists() and any(home.iterdir()):
        raise PlaceNotEmpty(f"{home} is not empty: restore to a folder that is, or does not exist")
    home.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=home.parent, prefix=".restore-"))
    try:
        new_home = staging / "home"
        manifest = _extract(source, staging, progress)
        new_home.mkdir(exist_ok=True)
        database = Database(_staged(url, home, new_home))
        try:
            if manifest.get("dialect") != database.dialect:
                raise BackupDamaged(
                    f"{source} holds a {manifest.get('dialect')} database, and only such a one can take it"
                )
            load(staging / _DATABASE, database, progress)
            database.upgrade()
            reset_after_restore(database, ADVANCE)
        finally:
            database.close()
        new_home.chmod(0o700)
        new_home.replace(home)
        sync_folder(home.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _staged(url: str, home: Path, new_home: Path) -> str:
    """An SQLite database inside the home is built where the home is built, and moves with it."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return url
    file = Path(parsed.database or "").absolute()
    if not file.is_relative_to(home.absolute()):
        return url
    moved = new_home / file.relative_to(home.absolute())
    return parsed.set(database=str(moved)).render_as_string(hide_password=False)


def _extract(source: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Unpack the archive and hold it to its manifest, which it returns. Raises BackupDamaged."""
    size = source.stat().st_size
    found: dict[str, list[Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                if manifest is not None or not member.isreg() or member.name in found:
                    raise BackupDamaged(f"{source}: {member.name} does not belong into a backup")
                reader = archive.extractfile(member)
                assert reader is not None
                if member.name == _MANIFEST:
                    manifest = json.loads(reader.read())
                    continue
                found[member.name] = [member.size, _unpack(reader, _place(folder, member.name), member.mode)]
                progress("files", archive.offset, size)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise BackupDamaged(f"{source} is not a whole backup: {error}") from error
    if manifest is None or manifest.get("format") != _FORMAT:
        raise BackupDamaged(
            f"{source} has no manifest of this version at its end: it was cut off, or is no backup"
        )
    if manifest.get("files") != found or _DATABASE not in found:
        raise BackupDamaged(f"{source} does not hold what its manifest names: it was changed")
    return manifest


def _place(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if name != _DATABASE and (parts[:1] != ("home",) or len(parts) < 2 or ".." in parts):
        raise BackupDamaged(f"{name!r} does not belong into a backup")
    place = folder.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def _unpack(reader: IO[bytes], place: Path, mode: int) -> str:
    """Write a file durably; the SHA-256 of what was written, hex."""
    whole = hashlib.sha256()
    with place.open("xb") as file:
        os.fchmod(file.fileno(), mode & 0o700 | 0o600)
        while chunk := reader.read(_CHUNK):
            whole.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return whole.hexdigest()
