"""Signed envelopes that have no definitive answer yet, each a file that is on disk before it is on the line.

Knows that what was signed once goes out again as the same bytes, whatever died in between; refuses to know
what it says. One folder a gateway and party; one file an envelope, named by what was asked to be sent, so
that the same request finds the same envelope. Files are written beside, synced, linked into place (the first
of two writers wins) and the folder synced; they are readable by their owner only.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from terminals.trouble import Unusable

_NAME = re.compile(r"[0-9a-f]{64}\.xml")


@dataclass(frozen=True, slots=True)
class Kept:
    """An envelope on disk: its bytes, and whether it was there before this request."""

    path: Path
    body: bytes
    again: bool


def key_of(content: bytes, receivers: Iterable[str], mode: str) -> str:
    """What makes two requests the same: the file's bytes, whom it goes to, and how it is treated."""
    digest = hashlib.sha256()
    for part in (mode.encode(), ",".join(receivers).encode(), content):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def folder_name(origin: str, party: str) -> str:
    """A folder for one party at one gateway: readable, and safe as a name."""
    return re.sub(r"[^A-Za-z0-9.-]", "_", f"{origin.removeprefix('https://')}_{party}")


class Pending:
    """The envelopes of one party at one gateway, under `state`."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        self.folder = state / folder_name(origin, party) / "pending"

    def keep(self, key: str, make: Callable[[], bytes]) -> Kept:
        """The envelope kept under `key`, or what `make` gives, durable when this returns.

        Raises Unusable when the folder cannot be written: then nothing may be sent either.
        """
        path = self.folder / f"{key}.xml"
        try:
            if path.exists():
                return Kept(path, path.read_bytes(), again=True)
            body = make()
            return self._write(path, body)
        except FileNotFoundError:  # answered and removed by another terminal meanwhile
            return self.keep(key, make)
        except OSError as error:
            raise Unusable("file-unwritable", file=path, reason=error.strerror or error) from None

    def _write(self, path: Path, body: bytes) -> Kept:
        durable_folder(self.folder)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            write_synced(draft, body)
            try:
                os.link(draft, path)
            except FileExistsError:
                return Kept(path, path.read_bytes(), again=True)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self.folder)
        return Kept(path, body, again=False)

    def settle(self, kept: Kept) -> None:
        """Forget an envelope that was answered for good."""
        kept.path.unlink(missing_ok=True)
        sync_folder(self.folder)

    def __iter__(self) -> Iterator[Kept]:
        """All envelopes without an answer, oldest first."""
        try:
            paths = [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
            paths.sort(key=lambda path: path.stat().st_mtime_ns)
        except OSError:
            return
        for path in paths:
            try:
                yield Kept(path, path.read_bytes(), again=True)
            except OSError:
                continue

    def __len__(self) -> int:
        return sum(1 for _ in self)


def write_synced(path: Path, body: bytes) -> None:
    """Write a new file for its owner only; its content is on disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def durable_folder(folder: Path) -> None:
    """Make `folder` and its parents, for their owner only, each on disk in its own parent."""
    if folder.is_dir():
        return
    durable_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make what was linked into or removed from `folder` survive a power loss."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_durably(path: Path, body: bytes) -> None:
    """Put `body` in place of the file, which afterwards holds the old or the new content, never a part."""
    durable_folder(path.parent)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        write_synced(draft, body)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
