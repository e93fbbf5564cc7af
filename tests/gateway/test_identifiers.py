"""Ids of messages and receipts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gateway.identifiers import Ids, made_at

NOW = datetime(2026, 11, 20, 8, 0, 0, 123_000, tzinfo=UTC)


def test_ids_increase_even_when_the_clock_goes_back() -> None:
    """A clock that is set back makes no id twice and none out of order."""
    times = iter([NOW, NOW, NOW - timedelta(hours=1), NOW - timedelta(hours=1), NOW + timedelta(seconds=1)])
    ids = Ids(1, lambda: next(times))
    made = [ids.new() for _ in range(5)]
    assert made == sorted(set(made))
    assert all(0 < number < 2**63 for number in made)


def test_more_ids_in_a_millisecond_than_fit_run_into_the_next() -> None:
    """The count overflows into the time, never into another node's ids."""
    ids = Ids(7, lambda: NOW)
    made = [ids.new() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {number >> 12 & 0x3FF for number in made} == {7}


def test_two_nodes_never_make_the_same_id() -> None:
    """Even in the same millisecond."""
    one, two = Ids(1, lambda: NOW), Ids(2, lambda: NOW)
    assert not {one.new() for _ in range(100)} & {two.new() for _ in range(100)}


def test_an_id_says_when_it_was_made() -> None:
    """To the millisecond: the age of a receipt's message is known without reading the message."""
    assert made_at(Ids(3, lambda: NOW).new()) == NOW


@pytest.mark.parametrize("node", [-1, 1024])
def test_a_node_number_out_of_range_is_refused(node: int) -> None:
    """Its bits would make another node's ids."""
    with pytest.raises(ValueError, match="between 0 and 1023"):
        Ids(node, lambda: NOW)
