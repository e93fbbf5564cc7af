"""An enterprise entrusts an agency with an inspection (业务委托, 业务受理): kept, sent, answered, inspected.

The case is the enterprise's; from the moment it is sent, the agency is its partner and sees it, too. Whether
an agency may be entrusted is decided at that moment, and once more when it accepts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from messages.faults import NodeFault
from messages.happenings import NEW
from messages.inspection import standing
from messages.inspection.cases import (
    about,
    actor_of,
    check_seen,
    check_time,
    day,
    form_of,
    kept,
    named,
    named_files,
    new_case,
    notice,
    row,
)
from messages.inspection.names import ENTRUSTMENT, MISSING, WRONG
from messages.inspection.table import RETURNED
from messages.stepping import told
from messages.system import CUSTOMS
from messages.wire import wire_date
from messages.workflow import Body, Context, Effect, Event, Facts, Issue, Needs, Origin, Put

_AMOUNT = 15  # digits before the point of a total
_SEARCH = {"agencyCode": "agency", "consignee": "words"}
_SAME = ("entryCustoms", "destPlace", "purpose")


def needs(event: Event) -> Needs:
    """The case, the files, and how the named agency stands."""
    facts, locks = about(event)
    code = event.content.get("agencyCode")
    if code is None or event.name != "entrust":
        return Needs(facts, locks)
    return Needs((*facts, *standing.facts(code)), (*locks, standing.lock(code)))


def submit(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep a draft, or send it to the agency that it names. Raises NodeFault."""
    actor, sends = actor_of(event), event.name == "entrust"
    case = named(event, facts) if event.content["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    form = _summed(form_of(event.content))
    _check(form, context, sends=sends)
    files = named_files(event, facts)
    case = case or new_case(actor.party, context)
    returned = step.target == RETURNED
    body = {name: value for name, value in case.body.items() if name != "entered"}
    if sends:
        agency = standing.check_entrusting(form["agencyCode"], facts)
        form["agencyName"] = agency.body["agencyName"]
        case = dataclasses.replace(case, partner=str(agency.body["dxpId"]))
        body.pop("answer", None)
        body["declTime"] = event.content["appTime"]
    body |= {
        "stored" if sends else "entered": form,
        "kind": ENTRUSTMENT,
        "enterprise": actor.name,
        "appTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }
    if not returned:  # the agency sees what it returned, and nothing of what is written behind it
        case = dataclasses.replace(
            case,
            changed=context.now,
            search=_search(form, actor.name, case.search.get("day") or day(context)),
        )
    case = dataclasses.replace(case, state=step.target, body=body)
    keeps = [kept(case, "draft", actor.party, () if sends else files)]
    info = "已提交，待受理 / submitted" if sends else "暂存成功 / draft kept"
    own = Issue(actor.party, "PSI132", step.status, info, event.origin, case.number)
    if not sends:
        return Put(case), *keeps, own
    assert case.partner is not None  # check_entrusting
    keeps.append(kept(case, "sent", actor.party, files, case.partner, CUSTOMS))
    title = f"收到业务委托 {case.number} / an entrustment of {actor.name}"
    return (
        Put(case),
        *keeps,
        own,
        notice(case, event.origin.guid, actor.party, case.partner, title, title),
        Issue(case.partner, "PSI132", step.status, title, event.origin, case.number),
    )


def discard(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Take a draft back, with its files."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    gone = dataclasses.replace(case, state=step.target, changed=context.now)
    return (
        Put(gone),
        kept(case, "draft", case.owner),
        Issue(actor.party, "PSI132", step.status, "删除成功 / deleted", event.origin, case.number),
    )


# -- the agency answers


def answer_needs(event: Event) -> Needs:
    """The case, and how the agency itself stands."""
    facts, locks = about(event)
    code = actor_of(event).cop_code
    return Needs((*facts, *standing.facts(code)), (*locks, standing.lock(code)))


def answer(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """接受委托, or 退回 with the reason; while a disposal is in force, the second only. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_seen(event, case)
    said = str(event.content.get("content", ""))
    if event.name == "accept":
        standing.check_entrusting(actor.cop_code, facts)
    elif not said:
        raise NodeFault(MISSING, "退回原因(content) 不能为空 / say why it is returned")
    body = {**case.body, "answer": {"result": event.content["result"], "content": said}}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    zh, en = (
        ("已接受委托，受理中", "accepted") if event.name == "accept" else ("已退回，补充材料", "returned")
    )
    info = f"{zh} / {en}" + (f": {said}" if said else "")
    return (
        Put(case),
        *_told(event, case.number, body, step.status, info, "PSI142"),
        notice(case, event.origin.guid, actor.party, case.owner, f"委托 {case.number} {zh}", info),
    )


def result_needs(event: Event) -> Needs:
    """The case and the files."""
    return Needs(*about(event))


def result(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """检验结果: the certificate's number and validity, with files. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    _check_day(str(event.content["resultValidTo"]), "resultValidTo")
    if str(event.content["resultValidTo"]) < wire_date(context.now):
        raise NodeFault(WRONG, "证书有效期(resultValidTo) 早于今天 / the certificate has expired")
    files = named_files(event, facts)
    body = {**case.body, "result": form_of(event.content)}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    info = f"检验完成 / inspected: {event.content['resultNo']}"
    return (
        Put(case),
        kept(case, "result", actor.party, files, case.owner, CUSTOMS),
        *_told(event, case.number, body, step.status, info, "PSI152"),
        notice(case, event.origin.guid, actor.party, case.owner, f"委托 {case.number} 检验完成", info),
    )


def _told(event: Event, case: str, body: Body, status: int, info: str, own: str) -> tuple[Issue, Issue]:
    """Receipts for both sides: the enterprise's answers what it sent."""
    submitted = Origin(**body["submitted"])
    return (
        Issue(submitted.sender, "PSI132", status, info, submitted, case),
        Issue(actor_of(event).party, own, status, info, event.origin, case),
    )


def _summed(form: Mapping[str, Any]) -> dict[str, Any]:
    """The form with 总数量 and 总金额 as the gateway adds them up, whatever was sent."""
    goods: Sequence[Body] = form.get("Goods", ())
    return {
        **form,
        "totalQty": _sum(goods, "qty"),
        "totalAmount": _sum(goods, "amount"),
    }


def _sum(goods: Sequence[Body], name: str) -> str:
    total = sum((Decimal(str(line[name])) for line in goods), Decimal(0))
    return f"{total:f}"


def _search(form: Body, enterprise: str, since: str) -> dict[str, str]:
    return {
        "kind": ENTRUSTMENT,
        "day": since,
        "subject": enterprise,
        **{column: str(form[name]) for name, column in _SEARCH.items()},
        **{name: str(form[name]) for name in _SAME},
    }


def _check(form: Body, context: Context, *, sends: bool) -> None:
    """Goods, days, totals, and how the contact is reached. Raises NodeFault."""
    against = []
    if not any(form.get(name) for name in ("phone", "mobile", "mail")):
        against.append("联系人电话、手机、邮件至少填一项(phone) / give a telephone, a mobile or an e-mail")
    if sends and not form.get("Goods"):
        against.append("货物信息不能为空(Goods) / Goods are missing")
    today = wire_date(context.now)
    for place, line in enumerate(form.get("Goods", ()), 1):
        made = line.get("madeOn")
        if made:
            _check_day(str(made), f"Goods[{place}]/madeOn")
        if made and str(made) > today:
            against.append(f"货物 {place} 制造日期 {made} 晚于今天(Goods[{place}]/madeOn) / in the future")
        if Decimal(str(line["qty"])) == 0:
            against.append(f"货物 {place} 数量为零(Goods[{place}]/qty) / the quantity is zero")
    for name, zh in (("totalQty", "总数量"), ("totalAmount", "总金额")):
        if len(str(form[name]).partition(".")[0]) > _AMOUNT:
            against.append(f"{zh} {form[name]} 过大({name}) / the total is too large")
    if against:
        raise NodeFault(MISSING if sends and not form.get("Goods") else WRONG, told(against))


def _check_day(value: str, path: str) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise NodeFault(WRONG, f"{value} 不是存在的日期({path}) / it is no day") from None
