"""A folder at work: looks at the OutBoxes, gives out what is ready, and goes on until it is told to stop.

Knows when to look, how much is under way, and what to do when the signer is away; refuses to know how a file
is signed, sent or moved. Nothing here is lost with the process: all of it is on disk.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from terminals.folder import names
from terminals.folder.batch import Batch, clean, left, storage, take
from terminals.folder.content import MAX_FILE
from terminals.folder.log import Log
from terminals.folder.looking import Looker
from terminals.folder.places import Box
from terminals.folder.sending import Told
from terminals.folder.workers import Crew
from terminals.language import say
from terminals.trouble import INPUT, NO_SIGNATURE, OK, REFUSED, Trouble

PAUSE = 1.0  # seconds between two looks, or twenty times as long as a look takes
TOGETHER = 16  # files of a batch, at most
MOST_BYTES = 4 * 1024 * 1024  # of its files, unless the first alone is larger: a lane holds them in memory
UNPACKED = 32  # times its size that a zip is counted for
GRACE = 10.0  # seconds after which a stop no longer waits for the gateway's answers
AWAY = 2.0  # seconds between two looks for the signer's device
LOOKS = 3  # looks after which `once` leaves a file alone that somebody still writes


@dataclass
class Counts:
    """How far it is."""

    accepted: int = 0
    failed: int = 0  # in FailBox, for whatever reason

    @property
    def done(self) -> int:
        """Files with a result."""
        return self.accepted + self.failed


@dataclass
class Run:
    """One run. `renew` looks for the signer's device again; `progress` is shown how far it is."""

    boxes: Sequence[Box]
    crew: Crew
    events: SimpleQueue[tuple[Told, ...]]
    log: Log
    lanes: int
    once: bool
    lang: str
    renew: Callable[[], None]
    progress: Callable[[int, int], None]
    clock: Callable[[], float] = time.monotonic
    counts: Counts = field(default_factory=Counts)
    code: int = OK
    _stopping: float | None = None
    _left: bool = False
    _away: float | None = None
    _next: float = 0.0
    _looks: int = 0
    _growing: int = 0
    _bare: bool = False  # the last look found nothing that was ready

    def __post_init__(self) -> None:
        self._lookers = {box.path: Looker(box.outbox) for box in self.boxes}
        self._ready: dict[Path, deque[str]] = {box.path: deque() for box in self.boxes}
        self._again: deque[Batch] = deque()
        self._under_way: set[Path] = set()
        self._strange: dict[Path, set[str]] = {box.path: set() for box in self.boxes}

    def stop(self) -> None:
        """End soon; may be called in a signal's handler."""
        self.events.put((Told("stopping", {}),))

    def go(self) -> int:
        """Work until it is told to stop, or `once` everything has a result; the exit code."""
        try:
            for box in self.boxes:
                clean(box)
                for batch in left(box):
                    batch.recover()
                    self._again.append(batch)
            while not self._over():
                self._give()
                self._hear()
        except OSError as error:  # of the main loop's own steps: to take files, and to look at folders
            self._end(INPUT, storage(error, self.boxes[0].path))
            while self._under_way:
                self._hear()
        return self.code

    def _over(self) -> bool:
        if self._stopping is not None:
            if self._under_way and not self._left and self.clock() - self._stopping > GRACE:
                self._left = True
                self.crew.leave()
            return not self._under_way
        return self.once and self._idle and self._bare and (not self._growing or self._looks > LOOKS)

    @property
    def _idle(self) -> bool:
        return not (self._under_way or self._again or any(self._ready.values()))

    def _give(self) -> None:
        if self._stopping is not None or not self._there():
            return
        if self.clock() >= self._next or (self.once and self._idle and not self._growing):
            self._look()
        while len(self._under_way) < 2 * self.lanes and (batch := self._next_batch()):
            self._under_way.add(batch.path)
            self.crew.hand(batch)

    def _next_batch(self) -> Batch | None:
        if self._again:
            return self._again.popleft()
        for box in sorted(self.boxes, key=lambda box: -len(self._ready[box.path])):
            ready = self._ready[box.path]
            if not ready:
                return None
            count = 1 if self.lanes == 1 else min(TOGETHER, -(-len(ready) // self.lanes))
            return take(box, portion(box, ready, count), datetime.now(UTC))
        return None

    def _look(self) -> None:
        began = self.clock()
        self._growing, self._bare = 0, True
        for box in self.boxes:
            found = self._lookers[box.path].look()
            self._ready[box.path] = deque(found.ready)
            self._growing += len(found.growing)
            self._bare = self._bare and not found.ready
            for name in set(found.strange) - self._strange[box.path]:
                values: dict[str, object] = {"box": box.name, "file": names.shown(name)}
                words = say(self.lang, "folder-strange", file=f"{box.name}/{names.shown(name)}")
                self.log.tell(Told("left-alone", values, words))
            self._strange[box.path] = set(found.strange)
        now = self.clock()
        self._looks += 1
        self._next = now + (PAUSE if self._growing else max(PAUSE, 20 * (now - began)))

    def _there(self) -> bool:
        """Whether the signer is there; looked for again from time to time."""
        if self._away is None:
            return True
        if self.clock() < self._away or self._under_way:
            return False
        try:
            self.renew()
        except Trouble as trouble:
            self.log.tell(Told("signer-away", {}, trouble.told(self.lang)))
            self._away = self.clock() + AWAY
            return False
        self._away = None
        self._again.extend(batch for box in self.boxes for batch in left(box))
        self.log.tell(Told("signer-back", {}, say(self.lang, "folder-signer-back")))
        return True

    def _hear(self) -> None:
        """What happened meanwhile; waits for something, or until the next look."""
        pressed = self._stopping is not None or self._away is not None
        wait = 0.2 if pressed else min(max(self._next - self.clock(), 0.0), PAUSE)
        try:
            self._take_all(self.events.get(timeout=wait))
            while True:
                self._take_all(self.events.get_nowait())
        except Empty:
            waiting = sum(map(len, self._ready.values())) + TOGETHER * len(self._under_way)
            self.progress(self.counts.done, self.counts.done + waiting)

    def _take_all(self, some: tuple[Told, ...]) -> None:
        for told in some:
            self._take(told)

    def _take(self, told: Told) -> None:
        if told.event == "stopping":
            self._stopping = self._stopping or self.clock()
            self.log.tell(Told("stopping", {}, say(self.lang, "folder-stopping")))
            return
        if told.event == "batch":
            self._ended(told)
            return
        self.log.tell(told)
        if told.event == "accepted":
            self.counts.accepted += 1
        elif told.event in ("refused", "unfit"):
            self.counts.failed += 1
            if self.once:
                self.code = max(self.code, REFUSED)
        elif told.event == "signer-away":
            self._gone(told)
        if told.end == "fatal":
            self._end(told.code)
            if told.event == "fault":  # what was under way there is told by nobody
                self._under_way.clear()

    def _ended(self, told: Told) -> None:
        for box in self.boxes:
            if box.name == told.values["box"]:
                self._under_way.discard(Batch(box, str(told.values["batch"])).path)
        if told.end == "away":
            self.log.tell(Told("signer-away", {}, told.words))
            self._gone(told)
        elif told.end == "fatal":
            self.log.tell(told)
            self._end(told.code)

    def _gone(self, told: Told) -> None:
        if self.once:
            self._end(told.code or NO_SIGNATURE)
        elif self._away is None:
            self._away = self.clock() + AWAY

    def _end(self, code: int, trouble: Trouble | None = None) -> None:
        if trouble is not None:
            self.log.tell(Told("stopped", {}, trouble.told(self.lang), code, "fatal"))
        self.code = max(self.code, code)
        self._stopping = self._stopping or self.clock()


def portion(box: Box, ready: deque[str], most: int) -> list[str]:
    """The next of `ready`, `most` of them and no more than MOST_BYTES, but one in any case."""
    names: list[str] = []
    room = MOST_BYTES
    while ready and len(names) < most:
        room -= _size(box.outbox / ready[0])
        if names and room < 0:
            break
        names.append(ready.popleft())
    return names


def _size(file: Path) -> int:
    """Of a file as far as its sender's memory is concerned; 0 where it was called back."""
    try:
        size = file.lstat().st_size
    except FileNotFoundError:
        return 0
    return min(size * UNPACKED, MAX_FILE) if file.name.lower().endswith(".zip") else size
