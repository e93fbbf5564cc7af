"""What customs has of enterprises' applications (关企合作审核): those that wait, all of them, objections.

Knows queues by age and by what they are searched; refuses to know how lists work and how one is reviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.enterprise.names import OBJECT, REVIEW
from messages.enterprise.table import APPROVED, PENDING, REFUSED
from messages.wire import parse_wire_time
from terminals.tui import ages
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.enterprise.lists import (
    BY_CODE,
    BY_DATE,
    BY_NAME,
    BY_OBJECTION,
    BY_TYPE,
    DATE,
    NAME,
    NUMBER,
    OBJECTION,
    REG_CODE,
    SCC,
    SEQ,
    STATE,
    TYPE,
    CooperationList,
    by_state,
)
from terminals.tui.query import Action
from terminals.tui.words import both
from terminals.work.found import CaseLine

WAITED = Column("changed", Words("已等待", "Waits"), number=True, cells=10, sorts=True)
VIEW = Action("view", both("query-view"), "ctrl+o", "enterprise.case")
_ON_REVIEW = Action(
    "review", both("review-open"), "ctrl+r", "enterprise.review", "approve", frozenset({PENDING})
)
_REVIEWED = (PENDING, APPROVED, REFUSED)


def keys(*actions: Action) -> list[BindingType]:
    """The keys of a list's actions."""
    return [Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in actions]


class Queue(CooperationList):
    """What waits for customs, the oldest first; what has waited long stands out."""

    AT_ONCE: ClassVar[bool] = True
    ORDER: ClassVar[str] = WAITED.key
    RENEWS: ClassVar[float] = 20.0

    def text(self, item: CaseLine, key: str) -> str:
        """How long it has waited."""
        if key == WAITED.key:
            return ages.marked(self._age(item), self.language)
        return super().text(item, key)

    def tone(self, item: CaseLine, key: str) -> str:
        """… and in colour."""
        return ages.tone(self._age(item)) if key == WAITED.key else super().tone(item, key)

    def _age(self, item: CaseLine) -> timedelta:
        return self.terminal.clock() - parse_wire_time(item.changed)


class ApplicationQueue(Queue):
    """申请审核: applications of every type, objections too."""

    CODE: ClassVar[str] = REVIEW
    WORDS: ClassVar[Words] = Words("申请审核", "Applications to review")
    STATES: ClassVar[tuple[str, ...]] = (PENDING,)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (BY_TYPE, BY_NAME, BY_CODE, BY_DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, WAITED, TYPE, NAME, REG_CODE, DATE, SCC, NUMBER)
    ACTIONS: ClassVar[tuple[Action, ...]] = (_ON_REVIEW, VIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class ApplicationQuery(CooperationList):
    """申请查询: every application that customs knows of, whatever has become of it."""

    CODE: ClassVar[str] = REVIEW
    WORDS: ClassVar[Words] = Words("申请查询", "Applications")
    STATES: ClassVar[tuple[str, ...]] = _REVIEWED
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (BY_TYPE, by_state(_REVIEWED), BY_NAME, BY_CODE, BY_DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, STATE, TYPE, NAME, REG_CODE, DATE, SCC, NUMBER)
    ACTIONS: ClassVar[tuple[Action, ...]] = (VIEW, _ON_REVIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class ObjectionDesk(Queue):
    """公示异议: by kind, state and day; those that wait are reviewed from here."""

    CODE: ClassVar[str] = REVIEW
    WORDS: ClassVar[Words] = Words("公示异议", "Objections")
    STATES: ClassVar[tuple[str, ...]] = _REVIEWED
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        BY_OBJECTION, by_state(_REVIEWED), BY_NAME, BY_CODE, BY_DATE,
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (SEQ, STATE, OBJECTION, NAME, REG_CODE, DATE, NUMBER)
    ORDER: ClassVar[str] = "-applyDate"
    ACTIONS: ClassVar[tuple[Action, ...]] = (VIEW, _ON_REVIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)

    def search(self) -> Mapping[str, str]:
        """Of applications only these."""
        return {**super().search(), "type": OBJECT}

    def picked(self) -> None:
        """Enter reviews what waits for that, and shows anything else."""
        line = self.table.item
        self.action_act("review" if line is not None and line.state == PENDING else "view")
