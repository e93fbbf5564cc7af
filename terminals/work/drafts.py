"""What is on open forms, kept on disk against a dropped line, a closed window or a killed process.

Knows where forms are kept and which of them nobody has open any more; refuses to know what is on them.
A terminal's forms are in a folder of its own, held by a lock that ends with the process, however it ends:
what lies in a folder without a holder is offered at the next login. Files are written whole or not at all,
for their owner only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any

from terminals.pending import durable_folder, folder_name, replace_durably, sync_folder
from terminals.trouble import Unusable

_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One form as it was kept. `title` is for people: the internal number, or ''."""

    id: str  # the model's
    system: str
    code: str  # of the message type
    title: str
    kept: datetime
    dump: Mapping[str, Any]  # FormModel.dump
    folder: str = field(default="", compare=False)  # which terminal's it was

    @property
    def revision(self) -> int:
        """The form's revision when it was kept."""
        return int(self.dump.get("revision", 0))


class Drafts:
    """The forms of one person at one gateway; made by each terminal process for itself, after any fork."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        self._root = state / folder_name(origin, party) / "drafts"
        self._own = self._root / uuid.uuid4().hex
        self._held: int | None = None
        self._lock = RLock()  # a signal's handler may keep a form in the middle of keeping one

    def keep(self, draft: Draft) -> None:
        """Put it on disk, in place of what was kept of the same form. Raises Unusable."""
        content = {
            "id": draft.id, "system": draft.system, "code": draft.code, "title": draft.title,
            "kept": draft.kept.isoformat(), "dump": draft.dump,
        }  # fmt: skip
        try:
            with self._lock:
                self._hold()
                replace_durably(self._path(draft.id), json.dumps(content, ensure_ascii=False).encode())
        except OSError as error:
            raise Unusable("file-unwritable", file=self._own, reason=error.strerror or error) from None

    def left(self) -> list[Draft]:
        """What earlier terminals left behind, the newest first; other terminals' open forms are not."""
        found: dict[str, Draft] = {}
        for folder in self._folders():
            with _claimed(folder) as free:
                drafts = [draft for path in folder.glob("*.json") if (draft := _read(path))] if free else []
                if free:
                    _clear(folder)
            for draft in drafts:
                known = found.get(draft.id)
                if known is None or known.kept < draft.kept:
                    found[draft.id] = draft
        return sorted(found.values(), key=lambda draft: draft.kept, reverse=True)

    def take(self, draft: Draft) -> bool:
        """Make a draft that was left behind this terminal's own; False if another terminal was quicker."""
        folder = self._root / draft.folder
        if not draft.folder or not folder.is_dir():
            return False
        with _claimed(folder) as free:
            if not free or not (folder / f"{draft.id}.json").exists():
                return False
            self.keep(draft)
            (folder / f"{draft.id}.json").unlink(missing_ok=True)
            _clear(folder)
        return True

    def forget(self, id: str, revision: int | None = None) -> None:  # noqa: A002
        """Drop what was kept of a form; with `revision`, only if nothing was changed after that.

        Also what an earlier terminal left behind of it: a message of then may be answered only now.
        """
        with self._lock:
            own = [self._path(id)] if self._held is not None else []
            for path in (*own, *self._left_paths(id)):
                kept = _read(path)
                if kept is not None and revision is not None and kept.revision > revision:
                    continue
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                    sync_folder(path.parent)

    def close(self) -> None:
        """The terminal ends: what it has kept and not forgotten is left behind."""
        with self._lock:
            if self._held is not None:
                _clear(self._own)
                os.close(self._held)
                self._held = None

    def _hold(self) -> None:
        while self._held is None:
            durable_folder(self._own)
            lock = self._own / "lock"
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if lock.exists() and os.path.samestat(os.fstat(handle), lock.stat()):
                self._held = handle
            else:  # another terminal took the empty folder for one left behind, and cleared it away
                os.close(handle)

    def _path(self, id: str) -> Path:  # noqa: A002
        if not _NAME.fullmatch(id):
            raise ValueError(f"{id!r} is no id of a form")
        return self._own / f"{id}.json"

    def _folders(self) -> list[Path]:
        try:
            return [each for each in self._root.iterdir() if each.is_dir() and each != self._own]
        except OSError:
            return []

    def _left_paths(self, id: str) -> Iterator[Path]:  # noqa: A002
        for folder in self._folders():
            with _claimed(folder) as free:
                if free and (folder / f"{id}.json").exists():
                    yield folder / f"{id}.json"


@contextlib.contextmanager
def _claimed(folder: Path) -> Iterator[bool]:
    """Whether nobody holds a folder; nobody else can take it meanwhile."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # it is being made, or cleared away
        yield False
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        os.close(handle)


def _read(path: Path) -> Draft | None:
    """A kept form; None for a file that holds none."""
    try:
        told = json.loads(path.read_bytes())
        return Draft(
            id=str(told["id"]), system=str(told["system"]), code=str(told["code"]), title=str(told["title"]),
            kept=datetime.fromisoformat(told["kept"]), dump=dict(told["dump"]), folder=path.parent.name,
        )  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _clear(folder: Path) -> None:
    """Take away a folder in which no form is left; whoever calls it holds it."""
    if not any(folder.glob("*.json")):
        shutil.rmtree(folder, ignore_errors=True)
