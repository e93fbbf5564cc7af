"""Checks of customs: of which elements there can be one."""

from __future__ import annotations

import pytest

from messages.declaration.checks import ELEMENTS
from messages.declaration.trying import MOST
from messages.forms import own_forms
from messages.stepping import CONTROL
from tests.messages.declaration.world import World


@pytest.mark.parametrize(
    "element", ["Goods", "Goods/codets", "codeTs", "Container/containerNo", "caseNo", "smartMark"]
)
def test_a_check_of_what_no_declaration_has_is_refused(element: str) -> None:
    """Of a misspelt element nothing would ever hold, or everything: all that is marked would fail."""
    world = World()
    assert world.check(element=element, operator="not", value="1") == [-221105]
    number = world.marked()
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.cases[number].state == "入库"


def test_of_very_many_checks_that_fail_a_record_tells_the_first() -> None:
    """And how many more there are: it is kept with the case, and is to be read."""
    world = World()
    for place in range(MOST + 3):
        assert world.check(checkCode=f"C{place:03}") == [120]
    number = world.marked()
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    said = world.said(number).split("；")
    assert (len(said), said[0], said[-1]) == (MOST + 1, "海关校验不通过：须人工 (C000)", "另有 3 项")
    assert world.cases[number].body["log"][-1]["en"].endswith("; 3 more")


def test_all_that_a_declaration_says_may_be_checked() -> None:
    """The elements are those of the schema's head and goods; the mark is its owner's own."""
    fields = own_forms().form("DEC111").node.children
    (goods,) = (field for field in fields if field.name == "Goods")
    head = {field.name for field in fields if not field.children} - {*CONTROL, "smartMark"}
    assert {*head, *(f"Goods/{field.name}" for field in goods.children)} == ELEMENTS
