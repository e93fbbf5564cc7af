"""What a batch counts while marks come and go under it."""

from __future__ import annotations

import pytest

from messages.declaration.engine import AT_ONCE
from tests.messages.declaration.world import LEGAL, World


@pytest.mark.parametrize(("more", "fewer"), [(3, 0), (0, 2)], ids=["marked", "unmarked"])
def test_a_batch_ends_when_it_has_looked_at_all_that_it_holds(more: int, fewer: int) -> None:
    """What is marked behind the turn under way joins it, what is unmarked leaves it: its bar is full then."""
    world = World()
    numbers = [world.marked(billNo=f"B{place:03}") for place in range(AT_ONCE + 2)]
    assert world.start(world.ruled()) == [1]
    for name in ("batch", "turn", "turn"):  # the first turn comes again to make the agreement
        (follow,) = (each for each in world.follows if each.name == name)
        world.follows.remove(follow)
        world.carry_out(follow)
    assert (world.run().body["batch"]["total"], world.run().body["batch"]["looked"]) == (AT_ONCE + 2, AT_ONCE)
    for place in range(more):
        world.marked(billNo=f"C{place}")
    assert not fewer or world.mark(*numbers[-fewer:], action="2") == [1]
    world.one_batch()
    ended = world.run().body["batch"]
    assert ended["looked"] == ended["total"] == ended["declared"] == AT_ONCE + 2 + more - fewer


def test_nothing_is_declared_for_a_party_that_was_disabled() -> None:
    """Its run stops by itself, and what it has marked stays a draft."""
    world = World()
    assert world.start(world.ruled()) == [1]
    number = world.marked()
    world.parties = {code: party for code, party in world.parties.items() if code != LEGAL.cop_code}
    world.one_batch()
    assert world.cases[number].state == "暂存"
    assert world.run().state == "已停止"
    assert world.run().body["why"]["zh"] == "参与方已停用"
    assert world.receipts[-1].info == "参与方已停用，执行已停止 / the party is disabled: it has stopped"
