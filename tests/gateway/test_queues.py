"""The bound on what one party may leave waiting."""

from __future__ import annotations

from gateway.queues import Queues


def test_a_party_is_full_by_what_it_has_waiting_and_nobody_else_is() -> None:
    """What was accepted since the last count is counted too."""
    queues = Queues(10)
    queues.counted({"A": 8})
    assert not queues.full("A", 2)
    assert queues.full("A", 3)
    queues.add("A", 2)
    assert queues.full("A", 1)
    assert not queues.full("B", 10)


def test_what_was_processed_makes_room_again() -> None:
    """The database's count is the truth, whatever was added before."""
    queues = Queues(10)
    queues.add("A", 10)
    queues.counted({"A": 1})
    assert not queues.full("A", 9)
    queues.counted({})
    assert not queues.full("A", 10)
