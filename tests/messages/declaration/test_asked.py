"""What terminals ask about declarations and rules, whatever is filled in of them yet."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from messages.declaration import SYSTEM
from tests.messages.declaration.world import FORM, GOODS, RULE, SCC, World

WRONG_SCC = SCC[:-1] + "X"


def asked(code: str, form: dict[str, Any]) -> dict[str, str]:
    """What stands against a form, in Chinese, by the paths."""
    return {each.path: each.words.zh for each in SYSTEM.asked[code].against(form, "20261120")}


def test_a_whole_declaration_and_a_whole_rule_have_nothing_against_them() -> None:
    """As the workflow takes them."""
    assert asked("DEC111", {**FORM, "Goods": [GOODS]}) == {}
    assert asked("DEC141", RULE) == {}


@pytest.mark.parametrize("path", ["tradeScc", "ownerScc", "agentScc"])
def test_a_wrong_check_character_is_told_at_its_field(path: str) -> None:
    """With nothing else filled in but the field."""
    for code in ("DEC111", "DEC141") if path != "ownerScc" else ("DEC111",):
        assert "校验码不正确" in asked(code, {path: WRONG_SCC})[path]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"netWt": "260.1"}, "netWt"),
        ({"Goods": [{**GOODS, "declTotal": "1"}]}, "Goods[1]/declTotal"),
        ({"Goods": [GOODS, {**GOODS, "gQty": "0", "declTotal": "0"}]}, "Goods[2]/gQty"),
        ({"Container": [{"containerNo": "MSKU1234560"}]}, "Container[1]/containerNo"),
        ({"billNo": None}, "billNo"),
    ],
)
def test_the_terminal_is_told_what_the_gateway_would_say(changes: dict[str, Any], path: str) -> None:
    """At the same field."""
    form = {name: value for name, value in {**FORM, "Goods": [GOODS], **changes}.items() if value}
    words = asked("DEC111", form)[path]
    world = World()
    assert world.declare(**changes)[0] < 0
    assert f"{words}({path})" in world.told


def test_a_form_is_asked_about_while_any_of_it_is_missing() -> None:
    """Each field alone, and all but each; of goods and containers, too."""
    whole: dict[str, Any] = {**FORM, "feeMark": "3", "feeRate": "5", "feeCurr": "USD"}
    lines = {**GOODS, "secondQty": "1", "secondUnit": "035"}
    for each in whole:
        list(SYSTEM.asked["DEC111"].against({each: whole[each]}, "20261120"))
        list(SYSTEM.asked["DEC111"].against({k: v for k, v in whole.items() if k != each}, "20261120"))
    for one, other in itertools.combinations(lines, 2):
        line = {name: value for name, value in lines.items() if name not in (one, other)}
        form = {"Goods": [line, {one: lines[one]}], "Container": [{}, {"containerNo": "MSKU1234565"}]}
        list(SYSTEM.asked["DEC111"].against(form, "20261120"))
    for each in RULE:
        list(SYSTEM.asked["DEC141"].against({each: RULE[each]}, "20261120"))
