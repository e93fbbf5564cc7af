"""An agency is filed (备案管理): kept, applied for, reviewed, changed; the record `agency` once approved.

A filing's case: `stored` is what customs has before it, or has approved; `entered` what was typed since and
not sent; `changed` a change that is to be reviewed, while what is approved goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from messages import checkdigits
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
from messages.inspection.names import FILING, MISSING, NOT_FILED, SYSTEM_NAME, WRONG
from messages.inspection.outside import called
from messages.inspection.table import CHANGE_REFUSED_STATUS, CHANGING, FILED, MORE
from messages.stepping import told
from messages.system import CUSTOMS
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
    PutRecord,
    Record,
)

_LISTS = ("Department", "Equipment", "QualitySystem", "Experience", "Attachment")
_CITIZEN = 18  # characters of a Chinese identity number


def needs(event: Event) -> Needs:
    """The case, the files, and how the agency stands."""
    facts, locks = about(event)
    code = actor_of(event).cop_code
    return Needs((*facts, *standing.facts(code)), (*locks, standing.lock(code)))


def submit(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep a draft, apply, or ask for a change of what is filed. Raises NodeFault."""
    actor, applies = actor_of(event), event.name == "apply"
    case = named(event, facts) if event.content["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    form = {name: value for name, value in form_of(event.content).items() if name != "certNo"}
    if not form.get("agencyName"):
        raise NodeFault(MISSING, "备案内容不能为空(agencyName …) / the filing is empty")
    _check(form, context)
    if applies and step.target != CHANGING:
        standing.check_filing(actor.cop_code, facts)
    elif applies and standing.standing(actor.cop_code, facts) is None:
        raise NodeFault(NOT_FILED, "备案已撤销，不能变更 / the filing is revoked: file anew")
    files = named_files(event, facts)
    case = case or new_case(actor.party, context)
    body = {name: value for name, value in case.body.items() if name not in ("entered", "answer")}
    kind = "entered" if not applies else "changed" if step.target == CHANGING else "stored"
    body |= {
        kind: form,
        "kind": FILING,
        "code": actor.cop_code,
        "appTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }
    if applies:
        body["declTime"] = event.content["appTime"]
    elif "answer" in case.body:
        body["answer"] = case.body["answer"]  # why more is needed, until it is sent
    keeps = [kept(case, "draft", actor.party, () if applies else files)]
    if applies:
        keeps.append(kept(case, kind, actor.party, files, CUSTOMS))
    if case.state not in (MORE, FILED) or step.target not in (MORE, CHANGING):
        # Customs sees what it asked more for, or has approved, and nothing of what is written behind it.
        search = {"kind": FILING, "agency": actor.cop_code, "subject": str(form["agencyName"])}
        case = dataclasses.replace(case, search={"day": day(context), **search})
    changed = case.changed if step.target == MORE else context.now
    case = dataclasses.replace(case, state=step.target, body=body, changed=changed)
    info = {
        "entered": "暂存成功 / draft kept",
        "stored": "申请已提交，待审核 / submitted",
        "changed": "变更已提交，待审核 / change submitted",
    }[kind]
    return Put(case), *keeps, Issue(actor.party, "PSI112", step.status, info, event.origin, case.number)


def delete(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Take a draft back, with its files."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_time(event, case, context)
    gone = dataclasses.replace(case, state=step.target, changed=context.now)
    return (
        Put(gone),
        kept(case, "draft", case.owner),
        Issue(actor.party, "PSI112", step.status, "删除成功 / deleted", event.origin, case.number),
    )


# -- customs reviews


def review_needs(event: Event) -> Needs:
    """The case; how its agency stands is asked of those that are filed, whose code the case alone knows."""
    facts, locks = about(event)
    return Needs((*facts, *standing.EVERY), locks, (f"{SYSTEM_NAME}/filings",))


def review(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """受理, 不予受理 or 补充材料; of a change, the last two leave what is filed. Raises NodeFault."""
    case, actor = named(event, facts), actor_of(event)
    step = row(case, event.name)
    check_seen(event, case)
    changing, code = case.state == CHANGING, str(case.body["code"])
    said = str(event.content.get("content", ""))
    if event.name != "file" and not said:
        raise NodeFault(WRONG, "审核意见(content) 不能为空 / say why")
    body = {**case.body, "answer": {"result": event.content["result"], "content": said}}
    effects: list[Effect] = []
    search = case.search
    if changing:
        change = body.pop("changed")
        before = body["stored"]
        if step.status != CHANGE_REFUSED_STATUS:
            body["stored"] = change
        effects += _files_of_change(case, body["stored"], before)
    if event.name == "file":
        here = _of_agency(code, facts)
        if not changing:
            standing.check_filing(code, here)
            body["certNo"] = f"PSI{int(case.number[1:]):012d}"
        elif standing.standing(code, here) is None:
            raise NodeFault(NOT_FILED, "备案已撤销，不能变更 / the filing is revoked")
        effects.append(PutRecord(_record(case, body, context)))
        search = {**search, "subject": str(body["stored"]["agencyName"]), "words": str(body["certNo"])}
    case = dataclasses.replace(case, state=step.target, body=body, changed=context.now, search=search)
    submitted = Origin(**case.body["submitted"])
    zh, en = _words(event.name, changing, body)
    info = f"{zh} / {en}" + (f": {said}" if said else "")
    return (
        Put(case),
        *effects,
        notice(case, event.origin.guid, actor.party, case.owner, f"备案{zh}", f"{case.number} {info}"),
        called(
            case,
            event.origin.guid,
            (f"备案{zh}：{case.number}", f"Filing {case.number}: {en}"),
            body["stored"].get("mail"),
        ),
        Issue(case.owner, "PSI112", step.status, info, submitted, case.number),
        Issue(actor.party, "PSI122", step.status, info, event.origin, case.number),
    )


def _words(event: str, changing: bool, body: Body) -> tuple[str, str]:
    if event == "file":
        return (
            ("变更审核通过", "the change is approved")
            if changing
            else (f"已受理，备案证书编号 {body['certNo']}", f"accepted as {body['certNo']}")
        )
    if changing:
        return "变更未通过", "the change is refused"
    return ("不予受理", "not accepted") if event == "refuse" else ("补充材料", "more is needed")


def _files_of_change(case: Case, now: Body, before: Body) -> Iterator[Effect]:
    """Of the files of what was filed and of its change, those stay that are named now."""
    digests = tuple(dict.fromkeys(str(each["digest"]) for each in now.get("Attachment", ())))
    yield dataclasses.replace(kept(case, "stored", case.owner, (), CUSTOMS), digests=digests)
    yield kept(case, "changed", case.owner)


def _record(case: Case, body: Body, context: Context) -> Record:
    form: Body = body["stored"]
    known = {name: value for name, value in form.items() if name not in _LISTS}
    known |= {"certNo": body["certNo"], "case": case.number, "dxpId": case.owner}
    return Record(SYSTEM_NAME, "agency", str(body["code"]), known, context.now)


def _of_agency(code: str, facts: Facts) -> Facts:
    """One agency's part of everyone's records."""
    agencies, imposed = standing.EVERY
    found = next((each for each in facts[agencies] if each.key == code), None)
    against = tuple(each for each in facts[imposed] if each.key.startswith(f"{code}/"))
    return {standing.filed(code): found, standing.disposals(code): against}


def revoke(case: Case | None, cert: object, context: Context) -> tuple[Effect, ...]:
    """The filing of a revocation that has begun: it is over, for whoever looks at it."""
    if case is None or case.body.get("certNo") != cert or case.state not in (FILED, CHANGING):
        return ()
    body = {name: value for name, value in case.body.items() if name != "changed"}
    gone = dataclasses.replace(case, state=row(case, "revoke").target, body=body, changed=context.now)
    record = Record(SYSTEM_NAME, "agency", str(body["code"]), {}, context.now, context.now)
    return Put(gone), PutRecord(record), kept(case, "changed", case.owner)


def filing_of(number: object) -> CaseByNumber:
    """The case of a filing."""
    return CaseByNumber(str(number))


def _check(form: Body, context: Context) -> None:
    """The identity number's check character, and years that have been. Raises NodeFault."""
    against = []
    number = str(form["idNumber"])
    chinese = len(number) == _CITIZEN and number[:-1].isdigit()
    if chinese and not checkdigits.citizen(number):
        against.append(
            f"身份证号 {number} 校验码不正确(idNumber) / Identity number: wrong check character (GB 11643)"
        )
    year = int(day(context)[:4])
    for place, line in enumerate(form.get("Experience", ()), 1):
        if not year - 3 <= int(line["expYear"]) <= year:
            against.append(
                f"检验情况 {place} 年度 {line['expYear']} 不在近三年内(Experience[{place}]/expYear)"
                " / not one of the last three years"
            )
    if against:
        raise NodeFault(WRONG, told(against))
