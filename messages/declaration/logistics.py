"""Manifests and arrivals (舱单、运抵报告), as carriers and ports send them, and what they have to do with a
declaration.

Both are records, under the bill of lading, its mode of transport and whether it comes in or goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from messages.declaration.cases import actor_of, check_time, form_of
from messages.declaration.names import MISSING, NO_CASE, SYSTEM_NAME
from messages.faults import NodeFault
from messages.statuses import Status
from messages.stepping import OLD
from messages.workflow import (
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    PutRecord,
    Record,
    RecordInForce,
)

MANIFEST, ARRIVAL = "manifest", "arrival"
_NEEDED = {MANIFEST: "packNo", ARRIVAL: "arrivalTime"}
_RECEIPTS = {MANIFEST: "DEC172", ARRIVAL: "DEC182"}
_COMPARED = (("packNo", "件数", "packages"), ("grossWet", "毛重", "gross weight"))


def record_of(kind: str, form: Mapping[str, Any]) -> RecordInForce:
    """What carriers have said of a declaration's bill of lading, or of a message's own."""
    key = f"{form['ieFlag']}/{form['trafMode']}/{form.get('billNo', '')}"
    return RecordInForce(SYSTEM_NAME, kind, key)


def needs(event: Event) -> Needs:
    """What was said before."""
    known = record_of(event.name, event.content)
    return Needs((known,), (), (f"{SYSTEM_NAME}/{event.name}/{known.key}",))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """One manifest or arrival, new, changed or taken back. Raises NodeFault."""
    actor, node, kind = actor_of(event), event.content, event.name
    check_time(event, None, context)
    known = record_of(kind, node)
    before: Record | None = facts[known]
    if before is not None and before.body["sender"] != actor.party:
        raise NodeFault(NO_CASE, f"{node['billNo']} 已由其他企业报送 / another party has sent one for it")
    if before is not None and str(node["appTime"]) <= str(before.body["appTime"]):
        raise NodeFault(OLD, f"appTime {node['appTime']} 不晚于 {before.body['appTime']} / it is not later")
    gone = node["appType"] == "3"
    if gone and before is None:
        raise NodeFault(NO_CASE, f"{node['billNo']} 没有可删除的数据 / there is nothing to delete")
    if not gone and not node.get(_NEEDED[kind]):
        raise NodeFault(MISSING, f"内容不能为空({_NEEDED[kind]}) / it is empty")
    body = {**form_of(node), "sender": actor.party, "appTime": node["appTime"]}
    ends = context.now if gone else None
    info = f"{node['billNo']} {'已删除 / deleted' if gone else '已接收 / taken'}"
    return (
        PutRecord(Record(SYSTEM_NAME, kind, known.key, body, context.now, ends)),
        Issue(actor.party, _RECEIPTS[kind], Status.STORED, info, event.origin),
    )


def differences(form: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(zh, en) for each field in which a declaration differs from the manifest of its bill of lading."""
    for name, zh, en in _COMPARED:
        here, there = Decimal(form[name]), Decimal(manifest[name])
        if here != there:
            yield f"{zh}：报关单 {here}，舱单 {there}", f"{en}: declared {here}, manifest {there}"
