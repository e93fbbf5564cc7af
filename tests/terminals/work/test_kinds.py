"""Who may send what, as the gateway lists it."""

from __future__ import annotations

import pytest

from messages.registry import BY_CODE
from terminals.work.kinds import Hand, kinds_of, why_not

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
        assert objection.en.startswith("ENT111")


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
