"""Intake: from the bytes of an envelope to a signed reply that is only given when it is durable.

limits → parse → schema → signature → who may → ONE transaction → reply. Idempotency belongs in front of all
that; it is decided behind it instead, by the unique keys of the one transaction, so that the many new
messages pay nothing for the few repeated ones: whatever is refused is first looked up, and what was accepted
before gets its first reply again, byte for byte.

The one place where a fault becomes a reply. Knows no message type by name.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection
from twisted.internet.defer import Deferred, inlineCallbacks, maybeDeferred

from gateway import metrics
from gateway.commit import GroupCommit
from gateway.directory import Directory
from gateway.limits import Rates
from gateway.outgoing import Outgoing
from gateway.services import Answer, Clock, Holder, Jobs
from messages import reply as replies
from messages.examine import Examined
from messages.faults import (
    CertificateRefused,
    Fault,
    IdentifierUsed,
    ReceiverUnknown,
    SchemaInvalid,
    SenderRefused,
    Unavailable,
)
from messages.registry import BY_CODE
from receipts.document import Unreadable
from storage import mailboxes, messages, registry
from storage.journal import MESSAGE, Chain, Entry
from storage.messages import NewMessage, NewWork, StoredMessage

log = structlog.get_logger()

REFUSAL = "refusal"  # the journal's kind for what a proven sender was refused
UNPROVEN = "unproven"
EPT900 = "EPT900"
_GUIDS = uuid.UUID("6f1c1a0e-3f0b-5c7e-9a55-0d5c2f7c9d11")  # namespace of the EPT900s' guids


class Examine(Protocol):
    """`Examiner.examine`, in turns here or in a verifying worker."""

    def __call__(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """Never raises a Fault: it is in the result."""
        ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused message whose sender is proven: a journal entry, and for a broken schema an EPT900."""

    party: str
    cop_msg_id: str
    msg_type: str
    digest: str
    fault: Fault
    at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that nothing speaks against, and the generation of the registry it was judged by."""

    message: NewMessage
    generation: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`known`: accepted before; `stale`: the registry has changed meanwhile, judge it again."""

    known: StoredMessage | None = None
    stale: bool = False
    positions: dict[str, int] = field(default_factory=dict)


Item = Candidate | Refusal


class Store:
    """The transaction that a batch of messages shares. Runs on the writer's thread."""

    def __init__(self, chain: Chain, outgoing: Outgoing) -> None:
        self._chain = chain
        self._outgoing = outgoing

    def __call__(self, connection: Connection, batch: Sequence[Item]) -> list[Outcome]:
        """Store what is new of `batch`; an outcome an item, in its order."""
        generation = registry.generation(connection)
        fresh = [item for item in batch if isinstance(item, Candidate) and item.generation == generation]
        inserted = messages.insert(connection, [item.message for item in fresh])
        entries = [
            Entry(
                MESSAGE,
                item.message.sender,
                str(item.message.id),
                item.message.digest,
                item.message.accepted_at,
            )
            for item in fresh
            if item.message.id in inserted
        ]
        refusals = [item for item in batch if isinstance(item, Refusal)]
        entries += [Entry(REFUSAL, one.party, one.cop_msg_id, one.digest, one.at) for one in refusals]
        positions, receipts = self._outgoing.deliver(connection, self._unreadable(connection, refusals))
        try:
            self._chain.append(connection, entries + receipts)
        except BaseException:
            self._chain.forget()
            raise
        return [self._outcome(connection, item, inserted, generation, positions) for item in batch]

    def _outcome(
        self,
        connection: Connection,
        item: Item,
        inserted: frozenset[int],
        generation: int,
        positions: dict[str, int],
    ) -> Outcome:
        if isinstance(item, Refusal):
            return Outcome(positions=positions)
        if item.message.id in inserted:
            return Outcome()
        if item.generation != generation:
            return Outcome(stale=True)
        return Outcome(
            known=known(connection, item.message.sender, item.message.cop_msg_id, item.message.root_guid)
        )

    def _unreadable(self, connection: Connection, refusals: Sequence[Refusal]) -> list[Any]:
        drafts = []
        for one in refusals:
            if not isinstance(one.fault, SchemaInvalid) or not one.cop_msg_id:
                continue
            # The same bytes sent again get the same reply but no second receipt.
            guid = str(uuid.uuid5(_GUIDS, f"{one.party}/{one.cop_msg_id}/{one.digest}")).upper()
            before = mailboxes.for_message(connection, one.party, one.cop_msg_id)
            if any(guid.encode() in receipt.document for receipt in before if receipt.type == EPT900):
                continue
            info = "; ".join(map(str, one.fault.violations)) or one.fault.info
            drafts.append(
                self._outgoing.unreadable(
                    one.party, guid, Unreadable(one.cop_msg_id, one.msg_type, info), one.at
                )
            )
        return drafts


def known(connection: Connection, sender: str, cop_msg_id: str, guid: str) -> StoredMessage | None:
    """What was accepted before under one of the two identifiers; the CopMsgId goes first."""
    found = messages.by_cop_msg_id(connection, sender, cop_msg_id)
    return found or (messages.by_root_guid(connection, sender, guid) if guid else None)


def content_key(found: Examined) -> str:
    """What must be equal for a repeated identifier to mean the same message."""
    assert found.head is not None
    parts = (found.digest or "", found.head.msg_type, *found.head.receivers)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Intake:
    """Takes envelopes, on the reactor's thread."""

    def __init__(
        self,
        *,
        examine: Examine,
        directory: Directory,
        commit: GroupCommit[Item, Outcome],
        reader: Jobs,
        signer: replies.Sealer,
        clock: Clock,
        new_id: Callable[[], int],
        desk: str,
        rates: Rates,
        log_rate: Rates,
        most_waiting: int,
        accepted: Callable[[], None],
        delivered: Callable[[dict[str, int]], None],
    ) -> None:
        self._examine = examine
        self._directory = directory
        self._commit = commit
        self._reader = reader
        self._signer = signer
        self._clock = clock
        self._new_id = new_id
        self._desk = desk
        self._rates = rates
        self._log_rate = log_rate
        self._most_waiting = most_waiting
        self._accepted = accepted
        self._delivered = delivered
        self.under_way = 0

    def take(self, body: bytes, peer: str, session: str = "") -> Deferred[Answer]:
        """The answer to one envelope; never fails. `session` is the party a bearer token proves, or ""."""
        if self.under_way >= self._most_waiting:
            return maybeDeferred(self._busy)
        self.under_way += 1
        taken: Deferred[Answer] = self._take(body, peer, session)
        taken.addErrback(self._unexpected)
        taken.addBoth(self._finished)
        return taken

    def unavailable(self, info: str) -> bytes:
        """A signed DxpRep 3001 for a message that was not taken."""
        return self._reply(Unavailable(info), None)

    def _finished(self, result: Any) -> Any:
        self.under_way -= 1
        return result

    def _busy(self) -> Answer:
        return Answer(503, self.unavailable("the gateway is busy: send the same bytes again later"), 2)

    def _unexpected(self, failure: Any) -> Answer:
        incident = uuid.uuid4().hex[:12]
        log.error("intake failed", incident=incident, failure=failure.getTraceback())
        info = f"the message was not taken (incident {incident}): send the same bytes again"
        return Answer(500, self.unavailable(info), 5)

    @inlineCallbacks
    def _take(self, body: bytes, peer: str, session: str) -> Any:
        now = self._clock()
        found: Examined = yield self._examine(body, now)
        holder = None
        if found.signer:
            holder = self._directory.cached(found.signer)
            if holder is None:
                holder = yield self._directory.certificate(found.signer)
        fault = found.fault or self._objection(found, holder)
        if fault is not None:
            return (yield self._refuse(found, fault, holder, peer, session, now))
        assert holder is not None
        wait = self._rates.take(holder.dxp_id, self._directory.rate(holder.dxp_id))
        if wait:
            metrics.REFUSED.labels("3001").inc()
            info = f"{holder.dxp_id} sends more than agreed: send the same bytes again later"
            return Answer(429, self._reply(Unavailable(info), found), wait)
        return (yield self._store(found, holder, peer, session, now))

    def _objection(self, found: Examined, holder: Holder | None) -> Fault | None:
        """Who may: the signer is registered, is the sender, may send this type, to this receiver."""
        head = found.head
        assert head is not None
        if holder is None:
            return CertificateRefused(
                "the certificate is not registered here, or was revoked: have it registered"
            )
        if not (head.sender == found.dxp_id == holder.dxp_id):
            return SenderRefused(
                f"SenderId is {head.sender}, BaseTransfer names {found.dxp_id}, the certificate is "
                f"{holder.dxp_id}'s: all three must be the same party"
            )
        kind = BY_CODE[found.type][1]
        if holder.role not in kind.roles:
            return SenderRefused(f"a certificate with the role {holder.role} may not send {kind.code}")
        if kind.cards and holder.card not in kind.cards:
            return SenderRefused(f"{kind.code} needs another card than {holder.card or 'a certificate file'}")
        if head.receivers != (self._desk,):
            return ReceiverUnknown(f"{kind.code} goes to {self._desk}, not to {', '.join(head.receivers)}")
        return None

    @inlineCallbacks
    def _store(self, found: Examined, holder: Holder, peer: str, session: str, now: datetime) -> Any:
        head = found.head
        assert head is not None
        assert found.digest is not None
        accepted = replies.Reply(head.sender, replies.ACCEPTED, "accepted", (), now, head, found.digest)
        signed = replies.build(accepted, self._signer)
        key = content_key(found)
        message = NewMessage(
            id=self._new_id(),
            sender=head.sender,
            cop_msg_id=head.cop_msg_id,
            root_guid=found.guid,
            type=found.type,
            receivers=head.receivers,
            digest=found.digest,
            content_key=key,
            data=found.data,
            certificate=found.signer,
            reply=signed,
            accepted_at=now,
            work=tuple(NewWork("node", node.order_key, place, now) for place, node in enumerate(found.nodes)),
        )
        outcome: Outcome = yield self._commit.add(Candidate(message, self._directory.generation))
        if outcome.stale:
            yield self._directory.refresh()
            holder = yield self._directory.certificate(found.signer)
            fault = self._objection(found, holder)
            if fault is not None:
                return (yield self._refuse(found, fault, holder, peer, session, now))
            return (yield self._store(found, holder, peer, session, now))
        if outcome.known is not None:
            return self._repeated(found, key, outcome.known)
        metrics.ACCEPTED.labels(found.type).inc()
        log.debug("accepted", message=message.id, cop_msg_id=head.cop_msg_id, sender=head.sender)
        self._accepted()
        return Answer(200, signed)

    def _repeated(self, found: Examined, key: str, stored: StoredMessage) -> Answer:
        """Accepted before: the first reply again, or a fault when it was another content."""
        if stored.content_key == key:
            metrics.REPEATED.inc()
            return Answer(200, stored.reply)
        head = found.head
        assert head is not None
        what = f"CopMsgId {head.cop_msg_id}" if stored.cop_msg_id == head.cop_msg_id else f"guid {found.guid}"
        fault = IdentifierUsed(
            f"{what} was accepted before with other content: give the message new identifiers"
        )
        metrics.REFUSED.labels(fault.code).inc()
        return Answer(200, self._reply(fault, found))

    @inlineCallbacks
    def _refuse(
        self, found: Examined, fault: Fault, holder: Holder | None, peer: str, session: str, now: datetime
    ) -> Any:
        head = found.head
        if head is not None and found.digest:
            key = content_key(found)
            stored = yield self._reader.run(messages.by_cop_msg_id, head.sender, head.cop_msg_id)
            if stored is not None and stored.content_key == key:
                return self._repeated(found, key, stored)
        party = holder.dxp_id if holder else session
        metrics.REFUSED.labels(fault.code).inc()
        if party and head is not None and head.sender == party:
            refusal = Refusal(party, head.cop_msg_id, head.msg_type, found.digest or "", fault, now)
            outcome = yield self._commit.add(refusal)
            log.info("refused", code=fault.code, cop_msg_id=head.cop_msg_id, sender=party, info=fault.info)
            self._delivered(outcome.positions)
        elif not self._log_rate.take(UNPROVEN):
            claimed = head.sender if head else ""
            log.info("refused", code=fault.code, claimed_sender=claimed, peer=peer, info=fault.info[:200])
        return Answer(200, self._reply(fault, found))

    def _reply(self, fault: Fault, found: Examined | None) -> bytes:
        head = found.head if found else None
        digest = found.digest if found else None
        return replies.build(replies.refusal(fault, self._clock(), head, digest), self._signer)
