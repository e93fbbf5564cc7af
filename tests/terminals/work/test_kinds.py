"""Who may send what, as the gateway lists it."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from messages.registry import BY_CODE
from messages.titles import title
from terminals.work.found import CaseFound, CaseLine
from terminals.work.kinds import Hand, bilingual, kinds_of, refused, why_not

TOLD = {
    "types": [
        {
            "code": "ENT111", "system": "enterprise", "receipt": "ENT112", "roles": ["operator", "agency"],
            "cards": ["", "legal", "operator"], "nonRepudiation": False,
            "events": {"declare": {"cards": ["legal", "operator"], "nonRepudiation": True}},
        }
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("role", "card", "commits", "event", "why"),
    [
        ("operator", "", False, "save", ""), ("operator", "legal", True, "declare", ""),
        ("customs", "legal", True, "save", "角色"), ("operator", "", True, "declare", "须用"),
        ("operator", "operator", False, "declare", "nonRepudiation"),
    ],
)  # fmt: skip
def test_a_button_is_there_for_those_who_may(
    role: str, card: str, commits: bool, event: str, why: str
) -> None:
    """By role, by card, by key usage; an event may demand more than its type."""
    objection = kinds_of(TOLD)["ENT111"].objection(role, card, commits, event)
    assert (objection is None) == (why == "")
    if objection is not None:
        assert why in objection.zh
        assert objection.zh.startswith(title("ENT111").zh)
        assert objection.en.startswith(f"{title('ENT111').en}: it ")


@pytest.mark.parametrize(
    ("state", "body", "event", "why"),
    [
        (None, None, "save", ""), ("暂存", {}, "delete", ""), ("申报中", {}, "save", "申报中"),
        ("审批通过", {"again": True}, "declare", "只可变更一次"),
    ],
)  # fmt: skip
def test_a_button_is_there_where_the_workflow_has_a_way(
    state: str | None, body: dict[str, object] | None, event: str, why: str
) -> None:
    """By the case's state and what it holds, as the gateway would refuse it."""
    listed = {"code": "BVS111", "system": "bonded", "receipt": "BVS112"}
    kind = kinds_of({"types": [{**listed, **BY_CODE["BVS111"][1].senders.plain()}]})["BVS111"]
    objection = why_not(kind, event, Hand("operator", "", commits=False), state, body)
    assert (objection is None) == (why == "")
    assert objection is None or why in objection.zh
    assert why_not(kind, event, Hand("customs", "", commits=False), state, body) is not None


@pytest.mark.parametrize(
    ("actions", "why"),
    [
        ([{"type": "BVS111", "event": "declare", "objection": "网关不同意"}], "网关不同意"),
        ([{"type": "BVS111", "event": "declare", "objection": None}], ""),
        ([{"type": "BVS111", "event": "save", "objection": "x"}], "申报中"),
    ],
)
def test_what_the_gateway_says_of_a_case_goes_before_what_is_known_here(
    actions: list[dict[str, str | None]], why: str
) -> None:
    """Its objection, or none; of what it does not speak of, the workflow's own rules."""
    listed = {"code": "BVS111", "system": "bonded", "receipt": "BVS112"}
    kind = kinds_of({"types": [{**listed, **BY_CODE["BVS111"][1].senders.plain()}]})["BVS111"]
    line = CaseLine("Z1", "bonded", "A", "PD1", "申报中", {}, "", "", 1)
    found = CaseFound(line, {}, tuple(actions))
    objection = refused(kind, "declare", Hand("operator", "", commits=False), found)
    assert (objection is None) == (why == "")
    assert objection is None or why in objection.zh
    assert refused(kind, "declare", Hand("customs", "", commits=False), found) is not None


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ("不能删除 / it cannot be deleted", "不能删除", "it cannot be deleted"),
        ("只有一种", "只有一种", "只有一种"),
        ("甲 / a；乙 / b", "甲 / a；乙 / b", "甲 / a；乙 / b"),
    ],
)
def test_what_is_said_in_both_languages_at_once_is_taken_apart(said: str, zh: str, en: str) -> None:
    """Each screen shows its own half; what is not one pair of sentences is left as it is."""
    assert bilingual(said) == Words(zh, en)
