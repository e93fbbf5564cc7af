"""Tasks that come again and again."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.housekeeping import Housekeeping


def test_each_task_comes_at_its_own_pace_and_at_the_start() -> None:
    """Though another of them fails each time, before it has anything to wait for or afterwards."""
    clock, seen = Clock(), list[str]()
    its = Housekeeping(clock)

    def broken() -> Deferred[None]:
        seen.append("broken")
        raise OSError("the disk is away")

    its.every(1, broken, "it failed")
    its.every(2, lambda: seen.append("slow"), "it failed")
    its.start()
    assert seen == ["broken", "slow"]
    clock.pump([1, 1])
    assert (seen.count("broken"), seen.count("slow")) == (3, 2)


def test_a_task_does_not_run_beside_itself_and_none_begins_after_the_stop() -> None:
    """One that takes longer than its pace is begun again when it has ended."""
    clock, begun = Clock(), list[Deferred[None]]()
    its = Housekeeping(clock)

    def long() -> Deferred[None]:
        begun.append(Deferred())
        return begun[-1]

    its.every(1, long, "it failed")
    its.start()
    clock.advance(5)
    assert len(begun) == 1
    begun[0].callback(None)
    clock.advance(1)
    assert len(begun) == 2
    its.stop()
    begun[1].callback(None)
    clock.advance(5)
    assert len(begun) == 2
