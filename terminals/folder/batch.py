"""Files that were taken together, and every step of theirs that a kill or a power cut may interrupt.

    OutBox/a.xml ─rename→ sending/<when>/a.xml → .signed-N → (sent, answered)
                 → InBox/Successed_a.xml_<when>.xml
                 ─link, unlink→ SentBox/a.xml, or FailBox with its reason → sending/<when> removed

What is on disk says how far a file is: in `sending` and in a bundle `.signed-N`, it may have been sent, and
goes out again as those very bytes; in `sending` alone, nothing of it has left. Its result is written before
it leaves `sending`, under a name made of its own and <when>, so that a step done twice leaves the same files.
Knows these steps and syncs each before the next; refuses to know what is signed, and how.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from terminals.folder import names
from terminals.folder.places import Box
from terminals.pending import sync_folder, write_synced
from terminals.trouble import Unusable

_BUNDLE = ".signed-"
_LENGTHS = struct.Struct(">II")  # of a name and of its envelope, which follow
_DRAFT = re.compile(r"\.[0-9a-f]{16}\.tmp")
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a file. `document` goes to InBox; `reason`, of one that was refused, beside it."""

    name: str
    accepted: bool
    document: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The files in `sending/<when>` of a box."""

    box: Box
    when: str  # yyyyMMddHHmmssSSS, CST, when they were taken

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.box.sending / self.when

    def files(self) -> list[str]:
        """The names of those that have no result yet."""
        try:
            return sorted(path.name for path in self.path.iterdir() if not path.name.startswith("."))
        except FileNotFoundError:
            return []

    def kept(self) -> dict[str, bytes]:
        """The envelopes that may have been sent already, by file."""
        found: dict[str, bytes] = {}
        for bundle in self._bundles():
            found.update(_entries(bundle.read_bytes()))
        return found

    def keep(self, envelopes: Mapping[str, bytes]) -> None:
        """Have `envelopes` on disk, all or none, before the first of them is sent."""
        draft = self.path / f".{secrets.token_hex(8)}.tmp"
        try:
            write_synced(draft, b"".join(_packed(name, body) for name, body in envelopes.items()))
            draft.rename(self.path / f"{_BUNDLE}{len(self._bundles()) + 1}")
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self.path)
        sync_folder(self.box.sending)

    def settle(self, results: Iterable[Result]) -> None:
        """Write each result to InBox, then move its file to SentBox or FailBox; durable when this returns."""
        some = list(results)
        if not some:
            return
        write_all(self.box.inbox, {self._result(one): one.document for one in some})
        refused = [one for one in some if not one.accepted]
        places = {one.name: self._place(one.name) for one in refused}
        if refused:
            reasons = {f"{places[one.name]}.txt": one.reason.encode("utf-8", "replace") for one in refused}
            write_all(self.box.failbox, reasons)
        for one in some:
            source = self.path / one.name
            if one.accepted:
                _move(source, self.box.sentbox, _names(one.name, self.when))
            else:
                place = places[one.name]
                _move(source, self.box.failbox, chain((place,), _names(place, self.when)))
        if refused:
            sync_folder(self.box.failbox)
        if len(refused) < len(some):
            sync_folder(self.box.sentbox)

    def give_back(self, name: str) -> bool:
        """Put a file back into OutBox; not where another of its name has come meanwhile."""
        done = _move(self.path / name, self.box.outbox, iter((name,)))
        sync_folder(self.box.outbox)
        return done

    def recover(self) -> None:
        """After a kill: what was half given back is OutBox's, and half-written drafts are nobody's."""
        for name in self.files():
            if _same(self.path / name, self.box.outbox / name):
                (self.path / name).unlink()
        for entry in list(self.path.glob(".*.tmp")):
            entry.unlink(missing_ok=True)

    def close(self) -> bool:
        """Remove it when each of its files has its result; whether it is gone."""
        if self.files():
            return False
        for bundle in self._bundles():
            bundle.unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            self.path.rmdir()
        return True

    def _bundles(self) -> list[Path]:
        return sorted(self.path.glob(f"{_BUNDLE}*"), key=lambda path: (len(path.name), path.name))

    def _place(self, name: str) -> str:
        """The name a refused file gets in FailBox, or has there since before a kill."""
        source, folder = self.path / name, self.box.failbox
        for one in _names(names.with_reason(name), self.when):
            if not os.path.lexists(folder / one) or _same(source, folder / one):
                return one
        raise AssertionError("there are names without end")

    def _result(self, one: Result) -> str:
        return names.result("Successed" if one.accepted else "Failed", one.name, self.when)


def take(box: Box, wanted: Iterable[str], now: datetime) -> Batch:
    """Take files out of OutBox: whoever puts another of the same name there afterwards puts a new one."""
    moment = now
    while True:
        batch = Batch(box, names.stamp(moment))
        try:
            batch.path.mkdir(mode=0o700)
            break
        except FileExistsError:
            moment += timedelta(milliseconds=1)
    for name in wanted:
        try:
            (box.outbox / name).rename(batch.path / name)
        except FileNotFoundError:  # taken back by whoever put it there
            continue
    return batch


def left(box: Box) -> list[Batch]:
    """The batches that have not been closed, oldest first."""
    return [Batch(box, entry.name) for entry in sorted(box.sending.iterdir()) if entry.is_dir()]


def clean(box: Box) -> None:
    """After a kill: remove the drafts that nobody has given a name."""
    for folder in (box.inbox, box.failbox):
        for entry in folder.iterdir():
            if _DRAFT.fullmatch(entry.name):
                entry.unlink(missing_ok=True)


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, each whole or not at all, in place of any of their names; durable when this returns.

    They get the folder's rights: who may read and write in it may read and write them.
    """
    rights = folder.stat().st_mode & 0o666
    drafts = {name: folder / f".{secrets.token_hex(8)}.tmp" for name in files}
    opened: list[int] = []
    try:
        for name, body in files.items():
            opened.append(os.open(drafts[name], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            os.fchmod(opened[-1], rights)
            _write(opened[-1], body)
        for handle in opened:  # all of them on their way to the disk before the first is waited for
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        for handle in opened:
            os.fsync(handle)
        for name, draft in drafts.items():
            draft.replace(folder / name)
    except BaseException:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
        raise
    finally:
        for handle in opened:
            os.close(handle)
    sync_folder(folder)


def _write(handle: int, body: bytes) -> None:
    left = memoryview(body)
    while left:
        left = left[os.write(handle, left) :]


def _packed(name: str, body: bytes) -> bytes:
    own = os.fsencode(name)
    return _LENGTHS.pack(len(own), len(body)) + own + body


def _entries(bundle: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(bundle):
        own, body = _LENGTHS.unpack_from(bundle, at)
        at += _LENGTHS.size
        yield os.fsdecode(bundle[at : at + own]), bundle[at + own : at + own + body]
        at += own + body


def _names(name: str, when: str) -> Iterator[str]:
    """What a file may be called where its name may be taken."""
    yield name
    count = 0
    while True:
        yield names.numbered(name, when, count)
        count += 1


def _move(source: Path, folder: Path, candidates: Iterator[str]) -> bool:
    """Move a file under the first name that is free; over no other file, whoever put it there."""
    for name in candidates:
        target = folder / name
        try:
            os.link(source, target, follow_symlinks=False)
        except FileExistsError:
            if not _same(source, target):
                continue
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(target):
                continue
            source.rename(target)  # a folder, or a file system without links
            return True
        source.unlink()
        return True
    return False


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(one.lstat(), other.lstat())
    except FileNotFoundError:
        return False


def storage(error: OSError, where: Path) -> Unusable:
    """The words for a disk that is full, read-only or broken: the client stops, and everything is there."""
    return Unusable("folder-storage", file=error.filename or where, reason=error.strerror or error)
