"""What customs publishes: 公告, 法规及政策文件 as bulletins, and 旧机电业务规则 as records.

A publication is customs' own case; agencies and enterprises read it as a bulletin and fetch its files.
"""

from __future__ import annotations

import dataclasses

from messages.faults import NodeFault
from messages.inspection.cases import (
    about,
    actor_of,
    check_time,
    day,
    form_of,
    named,
    named_files,
    new_case,
    row,
)
from messages.inspection.events import DELETE, NEW
from messages.inspection.names import FILED, MISSING, NO_CASE, PUBLICATION, SYSTEM_NAME
from messages.statuses import Status
from messages.stepping import OLD
from messages.workflow import (
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    Publish,
    Put,
    PutRecord,
    Record,
    RecordInForce,
    RecordsUnder,
    Withdraw,
)

RULES = RecordsUnder(SYSTEM_NAME, "rule", "")


def needs(event: Event) -> Needs:
    """The case that a change or a withdrawal names, and the files."""
    return Needs(*about(event))


def publish(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """Publish, change or withdraw. Raises NodeFault."""
    node, actor = event.content, actor_of(event)
    case = named(event, facts) if node["appType"] != NEW else None
    step = row(case, event.name)
    check_time(event, case, context)
    if case is not None and case.owner != actor.party:
        raise NodeFault(NO_CASE, f"{case.number} 不是贵方发布的 / it was published by another customs")
    if event.name == "withdraw":
        assert case is not None  # row: nothing is withdrawn before it is published
        gone = dataclasses.replace(case, state=step.target, changed=context.now)
        told = Issue(actor.party, "PSI222", step.status, "撤回成功 / withdrawn", event.origin, case.number)
        return Put(gone), Withdraw(case.number, case.owner), told
    form = form_of(node)
    if not form.get("kind"):
        raise NodeFault(MISSING, "发布内容不能为空 / say what is to be published (kind, title, content)")
    files = named_files(event, facts)
    case = case or new_case(actor.party, context)
    case = dataclasses.replace(
        case,
        state=step.target,
        body={"kind": PUBLICATION, "stored": form, "appTime": node["appTime"]},
        changed=context.now,
        search={"kind": PUBLICATION, "day": day(context), "words": str(form["title"])},
    )
    return (
        Put(case),
        Publish(
            key=case.number,
            kind=str(form["kind"]),
            title=str(form["title"]),
            body=str(form["content"]),
            publisher=case.owner,
            files=files,
        ),
        Issue(actor.party, "PSI222", step.status, "发布成功 / published", event.origin, case.number),
    )


# -- 旧机电业务规则


def _rule(event: Event) -> RecordInForce:
    return RecordInForce(SYSTEM_NAME, "rule", str(event.content["ruleCode"]))


def rule_needs(event: Event) -> Needs:
    """The rule as it is."""
    known = _rule(event)
    return Needs((known,), claims=(f"{SYSTEM_NAME}/rule/{known.key}",))


def rule(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """New, changed or withdrawn, as appType says. Raises NodeFault."""
    node, known = event.content, _rule(event)
    before: Record | None = facts[known]
    check_time(event, None, context)
    if node["appType"] == NEW and before is not None:
        raise NodeFault(FILED, f"HS编码 {known.key} 已有规则，请用变更 / change it with appType 2")
    if node["appType"] != NEW and before is None:
        raise NodeFault(NO_CASE, f"HS编码 {known.key} 没有规则 / there is no rule for it")
    if before is not None and str(before.body["appTime"]) >= str(node["appTime"]):
        raise NodeFault(OLD, f"appTime {node['appTime']} 不晚于已发布的 / it is not later than the rule's")
    ends = context.now if node["appType"] == DELETE else None
    if ends is None and not node.get("gName"):
        raise NodeFault(MISSING, "规则内容不能为空 / say what the rule is (gName, inspect, content)")
    body = {**form_of(node), "appTime": node["appTime"], "since": day(context)}
    zh, en = ("已撤销", "withdrawn") if ends else ("已发布", "published")
    info = f"业务规则 {known.key} {zh} / {en}"
    return (
        PutRecord(Record(SYSTEM_NAME, "rule", known.key, body, context.now, ends)),
        Issue(actor_of(event).party, "PSI232", Status.STORED, info, event.origin),
    )
