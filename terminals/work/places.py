"""Where a terminal's files come from and go: a folder, and for guests no way out of it.

Knows that whoever comes over SSH has an area of his own and nothing else of the machine: a name is followed
one component after the other, and never through a link. Whoever sits at the machine names any file. Errors
are OSError with the number that says what it is.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePath
from typing import IO

from terminals.host.area import measured

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a pipe or device must not keep us
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f/\\\\]|^\.+")
_LONGEST = 180  # bytes of a name, so that a number and an ending find room


class Place:
    """A folder; `guest`: names lead nowhere else, and it holds at most so many bytes and files (0: any)."""

    def __init__(self, folder: Path, *, guest: bool, most_bytes: int = 0, most_files: int = 0) -> None:
        self.folder = folder
        self.guest = guest
        self.most_bytes = most_bytes
        self.most_files = most_files

    def open(self, name: str) -> IO[bytes]:
        """A file to read, by its name or path from the folder. Raises OSError."""
        parts = self._parts(name)
        follow = os.O_NOFOLLOW if self.guest else 0
        at: int | None = None
        try:
            for part in parts[:-1] if self.guest else ():
                inner = os.open(part if at is not None else self.folder / part, _FOLDER | follow, dir_fd=at)
                if at is not None:
                    os.close(at)
                at = inner
            last = parts[-1] if at is not None else self.folder.joinpath(*parts)
            descriptor = os.open(last, _FILE | follow, dir_fd=at)
        finally:
            if at is not None:
                os.close(at)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        return os.fdopen(descriptor, "rb")

    def names(self, folder: str) -> list[str]:
        """The files in a folder of this one that may be opened, by name; none where there is no folder."""
        found: list[str] = []
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.folder / folder) as entries:
            found.extend(
                f"{folder}/{entry.name}"
                for entry in entries
                if not entry.name.startswith(".") and entry.is_file(follow_symlinks=not self.guest)
            )
        return sorted(found)

    def write(self, folder: str, name: str, pieces: Iterable[bytes], size: int) -> Path:
        """Write a file of `size` bytes under a name that nothing has yet, whole or not at all; its path.

        `name` may be a stranger's: what is no proper name becomes one. Raises OSError, EDQUOT among them.
        """
        self._room(size)
        target = self.folder / folder
        target.mkdir(mode=0o700, exist_ok=True)
        at = os.open(target, _FOLDER | os.O_NOFOLLOW)
        part = f".{secrets.token_hex(8)}.part"
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=at)
            try:
                with os.fdopen(handle, "wb") as file:
                    for piece in pieces:
                        file.write(piece)
                return target / _linked(at, part, proper(name))
            finally:
                os.unlink(part, dir_fd=at)
        finally:
            os.close(at)

    def _room(self, size: int) -> None:
        if not self.most_bytes:
            return
        used, files = measured(self.folder)
        if used + size > self.most_bytes or files >= self.most_files:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    def _parts(self, name: str) -> tuple[str, ...]:
        if self.guest:
            parts = tuple(part for part in name.strip().split("/") if part not in ("", "."))
        else:
            parts = Path(name.strip()).expanduser().parts
        if not parts or "\0" in name or (self.guest and ".." in parts):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
        return parts


def proper(name: str) -> str:
    """A name that is one on this machine, whatever somebody has called his file."""
    plain = _NO_NAME.sub("_", unicodedata.normalize("NFC", name).strip())
    stem, dot, ending = plain.rpartition(".")
    stem, ending = (stem, dot + ending) if dot and stem and len(ending) <= 10 else (plain, "")
    return stem.encode()[:_LONGEST].decode(errors="ignore") + ending or "file"


def _linked(at: int, part: str, name: str) -> str:
    """Give what was written its name, or one with a number; never over another file."""
    path = PurePath(name)
    number = 1
    while True:
        free = path.name if number == 1 else f"{path.stem}-{number}{path.suffix}"
        try:
            os.link(part, free, src_dir_fd=at, dst_dir_fd=at, follow_symlinks=False)
        except FileExistsError:
            number += 1
        else:
            return free
