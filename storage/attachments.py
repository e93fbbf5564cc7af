"""Attachments (附件): files by the SHA-256 of their content.

Knows how a file becomes durable: written aside, hashed on the way, synced, renamed to its digest, and its
folder synced; only then may anyone say it is there. Refuses to know whose a file is, or what is in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import secrets
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

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
        self._threads = threading.Lock()
        self._sweep = itertools.cycle(_FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in ("incoming", *_FOLDERS):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Nobody else gives a file its name or takes one away, be it another gateway on a shared folder."""
        with self._threads, (self.folder / "moving.lock").open("wb") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)  # a lock that network file systems know, too
            yield

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
        with self._moving():
            path.replace(target)
        sync_folder(target.parent)

    def remove(self, digest: str, before: datetime) -> bool:
        """Remove a file that nobody owns, unless it was received again since `before`; whether it is gone."""
        path = self.path(digest)
        with self._moving():
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

    def clear_incoming(self, before: datetime | None = None) -> int:
        """Remove what was left half written, all of it or what was begun before `before`; how many it was.

        All of it only while nobody writes: at the start.
        """
        left = 0
        for path in list(self.incoming.iterdir()):
            with suppress(FileNotFoundError):  # it has been kept or dropped meanwhile
                if before is None or path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    left += 1
        return left


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
