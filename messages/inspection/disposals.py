"""Disposals (处置): imposed for a time, begun and ended by timers, lifted.

What binds is the record, from its first second to its last, whoever looks at it and whatever has been
restarted meanwhile; the timers only bring the case, its filing and people's knowledge after it. A deadline
(限期整改) ends nothing.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime

from messages.faults import NodeFault
from messages.inspection import filings, standing
from messages.inspection.cases import (
    about,
    actor_of,
    check_time,
    day,
    form_of,
    kept,
    lock,
    moment,
    named,
    named_files,
    new_case,
    notice,
    row,
)
from messages.inspection.names import DISPOSAL, MISSING, NOT_FILED, SYSTEM_NAME, WRONG
from messages.inspection.outside import called
from messages.inspection.standing import RECTIFYING, REFUSING, REVOKING
from messages.inspection.table import LIFTED, NOT_RECOGNISED, UPCOMING
from messages.system import CUSTOMS
from messages.wire import app_time
from messages.workflow import (
    Body,
    Case,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Facts,
    Follow,
    Issue,
    Needs,
    Origin,
    Put,
    PutRecord,
    Record,
)

_WORDS = {
    REFUSING: ("不予认可装运前检验结果", "results are not recognised"),
    REVOKING: ("撤销备案", "filing revoked"),
    RECTIFYING: ("限期整改", "to be put right"),
}


def needs(event: Event) -> Needs:
    """The disposal, the files and how the agency stands; nobody is entrusted in the same transaction."""
    facts, locks = about(event)
    code = event.content["agencyCode"]
    return Needs((*facts, *standing.facts(code)), locks, (standing.lock(code),))


def impose(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """From `beginTime`, or from now on, until `endTime` or what ends it. Raises NodeFault."""
    step, actor, form = row(None, event.name), actor_of(event), form_of(event.content)
    check_time(event, None, context)
    code = str(form["agencyCode"])
    agency = standing.standing(code, facts)
    if agency is None:
        raise NodeFault(NOT_FILED, f"检验机构 {code} 未备案 / that agency is not filed")
    begin, end = _period(form, context)
    files = named_files(event, facts)
    case = new_case(str(agency.body["dxpId"]), context)
    form["beginTime"] = app_time(begin)
    body = {
        "kind": DISPOSAL,
        "stored": form,
        "code": code,
        "certNo": agency.body["certNo"],
        "filing": agency.body["case"],
        "begins": begin.isoformat(),
        "appTime": event.content["appTime"],
        "called": event.origin.plain(),
    }
    case = dataclasses.replace(
        case,
        state=step.target,
        body=body,
        search={
            "kind": DISPOSAL, "day": day(context), "agency": code,
            "subject": str(agency.body["agencyName"]), "words": str(form["content"]),
            "purpose": str(form["kind"]),
        },
    )  # fmt: skip
    zh, en = _WORDS[str(form["kind"])]
    until = f" 至 {form['endTime']}" if form.get("endTime") else ""
    info = f"海关处置：{zh}，自 {form['beginTime']}{until} / {en}"
    timed = {"caseNo": case.number, "agencyCode": code, "filing": body["filing"]}
    effects: list[Effect] = [
        Put(case),
        PutRecord(_record(case, begin, end if form["kind"] == REFUSING else None)),
        kept(case, "call", actor.party, files, case.owner, CUSTOMS),
        notice(case, "call", actor.party, case.owner, info, str(form["content"])),
        called(
            case,
            "call",
            (f"海关处置：{zh} {case.number}", f"Customs imposes a disposal, {en}: {case.number}"),
            agency.body.get("mail"),
        ),
        Issue(case.owner, "PSI192", step.status, info, event.origin, case.number),
        Issue(actor.party, "PSI192", step.status, info, event.origin, case.number),
        Follow(case.number, "begin", timed, event.origin, begin if begin > context.now else None),
    ]
    if form["kind"] == REFUSING:
        effects.append(Follow(case.number, "end", timed, event.origin, end))
    return tuple(effects)


def lift(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """撤销处置: what has begun ends now, and what has not never begins. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    if case.body["code"] != event.content["agencyCode"]:
        raise NodeFault(
            WRONG, f"{case.number} 不是对该机构的处置(agencyCode) / it is not against that agency"
        )
    lifted = dataclasses.replace(case, state=step.target, changed=context.now)
    info = "处置已撤销 / lifted"
    return (
        Put(lifted),
        *ends(case, context),
        notice(case, "end", actor.party, case.owner, f"{case.number} 处置已撤销", info),
        called(
            case,
            "end",
            (f"{case.number} 处置已撤销", f"The disposal {case.number} is lifted"),
            standing.mail(case.body["code"], facts),
        ),
        Issue(case.owner, "PSI192", step.status, info, Origin(**case.body["called"]), case.number),
        Issue(actor.party, "PSI192", step.status, info, event.origin, case.number),
    )


def ends(case: Case, context: Context) -> tuple[Effect, ...]:
    """A disposal is over from now on."""
    begin = datetime.fromisoformat(str(case.body["begins"]))
    return (PutRecord(_record(case, begin, max(begin, context.now))),)


# -- timers


def timer_needs(event: Event) -> Needs:
    """The disposal, and the filing that it may revoke."""
    number, filing = str(event.content["caseNo"]), event.content["filing"]
    facts = (CaseByNumber(number), filings.filing_of(filing), standing.filed(event.content["agencyCode"]))
    return Needs(facts, (lock(number), lock(filing)), (standing.lock(event.content["agencyCode"]),))


def begin(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Its time has come; a revocation takes the filing with it. Nothing, if it was lifted before."""
    case = _case(event, facts)
    if case.state != UPCOMING:
        return ()
    kind = str(case.body["stored"]["kind"])
    filing: Case | None = facts[filings.filing_of(event.content["filing"])]
    taken = filings.revoke(filing, case.body["certNo"], context) if kind == REVOKING else ()
    zh, en = _WORDS[kind]
    words = (f"处置生效：{zh}", f"in force: {en}")
    return *_timed(case, f"begin-{kind}", "begin", context, words, _mail(event, facts)), *taken


def end(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Its period is over. Nothing, if it was lifted before."""
    case = _case(event, facts)
    if case.state != NOT_RECOGNISED:
        assert case.state == LIFTED, f"{case.number} ends as {case.state}"  # begin is due before end
        return ()
    words = ("处置到期", "the disposal has ended")
    return _timed(case, "end", "end", context, words, _mail(event, facts))


def _case(event: Event, facts: Facts) -> Case:
    case: Case | None = facts[CaseByNumber(str(event.content["caseNo"]))]
    assert case is not None  # it was put with its timers
    return case


def _mail(event: Event, facts: Facts) -> str:
    return standing.mail(event.content["agencyCode"], facts)


def _timed(
    case: Case, event: str, step: str, context: Context, words: tuple[str, str], mail: str
) -> tuple[Effect, ...]:
    """The case in its next state, a notice for the agency, and receipts for both sides."""
    to = row(case, event)
    case = dataclasses.replace(case, state=to.target, changed=context.now)
    origin = Origin(**case.body["called"])
    info = f"{words[0]} / {words[1]}"
    return (
        Put(case),
        notice(case, step, origin.sender, case.owner, f"{case.number} {info}", info),
        called(case, step, (f"{case.number} {words[0]}", f"{case.number}: {words[1]}"), mail),
        Issue(case.owner, "PSI192", to.status, info, origin, case.number),
        Issue(origin.sender, "PSI192", to.status, info, origin, case.number),
    )


def _record(case: Case, begin: datetime, end: datetime | None) -> Record:
    told = {name: case.body["stored"][name] for name in ("kind", "endTime") if name in case.body["stored"]}
    body = {**told, "certNo": case.body["certNo"], "case": case.number}
    return Record(SYSTEM_NAME, "disposal", f"{case.body['code']}/{case.number}", body, begin, end)


def _period(form: Body, context: Context) -> tuple[datetime, datetime | None]:
    """When it begins, at the earliest now, and its end or deadline. Raises NodeFault."""
    kind = form.get("kind")
    if kind is None:
        raise NodeFault(MISSING, "处置内容不能为空 / say what is imposed (kind, content …)")
    begin = context.now
    if form.get("beginTime"):
        begin = max(begin, moment(form["beginTime"], "处置开始时间(beginTime)"))
    if kind == REVOKING:
        if form.get("endTime"):
            raise NodeFault(WRONG, "撤销备案没有到期时间(endTime) / a revocation has no end")
        return begin, None
    if not form.get("endTime"):
        raise NodeFault(MISSING, "处置到期时间(endTime) 不能为空 / say until when")
    end = moment(form["endTime"], "处置到期时间(endTime)")
    if end <= begin:
        raise NodeFault(WRONG, "处置到期时间(endTime) 须晚于开始时间和现在 / it ends before it begins")
    return begin, end
