"""Attachments (附件): files by the SHA-256 of their content, and which party owns which.

Knows how a file becomes durable: written aside, hashed on the way, synced, renamed to its digest, and its
folder synced; only then may anyone say it is there. Refuses to know media types or who may read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from storage import tables
from storage.conflict import insert_free, unless_taken

LOOSE = "loose"
PINNED = "pinned"
"""A loose file waits for a message that names it; a pinned one is named by an accepted message."""

_HEX = frozenset("0123456789abcdef")
_CHUNK = 256 * 1024


class DigestDiffers(Exception):
    """The bytes are not those that the digest names: send the file again, whole."""


class Incoming:
    """A file on its way in: `write` its bytes, then `keep` or `drop` it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.incoming / secrets.token_hex(16)
        self._file: IO[bytes] = self._path.open("xb")
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
        for name in ("incoming", *(f"{number:02x}" for number in range(256))):
            (folder / name).mkdir(parents=True, exist_ok=True)
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
_GET = select(tables.attachments).where(
    tuple_(_attachment.party, _attachment.digest).in_(bindparam("keys", expanding=True))
)
_PIN = (
    update(tables.attachments)
    .where(tuple_(_attachment.party, _attachment.digest).in_(bindparam("keys", expanding=True)))
    .values(state=PINNED)
)
_UNPINNED = (
    select(_attachment.party, _attachment.digest)
    .where(_attachment.state == LOOSE, _attachment.created_at < bindparam("before"))
    .limit(bindparam("limit"))
)


def own(conn: Connection, new: Attachment) -> bool:
    """The party owns the file from now on; False when it did before."""
    return insert_free(conn, _ADD, [asdict(new)])


def owned(conn: Connection, party: str, digests: Collection[str]) -> dict[str, Attachment]:
    """Of these files, those the party owns."""
    return {row.digest: Attachment(**row._mapping) for row in conn.execute(_GET, _keys(party, digests))}


def pin(conn: Connection, party: str, digests: Collection[str]) -> frozenset[str]:
    """Keep these files for good, in the transaction that accepts a message; those it does not own."""
    if digests:
        conn.execute(_PIN, _keys(party, digests))
    return frozenset(digests) - owned(conn, party, digests).keys()


def abandon(conn: Connection, before: datetime, limit: int = 500) -> list[str]:
    """Give up loose files older than `before`; the digests nobody owns now: remove them after commit."""
    rows = [(row.party, row.digest) for row in conn.execute(_UNPINNED, {"before": before, "limit": limit})]
    if not rows:
        return []
    conn.execute(
        delete(tables.attachments).where(
            tuple_(_attachment.party, _attachment.digest).in_(rows), _attachment.state == LOOSE
        )
    )
    digests = {digest for _, digest in rows}
    kept = conn.execute(select(_attachment.digest).where(_attachment.digest.in_(digests))).scalars()
    return sorted(digests.difference(kept))


def _keys(party: str, digests: Collection[str]) -> dict[str, Any]:
    return {"keys": [(party, digest) for digest in digests]}
