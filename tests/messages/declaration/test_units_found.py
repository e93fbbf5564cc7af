"""Units that terminals look up by their customs codes (messages.declaration.lookups)."""

from __future__ import annotations

from typing import Any

import pytest

from messages.declaration import SYSTEM, units
from messages.lookups import CODE
from messages.workflow import Record
from tests.messages.declaration.world import LEGAL, SCC_2, SECOND, World


def looked_up(world: World, name: str, **key: str) -> Any:
    """What a lookup answers."""
    lookup = SYSTEM.lookups[name]
    return lookup.values(key, {fact: world.fact(fact) for fact in lookup.facts(key)})


@pytest.mark.parametrize("unit", ["trade", "owner", "agent"])
def test_a_units_name_follows_its_code_and_its_other_code_if_customs_has_registered_it(unit: str) -> None:
    """Of one that only takes part here the name; of a number that nobody has, nothing."""
    world = World()
    key = {f"{unit}Code": SECOND.cop_code, CODE: LEGAL.cop_code}
    assert looked_up(world, unit, **key) == {f"{unit}Name": SECOND.name}
    known = units.registration(SECOND.cop_code)
    filed = {"scc": SCC_2, "cnName": "深圳演示"}
    world.records[known.system, known.kind, known.key] = Record(
        known.system, known.kind, known.key, filed, world.now
    )
    assert looked_up(world, unit, **key) == {f"{unit}Scc": SCC_2, f"{unit}Name": "深圳演示"}
    assert looked_up(world, unit, **{**key, f"{unit}Code": "1100000099"}) is None


def test_whoever_has_not_proven_his_own_code_is_told_of_nobody() -> None:
    """Nor of the number that he says is his."""
    world = World()
    assert looked_up(world, "own", **{CODE: LEGAL.cop_code}) == {
        "agentCode": LEGAL.cop_code, "agentName": LEGAL.name,
    }  # fmt: skip
    assert looked_up(world, "own", **{CODE: ""}) is None
    assert looked_up(world, "trade", tradeCode=SECOND.cop_code, **{CODE: ""}) is None
    assert all(SYSTEM.lookups[name].proven for name in ("own", "trade", "owner", "agent"))
