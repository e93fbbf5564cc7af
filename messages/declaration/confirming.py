"""Confirmed by hand (手动确认): a draft's taxes, its reminders (温馨提示), or that an agreement is made.

What is confirmed is the draft that was looked at, named by its digest; taxes by their sum besides.
"""

from __future__ import annotations

from decimal import Decimal

from messages.declaration import agreements, assessing, pool
from messages.declaration.cases import (
    about,
    actor_of,
    check_draft,
    check_time,
    form_now,
    named,
    objection,
    row,
)
from messages.declaration.names import MISSING, TAXES, WRONG
from messages.faults import NodeFault
from messages.wire import app_time
from messages.workflow import Case, CaseByNumber, Context, Effect, Event, Fact, Facts, Issue, Needs, Put


def needs(event: Event) -> Needs:
    """The declaration, and what its taxes or its agreement go by."""
    facts, locks = about(event)
    number = CaseByNumber(str(event.content["caseNo"]))

    def then(known: Facts) -> tuple[Fact, ...]:
        case: Case | None = known[number]
        if case is None or objection(case.state, case.body, event.name) is not None:
            return ()
        form = form_now(case)
        if event.name == "confirm-taxes":
            return assessing.facts(form)
        if event.name == "agree":
            return agreements.facts(form)
        return ()

    claims = (agreements.CLAIM,) if event.name == "agree" else ()
    return Needs(facts, locks, claims, then)


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """What was confirmed is kept with the draft and ends with it. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    check_draft(event, case)
    form = form_now(case)
    if event.name == "agree":
        return _agree(event, case, facts, context)
    if event.name == "confirm-taxes":
        if form["selfTax"] != "1":
            raise NodeFault(WRONG, f"{case.number} 不是自报自缴报关单 / it is not self-assessed")
        taxes = assessing.assessment(form, facts)
        if taxes.against:
            raise NodeFault(TAXES, "；".join(taxes.against))
        if event.content.get("taxTotal") is None:
            raise NodeFault(MISSING, "应缴税费合计(taxTotal) 不能为空 / say the sum that is confirmed")
        if Decimal(str(event.content["taxTotal"])) != taxes.total:
            raise NodeFault(
                TAXES, f"应缴税费合计为 {taxes.total:f} 元(taxTotal)，请重新查看 / the taxes are another sum"
            )
        by = {"by": actor.holder, "time": app_time(context.now)}
        case = pool.confirmed(case, "taxes", {**taxes.plain(), **by}, context)
        zh, en = f"税费已确认 {taxes.total:f} 元", f"taxes of {taxes.total:f} yuan confirmed"
    else:
        case = pool.confirmed(case, "reminders", actor.holder, context)
        zh, en = "温馨提示已确认", "reminders confirmed"
    case = pool.logged(case, zh, en, context)
    return Put(case), Issue(actor.party, "DEC192", step.status, f"{zh} / {en}", event.origin, case.number)


def _agree(event: Event, case: Case, facts: Facts, context: Context) -> tuple[Effect, ...]:
    form, owner = form_now(case), actor_of(event).party
    if not agreements.needed(form):
        raise NodeFault(WRONG, "申报单位即境内收发货人，无须委托协议 / it declares for itself")
    known = facts[agreements.record_of(form)]
    if known is not None:
        raise NodeFault(WRONG, f"委托协议 {known.body['case']} 有效 / an agreement is in force already")
    _, effects = agreements.made(form, owner, facts, event.origin, context)
    return effects
