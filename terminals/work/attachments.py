"""Attachments (附件) from a terminal: looked at before they are sent, sent once, and fetched.

Knows that a file is told by its content and named by its digest, and that what the gateway has already is
not sent again; refuses to know forms and screens. Files go by in blocks, so that none is held in memory.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from threading import Event
from typing import TYPE_CHECKING, Any

from messages.annotations import Words
from messages.media import LARGEST, TYPES, Look, WrongContent, judge
from messages.wire import parse_wire_time
from messages.workflow import File
from terminals.trouble import Refused, Unusable
from terminals.work.places import Place

if TYPE_CHECKING:
    from terminals.work.exchange import Line

__all__ = ["Cancelled", "Job", "Known", "Picked", "fetch", "pick", "send"]

BLOCK = 64 * 1024
SOON = timedelta(hours=12)  # what the gateway gives up that soon is sent again: a draft may take a day
MATERIALS = "materials"  # the folder of an area for what is fetched
Progress = Callable[[int, int], None]  # bytes done, of how many


class Cancelled(Exception):
    """Somebody has thought better of it: nothing was sent, or nothing of it counts."""


class Job:
    """One file on its way: tells how far it is, from whichever thread does it, and stops when told to."""

    def __init__(self, tell: Progress = lambda done, total: None) -> None:
        self._tell = tell
        self._stop = Event()

    def cancel(self) -> None:
        """Stop at the next block. From any thread."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._stop.is_set()

    def at(self, done: int, total: int) -> None:
        """It is so far. Raises Cancelled."""
        if self._stop.is_set():
            raise Cancelled
        self._tell(done, total)


@dataclass(frozen=True, slots=True)
class Picked:
    """A file that may be sent: where it is, and what its message says of it."""

    place: Place
    path: str
    file: File

    def blocks(self, job: Job) -> Iterator[bytes]:
        """Its bytes, from the beginning. Raises OSError, Cancelled."""
        done = 0
        with self.place.open(self.path) as opened:
            while done < self.file.size and (block := opened.read(min(BLOCK, self.file.size - done))):
                yield block
                done += len(block)
                job.at(done, self.file.size)


@dataclass(frozen=True, slots=True)
class Known:
    """What the gateway knows of a file."""

    file: File
    own: bool  # the own party has sent it
    until: datetime | None  # own and unnamed: given up then

    def lasts(self, now: datetime) -> bool:
        """Whether it need not be sent again."""
        return self.own and (self.until is None or self.until > now + SOON)


def known_of(told: Any) -> Known:
    """What an answer's JSON says."""
    until = told["until"]
    file = File(told["sha256"], told["size"], told["mediaType"], told["name"])
    return Known(file, told["own"], parse_wire_time(until) if until else None)


def pick(place: Place, path: str, job: Job, *, types: Collection[str] = TYPES, most: int = LARGEST) -> Picked:
    """Look at a file: whether it may be sent, and its digest. Raises Unusable with the reason, Cancelled."""
    name = PurePath(path.strip()).name
    look, whole = Look(), hashlib.sha256()
    try:
        with place.open(path) as opened:
            while block := opened.read(BLOCK):
                look.feed(block)
                whole.update(block)
                if look.size > most:
                    raise Unusable("attachment-too-large", file=name, most=most // 1024)
                job.at(0, look.size)
    except OSError as error:
        raise Unusable("attachment-unreadable", file=name, reason=error.strerror or error) from None
    try:
        found = judge(look, name=name, allowed=types)
    except WrongContent as error:
        raise Unusable("attachment-refused", file=name, reason=_InBoth(error.words)) from None
    return Picked(place, path, File(whole.hexdigest(), look.size, found.name, name))


def send(
    line: Line, picked: Picked, job: Job, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> File:
    """Have the file at the gateway; what a message says of it. It is only sent where it is not there yet.

    Raises Refused with the gateway's reason, Unusable where it was changed meanwhile, Unreachable, Cancelled.
    """
    known = line.attachment(picked.file.digest)
    if known is None or not known.lasts(now()) or known.file.media_type != picked.file.media_type:
        _upload(line, picked, job)
    job.at(picked.file.size, picked.file.size)
    return picked.file


def _upload(line: Line, picked: Picked, job: Job) -> None:
    name = picked.file.name
    try:
        line.upload(picked.file, lambda: picked.blocks(job))
    except OSError as error:
        raise Unusable("attachment-unreadable", file=name, reason=error.strerror or error) from None
    except Refused as error:
        status = error.values.get("status")
        if status == 422:
            raise Unusable("attachment-changed", file=name) from error
        raise


def fetch(line: Line, file: File, place: Place, job: Job, folder: str = MATERIALS) -> Path:
    """Fetch a file into a folder of the area, whole and right or not at all; where it is.

    Raises Unusable where it cannot be written, Refused where it is not to be had, Unreachable, Cancelled.
    """
    written: list[Path] = []
    name = file.name or file.digest

    def take(pieces: Iterable[bytes]) -> None:
        written.append(place.write(folder, name, _checked(pieces, file, job), file.size))

    try:
        line.download(file.digest, take)
    except _Damaged:
        raise Unusable("attachment-damaged", file=name) from None
    except OSError as error:
        if error.errno == errno.EDQUOT:
            raise Unusable("attachment-no-room", file=name, most=place.most_bytes // 1_000_000) from None
        raise Unusable("attachment-unwritable", file=name, reason=error.strerror or error) from None
    return written[-1]


class _Damaged(Exception):
    """What came is not what its digest names."""


def _checked(pieces: Iterable[bytes], file: File, job: Job) -> Iterator[bytes]:
    whole, done = hashlib.sha256(), 0
    for piece in pieces:
        whole.update(piece)
        done += len(piece)
        if done > file.size:
            raise _Damaged
        job.at(done, file.size)
        yield piece
    if whole.hexdigest() != file.digest:
        raise _Damaged


@dataclass(frozen=True, slots=True)
class _InBoth:
    """Words that tell themselves inside a sentence."""

    words: Words

    def told(self, lang: str) -> str:
        """In `lang`."""
        return self.words.in_language(lang)
