"""Rules (预配置): what the engine goes by, set with the legal-person card; one enabled for the same at most.

Knows the fields of a rule and which declarations it is for; refuses to know what is done with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from messages.declaration.cases import (
    about,
    actor_of,
    check_enabled,
    check_time,
    day,
    enabled,
    form_of,
    found_by,
    named,
    new_case,
    row,
)
from messages.declaration.names import MISSING, RULE, SAME_RULE, SYSTEM_NAME
from messages.declaration.table import ENABLED
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.workflow import (
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Put,
    PutRecord,
    Record,
    RecordInForce,
)

BY_ENTERPRISE, BY_USER = "1", "2"
_SAME = (
    "该申报单位下存在相同的境内收发货人、相同进出口标志且启动状态的数据 / a rule for the same "
    "declaring unit, consignee and direction is enabled"
)
_IDS = ("Scc", "Code")  # a unit is named by either, or both


def needs(event: Event) -> Needs:
    """The rule, and whether another is enabled for the same."""
    facts, locks = about(event)
    party = actor_of(event).party
    taken = tuple(_taken(party, event.content))
    claims = tuple(f"{SYSTEM_NAME}/rule/{each.key}" for each in taken)
    return Needs((enabled(party), *facts, *taken), locks, claims)


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """A rule is set, changed or deleted. Raises NodeFault."""
    actor, node = actor_of(event), event.content
    check_enabled(event, facts)
    case = named(event, facts) if node["appType"] != NEW else None
    to = row(case, event.name)
    check_time(event, case, context)
    before = case.body["stored"] if case else {}
    form = form_of(node) if event.name != "drop-rule" else before
    _check(form)
    case = case or new_case(actor.party, "R", context)
    if to.target == ENABLED:
        others = [facts[each] for each in _taken(actor.party, node)]
        if any(each is not None and each.body["case"] != case.number for each in others):
            raise NodeFault(SAME_RULE, _SAME)
    body = {"kind": RULE, "stored": form, "appTime": node["appTime"], "by": actor.holder}
    case = dataclasses.replace(case, state=to.target, body=body, changed=context.now)
    case = found_by(case, **_columns(form), holder=actor.holder, day=day(context))
    now_taken = {each.key for each in _taken(actor.party, form)} if to.target == ENABLED else set()
    freed = {each.key for each in _taken(actor.party, before)} - now_taken
    info = {"enable-rule": "配置已启用 / enabled", "disable-rule": "配置已停用 / disabled"}.get(
        event.name, "配置已删除 / deleted"
    )
    return (
        Put(case),
        *(_record(key, case.number, context, ends=False) for key in sorted(now_taken)),
        *(_record(key, case.number, context, ends=True) for key in sorted(freed)),
        Issue(actor.party, "DEC142", to.status, info, event.origin, case.number),
    )


def _columns(form: Mapping[str, Any]) -> dict[str, str]:
    """How a rule is found: by its direction, its name, and whom it is for."""
    by_user = form["mode"] == BY_USER
    agent, trade = (
        " ".join(str(form[f"{unit}{each}"]) for each in _IDS if form.get(f"{unit}{each}"))
        for unit in ("agent", "trade")
    )
    return {
        "kind": f"{RULE}-{form['ieFlag']}",
        "billNo": str(form["ruleName"]),
        "office": str(form["holder"]) if by_user else agent,
        "trade": "" if by_user else trade,
    }


def matches(rule: Mapping[str, Any], form: Mapping[str, Any], marked_by: object) -> bool:
    """Whether a rule is for a declaration that somebody has marked."""
    if rule["ieFlag"] != form["ieFlag"]:
        return False
    if rule["mode"] == BY_USER:
        return bool(rule["holder"] == marked_by)
    named = [f"{unit}{each}" for unit in ("agent", "trade") for each in _IDS]
    return all(rule[name] == form.get(name) for name in named if rule.get(name))


def _taken(party: str, form: Mapping[str, Any]) -> Iterator[RecordInForce]:
    """Everything that a rule is for, under each of the names that it gives the two units."""
    if not form.get("ieFlag"):
        return
    if form["mode"] == BY_USER:
        yield RecordInForce(SYSTEM_NAME, "rule", f"{party}/user/{form.get('holder')}/{form['ieFlag']}")
        return
    for agent in (form.get(f"agent{each}") for each in _IDS):
        for trade in (form.get(f"trade{each}") for each in _IDS):
            if agent and trade:
                yield RecordInForce(SYSTEM_NAME, "rule", f"{party}/{agent}/{trade}/{form['ieFlag']}")


def _record(key: str, number: str, context: Context, *, ends: bool) -> PutRecord:
    until = context.now if ends else None
    return PutRecord(Record(SYSTEM_NAME, "rule", key, {"case": number}, context.now, until))


def _check(form: Mapping[str, Any]) -> None:
    """Whom it is for must be said, by one of the two codes at least. Raises NodeFault."""
    if not form.get("ruleName"):
        raise NodeFault(MISSING, "配置内容不能为空(ruleName) / the rule is empty")
    if form["mode"] == BY_USER:
        if not form.get("holder"):
            raise NodeFault(MISSING, "按用户生效须填标记用户(holder) / say who marks")
        return
    for unit, zh in (("agent", "申报单位"), ("trade", "境内收发货人")):
        if not any(form.get(f"{unit}{each}") for each in _IDS):
            raise NodeFault(
                MISSING,
                f"按企业生效须填{zh}统一社会信用代码或海关编码({unit}Scc) / name it by one of its codes",
            )
