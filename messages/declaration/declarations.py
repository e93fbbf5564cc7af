"""Customs declarations (报关单): kept, marked in the message, declared by hand, stored, decided by customs.

A declaration's body: `entered` the draft, `stored` what customs has; `draft` guid and digest of the message
that stored it; `mark`, `smart`, `log` what the smart screens show (messages.declaration.pool); `taxes`,
`reminders` what was confirmed of this very draft.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from messages.declaration import assessing, pool
from messages.declaration.cases import (
    about,
    actor_of,
    check_seen,
    check_time,
    enabled,
    form_of,
    found_by,
    named,
    new_declaration,
    row,
)
from messages.declaration.fields import check_form, check_submission
from messages.declaration.names import BY_AGENT, BY_TRADE, MISSING, NOT_YOURS, TAXES
from messages.declaration.table import DRAFT
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.senders import CARD_WORDS, WITH_CARD
from messages.stepping import Pair, apart, joined
from messages.workflow import (
    Actor,
    Body,
    Case,
    Context,
    Effect,
    Event,
    Facts,
    Follow,
    Issue,
    Needs,
    Origin,
    Put,
)

_OF_DRAFT = ("draft", "mark", "smart", "taxes", "reminders")


def needs(event: Event) -> Needs:
    """The case; whether smart-assisted declaration is enabled; of a self-assessed one, what taxes go by."""
    facts, locks = about(event)
    own = (*facts, enabled(actor_of(event).party))
    if event.name == "declare":
        return Needs((*own, *assessing.facts(event.content)), locks)
    return Needs(own, locks)


def submit(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep a draft, with its mark or without, or declare by hand. Raises NodeFault."""
    actor = actor_of(event)
    case = named(event, facts) if event.content["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    form = form_of(event.content)
    if not form.get("ieFlag"):
        raise NodeFault(MISSING, "报关单内容不能为空(ieFlag …) / the declaration is empty")
    check_form(form)
    _check_own(form, actor, case)
    before = case
    case = case or new_declaration(actor.party, str(form["ieFlag"]), context)
    body = {name: value for name, value in case.body.items() if name not in _OF_DRAFT}
    body |= {
        "entered": form,
        "draft": {"guid": event.origin.guid, "digest": event.origin.digest},
        "appTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    case = _found(case, form, actor, context)
    if event.name == "save":
        return _kept(event, case, facts, context, step.status)
    check_submission(form)
    if form["selfTax"] == "1":
        case = pool.confirmed(case, "taxes", _taxes(before, form, facts), context)
    return declared(case, event.origin, context)


def _taxes(before: Case | None, form: Body, facts: Facts) -> Body:
    """What was confirmed of a self-assessed declaration's taxes, and still holds. Raises NodeFault."""
    against = assessing.unconfirmed(before, form, facts)
    if against is not None:
        raise NodeFault(TAXES, against)
    assert before is not None  # what was not there before is not confirmed
    taxes: Body = before.body["taxes"]
    return taxes


def _kept(event: Event, case: Case, facts: Facts, context: Context, status: int) -> tuple[Effect, ...]:
    """A draft; marked, if it says so, its signer may mark and smart-assisted declaration is enabled.

    The mark is the engine's authority: it takes the card that marking by hand takes (the manual, 标记操作:
    持法人卡或操作员卡). A draft that may not be marked is kept all the same, and its receipt says why.
    """
    actor, told = actor_of(event), [("暂存成功", "draft kept")]
    if case.body["entered"]["smartMark"] == "1":
        against = _without_card(actor) or pool.not_markable(case, facts[enabled(actor.party)] is not None)
        if against is None:
            case = pool.marked(case, actor, context)
            told.append(("已添加智能辅助申报标记", "marked for smart-assisted declaration"))
        else:
            zh, en = against
            told.append((f"未添加智能辅助申报标记：{zh}", f"not marked: it {en}"))
    return Put(case), Issue(actor.party, "DEC112", status, joined(*told), event.origin, case.number)


def _without_card(actor: Actor) -> Pair | None:
    """Why whoever signed does not mark; None where he may."""
    if actor.card in WITH_CARD:
        return None
    zh, en = CARD_WORDS[actor.card]
    return f"标记须用法人卡或操作员卡签名，签名证书属于{zh}", f"was signed with {en}; a mark takes a card"


def delete(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Take a draft back."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    gone = pool.placed(dataclasses.replace(case, state=step.target, changed=context.now), context)
    return (
        Put(gone),
        Issue(actor.party, "DEC112", step.status, "删除成功 / deleted", event.origin, case.number),
    )


def declared(case: Case, origin: Origin, context: Context) -> tuple[Effect, ...]:
    """It is sent to customs, which stores it as soon as this is durable. `origin` is answered."""
    step = row(dataclasses.replace(case, state=DRAFT), "declare")
    body = {name: value for name, value in case.body.items() if name != "entered"}
    body |= {"stored": case.body["entered"], "declTime": case.body["appTime"], "submitted": origin.plain()}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    case = pool.placed(case, context)
    return (
        Put(case),
        Issue(case.owner, "DEC112", step.status, "申报中 / being declared", origin, case.number),
        Follow(case.number, "receive", {"caseNo": case.number}, origin),
    )


# -- customs


def follow_needs(event: Event) -> Needs:
    """The case."""
    return Needs(*about(event))


def receive(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Customs has it (入库)."""
    case: Case = facts[about(event)[0][0]]
    step = row(case, event.name)
    case = dataclasses.replace(case, state=step.target, changed=context.now)
    return (
        Put(case),
        Issue(case.owner, "DEC112", step.status, "海关入库 / stored by customs", event.origin, case.number),
    )


def decide(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """审结, or 退单 with the reason. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_seen(event, case)
    said = str(event.content.get("content", ""))
    zh, en = ("审结", "concluded") if event.name == "conclude" else ("退单", "returned")
    body = {**case.body, "answer": {"result": event.content["result"], "content": said}}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    info = joined((zh, en), apart(said), zh="：", en=": ") if said else f"{zh} / {en}"
    return (
        Put(case),
        Issue(case.owner, "DEC112", step.status, info, Origin(**body["submitted"]), case.number),
        Issue(actor.party, "DEC122", step.status, info, event.origin, case.number),
    )


# -- whose it is, and how it is found


def _check_own(form: Mapping[str, Any], actor: Actor, case: Case | None) -> None:
    """A party declares what it is the declaring unit or the consignee of. Raises NodeFault."""
    if actor.cop_code not in (form.get("agentCode"), form.get("tradeCode")):
        raise NodeFault(
            NOT_YOURS,
            f"申报单位和境内收发货人均不是 {actor.cop_code}(agentCode, tradeCode) / you are neither of them",
        )
    if case is not None and case.number[0] != form["ieFlag"]:
        raise NodeFault(
            NOT_YOURS, f"{case.number} 的进出口标志不能变更(ieFlag) / import stays import, export export"
        )


def _found(case: Case, form: Body, actor: Actor, context: Context) -> Case:
    units = BY_AGENT if form["agentCode"] == actor.cop_code else ""
    units += BY_TRADE if form["tradeCode"] == actor.cop_code else ""
    case = found_by(
        case,
        billNo=str(form.get("billNo", "")),
        trade=f"{form['tradeScc']} {form['tradeCode']} {form['tradeName']}",
        kind=f"{form['ieFlag']}-{form['trafMode']}.{form['decType']}{units}",
        holder=actor.holder,
    )
    return pool.placed(case, context)
