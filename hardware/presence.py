"""Watching cards and readers come and go, so that a form closes the moment the card is out.

Knows how to wait for PC/SC's changes in a thread of its own and what to tell of them; refuses to know cards:
that the one which came back is the same, only opening it can say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from hardware.pcsc import Context, Reader
from hardware.signer import ServiceDown

# Seconds after which the readers are listed again unasked: pcscd tells of a reader only to who waits already.
LOOK_AGAIN = 30.0
# Seconds between attempts to reach a pcscd that went away: nothing tells of its return.
FIRST_RETRY, LAST_RETRY = 0.1, 2.0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at the readers."""


@dataclass(frozen=True, slots=True)
class Inserted(Event):
    """A card is in `reader`; `mute`: it doesn't answer, so it may be the wrong way round."""

    reader: str
    mute: bool = False


@dataclass(frozen=True, slots=True)
class Removed(Event):
    """The card that was in `reader` is out, or the reader with it."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderAdded(Event):
    """A reader was plugged in."""

    reader: str


@dataclass(frozen=True, slots=True)
class ReaderGone(Event):
    """A reader was unplugged."""

    reader: str


@dataclass(frozen=True, slots=True)
class ServiceLost(Event):
    """pcscd ended or refuses this user; `reason` says which. Every card counts as removed."""

    reason: ServiceDown


@dataclass(frozen=True, slots=True)
class ServiceBack(Event):
    """pcscd answers again."""


Tell = Callable[[Event], None]
"""Told of each event, in the watch's thread: a screen passes it on to its own, and returns at once."""


class Watch:
    """Tells `tell` of each event from `start` on, first of what is there already, until `close`.

    A card that was changed for another one between two looks gives Removed and Inserted as well, since pcscd
    counts the changes. After `close` has returned nothing more is told.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._context: Context | None = None
        self._known: list[Reader] = []
        self._thread = threading.Thread(target=self._run, name="card presence", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching; does nothing the second time. May be called in `tell` too."""
        self._closing.set()
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            return
        while self._thread.is_alive():
            with self._lock:
                if self._context is not None:
                    self._context.cancel()  # is lost when the thread isn't waiting yet: hence the loop
            self._thread.join(0.02)

    def _run(self) -> None:
        lost = False
        pause = FIRST_RETRY
        while not self._closing.is_set():
            try:
                with Context() as context:
                    if lost:
                        self._say(ServiceBack())
                    lost, pause = False, FIRST_RETRY
                    self._follow(context)
            except ServiceDown as error:
                self._compare([])
                if not lost:
                    self._say(ServiceLost(error))
                lost = True
                self._closing.wait(pause)
                pause = min(2 * pause, LAST_RETRY)

    def _follow(self, context: Context) -> None:
        with self._lock:
            self._context = context
        try:
            while not self._closing.is_set():
                self._compare(context.look())
                if not self._closing.is_set():
                    context.wait(self._known, LOOK_AGAIN)
        finally:
            with self._lock:
                self._context = None

    def _compare(self, now: list[Reader]) -> None:
        before, self._known = self._known, now
        for event in events(before, now):
            self._say(event)

    def _say(self, event: Event) -> None:
        if not self._closing.is_set():
            self._tell(event)


def events(before: Sequence[Reader], now: Sequence[Reader]) -> list[Event]:
    """What happened between two looks at the readers."""
    old = {reader.name: reader for reader in before}
    new = {reader.name: reader for reader in now}
    told: list[Event] = []
    for name, was in old.items():
        if was.present and (name not in new or not new[name].present or new[name].changes != was.changes):
            told.append(Removed(name))
        if name not in new:
            told.append(ReaderGone(name))
    for name, reader in new.items():
        known = old.get(name)
        if known is None:
            told.append(ReaderAdded(name))
        if reader.present and (known is None or not known.present or known.changes != reader.changes):
            told.append(Inserted(name, reader.mute))
    return told
