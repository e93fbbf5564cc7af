"""Who may send what, as the gateway lists it."""

from __future__ import annotations

import pytest

from terminals.work.kinds import kinds_of

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
