"""What customs publishes: 公告, 法规及政策文件 as bulletins with files, and 旧机电业务规则 as records."""

from __future__ import annotations

from messages.faults import NodeFault
from messages.happenings import DELETE, NEW
from messages.inspection.cases import CASES, day
from messages.inspection.names import FILED, MISSING, NO_CASE, PUBLICATION, SYSTEM_NAME
from messages.publishing import Publishing, Search
from messages.statuses import Status
from messages.stepping import OLD, actor_of, form_of
from messages.workflow import (
    Body,
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    PutRecord,
    Record,
    RecordInForce,
    RecordsUnder,
)

RULES = RecordsUnder(SYSTEM_NAME, "rule", "")


def _search(form: Body, context: Context) -> Search:
    found = {"kind": PUBLICATION, "day": day(context), "words": str(form["title"])}
    return {**found, "purpose": str(form["kind"])}


PUBLICATIONS = Publishing(CASES, "PSI222", MISSING, _search, own={"kind": PUBLICATION})


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
    CASES.check_time(event, None, context)
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
