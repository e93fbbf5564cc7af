"""Two foreign customs and China's in memory: runs assistance steps as the dispatch does, on dicts."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from messages.assistance import SYSTEM
from messages.faults import NodeFault
from messages.workflow import (
    Actor,
    Case,
    CaseByInner,
    CaseByNumber,
    Context,
    Event,
    Fact,
    File,
    FileOf,
    Issue,
    Keep,
    Origin,
    Party,
    PartyByCode,
    Publish,
    Put,
    PutRecord,
    Record,
    RecordInForce,
    RecordsUnder,
    Withdraw,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in China
OFFICER = Actor("DXPOFF0000000001", "FCUSTOMS01", "Foreign Customs One", "officer", "A. Moreau")
OTHER = Actor("DXPOFF0000000002", "FCUSTOMS02", "Foreign Customs Two", "officer", "K. Tanaka")
DESK = Actor("DXPCUS0000000001", "0100000001", "China Customs", "customs", "王核")
DESK_2 = Actor("DXPCUS0000000002", "0200000001", "Another desk", "customs", "李核")
PARTIES = {
    each.cop_code: Party(each.party, each.cop_code, each.name, each.role) for each in (OFFICER, OTHER, DESK)
}
TYPES = {kind.code: kind for kind in SYSTEM.types}
PDF = "application/pdf"


def digest(number: int) -> str:
    """The digest of one of the files that everybody has sent."""
    return f"{number:064x}"


def attached(number: int, doc: str = "") -> dict[str, str]:
    """A file as a message names it."""
    entry = {"name": f"{number}.pdf", "size": "1000", "mediaType": PDF, "digest": digest(number)}
    return {"docType": doc, **entry} if doc else entry


def request(**changes: Any) -> dict[str, Any]:
    """A request of which nothing is missing; what is changed to None is left out."""
    goods = {"gName": "phones", "grossWt": "10", "netWt": "9.5", "qty": "5", "total": "50", "currency": "USD"}
    bill = {
        "billType": "1", "ieFlag": "E", "declCustoms": "2200", "billDate": "20261001",
        "loadPort": "Shanghai", "destPort": "Busan", "transMode": "2", "containerNo": "CSQU3054383",
        "ownerScc": "91350100M000100Y43", "Goods": [goods],
    }  # fmt: skip
    form = {
        "reqDate": "20261119", "country": "KOR", "reqDept": "Investigation", "reqSender": "A. Moreau",
        "reqMail": "a@b.example", "letterNo": "FC1/1", "reqType": "1", "reqBackground": "1",
        "reqMatter": "1", "agreementNo": "KOR-1", "Bill": [bill],
        "Attachment": [attached(1, "01"), attached(2, "02")], **changes,
    }  # fmt: skip
    return copy.deepcopy({name: value for name, value in form.items() if value is not None})


class World:
    """Cases, records, receipts, files and bulletins, and a clock that goes on with every step."""

    def __init__(self, *, filed: bool = True) -> None:
        self.cases: dict[str, Case] = {}
        self.records: dict[tuple[str, str, str], Record] = {}
        self.receipts: list[Issue] = []
        self.kept: dict[tuple[str, str], Keep] = {}
        self.bulletins: dict[str, Publish] = {}
        self.files: dict[str, File] = {}  # beside those of `digest`
        self.now = NOW
        self._guids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._times = itertools.count(20261120090000)
        if filed:
            self.office()
            self.office(OTHER, country="THA", union="ASEAN")
            self.agreement()
            self.receipts.clear()

    # -- what is sent

    def submit(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """Send a request that lacks nothing."""
        return self.request(actor, appStatus="2", **changes)

    def save(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """Keep it as a draft."""
        return self.request(actor, appStatus="1", **changes)

    def request(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """One CMA111 node, or CMA141 of customs."""
        code = "CMA141" if actor.role == "customs" else "CMA111"
        return self.send(code, {"appType": "1", **request(**changes)}, actor)

    def delete(self, number: str, actor: Actor = OFFICER) -> list[int]:
        """Take a draft back."""
        code = "CMA141" if actor.role == "customs" else "CMA111"
        return self.send(code, {"appType": "3", "appStatus": "2", "caseNo": number}, actor)

    def answer(self, number: str, result: str = "1", actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs feeds back (1) or returns (0)."""
        node = {"caseNo": number, "result": result, "conclusion": "1", "content": "in order", **changes}
        return self.send("CMA121", {name: value for name, value in node.items() if value}, actor)

    def evaluate(self, number: str, actor: Actor = OFFICER) -> list[int]:
        """The foreign customs' opinion of the feedback."""
        return self.send("CMA131", {"caseNo": number, "grade": "5", "content": "good"}, actor)

    def reply(self, number: str, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """The foreign customs' feedback."""
        node = {"caseNo": number, "conclusion": "2", "content": "not so", **changes}
        return self.send("CMA151", node, actor)

    def assess(self, number: str, actor: Actor = DESK) -> list[int]:
        """China's opinion of it."""
        return self.send("CMA161", {"caseNo": number, "grade": "4", "content": "fine"}, actor)

    def publish(self, actor: Actor = DESK, **changes: Any) -> list[int]:
        """A piece of news."""
        node = {"kind": "news", "title": "New", "content": "text", **changes}
        return self.send("CMA171", {name: value for name, value in node.items() if value}, actor)

    def agreement(self, **changes: Any) -> list[int]:
        """The agreement with KOR."""
        node = {"agreementNo": "KOR-1", "country": "KOR", "nameZh": "协定", "nameEn": "Agreement", **changes}
        return self.send("CMA181", {name: value for name, value in node.items() if value}, DESK)

    def office(self, of: Actor = OFFICER, **changes: Any) -> list[int]:
        """What customs files of a foreign customs."""
        node = {
            "country": "KOR", "officeCode": of.cop_code, "nameZh": "外方", "nameEn": of.name,
            "reqDept": "Investigation", "reqMail": "office@b.example", **changes,
        }  # fmt: skip
        return self.send("CMA191", {name: value for name, value in node.items() if value}, DESK)

    def send(self, code: str, node: dict[str, Any], actor: Actor) -> list[int]:
        """One node through its workflow; the statuses of its sender's receipts, or of its fault."""
        kind = TYPES[code]
        guid = f"{next(self._guids):08d}-0000-0000-0000-000000000000"
        node = {
            "guid": guid, "appType": "1", "appTime": str(next(self._times)), "appStatus": "2", **node,
        }  # fmt: skip
        assert kind.event(node) in kind.events
        origin = Origin(1, code, f"MSG-{guid}", guid, "0" * 64, actor.party)
        before = len(self.receipts)
        try:
            self._run(Event(SYSTEM.name, kind.event(node), node, origin, actor))
        except NodeFault as fault:
            self.told = fault.info
            return [-(kind.number * 1000 + fault.number)]
        new = self.receipts[before:]
        self.told = new[-1].info if new else ""
        return [issue.status for issue in new if issue.to == actor.party]

    # -- what came of it

    def last(self) -> Case:
        """The newest case."""
        return self.cases[max(self.cases)]

    def told_to(self, actor: Actor) -> list[tuple[str, int]]:
        """Types and statuses of everything in somebody's mailbox."""
        return [(issue.type, issue.status) for issue in self.receipts if issue.to == actor.party]

    def readers(self, holder: str, owner: Actor = OFFICER) -> tuple[set[str], tuple[str, ...]]:
        """The owner's files that a case's draft, request or answer names, and who else may fetch them."""
        keep = self.kept[holder, owner.party]
        return set(keep.digests), keep.to

    def _run(self, event: Event) -> None:
        needs = SYSTEM.workflow.needs(event)
        facts = {fact: self.fact(fact) for fact in needs.facts}
        context = Context(self.now, lambda: SYSTEM.number.format(next(self._numbers)))
        for effect in SYSTEM.workflow.step(event, facts, context):
            match effect:
                case Put(case=case):
                    self.cases[case.number] = dataclasses.replace(case, revision=case.revision + 1)
                case PutRecord(record=record):
                    self.records[record.system, record.kind, record.key] = record
                case Issue():
                    self.receipts.append(effect)
                case Keep():
                    # Storage would try again and again with a file that is not its owner's.
                    assert all(self.fact(FileOf(effect.owner, each)) for each in effect.digests)
                    self.kept[effect.holder, effect.owner] = effect
                case Publish():
                    self.bulletins[effect.key] = effect
                case Withdraw():
                    del self.bulletins[effect.key]
        self.now += timedelta(seconds=1)

    def fact(self, fact: Fact) -> Any:
        """As storage would find it."""
        match fact:
            case CaseByNumber():
                return self.cases.get(fact.number)
            case CaseByInner():
                same = (c for c in self.cases.values() if (c.owner, c.inner) == (fact.owner, fact.inner))
                return next(same, None)
            case RecordInForce():
                return self._in_force(self.records.get((fact.system, fact.kind, fact.key)))
            case RecordsUnder():
                found = sorted(key for key in self.records if key[:2] == (fact.system, fact.kind))
                under = (self._in_force(self.records[key]) for key in found if key[2].startswith(fact.prefix))
                return tuple(record for record in under if record is not None)
            case PartyByCode():
                return PARTIES.get(fact.cop_code)
            case FileOf(digest=named) if named in self.files:
                return self.files[named]
            case FileOf(digest=named) if 0 < int(named, 16) < 100:
                return File(named, 1000, PDF, "as sent.pdf")
        return None

    def _in_force(self, record: Record | None) -> Record | None:
        over = record is not None and record.valid_to is not None and record.valid_to <= self.now
        return None if over else record
