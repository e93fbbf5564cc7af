"""A customs house in memory: runs bonded steps the way the dispatch does, on dicts instead of tables."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from messages.bonded import SYSTEM
from messages.faults import NodeFault
from messages.workflow import (
    Actor,
    Case,
    CaseByInner,
    CaseByNumber,
    Context,
    Event,
    Fact,
    Follow,
    Issue,
    Origin,
    Put,
    PutRecord,
    Record,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in China
OPERATOR = Actor("DXPENT0000000001", "1105910001", "甲公司", "operator", "张晓楼")
OTHER = Actor("DXPENT0000000002", "1105910002", "乙公司", "operator", "李四")
DESK = Actor("DXPCUS0000000001", "0100000000", "北京海关", "customs", "王关员")
TYPES = {kind.code: kind for kind in SYSTEM.types}


def line(**changes: str) -> dict[str, str]:
    """A body line (表体) whose total agrees with its parts."""
    return {
        "recordNo": "1", "codeTs": "8517703000", "gName": "电路板", "unit": "007", "stockQty": "10",
        "onlineQty": "2", "transferInQty": "0", "totalQty": "12", **changes,
    }  # fmt: skip


class World:
    """Cases, records and receipts, and a clock that the test moves."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.records: dict[tuple[str, str, str], Record] = {}
        self.receipts: list[Issue] = []
        self.now = NOW
        self._guids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._times = itertools.count(20261120090000)

    def stocktake(self, actor: Actor = OPERATOR, *, follow: bool = True, **changes: Any) -> list[int]:
        """Send a BVS111 node; the statuses of the receipts that its owner got for it."""
        node: dict[str, Any] = {
            "appType": "1", "appStatus": "2", "etpsInnerNo": "A1", "etpsCode": "1105030002",
            "etpsName": "甲", "stockDate": "20261119", "mgmtMode": "3", "etpsNature": "1", "Line": [line()],
            **changes,
        }  # fmt: skip
        return self.send(
            "BVS111", {name: value for name, value in node.items() if value}, actor, follow=follow
        )

    def delete(self, number: str, actor: Actor = OPERATOR) -> list[int]:
        """Whole-form deletion (整票删除)."""
        return self.send("BVS111", {"appType": "3", "appStatus": "2", "caseNo": number}, actor)

    def review(
        self, number: str, result: str = "1", info: str = "", actor: Actor = DESK, **changes: str
    ) -> list[int]:
        """The desk's review; result 1 approves."""
        node = {
            "appType": "1",
            "appStatus": "2",
            "caseNo": number,
            "reviewResult": result,
            "reviewInfo": info,
            **changes,
        }
        return self.send("BVS121", node, actor)

    def book(self, **changes: Any) -> list[int]:
        """Send a BVS131 node: book E11054000001 of the enterprise, with a line like `line()`."""
        entry = {
            "recordNo": "1",
            "codeTs": "8517703000",
            "gName": "电路板",
            "unit": "007",
            "balanceQty": "15",
        }
        node = {
            "appType": "1", "appStatus": "2", "bookNo": "E11054000001", "bookType": "1",
            "etpsCode": "1105030002", "BookLine": [entry], **changes,
        }  # fmt: skip
        return self.send("BVS131", node, DESK)

    def send(self, code: str, node: dict[str, Any], actor: Actor, *, follow: bool = True) -> list[int]:
        """One node through its workflow; the statuses of its receipts, or of its fault."""
        kind = TYPES[code]
        guid = f"{next(self._guids):08d}-0000-0000-0000-000000000000"
        node = {"guid": guid, "appTime": str(next(self._times)), **node}
        origin = Origin(1, code, f"MSG-{guid}", node["guid"], "0" * 64, actor.party)
        before = len(self.receipts)
        try:
            follows = self._run(Event(SYSTEM.name, kind.event(node), node, origin, actor))
        except NodeFault as fault:
            return [-(kind.number * 1000 + fault.number)]
        while follow and follows:
            event = follows.pop(0)
            follows += self._run(Event(SYSTEM.name, event.name, event.content, event.origin))
        self.pending = follows
        return [issue.status for issue in self.receipts[before:]]

    def only(self) -> Case:
        """The one case there is."""
        (case,) = self.cases.values()
        return case

    def _run(self, event: Event) -> list[Follow]:
        needs = SYSTEM.workflow.needs(event)
        facts = {fact: self._fact(fact) for fact in needs.facts}
        context = Context(self.now, lambda: SYSTEM.number.format(next(self._numbers)))
        follows = []
        for effect in SYSTEM.workflow.step(event, facts, context):
            match effect:
                case Put(case=case):
                    self.cases[case.number] = dataclasses.replace(case, revision=case.revision + 1)
                case PutRecord(record=record):
                    self.records[record.system, record.kind, record.key] = record
                case Issue():
                    self.receipts.append(effect)
                case Follow():
                    follows.append(effect)
        self.now += timedelta(seconds=1)
        return follows

    def _fact(self, fact: Fact) -> Case | Record | None:
        if isinstance(fact, CaseByNumber):
            return self.cases.get(fact.number)
        if isinstance(fact, CaseByInner):
            same = (c for c in self.cases.values() if (c.owner, c.inner) == (fact.owner, fact.inner))
            return next(same, None)
        record = self.records.get((fact.system, fact.kind, fact.key))
        in_force = record is not None and (record.valid_to is None or record.valid_to > self.now)
        return record if in_force else None
