"""The customs desk's review (审核): approved, which changes the filing in the same step, or not approved.

Only the differences that the officer was shown are carried out, on what is filed now; where customs has
changed one of these fields meanwhile, the approval is refused and says which.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from messages.enterprise import fields, filings
from messages.enterprise.applications import without
from messages.enterprise.cases import CASES, row
from messages.enterprise.changes import applied, outdated
from messages.enterprise.events import RECEIPTS
from messages.enterprise.names import (
    CANCEL,
    CHANGE,
    EXTEND,
    LICENCE_CANCEL,
    LICENCE_CHANGE,
    MISSING,
    OBJECT,
    RENEW,
    REVIEW,
    STALE,
    WRONG,
)
from messages.faults import NodeFault
from messages.stepping import actor_of, check_seen, told
from messages.wire import CST, app_time, wire_date
from messages.workflow import (
    Body,
    Case,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Origin,
    Put,
    Record,
)

_DONE = {"approve": "审核通过 / approved", "refuse": "审核不通过 / not approved"}


def needs(event: Event) -> Needs:
    """The case, what is filed, and what is under way: nobody else has them meanwhile.

    The message names the enterprise as the case does: a step says what it needs before it reads anything.
    """
    node = event.content
    code, scc, number = str(node["regCode"]), str(node["scc"]), str(node["caseNo"])
    return Needs(
        (CaseByNumber(number), filings.registration(code), filings.entry(code), filings.pending(scc)),
        (CASES.lock(number),),
        (filings.claim_registration(code), filings.claim_pending(scc)),
    )


def review(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Approve or refuse. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    case = CASES.named(event, facts)
    step = row(case, event.name)
    CASES.check_time(event, None, context)
    form: Body = case.body["stored"]
    check_seen(event, case, STALE, "企业已重新申报，请核对后再审核 / it was declared anew: look again")
    for name in ("regCode", "scc"):
        if node[name] != form[name]:
            raise NodeFault(WRONG, f"{name} {node[name]} 与作业不符 / the application has {form[name]}")
    reason = str(node.get("reviewInfo", "")).strip()
    effects: list[Effect] = []
    if event.name == "refuse" and not reason:
        raise NodeFault(
            MISSING, "审核意见(reviewInfo) 不能为空: 审核不通过须写明原因 / say why it is not approved"
        )
    if event.name == "approve":
        changed = _carried_out(case, facts, node, wire_date(context.now))
        if changed is not None:
            changed = {**changed, "appTime": _after(str(changed["appTime"]), context.now)}
            effects += filings.put(str(form["regCode"]), changed, facts, actor, context)
    ends = {"validTo": node["validTo"]} if node.get("validTo") else {}
    decided = {"result": node["reviewResult"], "info": reason, **ends, "by": actor.holder}
    body = {**case.body, "review": {**decided, "time": app_time(context.now)}}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    if case.body["type"] != OBJECT:
        scc = str(form["scc"])
        effects.append(filings.put_pending(scc, without(facts[filings.pending(scc)], case)))
    info = f"{_DONE[event.name]}: {reason}" if reason else _DONE[event.name]
    before = Origin(**case.body["submitted"])
    return (
        Put(case),
        *effects,
        Issue(case.owner, RECEIPTS[str(case.body["type"])], step.status, info, before, case.number),
        Issue(actor.party, RECEIPTS[REVIEW], step.status, info, event.origin, case.number),
    )


def _carried_out(case: Case, facts: Facts, node: Body, today: str) -> dict[str, Any] | None:
    """The registration with the application carried out; None where it changes none. Raises NodeFault."""
    carry = _CARRY.get(str(case.body["type"]))
    if carry is None:
        return None
    record: Record | None = facts[filings.registration(str(node["regCode"]))]
    if record is None or record.body["regStatus"] == fields.CANCELLED:
        raise NodeFault(STALE, "企业备案已注销或撤销 / the registration is cancelled, or withdrawn")
    return carry(record.body, case.body, node, today)


def _change(filed: Body, of: Body, node: Body, today: str) -> dict[str, Any]:
    against = outdated(filed, of["differences"])
    if against:
        said = [f"{one['zh']}({one['path']}) / {one['en']}" for one in against]
        raise NodeFault(
            STALE, f"申报后海关备案已变化 / the filing has changed since it was declared: {told(said)}"
        )
    return applied(filed, of["differences"])


def _extend(filed: Body, of: Body, node: Body, today: str) -> dict[str, Any]:
    """换证, 延续: in force again up to the day that customs says."""
    ends = str(node.get("validTo", ""))
    if not ends:
        raise NodeFault(MISSING, "新的有效期至(validTo) 不能为空 / say to which day it is valid")
    try:
        date.fromisoformat(ends)
    except ValueError:
        raise NodeFault(WRONG, f"新的有效期至(validTo) {ends} 不是存在的日期 / it is no day") from None
    if ends <= max(str(filed.get("validTo", "")), today):
        raise NodeFault(
            WRONG, f"新的有效期至(validTo) {ends} 须晚于原有效期 / it must be later than what is filed"
        )
    status = fields.IN_ORDER if filed["regStatus"] == fields.EXPIRED else filed["regStatus"]
    return {**filed, "validTo": ends, "regStatus": status}


def _cancel(filed: Body, of: Body, node: Body, today: str) -> dict[str, Any]:
    return {**filed, "regStatus": fields.CANCELLED}


def _after(filed: str, now: datetime) -> str:
    """The time of an approval: later than what was filed, whose sender's clock may be ahead.

    So whoever has read what was filed before is told that it is another one now.
    """
    before = datetime.strptime(filed, "%Y%m%d%H%M%S").replace(tzinfo=CST)
    return app_time(max(now, before + timedelta(seconds=1)))


_CARRY: Mapping[str, Callable[[Body, Body, Body, str], dict[str, Any]]] = {
    CHANGE: _change,
    LICENCE_CHANGE: _change,
    RENEW: _extend,
    EXTEND: _extend,
    CANCEL: _cancel,
    LICENCE_CANCEL: _cancel,
}
