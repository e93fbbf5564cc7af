"""Retention (归档): what is old goes into the archive's files, is read back from them, and only then purged.

Knows the order that a kill at any step cannot hurt: write a file, read it back from the disk, sign its
manifest, seal it in the database, and take what it holds out in short transactions with pauses, so that those
who accept messages hardly notice. The next run goes on from whatever it finds. Refuses to know what a message
says; which cases are undecided, their systems declare.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from gateway.services import Clock
from gateway.settings import Settings
from messages.registry import BY_NAME
from messages.system import CUSTOMS
from storage import archive, heads, retention
from storage.archive import ArchiveDamaged, Item, Manifest, Volume
from storage.database import Database
from storage.heads import Head, Signer
from storage.journal import MESSAGE, ORIGIN, RECEIPT
from storage.retention import Archived, Open, Place, Write
from storage.types import EPOCH

PAGE = 50  # items that one query reads: a message may have megabytes
HOLD = 0.02  # seconds that a transaction which purges should take; the next takes more or fewer items
FEWEST, MOST = 50, 500  # items of one: of few, the wait for the disk is nearly all
REST, LONGEST_REST = 3.0, 0.1  # a pause after each, in times of what it took; and no longer than seconds
VOLUME_BYTES = 256 * 1024 * 1024  # of the lines of one file

Step = Callable[[str], None]
"""Called at each step with its name: where a test ends the process."""

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Told:
    """What a run has done."""

    archived: dict[str, int] = field(default_factory=lambda: {MESSAGE: 0, RECEIPT: 0})
    purged: dict[str, int] = field(default_factory=lambda: {MESSAGE: 0, RECEIPT: 0})
    files: int = 0
    bytes: int = 0  # of the files
    aside: list[str] = field(default_factory=list)  # files that no database knew
    elsewhere: list[Archived] = field(default_factory=list)  # of other gateways, which they are to purge
    longest: float = 0.0  # seconds that a transaction held the database at most


def undecided() -> Open:
    """By system, the states in which a case waits for customs."""
    return {system.name: system.waiting(CUSTOMS) for system in BY_NAME.values()}


class Archivist:
    """One run of one gateway, in a thread or a process of its own: it waits and computes."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        key: Signer,
        clock: Clock,
        *,
        step: Step = lambda name: None,
        progress: Progress = lambda what, done, total: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`key` signs manifests and heads as the gateway."""
        self._database = database
        self._settings = settings
        self._folder = settings.archive_folder
        self._key = key
        self._clock = clock
        self._step = step
        self._progress = progress
        self._sleep = sleep
        self._undecided = undecided()
        self._told = Told()
        self._some = FEWEST  # items of the next transaction that purges
        self._held = 0.0  # seconds that the last transaction held the database

    def run(self) -> Told:
        """Archive and purge all that is old enough. Raises ArchivingElsewhere, ArchiveDamaged, LockLost."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with retention.alone(self._database, self._settings.home / "archive.lock") as write:
            self._tidy(write)
            kept = self._settings.retention
            for kind, days in ((MESSAGE, kept.messages_days), (RECEIPT, kept.receipts_days)):
                if days:
                    self._all_of(write, kind, self._clock() - timedelta(days=days))
        return self._told

    # -- what an earlier run has left ---------------------------------------------------------------

    def _tidy(self, write: Write) -> None:
        with self._database.read() as conn:
            known = retention.archives(conn)
        self._told.aside = archive.clear(self._folder, {each.number: each.file for each in known})
        for each in known:
            if each.purged_at is not None:
                continue
            if each.made_by != self._settings.node and not (self._folder / each.file).exists():
                self._told.elsewhere.append(each)
                continue
            self._purge(write, each, _manifest(self._folder, each))

    # -- archiving ----------------------------------------------------------------------------------

    def _all_of(self, write: Write, kind: str, before: datetime) -> None:
        with self._database.read() as conn:
            begin = retention.since(conn, kind) or EPOCH
        waiting = _Ahead(self._waiting(kind, begin, before))
        while waiting.next is not None:
            self._seal(write, *self._written(kind, waiting))
        with write() as conn:
            retention.move(conn, kind, retention.oldest(conn, kind, begin, before) or before)

    def _waiting(self, kind: str, begin: datetime, before: datetime) -> Iterator[Item]:
        """All that may go, oldest first, a short reading at a time."""
        place = Place(begin)
        while True:
            with self._database.read() as conn:
                page = retention.waiting(conn, kind, place, before, self._undecided, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            place = Place(page[-1].at, page[-1].id)

    def _written(self, kind: str, waiting: _Ahead) -> tuple[Manifest, list[int]]:
        """The next file, with as much of a day as it may hold, and the ids in it."""
        item = waiting.next
        assert item is not None
        day = item.at.date()
        with self._database.read() as conn:
            before = retention.archives(conn)
        previous = before[-1].digest if before else ORIGIN
        number = before[-1].number + 1 if before else 1
        most = self._settings.retention.file_items
        volume = Volume(self._folder, number, kind, day.isoformat(), self._settings.node)
        self._step("begun")
        try:
            while item is not None and item.at.date() == day:
                if len(volume.ids) >= most or volume.size >= VOLUME_BYTES:
                    break
                volume.add(item)
                item = waiting.step()
                self._progress(f"archive {number}: {kind}s of {day}", len(volume.ids), most)
            self._step("written")
            return volume.finish(previous, self._clock()), volume.ids
        except BaseException:
            volume.drop()
            raise

    def _seal(self, write: Write, manifest: Manifest, ids: list[int]) -> None:
        """Read back what was written, sign it, seal it, purge what is in it."""
        self._step("named")
        archive.forget_cached(self._folder, manifest)
        if [item.id for item in archive.items(self._folder, manifest)] != ids:
            raise ArchiveDamaged(f"{manifest.file} does not hold what was written to it")
        self._step("checked")
        signed = archive.sign(self._folder, manifest, self._key)
        self._step("signed")
        now = self._clock()
        sealed = Archived(
            signed.number, signed.kind, signed.file, signed.items, signed.digest, self._settings.node, now
        )
        with self._measured(write) as conn:
            head: Head | None = retention.seal(conn, sealed, now, self._key)
        self._step("sealed")
        if head is not None:
            self._settings.journal_heads.parent.mkdir(mode=0o700, exist_ok=True)
            heads.export([head], self._settings.journal_heads)
        self._told.archived[signed.kind] += signed.items
        self._told.files += 1
        self._told.bytes += signed.size
        self._purge(write, sealed, signed, ids)

    # -- purging ------------------------------------------------------------------------------------

    def _purge(
        self, write: Write, sealed: Archived, manifest: Manifest, ids: list[int] | None = None
    ) -> None:
        """Take out what a sealed archive holds; without `ids` its file, checked, says what."""
        if ids is None:
            ids = [item.id for item in archive.items(self._folder, manifest)]
        done = 0
        while done < len(ids):
            some = ids[done : done + self._some]
            with self._measured(write) as conn:
                self._told.purged[sealed.kind] += retention.purge(conn, sealed.kind, sealed.number, some)
            self._step("purging")
            done += len(some)
            self._some = min(MOST, max(FEWEST, int(len(some) * min(2.0, HOLD / self._held))))
            self._progress(f"archive {sealed.number}: purging", done, len(ids))
            self._sleep(min(self._held * REST, LONGEST_REST))
        if sealed.kind == RECEIPT:
            self._skip(write, ids)
        self._step("emptied")
        with self._measured(write) as conn:
            retention.purged(conn, sealed.number, self._clock())
        self._step("purged")

    def _skip(self, write: Write, ids: list[int]) -> None:
        """Let the mailboxes begin behind what has gone."""
        whose = set[str]()
        for begin in range(0, len(ids), MOST):
            with self._database.read() as conn:
                whose |= retention.parties(conn, ids[begin : begin + MOST])
        for party in sorted(whose):
            with self._measured(write) as conn:
                retention.skip(conn, party)

    @contextmanager
    def _measured(self, write: Write) -> Iterator[Connection]:
        """A transaction, and how long it held the database."""
        with write() as conn:
            began = time.monotonic()
            yield conn
        self._held = time.monotonic() - began
        self._told.longest = max(self._told.longest, self._held)


class _Ahead:
    """Items one after another; the `next` may be looked at before it is taken."""

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self.next = next(items, None)

    def step(self) -> Item | None:
        """Take the next; what comes behind it."""
        self.next = next(self._items, None)
        return self.next


def _manifest(folder: Path, known: Archived) -> Manifest:
    """The manifest of a sealed archive, as it was sealed. Raises ArchiveDamaged."""
    found = archive.read_manifest(folder, known.file)
    if found.digest != known.digest:
        raise ArchiveDamaged(f"the manifest of {known.file} is not the one that was sealed: it was changed")
    return found
