"""Applications (申请) on the enterprise's side: kept as a draft, declared, deleted.

A case's body: `type` of the application, `stored` what was declared, `entered` what was typed since and not
declared, `faults` what stands against that, `differences` and `notices` of what was declared, `review` what
customs decided, `appTime` that of the last submission, `declTime` that of what is stored, `submitted` the
origin that the review answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from messages.enterprise import filings
from messages.enterprise.cases import CASES, row
from messages.enterprise.changes import differences
from messages.enterprise.consequences import notices
from messages.enterprise.events import RECEIPTS, application, verb
from messages.enterprise.names import (
    APPLICATIONS,
    CHANGES,
    FILE,
    LOCKED,
    MISSING,
    OBJECT,
    SEARCH,
    WRONG,
)
from messages.enterprise.preconditions import NOTHING, Standing, refusal
from messages.enterprise.rules import Fault, Known, faults
from messages.enterprise.table import REFUSED
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.naming import digests, files_of
from messages.stepping import actor_of, form_of, told
from messages.system import CUSTOMS
from messages.transitions import Row
from messages.wire import wire_date
from messages.workflow import (
    Body,
    Case,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    Issue,
    Keep,
    Needs,
    Put,
    Record,
)

_IN_ORDER = (LOCKED, MISSING, WRONG, FILE)  # of several kinds of faults, the number that the receipt has


def needs(event: Event) -> Needs:
    """The case, what is filed of the sender, what is under way, the files; a declaration comes alone."""
    node, actor = event.content, actor_of(event)
    own, locks = CASES.about(event)
    facts: list[Fact] = [filings.registration(actor.cop_code), *own]
    claims = []
    if verb(event.name) == "declare" and node.get("scc"):
        facts.append(filings.pending(str(node["scc"])))
        claims.append(filings.claim_pending(node["scc"]))
    return Needs(tuple(facts), locks, tuple(claims))


def save(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Keep a draft, with its faults listed. Raises NodeFault."""
    case, step = _case(event, facts, context)
    form, known = _form(event), _known(event, facts, context)
    against = faults(form, known)
    before = {name: value for name, value in (case.body if case else {}).items() if name != "faults"}
    body = {**before, **_told(event), "entered": form}
    if against:
        body["faults"] = [str(fault) for fault in against]
    case = dataclasses.replace(case or _new(event, context), state=step.target, body=body)
    if case.state != REFUSED:  # customs sees what it refused, and nothing of the draft behind it
        case = dataclasses.replace(case, changed=context.now, search=_search(event, form))
    there = tuple(digest for digest, file in known.files.items() if file is not None)
    info = "暂存成功 / draft kept"
    if against:
        info = f"{info}；待改正 / to be corrected；{told(against)}"
    return Put(case), _keep(case, "draft", there), _receipt(event, case, step, info)


def declare(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Hand it in: from now on it is under way, until customs has reviewed it. Raises NodeFault."""
    code = application(event.name)
    case, step = _case(event, facts, context)
    form, known = _form(event), _known(event, facts, context)
    if not form.get("scc"):
        raise NodeFault(MISSING, "申报内容不能为空 / say what is applied for (regCode, scc …)")
    scc = str(form["scc"])
    open_ = filings.under_way(facts[filings.pending(scc)])
    against = refusal(code, Standing(known.filed, open_, known.today))
    if against is not None:
        raise NodeFault(against.number, str(against))
    _refuse(faults(form, known))
    assert known.filed is not None  # refusal
    changed = differences(known.filed, form) if code in CHANGES else []
    if code in CHANGES and not changed:
        raise NodeFault(NOTHING.number, str(NOTHING))
    told_of = notices(changed)
    body = {
        **_told(event),
        "declTime": event.content["appTime"],
        "stored": form,
        **({"differences": changed} if code in CHANGES else {}),
        **({"notices": told_of} if told_of else {}),
    }
    case = dataclasses.replace(
        case or _new(event, context),
        state=step.target,
        body=body,
        changed=context.now,
        search={**_search(event, form), "applyDate": wire_date(context.now)},
    )
    info = f"{APPLICATIONS[code][0]}申报成功，待审核 / declared, it will be reviewed"
    if told_of:
        info = f"{info}；提示 / notices；{told(told_of)}"
    effects: list[Effect] = [Put(case), _keep(case, "draft"), _keep(case, "declared", digests(form), CUSTOMS)]
    if code != OBJECT:
        entry = {"case": case.number, "type": code, "regCode": known.cop_code}
        effects.append(filings.put_pending(scc, [*open_, entry]))
    return (*effects, _receipt(event, case, step, info))


def delete(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Take a draft back, its files too. Raises NodeFault."""
    case = CASES.named(event, facts)
    step = row(case, event.name)
    CASES.check_time(event, case, context)
    gone = dataclasses.replace(case, state=step.target, changed=context.now)
    return Put(gone), _keep(case, "draft"), _receipt(event, gone, step, "删除成功 / deleted")


def without(found: Record | None, case: Case) -> list[Mapping[str, str]]:
    """What is under way, but for this one."""
    return [one for one in filings.under_way(found) if one["case"] != case.number]


def _case(event: Event, facts: Facts, context: Context) -> tuple[Case | None, Row]:
    case = CASES.named(event, facts) if event.content["appType"] != NEW else None
    step = row(case, event.name)
    CASES.check_time(event, case, context)
    return case, step


def _form(event: Event) -> dict[str, object]:
    return form_of(event.content)


def _known(event: Event, facts: Facts, context: Context) -> Known:
    actor = actor_of(event)
    filed: Record | None = facts[filings.registration(actor.cop_code)]
    return Known(
        code=application(event.name),
        today=wire_date(context.now),
        cop_code=actor.cop_code,
        filed=filed.body if filed else None,
        files=files_of(actor.party, facts, event.content),
    )


def _told(event: Event) -> dict[str, object]:
    return {
        "type": application(event.name),
        "appTime": event.content["appTime"],
        "submitted": event.origin.plain(),
    }


def _new(event: Event, context: Context) -> Case:
    return CASES.new(actor_of(event).party, context)


def _refuse(against: Sequence[Fault]) -> None:
    if against:
        numbers = {fault.number for fault in against}
        raise NodeFault(next(each for each in _IN_ORDER if each in numbers), told(against))


def _search(event: Event, form: Body) -> dict[str, str]:
    """What it is found by; a draft has no day on which it was declared."""
    found = {name: str(form[name]) for name in SEARCH if form.get(name)}
    return {**found, "type": application(event.name)}


def _keep(case: Case, what: str, files: tuple[str, ...] = (), *to: str) -> Keep:
    """The files of a draft or of what was declared; whoever sent them reads them in any case."""
    return Keep(f"{case.number}/{what}", case.owner, files, to)


def _receipt(event: Event, case: Case, step: Row, info: str) -> Issue:
    receipt = RECEIPTS[application(event.name)]
    return Issue(actor_of(event).party, receipt, step.status, info, event.origin, case.number)
