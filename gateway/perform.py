"""Performs a batch of work items inside one transaction: facts, steps, effects.

Knows how a node becomes an event and an effect becomes rows; the rules are the systems' own. Everything is
read and written in bulk, one query a kind, whatever the size of the batch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml import etree
from sqlalchemy import Connection

from gateway.identifiers import made_at
from gateway.numbers import Numbers
from gateway.outbound.notices import Notices
from gateway.outgoing import Outgoing
from gateway.routing.courier import KINDS, Courier
from messages.faults import NodeFault
from messages.registry import BY_CODE, BY_NAME
from messages.statuses import NOT_THE_CARD, Status, fault_status
from messages.system import MessageType, System, content
from messages.workflow import (
    Actor,
    Case,
    Context,
    Effect,
    Event,
    Facts,
    Follow,
    Issue,
    Keep,
    Needs,
    Notify,
    Origin,
    Publish,
    Put,
    PutRecord,
    Record,
    Withdraw,
)
from messages.xml import parse
from storage import bulletins, cases, messages, owners, work
from storage.journal import Chain
from storage.mailboxes import NewReceipt
from storage.messages import StoredMessage
from storage.signers import Signer, signers
from storage.work import NewWork, Work

COLUMNS = {system.name: system.search for system in BY_NAME.values()}
TREES = 4  # parsed messages kept for their next nodes

ALREADY_DECLARED = 4  # 勿重复申报

Moment = Callable[[Connection], datetime]
"""What time it is, by the clock that all gateways of a database share."""


@dataclass(frozen=True, slots=True)
class Performed:
    """What a batch did: the last position of each mailbox with a new receipt; type and age of each."""

    positions: dict[str, int]
    issued: tuple[tuple[str, float], ...]  # the age in seconds is counted from the message's acceptance
    notices: int = 0  # that were written for the outside


@dataclass(slots=True)
class _Step:
    """One item on its way: its event, what it needs, and the fault that already refuses it."""

    item: Work
    event: Event
    system: System
    kind: MessageType
    needs: Needs = field(default_factory=Needs)
    fault: NodeFault | None = None


@dataclass(slots=True)
class _Effects:
    """The effects of a batch, sorted by kind."""

    puts: list[Case] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    issues: list[tuple[Issue, str]] = field(default_factory=list)  # with the namespace of the receipt
    follows: list[Follow] = field(default_factory=list)
    files: list[Keep] = field(default_factory=list)
    told: list[Publish | Withdraw] = field(default_factory=list)
    notices: list[Notify] = field(default_factory=list)


class DoneMeanwhile(Exception):
    """Items of a batch are not there any more: somebody took them away while they were in work."""


class NotTogether(Exception):
    """Items of a batch that each have to see what another has done: they go one by one."""


class Performer:
    """Runs on the writer's thread only."""

    def __init__(
        self,
        chain: Chain,
        outgoing: Outgoing,
        notices: Notices | None = None,
        numbers: Numbers | None = None,
        instead: Callable[[Event], Sequence[Effect] | None] | None = None,
    ) -> None:
        """`notices`: what writes those for the outside; without it there are none. `instead`: what takes the
        place of a workflow's step, where anything does (sandbox).
        """
        self._chain = chain
        self._outgoing = outgoing
        self._courier = Courier(outgoing)
        self._notices = notices
        self.numbers = numbers or Numbers()
        self._instead = instead
        self._trees: OrderedDict[int, etree._Element] = OrderedDict()

    def perform(
        self, connection: Connection, items: Sequence[Work], moment: Moment, *, alone: bool = False
    ) -> Performed:
        """Carry out `items`, no two of one order key, taken in the caller's transaction.

        With `alone` nothing besides them. Raises NotTogether, DoneMeanwhile.
        """
        routed = [item for item in items if item.kind in KINDS]
        steps = self._steps(connection, [item for item in items if item.kind not in KINDS])
        claimed = self._claim_guids(connection, steps)
        for step in steps:
            if step.fault is None:
                step.needs = step.system.workflow.needs(step.event)
        _keep_apart(steps)
        cases.lock(connection, {key for step in steps for key in (*step.needs.locks, *step.needs.claims)})
        # Not before the locks are held: what those who held them wrote is in force from their own moment on.
        now = moment(connection)
        facts = cases.load(connection, {fact for step in steps for fact in step.needs.facts}, now, COLUMNS)
        besides = {
            fact
            for step in steps
            if step.fault is None and step.needs.then is not None
            for fact in step.needs.then(facts)
        }
        facts |= cases.load(connection, besides - facts.keys(), now, COLUMNS)
        effects = _Effects()
        numbers = {system.name: self._numbers(connection, system, len(steps)) for system in BY_NAME.values()}
        for step in steps:
            for effect in self._decide(step, facts, Context(now, numbers[step.system.name].__next__)):
                self._collect(effect, step, effects)
        # A duplicate is only what was fully processed: a refused node may be sent again under its guid.
        messages.release_guids(
            connection, [claimed[step.item.id] for step in steps if step.fault and step.item.id in claimed]
        )
        cases.save(connection, effects.puts, COLUMNS)
        cases.put_records(connection, effects.records)
        for published in effects.told:
            bulletins.tell(connection, published, now)
        for keep in effects.files:
            owners.keep(connection, keep, now)
        told = 0
        if self._notices is not None:
            told = sum(self._notices.tell(connection, each, now) for each in effects.notices)
        receipts = [self._outgoing.receipt(issue, namespace, now) for issue, namespace in effects.issues]
        carried = self._courier.carry(connection, routed, now, alone=alone)
        receipts += carried.documents
        whose = {case.number: case.owner for case in effects.puts}
        work.add(connection, [_follow_work(follow, whose, now) for follow in effects.follows])
        done = [*(step.item.id for step in steps), *carried.done]
        if work.finish(connection, done) != len(done):
            raise DoneMeanwhile(f"some of these are done already: {done}")
        self._chain.append(connection, self._outgoing.entries(receipts))
        # At the very end: whoever delivers into one of these mailboxes waits from here to the commit.
        positions = self._outgoing.deliver(connection, receipts)
        self._courier.delivered(connection, carried)
        return Performed(positions, tuple((one.type, _age(one, now)) for one in receipts), told)

    # -- from work items to events ---------------------------------------------------------------------

    def _steps(self, connection: Connection, items: Sequence[Work]) -> list[_Step]:
        wanted = {item.message_id for item in items if item.kind == "node" and item.message_id is not None}
        stored = messages.load(connection, wanted)
        holders = signers(connection, {message.certificate for message in stored.values()})
        steps = []
        for item in items:
            if item.kind == "node":
                assert item.message_id is not None
                message = stored[item.message_id]
                steps.append(self._node(item, message, holders[message.certificate]))
            else:
                steps.append(self._follow_up(item))
        return steps

    def _node(self, item: Work, message: StoredMessage, signer: Signer) -> _Step:
        system, kind = BY_CODE[message.type]
        prefix = f"{{{system.namespace}}}"
        root = self._tree(message)
        node = content([*root.iterfind(prefix + kind.node)][item.node], kind.lists)
        guid = str(node["guid"])
        origin = Origin(message.id, kind.code, message.cop_msg_id, guid, message.digest, message.sender)
        actor = Actor(signer.dxp_id, signer.cop_code, signer.name, signer.role, signer.holder, signer.card)
        step = _Step(item, Event(system.name, kind.event(node), node, origin, actor), system, kind)
        claimed = root.findtext(f"{prefix}BaseTransfer/{prefix}copCode")
        if claimed != signer.cop_code:
            step.fault = NodeFault(
                NOT_THE_CARD, f"copCode {claimed} 与卡信息不匹配 / the certificate is {signer.cop_code}'s"
            )
        return step

    def _tree(self, message: StoredMessage) -> etree._Element:
        # The bytes that intake verified, by the same parser; kept, since a message may have 100 nodes.
        tree = self._trees.get(message.id)
        if tree is None:
            tree = self._trees[message.id] = parse(message.data)
            if len(self._trees) > TREES:
                self._trees.popitem(last=False)
        return tree

    @staticmethod
    def _follow_up(item: Work) -> _Step:
        assert item.payload is not None
        origin = Origin(**item.payload["origin"])
        system, kind = BY_CODE[origin.type]
        return _Step(
            item, Event(system.name, item.payload["event"], item.payload["content"], origin), system, kind
        )

    @staticmethod
    def _claim_guids(connection: Connection, steps: Sequence[_Step]) -> dict[int, messages.NodeKey]:
        """A node's guid is good for one node of its party and type. The keys now owned, by item."""
        nodes = [step for step in steps if step.item.kind == "node"]
        keys = [(step.event.origin.sender, step.kind.code, step.event.origin.guid) for step in nodes]
        rows = [
            (*key, step.event.origin.message_id, step.item.node)
            for key, step in zip(keys, nodes, strict=True)
        ]
        free = messages.claim_guids(connection, rows)
        owned = {}
        for key, step in zip(keys, nodes, strict=True):
            if key in free:
                free.discard(key)
                owned[step.item.id] = key
            elif step.fault is None:
                step.fault = NodeFault(
                    ALREADY_DECLARED, f"勿重复申报: guid {key[2]} 已使用 / it was used before"
                )
        return owned

    def _numbers(self, connection: Connection, system: System, block: int) -> Iterator[str]:
        """Case numbers, taken only when the first is asked for."""
        for number in self.numbers.of(connection, system.name, block):
            yield system.number.format(number)

    # -- from events to effects ------------------------------------------------------------------------

    def _decide(self, step: _Step, facts: Facts, context: Context) -> Sequence[Effect]:
        if step.fault is None:
            try:
                ordered = self._instead(step.event) if self._instead else None
                return ordered or step.system.workflow.step(step.event, facts, context)
            except NodeFault as fault:
                step.fault = fault
        origin = step.event.origin
        status = fault_status(step.kind.number, step.fault.number)
        case = step.event.content.get("caseNo")
        return [Issue(origin.sender, step.kind.receipt, status, step.fault.info, origin, case)]

    @staticmethod
    def _collect(effect: Effect, step: _Step, effects: _Effects) -> None:
        match effect:
            case Put(case=case):
                effects.puts.append(case)
            case PutRecord(record=record):
                effects.records.append(record)
            case Issue():
                effects.issues.append((effect, step.system.namespace))
            case Follow():
                effects.follows.append(effect)
            case Keep():
                effects.files.append(effect)
            case Publish() | Withdraw():
                effects.told.append(effect)
            case Notify():
                effects.notices.append(effect)


def _keep_apart(steps: Sequence[_Step]) -> None:
    """Raises NotTogether for steps that claim the same, or what another locks."""
    claimed: set[str] = set()
    locked: set[str] = set()
    for step in steps:
        needs = step.needs
        if not (claimed.isdisjoint((*needs.claims, *needs.locks)) and locked.isdisjoint(needs.claims)):
            raise NotTogether(f"two steps want one of {', '.join((*needs.claims, *needs.locks))}")
        claimed.update(needs.claims)
        locked.update(needs.locks)


def _age(receipt: NewReceipt, now: datetime) -> float:
    if receipt.ori_message_id is None or receipt.status == Status.PICKED_UP:  # that took its receiver so long
        return 0.0
    return max(0.0, (now - made_at(receipt.ori_message_id)).total_seconds())


def _follow_work(follow: Follow, owners: Mapping[str, str], now: datetime) -> NewWork:
    payload: Mapping[str, Any] = {
        "event": follow.name,
        "content": dict(follow.content),
        "origin": follow.origin.plain(),
    }
    # A case put in this batch has its owner at hand; for another, storage looks it up.
    key = f"{owners[follow.case]}/{follow.case}" if follow.case in owners else follow.case
    return NewWork("event", key, 0, follow.at or now, payload, follow.origin.message_id)
