"""How rules (预配置) are found: by their names, their directions and whom they are for."""

from __future__ import annotations

import pytest

from tests.messages.declaration.world import LEGAL, OPERATOR, SCC_2, World


def test_a_rule_is_found_by_its_name_and_whom_it_is_for() -> None:
    """By enterprise: the codes of both units; by user: the user, and no consignee; by its new name."""
    world = World()
    number = world.ruled(ruleName="浦东进口")
    found = world.cases[number].search
    assert (found["billNo"], found["kind"]) == ("浦东进口", "rule-I")
    assert (found["office"], found["trade"]) == (LEGAL.cop_code, SCC_2)
    changed = {"ruleName": "李录出口", "ieFlag": "E", "mode": "2", "holder": OPERATOR.holder}
    assert world.rule(number=number, **changed) == [1]
    found = world.cases[number].search
    assert (found["billNo"], found["kind"]) == ("李录出口", "rule-E")
    assert found["office"] == OPERATOR.holder
    assert "trade" not in found


@pytest.mark.parametrize("changes", [{}, {"Goods": None}], ids=["declared", "failed"])
def test_what_the_engine_has_dealt_with_is_found_by_its_rules_name(changes: dict[str, None]) -> None:
    """As soon as it waits for nobody; put back, it waits in its owner's pool again."""
    world = World()
    number, other = world.marked(**changes), world.marked(billNo="B2", ieFlag="E")
    assert world.start(world.ruled(ruleName="浦东进口")) == [1]
    world.one_batch()
    assert world.cases[number].search["pool"] == "by 浦东进口"
    assert world.cases[other].search["pool"] == LEGAL.party
    assert "pool" in world.system.own
    assert "rule" not in world.system.shown(world.cases[number], True)
    if changes:
        assert world.mark(number, action="3") == [1]
        assert world.cases[number].search["pool"] == LEGAL.party
