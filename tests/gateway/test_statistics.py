"""What is over is counted once; what is not, again after some seconds; one count at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from gateway import statistics
from gateway.statistics import AT_ONCE, GOOD, SETTLED, Statistics
from storage.statistics import HOUR, Hour

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Counts:
    """A reader that notes what it is asked for, and answers when the test says."""

    def __init__(self) -> None:
        self.now = NOON + timedelta(minutes=30)
        self.asked: list[tuple[Any, ...]] = []
        self.waiting: list[Deferred[Any]] = []
        self.held = False
        self.statistics = Statistics(self, lambda: self.now)

    def run(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Deferred[Any]:
        """Note it; one message in each hour asked for."""
        self.asked.append(args)
        found: Deferred[Any] = Deferred()
        begin, end = args if len(args) == 2 else (args[0], args[0])
        hours = [begin + HOUR * number for number in range(int((end - begin) / HOUR))]
        answer = {hour: Hour(Counter({"BVS111": 1})) for hour in hours} if hours else len(self.asked)
        if self.held:
            self.waiting.append(found)
            found.addCallback(lambda _: answer)
        else:
            found.callback(answer)
        return found

    def hours(self, begin: datetime, end: datetime) -> dict[datetime, Hour]:
        """What is told of a span."""
        told: list[dict[datetime, Hour]] = []
        Deferred.fromCoroutine(self.statistics.hours(begin, end)).addCallback(told.append)
        return told[0]


@pytest.fixture
def counts() -> Counts:
    """Half past twelve, nothing counted yet."""
    return Counts()


def test_an_hour_that_is_over_is_counted_once(counts: Counts) -> None:
    """However much later it is asked for again."""
    begin, end = NOON - 3 * HOUR, NOON
    assert [hour.messages.total() for hour in counts.hours(begin, end).values()] == [1, 1, 1]
    counts.now += timedelta(days=3)
    assert list(counts.hours(begin, end)) == [begin, begin + HOUR, begin + 2 * HOUR]
    assert counts.asked == [(begin, end)]


def test_an_hour_that_goes_on_is_counted_again_after_some_seconds(counts: Counts) -> None:
    """Only that one; and one that has just ended, since a transaction may still be under way."""
    counts.hours(NOON - HOUR, NOON + HOUR)
    counts.hours(NOON - HOUR, NOON + HOUR)
    assert len(counts.asked) == 1
    counts.now += GOOD
    counts.hours(NOON - HOUR, NOON + HOUR)
    assert counts.asked[1:] == [(NOON, NOON + HOUR)]
    counts.now = NOON + HOUR + SETTLED
    counts.hours(NOON, NOON + HOUR)
    counts.now += GOOD
    counts.hours(NOON, NOON + HOUR)
    counts.now += GOOD
    counts.hours(NOON, NOON + HOUR)
    assert len(counts.asked) == 4


def test_a_long_span_is_counted_in_pieces(counts: Counts) -> None:
    """Other readers get in between."""
    counts.hours(NOON - 60 * HOUR, NOON)
    assert [int((end - begin) / HOUR) for begin, end in counts.asked] == [AT_ONCE, AT_ONCE, 12]


def test_what_two_ask_for_at_once_is_counted_once(counts: Counts) -> None:
    """The second waits for the first, and finds its answer there."""
    counts.held = True
    told: list[Any] = []
    for _ in range(2):
        asking = counts.statistics.hours(NOON - HOUR, NOON)
        Deferred.fromCoroutine(asking).addCallback(told.append)
    assert (len(counts.waiting), told) == (1, [])
    counts.waiting[0].callback(None)
    assert told[0] == told[1]
    assert len(counts.asked) == 1


def test_a_count_that_fails_leaves_the_way_free(counts: Counts) -> None:
    """Whoever asks next counts anew."""
    counts.held = True
    failed: list[Any] = []
    Deferred.fromCoroutine(counts.statistics.hours(NOON - HOUR, NOON)).addErrback(failed.append)
    counts.waiting[0].errback(RuntimeError("the database is away"))
    assert len(failed) == 1
    counts.held = False
    assert len(counts.hours(NOON - HOUR, NOON)) == 1


def test_what_changes_all_the_time_is_kept_for_a_moment(counts: Counts) -> None:
    """With the time it was read at."""
    told: list[Any] = []

    def ask() -> None:
        asking = counts.statistics.moment("queues", lambda connection, now: None)
        Deferred.fromCoroutine(asking).addCallback(told.append)

    ask()
    first = counts.now
    counts.now += GOOD / 2
    ask()
    counts.now += GOOD
    ask()
    assert told == [(first, 1), (first, 1), (counts.now, 2)]


def test_hours_are_forgotten_before_they_fill_the_memory(
    counts: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ones counted first go first."""
    monkeypatch.setattr(statistics, "REMEMBERED", 2)
    counts.hours(NOON - 4 * HOUR, NOON - HOUR)
    counts.hours(NOON - 3 * HOUR, NOON - HOUR)
    counts.hours(NOON - 4 * HOUR, NOON - 3 * HOUR)
    assert [begin for begin, _ in counts.asked] == [NOON - 4 * HOUR, NOON - 4 * HOUR]
