"""Two agencies, two enterprises and customs in memory: steps run as the dispatch runs them."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from messages.faults import NodeFault
from messages.inspection import SYSTEM
from messages.lookups import CODE
from messages.wire import app_time
from messages.workflow import (
    Actor,
    Body,
    Case,
    CaseByNumber,
    Context,
    Event,
    Fact,
    File,
    FileOf,
    Follow,
    Issue,
    Keep,
    Notify,
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
AGENCY = Actor("DXPAGE0000000001", "1100980001", "欧洲检验", "agency", "孙理")
AGENCY_2 = Actor("DXPAGE0000000002", "1100980002", "Inspectors Two", "agency", "J. Doe")
ENTERPRISE = Actor("DXPENT0000000001", "3122260001", "浦东进出口", "enterprise", "陈立")
ENTERPRISE_2 = Actor("DXPENT0000000002", "4403160002", "深圳电子", "enterprise", "周望")
DESK = Actor("DXPCUS0000000001", "0100000001", "China Customs", "customs", "王核")
DESK_2 = Actor("DXPCUS0000000002", "0200000001", "Another desk", "customs", "李核")
PARTIES = {
    each.cop_code: Party(each.party, each.cop_code, each.name, each.role)
    for each in (AGENCY, AGENCY_2, ENTERPRISE, ENTERPRISE_2, DESK)
}
TYPES = {kind.code: kind for kind in SYSTEM.types}
PDF = "application/pdf"
FILING = {
    "agencyName": "欧洲检验有限公司", "country": "DEU", "address": "Hamburg", "legalRep": "H. Meier",
    "contact": "孙理", "idNumber": "11010519491231002X", "phone": "+49 40 123456", "mail": "a@b.example",
}  # fmt: skip
GOODS = {"codeTs": "8457101000", "gName": "加工中心", "qty": "2", "unit": "001", "amount": "150000.50"}
ENTRUSTMENT = {
    "consignee": "浦东进出口", "contact": "陈立", "phone": "021-12345678", "purpose": "1",
    "agencyCode": AGENCY.cop_code, "entryCustoms": "2200", "destPlace": "310000", "destCustoms": "2200",
    "currency": "EUR",
}  # fmt: skip


def digest(number: int) -> str:
    """The digest of one of the files that everybody has sent."""
    return f"{number:064x}"


def attached(number: int) -> dict[str, str]:
    """A file as a message names it."""
    return {"name": f"{number}.pdf", "size": "1000", "mediaType": PDF, "digest": digest(number)}


def at(seconds: float) -> str:
    """YyyyMMddHHmmss in China, so many seconds after the beginning."""
    return app_time(NOW + timedelta(seconds=seconds))


class World:
    """Cases, records, receipts, files and bulletins, and a clock that the test turns; timers fire by it."""

    def __init__(self, *, filed: bool = True) -> None:
        self.cases: dict[str, Case] = {}
        self.records: dict[tuple[str, str, str], list[Record]] = {}
        self.receipts: list[Issue] = []
        self.kept: dict[tuple[str, str], Keep] = {}
        self.bulletins: dict[str, Publish] = {}
        self.notified: list[Notify] = []
        self.files: dict[str, File] = {}  # beside those of `digest`
        self.timers: list[Follow] = []
        self.now = NOW
        self.told = ""
        self._guids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._times = itertools.count(20261120090000)
        if filed:
            self.file()
            self.receipts.clear()
            self.bulletins.clear()

    # -- what is sent

    def apply(self, actor: Actor = AGENCY, number: str | None = None, **changes: Any) -> list[int]:
        """An agency's application, or a change of the case `number`."""
        return self._form("PSI111", FILING, actor, number, "2", changes)

    def save(self, actor: Actor = AGENCY, number: str | None = None, **changes: Any) -> list[int]:
        """The same, kept as a draft."""
        return self._form("PSI111", FILING, actor, number, "1", changes)

    def review(self, number: str, result: str = "1", content: str = "see", **changes: Any) -> list[int]:
        """Customs accepts (1), does not (2), or asks for more (3)."""
        node = {"caseNo": number, "result": result, "content": content, **changes}
        return self.send("PSI121", node, DESK)

    def file(self, actor: Actor = AGENCY) -> str:
        """An agency applies and is accepted; its filing's case."""
        assert self.apply(actor) == [120], self.told
        number = self.last().number
        assert self.review(number) == [399]
        return number

    def entrust(self, actor: Actor = ENTERPRISE, number: str | None = None, **changes: Any) -> list[int]:
        """An enterprise entrusts the first agency, or sends the case `number` again."""
        return self._form("PSI131", {**ENTRUSTMENT, "Goods": [GOODS]}, actor, number, "2", changes)

    def write(self, actor: Actor = ENTERPRISE, number: str | None = None, **changes: Any) -> list[int]:
        """The same, kept as a draft, without goods."""
        return self._form("PSI131", ENTRUSTMENT, actor, number, "1", changes)

    def entrusted(self, **changes: Any) -> str:
        """The number of an entrustment that was sent."""
        assert self.entrust(**changes) == [120], self.told
        return self.last().number

    def answer(self, number: str, result: str = "1", actor: Actor = AGENCY, **changes: Any) -> list[int]:
        """The agency accepts (1) or returns (0)."""
        node = {"caseNo": number, "result": result, "content": "why", **changes}
        return self.send("PSI141", node, actor)

    def inspect(self, number: str, actor: Actor = AGENCY, **changes: Any) -> list[int]:
        """The agency's result, with a file."""
        node = {"caseNo": number, "resultNo": "EU-1", "resultValidTo": "20270101",
                "Attachment": [attached(7)], **changes}  # fmt: skip
        return self.send("PSI151", node, actor)

    def call(self, kind: str = "1", of: Actor = AGENCY, **changes: Any) -> list[int]:
        """A quality problem (1), a check of documents (2) or on the spot (3)."""
        node = {"agencyCode": of.cop_code, "kind": kind, "content": "检查内容", **changes}
        return self.send("PSI161", node, DESK)

    def reply(self, number: str, actor: Actor = AGENCY, **changes: Any) -> list[int]:
        """The agency's answer, with a file."""
        node = {"caseNo": number, "content": "已改正", "Attachment": [attached(8)], **changes}
        return self.send("PSI171", node, actor)

    def judge(self, number: str, result: str = "1", content: str = "more", **changes: Any) -> list[int]:
        """Customs passes an answer (1) or wants more (0)."""
        node = {"caseNo": number, "result": result, "content": content, **changes}
        return self.send("PSI181", node, DESK)

    def dispose(self, kind: str = "1", of: Actor = AGENCY, **changes: Any) -> list[int]:
        """From 60 to 120 seconds after the beginning; what is changed to None is left out."""
        end = None if kind == "2" else at(120)
        node = {"agencyCode": of.cop_code, "kind": kind, "beginTime": at(60), "endTime": end,
                "content": "处置公告", **changes}  # fmt: skip
        return self.send("PSI191", {name: value for name, value in node.items() if value}, DESK)

    def lift(self, number: str, of: Actor = AGENCY, actor: Actor = DESK) -> list[int]:
        """Customs takes a disposal back."""
        return self.send("PSI191", {"appType": "3", "caseNo": number, "agencyCode": of.cop_code}, actor)

    def ask_report(self, year: str = "2025", of: Actor = AGENCY) -> list[int]:
        """Customs calls for a year's report."""
        return self.send("PSI201", {"agencyCode": of.cop_code, "year": year}, DESK)

    def report(self, number: str, status: str = "2", actor: Actor = AGENCY, **changes: str) -> list[int]:
        """The agency's report."""
        node = {"caseNo": number, "appStatus": status, "batches": "12", "amount": "1000", "failed": "1",
                "staff": "9", "content": "工作情况", **changes}  # fmt: skip
        return self.send("PSI211", node, actor)

    def publish(self, actor: Actor = DESK, **changes: Any) -> list[int]:
        """An announcement."""
        node = {"kind": "announcement", "title": "公告一", "content": "正文", **changes}
        return self.send("PSI221", {name: value for name, value in node.items() if value}, actor)

    def rule(self, **changes: Any) -> list[int]:
        """A rule for machining centres."""
        node = {"ruleCode": "8457", "gName": "加工中心", "inspect": "1", "content": "须检验", **changes}
        return self.send("PSI231", {name: value for name, value in node.items() if value}, DESK)

    def _form(
        self, code: str, form: Body, actor: Actor, number: str | None, status: str, changes: Mapping[str, Any]
    ) -> list[int]:
        head = {"appType": "2", "caseNo": number} if number else {"appType": "1"}
        node = {**head, "appStatus": status, **form, **changes}
        return self.send(code, {name: value for name, value in node.items() if value is not None}, actor)

    def send(self, code: str, node: dict[str, Any], actor: Actor) -> list[int]:
        """One node through its workflow; the statuses of its sender's receipts, or of its fault."""
        kind = TYPES[code]
        guid = f"{next(self._guids):08d}-0000-0000-0000-000000000000"
        time = str(next(self._times))
        node = {"guid": guid, "appType": "1", "appTime": time, "appStatus": "2", **copy.deepcopy(node)}
        assert kind.event(node) in kind.events
        origin = Origin(1, code, f"MSG-{guid}", guid, "0" * 64, actor.party)
        before = len(self.receipts)
        try:
            self._run(Event(SYSTEM.name, kind.event(node), node, origin, actor))
        except NodeFault as fault:
            self.told = fault.info
            return [-(kind.number * 1000 + fault.number)]
        new = self.receipts[before:]
        own = [issue for issue in new if issue.to == actor.party]
        self.told = own[-1].info if own else ""
        return [issue.status for issue in own]

    # -- what came of it

    def pass_to(self, seconds: float) -> None:
        """So many seconds after the beginning, with every timer that is due by then."""
        until = NOW + timedelta(seconds=seconds)
        while due := [each for each in self.timers if (each.at or self.now) <= until]:
            first = min(due, key=lambda each: each.at or self.now)
            self.timers.remove(first)
            self.now = max(self.now, first.at or self.now)
            self._run(Event(SYSTEM.name, first.name, first.content, first.origin))
        self.now = until

    def last(self) -> Case:
        """The newest case."""
        return self.cases[max(self.cases)]

    def state(self, number: str) -> str:
        """Of a case."""
        return self.cases[number].state

    def told_to(self, actor: Actor) -> list[tuple[str, int]]:
        """Types and statuses of everything in somebody's mailbox."""
        return [(issue.type, issue.status) for issue in self.receipts if issue.to == actor.party]

    def notices(self, actor: Actor) -> list[str]:
        """The titles of what a party was told."""
        return [each.title for each in self.bulletins.values() if each.audience == actor.party]

    def look(self, name: str, asker: Actor = ENTERPRISE, **key: str) -> Any:
        """What a lookup answers now."""
        lookup = SYSTEM.lookups[name]
        asked = {**key, CODE: asker.cop_code} if lookup.of_asker else key
        return lookup.values(asked, {fact: self.fact(fact) for fact in lookup.facts(asked)})

    def _run(self, event: Event) -> None:
        needs = SYSTEM.workflow.needs(event)
        facts = {fact: self.fact(fact) for fact in needs.facts}
        context = Context(self.now, lambda: SYSTEM.number.format(next(self._numbers)))
        for effect in SYSTEM.workflow.step(event, facts, context):
            match effect:
                case Put(case=case):
                    self.cases[case.number] = dataclasses.replace(case, revision=case.revision + 1)
                case PutRecord(record=record):
                    self._put(record)
                case Issue():
                    self.receipts.append(effect)
                case Follow():
                    self.timers.append(effect)
                case Keep():
                    # Storage would try again and again with a file that is not its owner's.
                    assert all(self.fact(FileOf(effect.owner, each)) for each in effect.digests)
                    self.kept[effect.holder, effect.owner] = effect
                case Notify():
                    self.notified.append(effect)
                case Publish():
                    self.bulletins[effect.key] = effect
                case Withdraw():
                    del self.bulletins[effect.key]

    def _put(self, new: Record) -> None:
        """As storage: it takes the place of one that began then, and ends what began before."""
        kept = []
        for old in self.records.get((new.system, new.kind, new.key), []):
            if old.valid_from != new.valid_from:
                if old.valid_from < new.valid_from and (old.valid_to or new.valid_from) >= new.valid_from:
                    old = dataclasses.replace(old, valid_to=new.valid_from)
                kept.append(old)
        self.records[new.system, new.kind, new.key] = [*kept, new]

    def fact(self, fact: Fact) -> Any:
        """As storage would find it."""
        match fact:
            case CaseByNumber():
                return self.cases.get(fact.number)
            case RecordInForce():
                return self._in_force((fact.system, fact.kind, fact.key))
            case RecordsUnder():
                found = sorted(key for key in self.records if key[:2] == (fact.system, fact.kind))
                under = (self._in_force(key) for key in found if key[2].startswith(fact.prefix))
                return tuple(record for record in under if record is not None)
            case PartyByCode():
                return PARTIES.get(fact.cop_code)
            case FileOf(digest=named) if named in self.files:
                return self.files[named]
            case FileOf(digest=named) if 0 < int(named, 16) < 100:
                return File(named, 1000, PDF, "as sent.pdf")
        return None

    def _in_force(self, key: tuple[str, str, str]) -> Record | None:
        found = None
        for record in self.records.get(key, []):
            if record.valid_from <= self.now and (record.valid_to is None or record.valid_to > self.now):
                found = record
        return found
