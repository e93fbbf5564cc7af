"""Counting what comes from outside: bytes, connections, calls, failures."""

from __future__ import annotations

from twisted.internet.task import Clock

from gateway.limits import ByteBudget, Connections, Failures, HttpLimits, Rates
from gateway.settings import Limits


def test_a_budget_is_never_exceeded_by_taking() -> None:
    """What does not fit is not taken, and what is given back fits again."""
    budget = ByteBudget(10)
    assert budget.take(7)
    assert not budget.take(4)
    assert budget.take(3)
    budget.give(7)
    budget.replace(3, 5)
    assert budget.used == 5
    assert budget.fits(5)
    assert not budget.fits(6)


def test_connections_are_counted_together_and_by_address() -> None:
    """An address that leaves makes room; nothing is remembered of those that are gone or were refused."""
    connections = Connections(3, 2)
    assert [connections.admit(address) for address in ("a", "a", "a", "b", "c")] == [
        True,
        True,
        False,
        True,
        False,
    ]
    connections.leave("a")
    assert connections.admit("c")
    for address in ("a", "b", "c"):
        connections.leave(address)
    assert connections.count == 0
    assert not connections._addresses


def test_a_bucket_allows_a_burst_and_then_the_rate() -> None:
    """So many at once, then one for each part of a second, and the wait that is told is enough."""
    clock = Clock()
    rates = Rates(2, 3, clock.seconds)
    assert [rates.take("a") for _ in range(3)] == [0, 0, 0]
    wait = rates.take("a")
    assert wait == 1
    assert rates.take("b") == 0
    clock.advance(wait)
    assert [rates.take("a") for _ in range(3)] == [0, 0, 1]


def test_a_party_s_own_rate_goes_before_the_common_one() -> None:
    """An agreement with one party changes nothing for the others."""
    rates = Rates(1, 1, Clock().seconds)
    own = {"per_second": 10, "burst": 5}
    assert [rates.take("a", own) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    assert [rates.take("b") for _ in range(2)] == [0, 1]


def test_a_rate_of_nothing_is_a_closed_door() -> None:
    """A party that may send nothing is told to come again in an hour."""
    rates = Rates(1, 1, Clock().seconds)
    assert rates.take("a", {"per_second": 0, "burst": 0}) == 3600


def test_tables_of_keys_do_not_grow_for_ever() -> None:
    """However many addresses come, only so many are remembered."""
    rates = Rates(1, 1, Clock().seconds, remembered=10)
    failures = Failures(1, 60, Clock().seconds, remembered=10)
    for number in range(100):
        rates.take(str(number))
        failures.failed(str(number))
    assert len(rates._buckets) == len(failures._failures) == 10
    assert rates.take("99") > 0


def test_failures_age() -> None:
    """Too many failures in a minute block for as long as it takes the oldest of them to age."""
    clock = Clock()
    failures = Failures(3, 60, clock.seconds)
    for _ in range(3):
        assert failures.blocked("a") == 0
        failures.failed("a")
        clock.advance(10)
    assert failures.blocked("a") == 30
    assert failures.blocked("b") == 0
    clock.advance(30)
    assert failures.blocked("a") == 0


def test_the_settings_are_what_the_server_keeps_to() -> None:
    """What an operator sets is what is enforced."""
    limits = HttpLimits.of(Limits(body_bytes=5, connections=7, idle_seconds=9))
    assert (limits.body_bytes, limits.connections, limits.idle_seconds) == (5, 7, 9)
