"""Cards and readers that come and go, as a watch over the session's own pcscd tells of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.pcsc import Reader
from hardware.presence import (
    Event,
    Inserted,
    ReaderAdded,
    ReaderGone,
    Removed,
    ServiceBack,
    ServiceLost,
    Watch,
    events,
)
from hardware.virtual.stack import Stack

PATIENCE = 10.0
STATE_EMPTY, STATE_PRESENT, STATE_INUSE, STATE_MUTE = 0x10, 0x20, 0x100, 0x200  # PC/SC part 5, 3.1.3
EMPTY = Reader("A", b"", 5 << 16 | STATE_EMPTY)
FULL = Reader("A", b";", 6 << 16 | STATE_PRESENT)
IN_USE = Reader("A", b";", 6 << 16 | STATE_PRESENT | STATE_INUSE)
CHANGED = Reader("A", b";", 8 << 16 | STATE_PRESENT)
MUTE = Reader("A", b"", 6 << 16 | STATE_PRESENT | STATE_MUTE)


class Told:
    """What a watch told, in order."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def __call__(self, event: Event) -> None:
        """Told by the watch."""
        self.events.put(event)

    def next(self, count: int) -> list[Event]:
        """The next ones, once so many were told."""
        return [self.events.get(timeout=PATIENCE) for _ in range(count)]


@pytest.fixture
def told() -> Told:
    """An ear for a watch."""
    return Told()


@pytest.fixture
def watch(stack: Stack, told: Told) -> Iterator[Watch]:
    """A watch that has told of the two empty readers."""
    with Watch(told) as watching:
        assert told.next(2) == [ReaderAdded(name) for name in stack.readers]
        yield watching


@pytest.mark.usefixtures("watch")
def test_a_card_comes_and_goes(stack: Stack, told: Told, card: Path) -> None:
    """Each time it is told once, with the reader."""
    for reader in (0, 1):
        stack.insert(card, reader)
        assert told.next(1) == [Inserted(stack.readers[reader])]
        stack.remove(reader)
        assert told.next(1) == [Removed(stack.readers[reader])]
    assert told.events.empty()


def test_what_is_there_already_is_told_first(stack: Stack, told: Told, card: Path) -> None:
    """So that nobody has to look before."""
    stack.insert(card, 1)
    first, second = stack.readers
    with Watch(told):
        assert told.next(3) == [ReaderAdded(first), ReaderAdded(second), Inserted(second)]


@pytest.mark.usefixtures("watch")
def test_a_service_that_ends_takes_all_with_it_and_brings_it_back(
    stack: Stack, told: Told, card: Path
) -> None:
    """First that the cards are gone, as a form must close; then all over again, without a restart."""
    first, second = stack.readers
    stack.insert(card)
    assert told.next(1) == [Inserted(first)]
    stack.stop_service()
    *gone, lost = told.next(4)
    assert gone == [Removed(first), ReaderGone(first), ReaderGone(second)]
    assert isinstance(lost, ServiceLost)
    assert "pcscd" in lost.reason.told("en")
    stack.start_service()
    assert told.next(3) == [ServiceBack(), ReaderAdded(first), ReaderAdded(second)]
    stack.insert(card)
    assert told.next(1) == [Inserted(first)]


def test_no_service_is_told_once_until_there_is_one(stack: Stack, told: Told) -> None:
    """However often it is looked for."""
    names = stack.readers
    stack.stop_service()
    with Watch(told):
        [lost] = told.next(1)
        assert isinstance(lost, ServiceLost)
        stack.start_service()
        assert told.next(3) == [ServiceBack(), *(ReaderAdded(name) for name in names)]


def test_nothing_is_told_after_it_was_closed(stack: Stack, told: Told, card: Path) -> None:
    """And closing twice, or one that never began, does no harm."""
    with Watch(told) as watching:
        told.next(2)
    watching.close()
    stack.insert(card)
    assert told.events.empty()
    Watch(told).close()


def test_it_may_be_closed_by_whom_it_tells(stack: Stack) -> None:
    """A form that closes at the first event does so in the watch's own thread."""
    told = []
    closed = threading.Event()

    def once(event: Event) -> None:
        told.append(event)
        watching.close()
        closed.set()

    watching = Watch(once)
    watching.start()
    assert closed.wait(PATIENCE)
    watching.close()
    assert told == [ReaderAdded(stack.readers[0])]


def test_it_ends_at_once_also_while_there_is_no_service(stack: Stack, told: Told) -> None:
    """It does not wait for the next attempt to reach it."""
    stack.stop_service()
    watching = Watch(told)
    watching.start()
    told.next(1)
    ended = threading.Thread(target=watching.close, daemon=True)
    ended.start()
    ended.join(1)
    assert not ended.is_alive()


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([], [], []),
        ([], [EMPTY], [ReaderAdded("A")]),
        ([], [FULL], [ReaderAdded("A"), Inserted("A")]),
        ([], [MUTE], [ReaderAdded("A"), Inserted("A", mute=True)]),
        ([EMPTY], [FULL], [Inserted("A")]),
        ([FULL], [EMPTY], [Removed("A")]),
        ([FULL], [FULL], []),
        ([FULL], [IN_USE], []),
        ([FULL], [CHANGED], [Removed("A"), Inserted("A")]),
        ([FULL], [], [Removed("A"), ReaderGone("A")]),
        ([EMPTY], [], [ReaderGone("A")]),
    ],
)
def test_what_happened_between_two_looks(before: list[Reader], now: list[Reader], told: list[Event]) -> None:
    """A card that was changed in between is told as out and in, whatever the time between."""
    assert events(before, now) == told
