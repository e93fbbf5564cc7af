"""The folders of a root (根目录): a box for each kind of business, and what the client keeps beside it.

Knows the layout `<root>/<Biz>/{OutBox,SentBox,FailBox,InBox}` of the single window's import client
(导入客户端) and which box a type's receipts go to; refuses to know what is in a file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from messages.registry import BY_CODE
from terminals.pending import durable_folder, sync_folder
from terminals.trouble import Unusable

OWN = ".eport"  # what the client keeps: nobody else's to touch
_LETTERS = re.compile(r"[A-Z]{2,10}")
_BOX = re.compile(r"[^\s./\\:,\x00-\x1f\x7f][^/\\:,\x00-\x1f\x7f]{0,63}")
_OTHERS = "Others"

SYSTEMS: tuple[str, ...] = tuple(
    dict.fromkeys(found[0] for code in BY_CODE if (found := _LETTERS.match(code)))
)
"""The boxes that a root has unless others are named: the letters that each system's types begin with."""


@dataclass(frozen=True, slots=True)
class Box:
    """The folders of one kind of business; `to` are the receivers of its files, if not customs."""

    path: Path
    to: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Biz."""
        return self.path.name

    @property
    def outbox(self) -> Path:
        """Where files are put that are to be sent."""
        return self.path / "OutBox"

    @property
    def sentbox(self) -> Path:
        """Where they are once the gateway has accepted them."""
        return self.path / "SentBox"

    @property
    def failbox(self) -> Path:
        """Where they are once they were refused, each with its reason beside it."""
        return self.path / "FailBox"

    @property
    def inbox(self) -> Path:
        """Where results and receipts come in."""
        return self.path / "InBox"

    @property
    def sending(self) -> Path:
        """Where files are from the moment they are taken until their result is on disk."""
        return self.path / OWN / "sending"


def parse_box(given: str) -> tuple[str, tuple[str, ...]]:
    """`NAME` or `NAME:DXPID,DXPID` as a box's name and receivers. Raises Unusable."""
    name, _, to = given.partition(":")
    if not _BOX.fullmatch(name) or name == OWN:
        raise Unusable("folder-box-name", name=name)
    return name, tuple(one.strip() for one in to.split(",") if one.strip())


def open_boxes(root: Path, named: Iterable[tuple[str, tuple[str, ...]]]) -> list[Box]:
    """The boxes of `root`, made where they are missing: those named, else the five systems'; and any that
    is there already.

    Raises Unusable where the root's parent is missing, or a folder cannot be made, is none, or is on another
    disk than its neighbours.
    """
    wanted = dict(named) or dict.fromkeys(SYSTEMS, ())
    if not root.parent.is_dir():  # a disk that is not mounted, or a slip of the pen
        raise Unusable("folder-unusable", file=root.parent, reason=os.strerror(errno.ENOENT))
    try:
        for entry in sorted(os.scandir(root), key=lambda entry: entry.name) if root.is_dir() else ():
            if _BOX.fullmatch(entry.name) and (root / entry.name / "OutBox").is_dir():
                wanted.setdefault(entry.name, ())
        return [_open(Box(root / name, to)) for name, to in wanted.items()]
    except OSError as error:
        raise Unusable(
            "folder-unusable", file=error.filename or root, reason=error.strerror or error
        ) from None


def _open(box: Box) -> Box:
    folders = (box.outbox, box.sentbox, box.failbox, box.inbox, box.sending)
    for folder in folders:
        shared_folder(folder) if folder is not box.sending else durable_folder(folder)
    disks = {folder.stat().st_dev for folder in folders}
    if len(disks) > 1:  # a file moves by a rename, which no kill can cut in two
        raise Unusable("folder-disks", box=box.path)
    for folder in folders[1:]:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Unusable("folder-unusable", file=folder, reason=os.strerror(errno.EACCES))
    return box


def shared_folder(folder: Path) -> None:
    """Make a folder that others put files into or take them from: with the rights the umask leaves."""
    if folder.is_dir():
        return
    shared_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def inbox_of(root: Path, boxes: Iterable[Box], kind: str) -> Path:
    """Where what comes of type `kind` (such as BVS112) goes: the box that its letters name, longest name
    first; without one, a new folder of that name.
    """
    named = sorted((box for box in boxes if kind.startswith(box.name)), key=lambda box: -len(box.name))
    if named:
        return named[0].inbox
    letters = _LETTERS.match(kind)
    folder = Box(root / (letters[0] if letters else _OTHERS)).inbox
    shared_folder(folder)
    return folder


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Keep `root` for this process and those it forks; the lock lasts until the last of them has ended.

    Raises Unusable when another process has it.
    """
    durable_folder(root / OWN)
    handle = os.open(root / OWN / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable("folder-taken", root=root) from None
        yield
    finally:
        os.close(handle)
