"""Manifests and arrivals (舱单、运抵报告), as carriers and ports send them, and what they have to do with a
declaration.

Each is its sender's own: nobody takes a bill of lading away from another by naming it first. The manual does
not say who may speak of one, and the spec knows parties that customs has let in; so a record, under the bill
of lading, its mode of transport and whether it comes in or goes out, holds what each of them has said, by
dxpId. A declaration goes by the manifest that does not contradict its means of transport and voyage; where
several do not, that is a mismatch, which names their senders, and nothing is declared by any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from messages.declaration.cases import actor_of, check_time, form_of
from messages.declaration.names import MISSING, NO_CASE, SYSTEM_NAME
from messages.faults import NodeFault
from messages.statuses import Status
from messages.stepping import OLD, Pair, joined
from messages.wire import wire_date
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
    RecordsCounted,
    RecordsUnder,
)

MANIFEST, ARRIVAL = "manifest", "arrival"
OWN = "own-"  # before it: the same by sender and the day on which it was first sent, to be listed
_NEEDED = {MANIFEST: "packNo", ARRIVAL: "arrivalTime"}
_RECEIPTS = {MANIFEST: "DEC172", ARRIVAL: "DEC182"}
_MEANS = ("trafName", "voyNo")
_COMPARED = (("packNo", "件数", "packages"), ("grossWet", "毛重", "gross weight"))


def record_of(kind: str, form: Mapping[str, Any]) -> RecordInForce:
    """What carriers have said of a declaration's bill of lading, or of a message's own."""
    key = f"{form['ieFlag']}/{form['trafMode']}/{form.get('billNo', '')}"
    return RecordInForce(SYSTEM_NAME, kind, key)


def own_of(kind: str, party: str, month: str, most: int) -> tuple[RecordsUnder, RecordsCounted]:
    """What a party has sent first in a month, yyyyMM, and has not taken back: the latest, and how many."""
    known = SYSTEM_NAME, f"{OWN}{kind}", f"{party}/{month}"
    return RecordsUnder(*known, most), RecordsCounted(*known)


def said(record: Record | None) -> Mapping[str, Body]:
    """What is in force, by who has said it."""
    return record.body["said"] if record is not None else {}


def needs(event: Event) -> Needs:
    """What was said before."""
    known = record_of(event.name, event.content)
    return Needs((known,), (), (f"{SYSTEM_NAME}/{event.name}/{known.key}",))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """One manifest or arrival, new, changed or taken back. Raises NodeFault."""
    actor, node, kind = actor_of(event), event.content, event.name
    check_time(event, None, context)
    known = record_of(kind, node)
    every = dict(said(facts[known]))
    before = every.pop(actor.party, None)
    if before is not None and str(node["appTime"]) <= str(before["appTime"]):
        raise NodeFault(OLD, f"appTime {node['appTime']} 不晚于 {before['appTime']} / it is not later")
    gone = node["appType"] == "3"
    if gone and before is None:
        raise NodeFault(NO_CASE, f"{node['billNo']} 没有可删除的数据 / there is nothing to delete")
    if not gone and not node.get(_NEEDED[kind]):
        raise NodeFault(MISSING, f"内容不能为空({_NEEDED[kind]}) / it is empty")
    today = wire_date(context.now)
    first = str(before["first"]) if before is not None else today
    if not gone:
        own = {"appTime": node["appTime"], "since": today, "first": first, "by": actor.name}
        every[actor.party] = {**form_of(node), **own}
    listed = Record(
        SYSTEM_NAME, f"{OWN}{kind}", f"{actor.party}/{first}/{known.key}", every.get(actor.party, {}),
        context.now, context.now if gone else None,
    )  # fmt: skip
    ends = None if every else context.now
    done = ("已删除", "deleted") if gone else ("已接收", "taken")
    info = joined((str(node["billNo"]),) * 2, done, zh=" ", en=" ")
    return (
        PutRecord(Record(SYSTEM_NAME, kind, known.key, {"said": every}, context.now, ends)),
        PutRecord(listed),
        Issue(actor.party, _RECEIPTS[kind], Status.STORED, info, event.origin),
    )


def meant(form: Mapping[str, Any], manifests: Mapping[str, Body]) -> dict[str, Body]:
    """Of the manifests of a declaration's bill of lading those that may be its own, by their senders: they
    name its means of transport and voyage, or one of the two says nothing of it.
    """

    def same(manifest: Body) -> bool:
        both = ((form.get(name), manifest.get(name)) for name in _MEANS)
        return all(_plain(here) == _plain(there) for here, there in both if here and there)

    return {sender: manifest for sender, manifest in manifests.items() if same(manifest)}


def arrived(arrivals: Mapping[str, Body], manifests: Mapping[str, Body]) -> dict[str, Body]:
    """The arrivals that count: that of the one carrier whose manifest it is, if it has sent one; else all,
    as a port's own may be.
    """
    if len(manifests) == 1:
        (carrier,) = manifests
        if carrier in arrivals:
            return {carrier: arrivals[carrier]}
    return dict(arrivals)


def senders(found: Mapping[str, Body]) -> Pair:
    """Who has sent them, each by name and dxpId."""
    named = [f"{each['by']}({sender})" for sender, each in sorted(found.items())]
    return "、".join(named), ", ".join(named)


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def differences(form: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(zh, en) for each field in which a declaration differs from the manifest of its bill of lading."""
    for name, zh, en in _COMPARED:
        here, there = Decimal(form[name]), Decimal(manifest[name])
        if here != there:
            yield f"{zh}：报关单 {here}，舱单 {there}", f"{en}: declared {here}, manifest {there}"
