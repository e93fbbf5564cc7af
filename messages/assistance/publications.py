"""News and the material centre (新闻动态, 资料中心): what customs publishes for foreign officers, with files.

A publication is customs' own case; officers read it as a bulletin and fetch its files.
"""

from __future__ import annotations

import dataclasses

from messages.assistance.cases import actor_of, check_time, form_of, lock, named, row
from messages.assistance.events import NEW, OFFICER
from messages.assistance.names import NO_CASE, SYSTEM_NAME, WRONG
from messages.assistance.rules import digests, named_files
from messages.faults import NodeFault
from messages.wire import wire_date
from messages.workflow import (
    Case,
    CaseByNumber,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    FileOf,
    Issue,
    Needs,
    Publish,
    Put,
    Withdraw,
)


def needs(event: Event) -> Needs:
    """The case that a change or a withdrawal names, and the files."""
    node, actor = event.content, actor_of(event)
    facts: list[Fact] = [FileOf(actor.party, digest) for digest in digests(node)]
    if not node.get("caseNo"):
        return Needs(tuple(facts))
    return Needs((CaseByNumber(str(node["caseNo"])), *facts), (lock(node["caseNo"]),))


def publish(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Publish, change or withdraw. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    case = _own(event, facts) if node["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    if event.name == "withdraw":
        assert case is not None  # row: nothing is withdrawn before it is published
        gone = dataclasses.replace(case, state=step.target, changed=context.now)
        return (
            Put(gone),
            Withdraw(case.number, case.owner),
            Issue(actor.party, "CMA172", step.status, "撤回成功 / withdrawn", event.origin, case.number),
        )
    form = form_of(node)
    if not form.get("kind"):
        raise NodeFault(WRONG, "发布内容不能为空 / say what is to be published (kind, title, content)")
    files = named_files(actor.party, facts, form)
    if case is None:
        case = Case(context.next_number(), SYSTEM_NAME, actor.party, "", {}, context.now, context.now)
    case = dataclasses.replace(
        case,
        state=step.target,
        body={"stored": form, "appTime": node["appTime"]},
        changed=context.now,
        search={"title": str(form["title"]), "reqDate": wire_date(context.now)},
    )
    return (
        Put(case),
        Publish(
            key=case.number,
            kind=str(form["kind"]),
            publisher=case.owner,
            title=str(form["title"]),
            body=str(form["content"]),
            audience=OFFICER,
            files=files,
        ),
        Issue(actor.party, "CMA172", step.status, "发布成功 / published", event.origin, case.number),
    )


def _own(event: Event, facts: Facts) -> Case:
    """What is changed or withdrawn is what the same customs has published. Raises NodeFault."""
    case = named(event, facts)
    if case.owner != actor_of(event).party:
        raise NodeFault(NO_CASE, f"{case.number} 不是贵方发布的 / it was published by another customs")
    return case
