"""How long a terminal waits before it tries a lost gateway again."""

from __future__ import annotations

from terminals.work.watch import AGAIN


def test_work_goes_on_soon_after_the_gateway_is_back() -> None:
    """At most ten seconds, however long it was away; the first tries come sooner."""
    assert AGAIN.wait(0, None, 1.0) <= 2.0
    assert max(AGAIN.wait(tries, None, 1.0) for tries in range(100)) <= 10.0


def test_a_thousand_terminals_do_not_come_back_at_once() -> None:
    """Whatever second is looked at, no more than a third of them come in it."""
    waits = [AGAIN.wait(20, None, at / 999) for at in range(1000)]
    assert max(sum(begin <= each < begin + 1.0 for each in waits) for begin in range(11)) <= 334
