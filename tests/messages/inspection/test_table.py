"""The table of pre-shipment inspection: it holds together, and whoever is waited for is who can act."""

from __future__ import annotations

from messages.inspection import SYSTEM
from messages.inspection.table import LABELS, PRIVATE, RESTING, TABLE, TRANSITIONS
from messages.inspection.workflow import STEPS


def test_every_state_is_reached_and_has_its_words() -> None:
    """And no state leads to two things by one event."""
    assert {row.target for row in TABLE} == set(LABELS)
    assert len(TRANSITIONS) == len(TABLE)
    assert set(LABELS) >= PRIVATE | RESTING


def test_every_event_of_a_message_has_its_step() -> None:
    """The rest of the steps are timers."""
    events = {event for kind in SYSTEM.types for event in kind.events}
    assert set(STEPS) - events == {"begin", "end"}
    assert events - {row.event for row in TABLE} == {"rule"}  # is a record, no case


def test_the_to_do_list_has_what_waits_for_each_side() -> None:
    """For the agency its own, for customs what it decides, for the enterprise what was returned."""
    assert set(SYSTEM.waiting("agency")) == {
        "备案补充材料", "待受理", "受理中", "待反馈", "待提交", "检查补充材料", "限期整改", "整改补充材料",
        "待填报", "填报暂存",
    }  # fmt: skip
    assert set(SYSTEM.waiting("customs")) == {
        "备案待审核", "变更待审核", "实地检查", "检查待审核", "整改待审核",
    }  # fmt: skip
    assert set(SYSTEM.waiting("enterprise")) == {"委托补充材料"}
