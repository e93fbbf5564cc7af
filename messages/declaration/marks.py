"""Marks by message (标记操作): added to one draft or many, cancelled, put back after a failure (继续).

What of a message cannot be done is counted and named; it is refused only where nothing of it can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from messages.declaration import pool
from messages.declaration.cases import actor_of, check_enabled, check_time, enabled, lock
from messages.declaration.names import (
    FAILED,
    NOT_CANCELLABLE,
    NOT_FAILED,
    NOT_MARKABLE,
    SYSTEM_NAME,
    WAITING,
)
from messages.declaration.table import DRAFT
from messages.faults import NodeFault
from messages.statuses import Status
from messages.stepping import told
from messages.workflow import (
    Actor,
    Body,
    Case,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Put,
)

_NAMED = 400  # characters of a receipt that name what was left out

Change = Callable[[Case, Body, Actor, Context], Case | str]
"""The draft's case as it is to be, or why not."""


def needs(event: Event) -> Needs:
    """All drafts that are named, and whether the party has enabled it."""
    numbers = [str(each["caseNo"]) for each in event.content["Draft"]]
    facts = tuple(CaseByNumber(number) for number in dict.fromkeys(numbers))
    return Needs((enabled(actor_of(event).party), *facts), tuple(lock(each.number) for each in facts))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """标记, 取消 or 继续, as many as can be. Raises NodeFault."""
    actor = actor_of(event)
    check_enabled(event, facts)
    check_time(event, None, context)
    change, fault, refused, (zh, en) = _ACTIONS[event.name]
    changed: dict[str, Case] = {}
    against: list[str] = []
    drafts: Sequence[Any] = event.content["Draft"]
    for draft in drafts:
        number = str(draft["caseNo"])
        case: Case | None = facts[CaseByNumber(number)]
        if case is None or case.system != SYSTEM_NAME or case.owner != actor.party:
            against.append(f"{number} 不存在 / is not there")
        elif number not in changed:
            done = change(case, draft, actor, context)
            if isinstance(done, str):
                against.append(done)
            else:
                changed[number] = done
    if not changed:
        raise NodeFault(fault, f"{refused}: {told(against, _NAMED)}")
    info = f"{zh.format(len(changed))} / {en.format(len(changed))}"
    if against:
        info += f"；{len(against)} 条未处理 / {len(against)} left: {told(against, _NAMED)}"
    return (
        *(Put(case) for case in changed.values()),
        Issue(actor.party, "DEC152", Status.DRAFTED, info, event.origin),
    )


def _mark(case: Case, draft: Body, actor: Actor, context: Context) -> Case | str:
    against = pool.not_markable(case, enabled=True)
    if against is not None:
        return against
    if pool.smart(case):
        return f"{case.number} 已有标记 / is marked already"
    stored = case.body["draft"]
    if (draft.get("draftGuid"), draft.get("draftDigest")) != (stored["guid"], stored["digest"]):
        return f"{case.number} 草稿已变化 / its draft is another one"
    return pool.marked(case, actor, context)


def _unmark(case: Case, draft: Body, actor: Actor, context: Context) -> Case | str:
    if case.state != DRAFT or pool.smart(case) != WAITING:
        return case.number
    return pool.unmarked(case, context)


def _continue(case: Case, draft: Body, actor: Actor, context: Context) -> Case | str:
    if case.state != DRAFT or pool.smart(case) != FAILED:
        return case.number
    case = pool.set_smart(case, WAITING, context)
    return pool.logged(case, "继续智能辅助申报", "put back", context)


_ACTIONS: dict[str, tuple[Change, int, str, tuple[str, str]]] = {
    "mark": (
        _mark,
        NOT_MARKABLE,
        "没有可添加标记的报关单 / nothing can be marked",
        ("添加智能辅助申报成功，共 {} 条", "{} marked"),
    ),
    "unmark": (
        _unmark,
        NOT_CANCELLABLE,
        "请求参数均不符合取消条件 (报关单状态不为暂存或智能申报状态不为待申报) / none can be cancelled",
        ("本次成功取消标记 {} 条", "{} cancelled"),
    ),
    "continue": (
        _continue,
        NOT_FAILED,
        "没有申报失败的暂存报关单 / none of them is a draft that failed",
        ("已重新加入智能辅助申报池 {} 条", "{} put back"),
    ),
}
"""Event → what it does, its fault, the sentence where nothing can be done, and the one of success."""
