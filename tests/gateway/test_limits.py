"""Counting what comes from outside: bytes, connections, calls, failures."""

from __future__ import annotations

import pytest
from twisted.internet.task import Clock

from gateway.limits import (
    Allowance,
    ByteBudget,
    Connections,
    Delays,
    Failures,
    HttpLimits,
    Rates,
    Recent,
    source,
)
from gateway.settings import Limits


def test_a_budget_is_never_exceeded_by_taking() -> None:
    """What does not fit is not taken, and what is given back fits again."""
    budget = ByteBudget(10, 10)
    assert budget.take(7, "a")
    assert not budget.take(4, "a")
    assert budget.take(3, "a")
    budget.give(7, "a")
    budget.replace(3, 5, "a")
    assert budget.used == 5
    assert budget.fits(5, "a")
    assert not budget.fits(6, "a")


def test_an_address_has_a_share_of_the_budget_only() -> None:
    """Whoever fills his share leaves the rest to others, and is forgotten once he has given it back."""
    budget = ByteBudget(10, 4)
    assert budget.take(4, "a")
    assert not budget.fits(1, "a")
    assert budget.take(4, "b")
    budget.give(4, "a")
    assert budget.fits(4, "a")
    budget.give(4, "b")
    assert (budget.used, budget._shares) == (0, {})


def test_what_an_address_costs_is_charged_afterwards_and_made_good_in_time() -> None:
    """Nothing is refused before it has cost too much; then the wait that is told is enough, and ends."""
    clock = Clock()
    allowance = Allowance(10, 100, clock.seconds)
    assert allowance.wait("a") == 0
    allowance.charge("a", 90)
    assert allowance.wait("a") == 0
    allowance.charge("a", 60)
    assert allowance.wait("a") == 5
    assert allowance.wait("b") == 0
    clock.advance(5.1)
    assert allowance.wait("a") == 0
    clock.advance(100)
    allowance.charge("a", 99)
    assert allowance.wait("a") == 0


def test_guesses_wait_ever_longer_up_to_a_limit() -> None:
    """After the free ones each failure doubles the wait; a success or a long pause begins anew."""
    clock = Clock()
    delays = Delays(2, 1, 10, clock.seconds)
    waits = []
    for _ in range(8):
        delays.failed("a")
        waits.append(delays.wait("a"))
    assert waits == [0, 1, 2, 4, 8, 10, 10, 10]
    assert delays.wait("b") == 0
    clock.advance(21)
    delays.failed("a")
    assert delays.wait("a") == 0
    delays.failed("a")
    delays.succeeded("a")
    assert delays.wait("a") == 0


def test_a_key_of_late_is_known_until_it_is_forgotten() -> None:
    """The same thing is new once, and again only after many others, or when it is taken back."""
    recent = Recent(2)
    assert [recent.add(key) for key in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]
    assert "b" not in recent
    recent.discard("a")
    assert recent.add("a")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("local", "local"),
    ],
)
def test_an_address_that_its_owner_may_choose_freely_counts_as_its_network(host: str, counted: str) -> None:
    """A client of IPv6 does not get a new share with every address of its /64."""
    assert source(host) == counted


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
    allowance = Allowance(1, 1, Clock().seconds, remembered=10)
    delays = Delays(1, 1, 60, Clock().seconds, remembered=10)
    for number in range(100):
        rates.take(str(number))
        failures.failed(str(number))
        allowance.charge(str(number), 1)
        delays.failed(str(number))
    assert len(rates._buckets) == len(failures._failures) == 10
    assert len(allowance._spent) == len(delays._failures) == 10
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
