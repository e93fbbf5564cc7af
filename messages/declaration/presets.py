"""Rules (预配置): what the engine goes by, set with the legal-person card; one enabled for the same at most.

Knows the fields of a rule and which declarations it is for; refuses to know what is done with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from messages.declaration import units
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
from messages.declaration.fields import wrong_codes
from messages.declaration.names import MISSING, RULE, SAME_RULE, SYSTEM_NAME, WRONG
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
    RecordsUnder,
)

BY_ENTERPRISE, BY_USER = "1", "2"
_SAME = (
    "该申报单位下存在相同的境内收发货人、相同进出口标志且启动状态的数据 / a rule for the same "
    "declaring unit, consignee and direction is enabled"
)
_KIND = "enabled-rule"
_UNITS = ((units.AGENT, "申报单位", "declaring unit"), (units.TRADE, "境内收发货人", "consignee"))


def _enabled_of(party: str) -> RecordsUnder:
    """Whom the enabled rules of a party are for."""
    return RecordsUnder(SYSTEM_NAME, _KIND, f"{party}/")


def needs(event: Event) -> Needs:
    """The rule, the other enabled ones of its party, and which codes belong together; one at a time."""
    facts, locks = about(event)
    party = actor_of(event).party
    known = (enabled(party), *facts, _enabled_of(party), *units.registrations(event.content))
    return Needs(known, locks, (f"{SYSTEM_NAME}/rules/{party}",))


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
    record = Record(SYSTEM_NAME, _KIND, f"{actor.party}/{case.number}", {}, context.now, context.now)
    if to.target == ENABLED:
        whom = _whom(form, facts)
        for other in facts[_enabled_of(actor.party)]:
            if other.key != record.key:
                _check_other(whom, other.body)
        record = dataclasses.replace(record, body=whom, valid_to=None)
    body = {"kind": RULE, "stored": form, "appTime": node["appTime"], "by": actor.holder}
    case = dataclasses.replace(case, state=to.target, body=body, changed=context.now)
    case = found_by(case, **_columns(form), holder=actor.holder, day=day(context))
    info = {"enable-rule": "配置已启用 / enabled", "disable-rule": "配置已停用 / disabled"}.get(
        event.name, "配置已删除 / deleted"
    )
    return (
        Put(case),
        PutRecord(record),
        Issue(actor.party, "DEC142", to.status, info, event.origin, case.number),
    )


def _columns(form: Mapping[str, Any]) -> dict[str, str]:
    """How a rule is found: by its direction, its name, and whom it is for."""
    by_user = form["mode"] == BY_USER
    agent, trade = (
        " ".join(str(form[f"{unit}{each}"]) for each in units.IDS if form.get(f"{unit}{each}"))
        for unit, *_ in _UNITS
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
    named = [f"{unit}{each}" for unit, *_ in _UNITS for each in units.IDS]
    return all(rule[name] == form.get(name) for name in named if rule.get(name))


def _whom(form: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Whom a rule is for, as its record keeps it while it is enabled."""
    whom = {name: form[name] for name in ("ruleName", "ieFlag", "mode")}
    if form["mode"] == BY_USER:
        return {**whom, "holder": form["holder"]}
    return {**whom, **{unit: units.named(form, unit, facts) for unit, *_ in _UNITS}}


def _check_other(whom: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Another enabled rule is surely for others. Raises NodeFault."""
    if any(whom[name] != other[name] for name in ("ieFlag", "mode")):
        return
    if whom["mode"] == BY_USER:
        if whom["holder"] == other["holder"]:
            raise NodeFault(SAME_RULE, _SAME)
        return
    alike = {(unit, zh, en): units.same(whom[unit], other[unit]) for unit, zh, en in _UNITS}
    if False in alike.values():
        return
    unclear = next((each for each, same in alike.items() if same is None), None)
    if unclear is None:
        raise NodeFault(SAME_RULE, _SAME)
    unit, zh, en = unclear
    lacking = next(each for each in units.IDS if each not in whom[unit])
    raise NodeFault(
        SAME_RULE,
        f"启用的配置“{other['ruleName']}”以另一种编码填写{zh}，可能为同一单位，请两种编码都填写"
        f"({unit}{lacking}) / "
        f"the enabled rule {other['ruleName']} names its {en} by the other code, so it may be the same: "
        "give both codes",
    )


def against(form: Mapping[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    """(fault, path, zh, en) for whatever a rule does not say, or cannot mean."""
    if not form.get("ruleName"):
        yield MISSING, "ruleName", "配置内容不能为空", "the rule is empty"
    if form.get("mode") == BY_USER:
        if not form.get("holder"):
            yield MISSING, "holder", "按用户生效须填标记用户", "by user: say who marks"
        return
    for unit, zh, en in _UNITS:
        if not any(form.get(f"{unit}{each}") for each in units.IDS):
            yield (
                MISSING,
                f"{unit}Scc",
                f"按企业生效须填{zh}统一社会信用代码或海关编码",
                f"by enterprise: name the {en} by one of its codes",
            )
    for path, zh, en in wrong_codes(form):
        yield WRONG, path, zh, en


def _check(form: Mapping[str, Any]) -> None:
    """Whom it is for must be said, by one of the two codes at least. Raises NodeFault."""
    for fault, path, zh, en in against(form):
        raise NodeFault(fault, f"{zh}({path}) / {en}")
