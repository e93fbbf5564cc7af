"""An account's own files: one folder, a quota, and no way out of it.

Knows paths as a client writes them and how each becomes a descriptor, one component after the other, without
ever following a link; refuses to know SFTP. What is uploaded appears whole, when it is complete, or not at
all. Errors are OSError with the number that says what it is.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("attachments", "exports", "materials", "prints", "templates")
"""There from the beginning: attachments go up, the others come down."""

_INCOMING = ".incoming"  # what is being uploaded; nobody can name it
_DEPTH = 16
_NAME = 255  # bytes
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a pipe or device must not keep us
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that one account may keep."""

    size: int  # bytes, of all files
    files: int  # and folders
    file_size: int  # bytes, of one file


class Area:
    """One account's files. Several connections of the account share one, and so its quota."""

    def __init__(self, root: Path, quota: Quota) -> None:
        """Makes the folder, and drops what a former host was still receiving. Raises OSError."""
        self.root = root
        self.quota = quota
        self._used_size = self._used_files = 0
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in (*FOLDERS, _INCOMING):
            (root / name).mkdir(mode=0o700, exist_ok=True)
        for stale in (root / _INCOMING).iterdir():
            stale.unlink()

    # -- names -------------------------------------------------------------------------------------------

    def parts(self, path: str) -> tuple[str, ...]:
        """The components of a path, with . and .. gone; beyond the top is the top."""
        found: list[str] = []
        for part in unicodedata.normalize("NFC", path).split("/"):
            if part == "..":
                del found[-1:]
            elif part not in ("", "."):
                found.append(_name(part))
        if found[:1] == [_INCOMING]:
            raise _error(errno.EACCES)
        if len(found) > _DEPTH:
            raise _error(errno.ENAMETOOLONG)
        return tuple(found)

    def shown(self, path: str) -> str:
        """The path as a client is told it, from the top."""
        return "/" + "/".join(self.parts(path))

    # -- looking -----------------------------------------------------------------------------------------

    def stat(self, path: str) -> os.stat_result:
        """What is there; links are never followed, and there is nothing else than files and folders."""
        with self._place(path) as (folder, name):
            return _known(os.stat(name, dir_fd=folder, follow_symlinks=False))

    def listing(self, path: str) -> list[tuple[str, os.stat_result]]:
        """The entries of a folder, by name."""
        parts = self.parts(path)
        with self._folder(parts) as folder, os.scandir(folder) as entries:
            found = []
            for entry in entries:
                if not parts and entry.name == _INCOMING:
                    continue
                with suppress(OSError):  # gone meanwhile, or nothing that is shown
                    found.append((entry.name, _known(entry.stat(follow_symlinks=False))))
        return sorted(found)

    def read(self, path: str) -> int:
        """A descriptor to read a file with; the caller closes it."""
        with self._place(path) as (folder, name):
            descriptor = os.open(name, os.O_RDONLY | _FILE, dir_fd=folder)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _error(errno.EISDIR)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def used(self) -> tuple[int, int]:
        """Bytes, and files and folders, counted anew: the terminal's process writes here too."""
        self._used_size, self._used_files = measured(self.root)
        return self._used_size, self._used_files

    # -- changing ----------------------------------------------------------------------------------------

    def write(self, path: str, *, keep: bool = False, create: bool = True, only_new: bool = False) -> Upload:
        """Begin to write a file; `keep`: its former content is there to begin with, once it is copied."""
        parts = self.parts(path)
        if not parts:
            raise _error(errno.EISDIR)
        try:
            there: os.stat_result | None = self.stat(path)
        except FileNotFoundError:
            there = None
        if there is None and not create:
            raise _error(errno.ENOENT)
        if there is not None and (only_new or not stat.S_ISREG(there.st_mode)):
            raise _error(errno.EEXIST if only_new else errno.EISDIR)
        self.used()
        self.take(0, 1)
        with self._folder(parts[:-1]):
            pass  # it must be there now already, not only when the upload is complete
        upload = Upload(self, parts)
        if keep and there is not None:
            try:
                upload.begin_with(self.read(path))
            except OSError:
                upload.drop()
                raise
        return upload

    def take(self, size: int, files: int = 0) -> None:
        """So much more is going to be used; EDQUOT when it is more than there is."""
        if self._used_size + size > self.quota.size or self._used_files + files > self.quota.files:
            raise _error(errno.EDQUOT)
        self._used_size += size
        self._used_files += files

    def give(self, size: int, files: int = 0) -> None:
        """So much less is used."""
        self._used_size -= size
        self._used_files -= files

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self.used()
        self.take(0, 1)
        with self._place(path) as (folder, name):
            os.mkdir(name, 0o700, dir_fd=folder)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder."""
        with self._place(path) as (folder, name):
            os.rmdir(name, dir_fd=folder)

    def remove(self, path: str) -> None:
        """Remove a file."""
        with self._place(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def rename(self, path: str, to: str, *, replace: bool) -> None:
        """Give a file or folder another name; `replace` what has it, else EEXIST."""
        with self._place(path) as (folder, name), self._place(to) as (target, new):
            if not replace:
                with suppress(FileNotFoundError):
                    os.stat(new, dir_fd=target, follow_symlinks=False)
                    raise _error(errno.EEXIST)
            os.rename(name, new, src_dir_fd=folder, dst_dir_fd=target)

    def change(self, path: str, mode: int | None, times: tuple[int, int] | None) -> None:
        """Set a file's or folder's mode and times of access and change, in seconds."""
        kind = self.stat(path).st_mode
        with self._place(path) as (folder, name):
            flags = _FOLDER if stat.S_ISDIR(kind) else os.O_RDONLY | _FILE
            descriptor = os.open(name, flags, dir_fd=folder)
        try:
            _change(descriptor, kind, mode, times)
        finally:
            os.close(descriptor)

    # -- descriptors -------------------------------------------------------------------------------------

    @contextmanager
    def _folder(self, parts: tuple[str, ...]) -> Iterator[int]:
        """A folder's descriptor, reached one component after the other."""
        descriptor = os.open(self.root, _FOLDER)
        try:
            for part in parts:
                inner = os.open(part, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _place(self, path: str) -> Iterator[tuple[int, str]]:
        """The folder that holds what a path names, and its name there; the top is '.' in itself."""
        parts = self.parts(path)
        with self._folder(parts[:-1]) as folder:
            yield folder, parts[-1] if parts else "."


class Upload:
    """A file on its way: outside of what is shown until it is kept."""

    def __init__(self, area: Area, parts: tuple[str, ...]) -> None:
        self._area = area
        self._parts = parts
        self._part = area.root / _INCOMING / secrets.token_hex(16)
        self.descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL | _FILE, 0o600)
        self.size = 0
        self._holed = False
        self._source = -1  # a descriptor of what is to be copied first

    def begin_with(self, source: int) -> None:
        """Take over a descriptor of what it begins with; that is there when it was copied."""
        self._source = source
        self.resize(os.fstat(source).st_size)

    @property
    def owes(self) -> bool:
        """Whether what it begins with is still to be copied."""
        return self._source >= 0

    def copy(self) -> None:
        """Copy what it begins with, as far as it is as long; may take a while, and be done in a thread."""
        source, self._source = self._source, -1
        try:
            with self._whole():
                done = 0
                while block := os.pread(source, min(_BLOCK, self.size - done), done):
                    done += os.pwrite(self.descriptor, block, done)
        finally:
            os.close(source)

    def write(self, offset: int, data: bytes) -> None:
        """Put data at a place; what lies between it and the end so far is zeros."""
        with self._whole():
            self._grow(offset + len(data))
            done = 0
            while done < len(data):
                done += os.pwrite(self.descriptor, data[done:], offset + done)

    def resize(self, size: int) -> None:
        """Make it so long."""
        with self._whole():
            self._grow(size)
            os.ftruncate(self.descriptor, size)
        self._area.give(self.size - size)
        self.size = size

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """What fails here leaves a hole: a client may close the file all the same, but it is not kept."""
        try:
            yield
        except OSError:
            self._holed = True
            raise

    def _grow(self, end: int) -> None:
        if end > self._area.quota.file_size:
            raise _error(errno.EFBIG)
        if end > self.size:
            self._area.take(end - self.size)
            self.size = end

    def change(self, mode: int | None, times: tuple[int, int] | None) -> None:
        """Set its mode and times."""
        _change(self.descriptor, stat.S_IFREG, mode, times)

    @property
    def whole(self) -> bool:
        """Whether nothing of it is missing: no write has failed."""
        return not self._holed

    def keep(self) -> None:
        """It is complete: show it under its name, in place of what had it. EIO where a write has failed.

        When this returns, the file and its name are on disk. May be called in another thread if it is whole.
        """
        if self._holed:
            self.drop()
            raise _error(errno.EIO)
        try:
            try:
                os.fsync(self.descriptor)
            finally:
                os.close(self.descriptor)
            with self._area._folder(self._parts[:-1]) as folder:
                os.rename(self._part, self._parts[-1], dst_dir_fd=folder)
                os.fsync(folder)
        except OSError:
            self._part.unlink(missing_ok=True)
            raise

    def drop(self) -> None:
        """It is not complete and never will be."""
        if self.owes:
            os.close(self._source)
            self._source = -1
        os.close(self.descriptor)
        self._part.unlink(missing_ok=True)
        self._area.give(self.size, 1)


def measured(root: Path) -> tuple[int, int]:
    """Bytes, and files and folders, that somebody keeps in an area, but for the folders that everybody has.

    Everything counts, whoever wrote it: uploads, those on their way, prints, exports.
    """
    size, files = 0, -len(FOLDERS) - 1
    for _, folders, names, folder in os.fwalk(root):
        files += len(folders) + len(names)
        for name in names:
            with suppress(OSError):
                size += os.stat(name, dir_fd=folder, follow_symlinks=False).st_size
    return size, max(0, files)


def _change(descriptor: int, kind: int, mode: int | None, times: tuple[int, int] | None) -> None:
    """Only the owner's bits: an area is nobody else's; and none with another meaning than reading."""
    if mode is not None:
        if stat.S_IMODE(mode) & ~0o777:
            raise _error(errno.EPERM)
        os.fchmod(descriptor, 0o700 if stat.S_ISDIR(kind) else 0o600 | mode & 0o100)
    if times is not None:
        os.utime(descriptor, times)


def _known(found: os.stat_result) -> os.stat_result:
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise _error(errno.EACCES)
    return found


def _name(part: str) -> str:
    try:
        size = len(part.encode())
    except UnicodeEncodeError:
        raise _error(errno.EINVAL) from None
    if size > _NAME:
        raise _error(errno.ENAMETOOLONG)
    if any(unicodedata.category(each) == "Cc" for each in part):
        raise _error(errno.EINVAL)
    return part


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))  # becomes the subclass of its number
