"""What a terminal asks of the rules by itself before a change is sent: the same faults as the gateway's."""

from __future__ import annotations

from typing import Any

import pytest

from messages.enterprise.asked import ASKED
from tests.messages.enterprise.world import World

TODAY = "20260301"


def opened() -> dict[str, Any]:
    """A form as it is opened with the filing."""
    return {"regStatus": "1", "licensed": "0", **World().content()}


def found(form: dict[str, Any], code: str = "ENT111") -> list[str]:
    """The paths of what stands against it."""
    return [one.path for one in ASKED[code].against(form, TODAY)]


@pytest.mark.parametrize("code", sorted(ASKED))
def test_nothing_stands_against_a_form_as_it_was_opened(code: str) -> None:
    """Also not that the fields are grey."""
    assert found(opened(), code) == []


def test_check_characters_posts_and_a_second_legal_representative_are_told() -> None:
    """At their fields; whoever is deleted is missed as a post."""
    form = opened()
    first, second, *_ = form["Manager"]
    form["agentScc"] = "91310115MA1K3X7Q2X"
    form["Manager"] = [first, {**second, "idNo": "310104198511230029"}, {"name": "郑宁", "post": "01"}]
    assert found(form) == ["agentScc", "Manager[2]/idNo", "Manager[3]/post", "Manager"]
    said = {one.path: one.words.zh for one in ASKED["ENT111"].against(form, TODAY)}
    assert said["Manager[3]/post"].endswith("职务 法定代表人不能新增，不能删除，请选择其他职务")


def test_a_form_that_is_not_open_yet_is_not_judged() -> None:
    """There is nothing filed on it."""
    assert found({}) == []
