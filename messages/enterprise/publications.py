"""Notices (通知公告): what customs tells all enterprises, or one of them, with files.

A notice is customs' own case; enterprises read it as a bulletin, one for each role of theirs.
"""

from __future__ import annotations

import dataclasses

from messages.enterprise.cases import check_time, lock, named, row
from messages.enterprise.events import ENTERPRISES, NEW, RECEIPTS
from messages.enterprise.names import FILE, NO_CASE, NOTICE, SYSTEM_NAME, WRONG
from messages.faults import NodeFault
from messages.naming import described, digests, files_of, wrong_files
from messages.stepping import actor_of, form_of, told
from messages.wire import wire_date
from messages.workflow import (
    Body,
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
    Party,
    PartyByCode,
    Publish,
    Put,
    Withdraw,
)

KIND = "notice"


def needs(event: Event) -> Needs:
    """The case that a change or a withdrawal names, the enterprise addressed, and the files."""
    node, actor = event.content, actor_of(event)
    facts: list[Fact] = [FileOf(actor.party, digest) for digest in digests(node)]
    if node.get("regCode"):
        facts.append(PartyByCode(str(node["regCode"])))
    if not node.get("caseNo"):
        return Needs(tuple(facts))
    return Needs((CaseByNumber(str(node["caseNo"])), *facts), (lock(node["caseNo"]),))


def publish(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Publish, change or withdraw. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    case = _own(event, facts) if node["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    before = (
        {_key(case, one): Withdraw(_key(case, one), case.owner) for one in _audiences(case)} if case else {}
    )
    if event.name == "withdraw":
        assert case is not None  # row: nothing is withdrawn before it is published
        gone = dataclasses.replace(case, state=step.target, changed=context.now)
        info = "撤回成功 / withdrawn"
        return Put(gone), *before.values(), _receipt(event, case, step.status, info)
    form = form_of(node)
    if not form.get("title"):
        raise NodeFault(WRONG, "通知内容不能为空 / say what is to be published (title, content)")
    files = files_of(actor.party, facts, node)
    against = [f"{zh}({path}) / {en}" for path, zh, en in wrong_files(node, files)]
    if against:
        raise NodeFault(FILE, told(against))
    audiences = _addressed(node, facts)
    if case is None:
        case = Case(context.next_number(), SYSTEM_NAME, actor.party, "", {}, context.now, context.now)
    case = dataclasses.replace(
        case,
        state=step.target,
        body={"stored": form, "audiences": list(audiences), "appTime": node["appTime"]},
        changed=context.now,
        search={"type": NOTICE, "title": str(form["title"]), "applyDate": wire_date(context.now)},
    )
    published = {
        _key(case, audience): Publish(
            key=_key(case, audience),
            kind=KIND,
            title=str(form["title"]),
            body=str(form["content"]),
            publisher=case.owner,
            audience=audience,
            files=described(node, files),
        )
        for audience in audiences
    }
    gone_from = [effect for key, effect in before.items() if key not in published]
    receipt = _receipt(event, case, step.status, "发布成功 / published")
    return Put(case), *gone_from, *published.values(), receipt


def _addressed(node: Body, facts: Facts) -> tuple[str, ...]:
    """The enterprise that is named, or all roles of enterprises. Raises NodeFault."""
    code = node.get("regCode")
    if not code:
        return ENTERPRISES
    party: Party | None = facts[PartyByCode(str(code))]
    if party is None or party.kind not in ENTERPRISES:
        raise NodeFault(NO_CASE, f"没有海关注册编号为 {code} 的企业 / no enterprise has the code {code}")
    return (party.dxp_id,)


def _audiences(case: Case) -> tuple[str, ...]:
    return tuple(case.body["audiences"])


def _key(case: Case, audience: str) -> str:
    return f"{case.number}/{audience}"


def _own(event: Event, facts: Facts) -> Case:
    """What is changed or withdrawn is what the same customs has published. Raises NodeFault."""
    case = named(event, facts)
    if case.owner != actor_of(event).party:
        raise NodeFault(NO_CASE, f"{case.number} 不是贵方发布的 / it was published by another customs")
    return case


def _receipt(event: Event, case: Case, status: int, info: str) -> Issue:
    return Issue(actor_of(event).party, RECEIPTS[NOTICE], status, info, event.origin, case.number)
