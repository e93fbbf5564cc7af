"""Consultations (业务咨询): an enterprise asks, customs answers, and it may ask on; each with files.

A case's body: `thread`, what was said by whom in turn; `submitted` the origin that the next answer answers.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from messages.enterprise.cases import CASES, row
from messages.enterprise.events import RECEIPTS
from messages.enterprise.names import CONSULTATION, REPLY, WRONG
from messages.faults import NodeFault
from messages.happenings import NEW
from messages.naming import digests
from messages.stepping import actor_of, form_of
from messages.system import CUSTOMS
from messages.wire import app_time, wire_date
from messages.workflow import (
    Case,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Keep,
    Needs,
    Origin,
    Put,
)

MOST = 50  # things said in one consultation: a case is read whole


def needs(event: Event) -> Needs:
    """The case and the files."""
    return Needs(*CASES.about(event))


def ask(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """A question, or another one about the same. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    case = CASES.named(event, facts) if node["appType"] != NEW else None
    step = row(case, event.name)
    CASES.check_time(event, case, context)
    case = case or CASES.new(actor.party, context)
    case, keep = _said(case, event, facts, context, CUSTOMS)
    search = {"type": CONSULTATION, "regCode": actor.cop_code, "applyDate": wire_date(context.now)}
    case = dataclasses.replace(
        case,
        state=step.target,
        body={**case.body, "appTime": node["appTime"], "submitted": event.origin.plain()},
        search={**search, "title": str(node["title"]), "cnName": actor.name},
    )
    info = "咨询已提交，待答复 / asked, customs will answer"
    return (
        Put(case),
        keep,
        Issue(actor.party, RECEIPTS[CONSULTATION], step.status, info, event.origin, case.number),
    )


def reply(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Customs' answer; both sides get a receipt. Raises NodeFault."""
    actor = actor_of(event)
    case = CASES.named(event, facts)
    step = row(case, event.name)
    CASES.check_time(event, None, context)
    case, keep = _said(case, event, facts, context, case.owner)
    case = dataclasses.replace(case, state=step.target)
    info = f"已答复 / answered: {event.content['content']}"[:1000]
    before = Origin(**case.body["submitted"])
    return (
        Put(case),
        keep,
        Issue(case.owner, RECEIPTS[CONSULTATION], step.status, info, before, case.number),
        Issue(actor.party, RECEIPTS[REPLY], step.status, info, event.origin, case.number),
    )


def _said(case: Case, event: Event, facts: Facts, context: Context, to: str) -> tuple[Case, Keep]:
    """One more thing is said, and its files are for the other side, too."""
    node, actor = event.content, actor_of(event)
    thread: list[Any] = list(case.body.get("thread", ()))
    if len(thread) >= MOST:
        raise NodeFault(WRONG, f"一份咨询最多 {MOST} 条，请另行咨询 / at most {MOST} in one: ask anew")
    CASES.files(event, facts)
    said = {"by": actor.holder, "role": actor.role, "time": app_time(context.now), **form_of(node)}
    body = {**case.body, "thread": [*thread, said]}
    case = dataclasses.replace(case, body=body, changed=context.now)
    return case, Keep(f"{case.number}/{len(thread) + 1}", actor.party, digests(node), (to,))
