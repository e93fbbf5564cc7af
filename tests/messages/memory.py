"""What a system's steps do, in memory: runs them as the dispatch does, on dicts, with a clock of its own."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from messages.faults import NodeFault
from messages.system import System
from messages.workflow import (
    ActiveParty,
    Actor,
    Case,
    CaseByInner,
    CaseByNumber,
    CasesAlike,
    CasesCounted,
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
    RecordsCounted,
    RecordsUnder,
    Withdraw,
)

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10:00 in China
PDF = "application/pdf"


def digest(number: int) -> str:
    """The digest of one of the files that everybody has sent, from 1 to 99."""
    return f"{number:064x}"


def attached(number: int, doc: str = "") -> dict[str, str]:
    """A file as a message names it."""
    entry = {"name": f"{number}.pdf", "size": "1000", "mediaType": PDF, "digest": digest(number)}
    return {"docType": doc, **entry} if doc else entry


class Memory:
    """Cases, records, receipts, files and bulletins, and a clock that goes on with every step."""

    def __init__(self, system: System, parties: Mapping[str, Party]) -> None:
        self.system = system
        self.parties = parties  # by customs code
        self.types = {kind.code: kind for kind in system.types}
        self.cases: dict[str, Case] = {}
        self.records: dict[tuple[str, str, str], Record] = {}
        self.receipts: list[Issue] = []
        self.kept: dict[tuple[str, str], Keep] = {}
        self.bulletins: dict[str, Publish] = {}
        self.notified: list[Notify] = []
        self.files: dict[str, File] = {}  # beside those of `digest`
        self.follows: list[Follow] = []  # not carried out yet
        self.now = NOW
        self._guids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._times = itertools.count(20261120090000)

    def send(self, code: str, node: dict[str, Any], actor: Actor) -> list[int]:
        """One node through its workflow; the statuses of its sender's receipts, or of its fault."""
        kind = self.types[code]
        guid = f"{next(self._guids):08d}-0000-0000-0000-000000000000"
        node = {
            "guid": guid, "appType": "1", "appTime": str(next(self._times)), "appStatus": "2", **node,
        }  # fmt: skip
        assert kind.event(node) in kind.events
        origin = Origin(1, code, f"MSG-{guid}", guid, "0" * 64, actor.party)
        before = len(self.receipts)
        try:
            self._run(Event(self.system.name, kind.event(node), node, origin, actor))
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

    def go_on(self, until: datetime | None = None) -> None:
        """Carry out what follows and is due by then (None: by now), one after another."""
        while due := [each for each in self.follows if (each.at or self.now) <= (until or self.now)]:
            first = min(due, key=lambda each: each.at or self.now)
            self.follows.remove(first)
            self.carry_out(first)
        self.now = max(self.now, until or self.now)

    def carry_out(self, follow: Follow) -> None:
        """Now, or when it is due."""
        self.now = max(self.now, follow.at or self.now)
        self._run(Event(self.system.name, follow.name, follow.content, follow.origin))

    def _run(self, event: Event) -> None:
        needs = self.system.workflow.needs(event)
        facts = {fact: self.fact(fact) for fact in needs.facts}
        if needs.then is not None:
            facts |= {fact: self.fact(fact) for fact in needs.then(facts)}
        context = Context(self.now, lambda: self.system.number.format(next(self._numbers)))
        for effect in self.system.workflow.step(event, facts, context):
            match effect:
                case Put(case=case):
                    self.cases[case.number] = dataclasses.replace(case, revision=case.revision + 1)
                case PutRecord(record=record):
                    self.records[record.system, record.kind, record.key] = record
                case Issue():
                    self.receipts.append(effect)
                case Follow():
                    self.follows.append(effect)
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
        self.now += timedelta(seconds=1)

    def fact(self, fact: Fact) -> Any:
        """As storage would find it."""
        match fact:
            case CaseByNumber():
                return self.cases.get(fact.number)
            case CaseByInner():
                same = (c for c in self.cases.values() if (c.owner, c.inner) == (fact.owner, fact.inner))
                return next(same, None)
            case CasesAlike():
                alike = (case for case in self._alike(fact) if case.number > fact.after)
                return tuple(sorted(alike, key=lambda case: case.number)[: fact.limit])
            case CasesCounted():
                return len(self._alike(fact))
            case RecordInForce():
                return self._in_force(self.records.get((fact.system, fact.kind, fact.key)))
            case RecordsUnder():
                return self._under(fact)[-(fact.last or len(self.records)) :]
            case RecordsCounted():
                return len(self._under(fact))
            case PartyByCode():
                return self.parties.get(fact.cop_code)
            case ActiveParty():
                return next((each for each in self.parties.values() if each.dxp_id == fact.dxp_id), None)
            case FileOf(digest=named) if named in self.files:
                return self.files[named]
            case FileOf(digest=named) if 0 < int(named, 16) < 100:
                return File(named, 1000, PDF, "as sent.pdf")
        return None

    def _alike(self, fact: CasesAlike | CasesCounted) -> list[Case]:
        return [case for case in self.cases.values() if case.search.get(fact.column) == fact.value]

    def _under(self, fact: RecordsUnder | RecordsCounted) -> tuple[Record, ...]:
        found = sorted(key for key in self.records if key[:2] == (fact.system, fact.kind))
        under = (self._in_force(self.records[key]) for key in found if key[2].startswith(fact.prefix))
        return tuple(record for record in under if record is not None)

    def _in_force(self, record: Record | None) -> Record | None:
        over = record is not None and record.valid_to is not None and record.valid_to <= self.now
        return None if over else record
