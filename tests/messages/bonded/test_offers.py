"""What a terminal is told about stocktakes besides the schema: offers, steps, hints."""

from __future__ import annotations

import pytest

from messages.annotations import Condition
from messages.bonded import SYSTEM
from messages.bonded.table import APPROVED, DECLARED, DRAFT, REFUSED, REFUSED_STATUS, RETURNED, STORED
from messages.forms import form


@pytest.mark.parametrize(
    ("state", "body", "event"),
    [
        (None, {}, "save"), (None, {}, "declare"), (DRAFT, {}, "delete"), (RETURNED, {}, "delete"),
        (STORED, {"stored": {}}, "declare"), (REFUSED, {}, "declare"), (APPROVED, {}, "declare"),
    ],
)  # fmt: skip
def test_what_the_workflow_allows_is_not_objected_to(
    state: str | None, body: dict[str, object], event: str
) -> None:
    """A terminal offers what the table has a row for."""
    assert SYSTEM.objection(state, body, event) is None


@pytest.mark.parametrize(
    ("state", "body", "event", "why"),
    [
        (None, {}, "delete", "WRONG"), (DECLARED, {}, "save", "状态"), (APPROVED, {}, "delete", "状态"),
        (APPROVED, {"again": True}, "declare", "只可变更一次"),
        (RETURNED, {"stored": {"etpsInnerNo": "1"}}, "delete", "不能删除"),
    ],
)  # fmt: skip
def test_what_the_workflow_refuses_is_objected_to_with_the_reason(
    state: str | None, body: dict[str, object], event: str, why: str
) -> None:
    """A second 库存重新申报 and the deletion of what customs holds are said no to, in both languages."""
    said = SYSTEM.objection(state, body, event)
    assert said is not None
    assert " / " in said
    assert why in said or why == "WRONG"


def test_a_receipts_status_is_a_step_in_the_words_of_the_states() -> None:
    """1, 2, 100, 120, 399 and the own code of 审批不通过."""
    assert {status: zh for status, (zh, _) in SYSTEM.steps.items()} == {
        1: DRAFT, 2: DECLARED, 100: RETURNED, 120: STORED, 399: APPROVED, REFUSED_STATUS: REFUSED,
    }  # fmt: skip


def test_hints_say_what_the_schema_cannot() -> None:
    """序号 counts the lines, 盘库日期 is not in the future, a declaration needs a line."""
    shown = form("BVS111")
    (lines,) = shown.groups
    number, day = lines.child("seqNo"), shown.node.child("stockDate")
    assert number is not None
    assert day is not None
    assert number.hints.counts
    assert day.hints.latest == "today"
    assert lines.hints.required_when == Condition("appStatus", frozenset({"2"}))
