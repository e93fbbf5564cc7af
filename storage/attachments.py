"""Attachments (附件): files by the SHA-256 of their content, and which party owns which.

Knows how a file becomes durable: written aside, hashed on the way, synced, renamed to its digest, and its
folder synced; only then may anyone say it is there. Refuses to know media types or who may read.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import secrets
import threading
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage import tables
from storage.conflict import insert_free, unless_taken

LOOSE = "loose"
PINNED = "pinned"
"""A loose file waits for a message that names it; a pinned one is named by an accepted message."""

KEPT_LOOSE = timedelta(days=7)
"""How long a file waits for a message that names it before it is given up."""

PER_FILE = 64 * 1024  # bytes that every file counts for beside its own
_FOLDERS = tuple(f"{number:02x}" for number in range(256))
_HEX = frozenset("0123456789abcdef")
_CHUNK = 256 * 1024


class DigestDiffers(Exception):
    """The bytes are not those that the digest names: send the file again, whole."""


class Incoming:
    """A file on its way in: `write` its bytes, then `keep` or `drop` it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.incoming / secrets.token_hex(16)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file: IO[bytes] = os.fdopen(os.open(self._path, flags, 0o600), "wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def keep(self, digest: str) -> int:
        """Make the file durable under its digest; its size in bytes. Raises DigestDiffers and drops it."""
        if self._hash.hexdigest() != digest:
            self.drop()
            raise DigestDiffers(f"the {self.size} bytes have SHA-256 {self._hash.hexdigest()}, not {digest}")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._store.adopt(self._path, digest)
        return self.size

    def drop(self) -> None:
        """Forget what was written."""
        self._file.close()
        self._path.unlink(missing_ok=True)


class Store:
    """The folder that holds the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"
        self._moving = threading.Lock()
        self._sweep = itertools.cycle(_FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in ("incoming", *_FOLDERS):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder)

    def path(self, digest: str) -> Path:
        """Where the file of this digest is, or would be. Raises ValueError for what is no digest."""
        if len(digest) != 64 or not _HEX.issuperset(digest):
            raise ValueError(f"not a SHA-256 in lower-case hex: {digest[:80]!r}")
        return self.folder / digest[:2] / digest

    def receive(self) -> Incoming:
        """Begin a file."""
        return Incoming(self)

    def read(self, digest: str) -> Iterator[bytes]:
        """The file's bytes, piece by piece. Raises FileNotFoundError."""
        with self.path(digest).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def adopt(self, path: Path, digest: str) -> None:
        """Give a synced file its lasting name, durably."""
        target = self.path(digest)
        with self._moving:
            path.replace(target)
        sync_folder(target.parent)

    def remove(self, digest: str, before: datetime) -> bool:
        """Remove a file that nobody owns, unless it was received again since `before`; whether it is gone."""
        path = self.path(digest)
        with self._moving:
            if path.exists() and path.stat().st_mtime >= before.timestamp():
                return False
            path.unlink(missing_ok=True)
        return True

    def strays(self, before: datetime) -> list[str]:
        """Digests of files received before `before`, each call those of the next of the 256 folders.

        Whoever goes away while his file is taken may leave one that is nobody's: see `abandon`.
        """
        folder, oldest = self.folder / next(self._sweep), before.timestamp()
        return [file.name for file in os.scandir(folder) if file.stat().st_mtime < oldest]

    def remove_all(self, digests: Iterable[str], before: datetime) -> int:
        """Remove what `abandon` named; how many it was."""
        return sum(self.remove(digest, before) for digest in digests)

    def clear_incoming(self) -> int:
        """Remove what an interrupted process left half written; only while nobody writes. How many it was."""
        left = list(self.incoming.iterdir())
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- ownership -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """That a party owns a file."""

    party: str
    digest: str
    size: int  # bytes
    media_type: str
    name: str
    created_at: datetime
    state: str = LOOSE


_attachment = tables.attachments.c
_ADD = unless_taken(tables.attachments)
_SENT_AGAIN = (
    update(tables.attachments)
    .where(_attachment.party == bindparam("of_party"), _attachment.digest == bindparam("of_digest"))
    .values(created_at=bindparam("then"))
)
_these = (
    _attachment.party == bindparam("of_party"),
    _attachment.digest.in_(bindparam("digests", expanding=True)),
)
_GET = select(tables.attachments).where(*_these)
_PIN = update(tables.attachments).where(*_these).values(state=PINNED)
_GIVE_UP = delete(tables.attachments).where(
    _attachment.party == bindparam("of_party"),
    _attachment.digest == bindparam("of_digest"),
    _attachment.state == LOOSE,
)
_KEPT = select(_attachment.digest).where(_attachment.digest.in_(bindparam("digests", expanding=True)))
_HELD = select(func.coalesce(func.sum(_attachment.size + PER_FILE), 0)).where(
    _attachment.party == bindparam("of_party"), _attachment.digest != bindparam("besides")
)
_UNPINNED = (
    select(_attachment.party, _attachment.digest)
    .where(_attachment.state == LOOSE, _attachment.created_at < bindparam("before"))
    .limit(bindparam("limit"))
)


def own(conn: Connection, new: Attachment) -> bool:
    """The party owns the file from now on; False when it did before: then it is kept as long as a new one."""
    if insert_free(conn, _ADD, [asdict(new)]):
        return True
    again = {"of_party": new.party, "of_digest": new.digest, "then": new.created_at}
    conn.execute(_SENT_AGAIN, again)
    return False


def held(conn: Connection, party: str, besides: str = "") -> int:
    """The bytes of all files that the party owns, `besides` this digest, and PER_FILE for each."""
    return int(conn.execute(_HELD, {"of_party": party, "besides": besides}).scalar_one())


def owned(conn: Connection, party: str, digests: Collection[str]) -> dict[str, Attachment]:
    """Of these files, those the party owns."""
    return {row.digest: Attachment(**row._mapping) for row in conn.execute(_GET, _keys(party, digests))}


def pin(conn: Connection, party: str, digests: Collection[str]) -> frozenset[str]:
    """Keep these files for good, in the transaction that accepts a message; those it does not own."""
    if digests:
        conn.execute(_PIN, _keys(party, digests))
    return frozenset(digests) - owned(conn, party, digests).keys()


def abandon(conn: Connection, before: datetime, strays: Collection[str] = (), limit: int = 500) -> list[str]:
    """Give up loose files older than `before`; the digests nobody owns now: `remove_all` them after commit.

    Of `strays`, files that were found in the store, those without an owner are among them.
    """
    rows = conn.execute(_UNPINNED, {"before": before, "limit": limit})
    loose = [{"of_party": row.party, "of_digest": row.digest} for row in rows]
    if loose:
        conn.execute(_GIVE_UP, loose)
    digests = {row["of_digest"] for row in loose}.union(strays)
    if not digests:
        return []
    kept = conn.execute(_KEPT, {"digests": list(digests)}).scalars()
    return sorted(digests.difference(kept))


def _keys(party: str, digests: Collection[str]) -> dict[str, Any]:
    return {"of_party": party, "digests": list(digests)}
