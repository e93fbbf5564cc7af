"""Marks by message (标记操作): added to one draft or many, cancelled, put back after a failure (继续).

What of a message cannot be done is counted and named, with the reason; it is refused only where nothing of
it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from messages.declaration import pool
from messages.declaration.cases import actor_of, check_enabled, check_time, enabled, lock
from messages.declaration.names import (
    FAILED,
    NOT_CANCELLABLE,
    NOT_FAILED,
    NOT_MARKABLE,
    SMART_WORDS,
    SYSTEM_NAME,
    WAITING,
)
from messages.faults import NodeFault
from messages.reply import MAX_INFO
from messages.statuses import Status
from messages.stepping import Pair, joined
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

_NAMED = 25
"""Numbers in both languages that a receipt of 1000 characters has room for, at the very most."""

Change = Callable[[Case, Body, Actor, Context], Case | Pair]
"""The draft's case as it is to be, or why not, as it follows its number."""


def needs(event: Event) -> Needs:
    """All drafts that are named, and whether the party has enabled it."""
    numbers = dict.fromkeys(str(each["caseNo"]) for each in event.content["Draft"])
    facts = tuple(map(CaseByNumber, numbers))
    return Needs((enabled(actor_of(event).party), *facts), tuple(lock(each.number) for each in facts))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """标记, 取消 or 继续, as many as can be. Raises NodeFault."""
    actor = actor_of(event)
    check_enabled(event, facts)
    check_time(event, None, context)
    change, fault, refused, (zh, en) = _ACTIONS[event.name]
    changed: dict[str, Case] = {}
    against: dict[Pair, list[str]] = {}  # why, and the numbers of which it is said
    drafts = {str(each["caseNo"]): each for each in event.content["Draft"]}  # named twice, it counts once
    for number, draft in drafts.items():
        case: Case | None = facts[CaseByNumber(number)]
        if case is None or case.system != SYSTEM_NAME or case.owner != actor.party:
            against.setdefault(("不存在", "is not there"), []).append(number)
            continue
        done = change(case, draft, actor, context)
        if isinstance(done, tuple):
            against.setdefault(done, []).append(number)
        else:
            changed[number] = done
    if not changed:
        raise NodeFault(fault, _told(refused, against))
    count, left = len(changed), sum(map(len, against.values()))
    head = zh.format(count), en.format(count)
    if against:
        info = _told((f"{head[0]}，{left} 条未处理", f"{head[1]}, {left} left"), against)
    else:
        info = joined(head)
    return (
        *(Put(case) for case in changed.values()),
        Issue(actor.party, "DEC152", Status.DRAFTED, info, event.origin),
    )


def _told(head: Pair, against: Mapping[Pair, Sequence[str]]) -> str:
    """Each reason, with how many it keeps back and as many of their numbers as a receipt has room for."""
    for most in range(_NAMED, 0, -1):
        said = joined(head, _each(against, most), zh="：", en=": ")
        if len(said) <= MAX_INFO:
            return said
    return joined(head, _each(against, 0), zh="：", en=": ")


def _each(against: Mapping[Pair, Sequence[str]], most: int) -> Pair:
    said: list[Pair] = []
    for (zh, en), numbers in against.items():
        named, count = numbers[:most], len(numbers)
        if count == len(named):
            said.append((f"{'、'.join(named)} {zh}", f"{', '.join(named)} {en}"))
        else:
            more = f"{'等 ' if named else ''}{count} 条"
            both = f"{'、'.join(named)}{more}{zh}", f"{', '.join([*named, str(count)])} in all: each {en}"
            said.append(both)
    return "，".join(zh for zh, _ in said), ", ".join(en for _, en in said)


def _mark(case: Case, draft: Body, actor: Actor, context: Context) -> Case | Pair:
    against = pool.not_markable(case, enabled=True)
    if against is not None:
        return against
    if pool.smart(case):
        return "已有标记", "is marked already"
    stored = case.body["draft"]
    if (draft.get("draftGuid"), draft.get("draftDigest")) != (stored["guid"], stored["digest"]):
        return "草稿已变化，请重新查看", "has another draft now: look at it again"
    return pool.marked(case, actor, context)


def _unmark(case: Case, draft: Body, actor: Actor, context: Context) -> Case | Pair:
    against = _other(case, WAITING)
    if against is not None:
        return against
    return pool.unmarked(case, context)


def _continue(case: Case, draft: Body, actor: Actor, context: Context) -> Case | Pair:
    against = _other(case, FAILED)
    if against is not None:
        return against
    case = pool.set_smart(case, WAITING, context)
    return pool.logged(case, "继续智能辅助申报", "put back", context)


def _other(case: Case, wanted: str) -> Pair | None:
    """What a draft of this smart state ought to be and is not."""
    against = pool.no_draft(case)
    if against is not None or pool.smart(case) == wanted:
        return against
    if not pool.smart(case):
        return "没有标记", "has no mark"
    zh, en = SMART_WORDS[pool.smart(case)]
    return f"智能申报状态为“{zh}”", f"is in smart state {en}"


_ACTIONS: dict[str, tuple[Change, int, Pair, Pair]] = {
    "mark": (
        _mark,
        NOT_MARKABLE,
        ("没有可添加标记的报关单", "nothing can be marked"),
        ("添加智能辅助申报成功，共 {} 条", "{} marked"),
    ),
    "unmark": (
        _unmark,
        NOT_CANCELLABLE,
        ("请求参数均不符合取消条件 (报关单状态不为暂存或智能申报状态不为待申报)", "none can be cancelled"),
        ("本次成功取消标记 {} 条", "{} cancelled"),
    ),
    "continue": (
        _continue,
        NOT_FAILED,
        ("没有申报失败的暂存报关单", "none of them is a draft that failed"),
        ("已重新加入智能辅助申报池 {} 条", "{} put back"),
    ),
}
"""Event → what it does, its fault, the sentence where nothing can be done, and the one of success."""
