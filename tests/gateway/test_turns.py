"""Examination in turns."""

from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet.task import Clock

from gateway.turns import MOST_BYTES, Turns
from messages.examine import Examined

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_everything_of_one_turn_is_examined_before_anything_is_answered() -> None:
    """In the order of arrival, and each gets its own result."""
    clock, seen, answered = Clock(), [], []

    def examine(body: bytes, now: datetime) -> Examined:
        assert answered == []
        seen.append(body)
        return Examined(data=body)

    turns = Turns(clock, examine)
    for body in (b"1", b"2", b"3"):
        turns(body, NOW).addCallback(lambda found: answered.append(found.data))
    assert seen == []
    clock.advance(0)
    assert seen == answered == [b"1", b"2", b"3"]


def test_large_messages_leave_the_reactor_its_turn_in_between() -> None:
    """No more than about a megabyte in one turn; the rest follows, nothing is forgotten."""
    clock, story = Clock(), []

    def examine(body: bytes, now: datetime) -> Examined:
        story.append(f"examine {body[0]}")
        return Examined(data=body[:1])

    turns = Turns(clock, examine)
    for number in range(4):
        found = turns(bytes([number]) * (MOST_BYTES * 2 // 3), NOW)
        found.addCallback(lambda one: story.append(f"answer {one.data[0]}"))
    clock.advance(0)
    first = ["examine 0", "examine 1", "answer 0", "answer 1"]
    assert story == [*first, "examine 2", "examine 3", "answer 2", "answer 3"]
    assert clock.getDelayedCalls() == []
