"""What customs calls an agency for, and the agency's answers: 质量问题, 监督检查, 整改材料, 年度报告.

Each is a case of the agency's, which customs opens: `stored` is the call, `reply` the newest answer, `review`
what customs said to it. Answers to a disposal (限期整改) go the same way.
"""

from __future__ import annotations

import dataclasses

from messages.faults import NodeFault
from messages.inspection import asked, disposals, standing
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
from messages.inspection.events import AGENCY
from messages.inspection.names import (
    CHECK,
    DISPOSAL,
    FILED,
    MISSING,
    NO_CASE,
    PROBLEM,
    REPORT,
    SYSTEM_NAME,
    WRONG,
)
from messages.inspection.outside import called
from messages.system import CUSTOMS
from messages.workflow import (
    Case,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Origin,
    Party,
    PartyByCode,
    Put,
    PutRecord,
    Record,
    RecordInForce,
)

_TITLES = {
    "raise": ("质量问题", "a quality problem"),
    "demand": ("文件检查", "a document check"),
    "visit": ("实地检查", "an on-site check"),
    "call": ("年度报告", "an annual report"),
}
_KINDS = {"raise": PROBLEM, "demand": CHECK, "visit": CHECK, "call": REPORT}
_OF_CALL = {PROBLEM: "PSI162", CHECK: "PSI162", DISPOSAL: "PSI192", REPORT: "PSI202"}


def agency(event: Event, facts: Facts) -> Party:
    """The agency that a message of customs names. Raises NodeFault."""
    code = str(event.content["agencyCode"])
    party: Party | None = facts[PartyByCode(code)]
    if party is None or party.kind != AGENCY:
        raise NodeFault(NO_CASE, f"没有代码为 {code} 的检验机构 / no inspection agency has that code")
    return party


def _report(event: Event) -> RecordInForce:
    key = f"{event.content['agencyCode']}/{event.content['year']}"
    return RecordInForce(SYSTEM_NAME, "report", key)


def needs(event: Event) -> Needs:
    """The agency and the files; of a year's report, whether it was called for before."""
    facts, locks = about(event)
    code = str(event.content["agencyCode"])
    facts = (PartyByCode(code), standing.filed(code), *facts)
    if event.name != "call":
        return Needs(facts, locks)
    known = _report(event)
    return Needs((*facts, known), locks, (f"{SYSTEM_NAME}/report/{known.key}",))


def call(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Open a case of the agency's, and tell it. Raises NodeFault."""
    step, actor, party = row(None, event.name), actor_of(event), agency(event, facts)
    check_time(event, None, context)
    files, form, kind = named_files(event, facts), form_of(event.content), _KINDS[event.name]
    effects: list[Effect] = []
    case = new_case(party.dxp_id, context)
    more: dict[str, str] = {}  # of a quality problem, people look for what was answered
    if event.name == "call":
        year, known = str(form["year"]), _report(event)
        if facts[known] is not None:
            raise NodeFault(FILED, f"{year} 年度报告已通知该机构 / it was called for before")
        record = Record(SYSTEM_NAME, "report", known.key, {"case": case.number}, context.now)
        effects.append(PutRecord(record))
        more = {"words": year}
    elif kind == CHECK:
        more = {"words": str(form["content"]), "purpose": str(form["kind"])}
    else:
        more = {"purpose": str(form["content"])}
    case = dataclasses.replace(
        case,
        state=step.target,
        body={
            "kind": kind,
            "stored": form,
            "appTime": event.content["appTime"],
            "declTime": event.content["appTime"],
            "called": event.origin.plain(),
        },
        search={
            "kind": kind, "day": day(context), "agency": party.cop_code, "subject": party.name,
            **more,
        },
    )  # fmt: skip
    zh, en = _TITLES[event.name]
    info = f"海关通知：{zh} {case.number} / customs calls for {en}"
    text = str(form.get("content", "")) or info
    return (
        Put(case),
        *effects,
        kept(case, "call", actor.party, files, case.owner, CUSTOMS),
        notice(case, "call", actor.party, case.owner, info, text),
        called(
            case,
            "call",
            (f"海关通知：{zh} {case.number}", f"Customs calls for {en}: {case.number}"),
            standing.mail(party.cop_code, facts),
        ),
        Issue(case.owner, _OF_CALL[kind], step.status, info, event.origin, case.number),
        Issue(actor.party, _OF_CALL[kind], step.status, info, event.origin, case.number),
    )


# -- the agency answers


def reply_needs(event: Event) -> Needs:
    """The case and the files."""
    return Needs(*about(event))


def reply(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """The agency's text and files, to a problem, a check or a disposal. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    files = named_files(event, facts)
    body = {
        **case.body,
        "reply": form_of(event.content),
        "appTime": event.content["appTime"],
        "declTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }
    body.pop("review", None)
    search = case.search
    if body["kind"] == PROBLEM:
        search = {**search, "words": str(event.content["content"])}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now, search=search)
    info = f"已反馈 / answered: {event.content['content']}"[:900]
    return (
        Put(case),
        kept(case, "reply", actor.party, files, CUSTOMS),
        Issue(actor.party, "PSI172", step.status, info, event.origin, case.number),
        _to_customs(case, step.status, info),
    )


def report(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """The agency keeps its report of a year, or submits it. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step, submits = row(case, event.name), event.name == "report"
    check_time(event, case, context)
    for against in asked.report(event.content, day(context)) if submits else ():
        raise NodeFault(WRONG, f"{against.words.zh}({against.path}) / {against.words.en}")
    files = named_files(event, facts)
    body = {name: value for name, value in case.body.items() if name != "entered"}
    body |= {
        "reply" if submits else "entered": form_of(event.content),
        "appTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    year = case.body["stored"]["year"]
    info = f"{year} 年度报告已提交 / submitted" if submits else "暂存成功 / draft kept"
    effects: list[Effect] = [
        Put(case),
        kept(case, "draft", actor.party, () if submits else files),
        Issue(actor.party, "PSI212", step.status, info, event.origin, case.number),
    ]
    if submits:
        effects += [
            kept(case, "reply", actor.party, files, CUSTOMS),
            _to_customs(case, step.status, info),
        ]
    return tuple(effects)


# -- customs reviews


def review_needs(event: Event) -> Needs:
    """The case; whose address is filed, only the case knows."""
    facts, locks = about(event)
    return Needs((*facts, standing.EVERY[0]), locks)


def review(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """通过, with which a disposal is lifted, or 补充材料 with the reason. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_seen(event, case)
    said = str(event.content.get("content", ""))
    if event.name == "want" and not said:
        raise NodeFault(MISSING, "审核意见(content) 不能为空 / say what is missing")
    body = {**case.body, "review": {"result": event.content["result"], "content": said}}
    ends = disposals.ends(case, context) if body["kind"] == DISPOSAL and event.name == "pass" else ()
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now)
    zh, en = ("审核通过", "passed") if event.name == "pass" else ("补充材料", "more is needed")
    info = f"{zh} / {en}" + (f": {said}" if said else "")
    answered = body.get("submitted")
    told = Origin(**(answered or body["called"]))
    receipt = "PSI172" if answered else _OF_CALL[str(body["kind"])]
    return (
        Put(case),
        *ends,
        notice(case, event.origin.guid, actor.party, case.owner, f"{case.number} {zh}", info),
        called(
            case,
            event.origin.guid,
            (f"海关审核：{case.number} {zh}", f"Customs has reviewed {case.number}: {en}"),
            standing.mail_among(case.search["agency"], facts),
        ),
        Issue(case.owner, receipt, step.status, info, told, case.number),
        Issue(actor.party, "PSI182", step.status, info, event.origin, case.number),
    )


def _to_customs(case: Case, status: int, info: str) -> Issue:
    origin = Origin(**case.body["called"])
    return Issue(origin.sender, _OF_CALL[str(case.body["kind"])], status, info, origin, case.number)
