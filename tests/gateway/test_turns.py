"""Examination in turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from twisted.internet.task import Clock

from gateway.turns import MOST_BYTES, Turns
from messages.examine import Examined

Batch = Sequence[tuple[bytes, datetime]]
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_everything_of_one_turn_is_examined_together_and_each_gets_its_own_result() -> None:
    """In the order of arrival, and nobody before the turn ends."""
    clock, seen, answered = Clock(), [], []

    def examine(batch: Batch) -> list[Examined | Exception]:
        seen.append([body for body, _ in batch])
        return [Examined(data=body) for body, _ in batch]

    turns = Turns(clock, examine)
    for body in (b"1", b"2", b"3"):
        turns(body, NOW).addCallback(lambda found: answered.append(found.data))
    assert seen == answered == []
    clock.advance(0)
    assert seen == [[b"1", b"2", b"3"]]
    assert answered == [b"1", b"2", b"3"]


def test_large_messages_leave_the_reactor_its_turn_in_between() -> None:
    """No more than about a megabyte in one turn; the rest follows, nothing is forgotten."""
    clock, story = Clock(), []

    def examine(batch: Batch) -> list[Examined | Exception]:
        story.append(f"examine {[body[0] for body, _ in batch]}")
        return [Examined(data=body[:1]) for body, _ in batch]

    turns = Turns(clock, examine)
    for number in range(4):
        found = turns(bytes([number]) * (MOST_BYTES * 2 // 3), NOW)
        found.addCallback(lambda one: story.append(f"answer {one.data[0]}"))
    clock.advance(0)
    first = ["examine [0, 1]", "answer 0", "answer 1"]
    assert story == [*first, "examine [2, 3]", "answer 2", "answer 3"]
    assert clock.getDelayedCalls() == []


def test_a_mistake_of_the_program_concerns_one_message() -> None:
    """The others of its turn are answered as ever."""
    clock = Clock()
    turns = Turns(clock, lambda batch: [ValueError("bug"), *(Examined() for _ in batch[1:])])
    bad, good = turns(b"bad", NOW), turns(b"good", NOW)
    bad.addErrback(lambda failure: failure.trap(ValueError))
    clock.advance(0)
    assert bad.result is ValueError
    assert isinstance(good.result, Examined)
