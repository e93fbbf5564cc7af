"""Intake: from the bytes of an envelope to a signed reply that is only given when it is durable.

limits → parse → schema → signature → who may → ONE transaction → reply. Idempotency belongs in front of all
that; it is decided behind it instead, by the unique keys of the one transaction, so that the many new
messages pay nothing for the few repeated ones: whatever is refused is first looked up, and what was accepted
before gets its first reply again, byte for byte.

The one place where a fault becomes a reply. A refusal is written down only for a sender who is proven, by the
session or by the signature under what was wrong, and no faster than that party may send: whoever has somebody
else's message in his hands can neither fill that party's mailbox and journal nor use up its rate.

Knows no message type by name.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import structlog
from twisted.internet.defer import Deferred, inlineCallbacks, maybeDeferred

from gateway import metrics
from gateway.acceptance import Candidate, Item, Outcome, Refusal, known
from gateway.commit import GroupCommit
from gateway.directory import Directory
from gateway.limits import Rates, Recent
from gateway.queues import Queues
from gateway.routing import admission, courier
from gateway.services import Answer, Clock, Holder, Jobs
from messages import reply as replies
from messages.examine import Examined
from messages.faults import (
    CertificateRefused,
    CertificateUnfit,
    Fault,
    IdentifierUsed,
    ReceiverUnknown,
    SchemaInvalid,
    SenderRefused,
    Unavailable,
)
from messages.registry import BY_CODE
from messages.routed import Routes
from storage.messages import NewMessage, NewWork, StoredMessage

log = structlog.get_logger()

UNPROVEN = "unproven"  # the two keys of the log's rate
UNEXPECTED = "unexpected"
OF_WHAT_IS_SIGNED = (SchemaInvalid, CertificateUnfit)  # faults that no wrong envelope can cause
REMEMBERED = 20_000  # refusals written down of late
NOBODY: Mapping[str, str] = {}
QUEUE_SECONDS = 10  # after which a sender with a full queue may try again


class Examine(Protocol):
    """`Examiner.examine`, in turns here or in a verifying worker."""

    def __call__(self, body: bytes, now: datetime) -> Deferred[Examined]:
        """Never raises a Fault: it is in the result."""
        ...


def content_key(found: Examined) -> str:
    """What must be equal for a repeated identifier to mean the same message.

    It is made of what was signed, not of the bytes that carry it: these anybody may change a little without
    breaking the signature, and whoever did so first would take the identifiers from their owner.
    """
    assert found.head is not None
    parts = (found.content, found.head.msg_type, *found.head.receivers)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def same(found: Examined, stored: StoredMessage) -> bool:
    """Whether `stored` was the same message: the same signed content, or at least the same bytes.

    What is refused today may be unverified; the bytes that were accepted once are still known again.
    """
    if found.content and stored.content_key == content_key(found):
        return True
    head = found.head
    assert head is not None
    return (stored.digest, f"{stored.type}Message", stored.receivers) == (
        found.digest,
        head.msg_type,
        head.receivers,
    )


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
        queues: Queues,
        log_rate: Rates,
        most_waiting: int,
        accepted: Callable[[], None],
        delivered: Callable[[dict[str, int]], None],
        routes: Routes | None = None,
    ) -> None:
        """`routes`: the types that go from party to party; without it there are none."""
        self._examine = examine
        self._directory = directory
        self._commit = commit
        self._reader = reader
        self._signer = signer
        self._clock = clock
        self._new_id = new_id
        self._desk = desk
        self._routes = routes or Routes()
        self._rates = rates
        self._queues = queues
        self._log_rate = log_rate
        self._most_waiting = most_waiting
        self._accepted = accepted
        self._delivered = delivered
        self._recent = Recent(REMEMBERED)
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
        metrics.UNEXPECTED.labels("intake").inc()
        if not self._log_rate.take(UNEXPECTED):
            log.error("intake failed", incident=incident, failure=failure.getTraceback())
        info = f"the message was not taken (incident {incident}): send the same bytes again"
        return Answer(500, self.unavailable(info), 5)

    @inlineCallbacks
    def _take(self, body: bytes, peer: str, session: str) -> Any:
        now = self._clock()
        found: Examined = yield self._examine(body, now)
        if isinstance(found.fault, Unavailable):  # not the message's fault: its examiner was lost
            metrics.REFUSED.labels(found.fault.code).inc()
            return Answer(503, self._reply(found.fault, None), 2)
        holder = None
        if found.signer:
            holder = self._directory.cached(found.signer)
            if holder is None:
                holder = yield self._directory.certificate(found.signer)
        kinds = NOBODY
        if found.type in self._routes.by_code and found.fault is None:
            holder, kinds = yield self._parties(found)
        fault = found.fault or self._objection(found, holder, session, kinds)
        if fault is not None:
            return (yield self._refuse(found, fault, holder, peer, session, now))
        assert holder is not None
        assert found.head is not None
        wait = self._rates.take(holder.dxp_id, self._directory.rate(holder.dxp_id))
        if wait:
            metrics.REFUSED.labels("3001").inc()
            info = f"{holder.dxp_id} sends more than agreed: send the same bytes again later"
            return Answer(429, self._reply(Unavailable(info), found), wait)
        if self._queues.full(holder.dxp_id, len(found.nodes) or len(found.head.receivers)):
            metrics.REFUSED.labels("3001").inc()
            info = f"{holder.dxp_id} has too much waiting to be processed: send the same bytes again later"
            return Answer(429, self._reply(Unavailable(info), found), QUEUE_SECONDS)
        return (yield self._store(found, holder, peer, session, now))

    @inlineCallbacks
    def _parties(self, found: Examined) -> Any:
        """The signer and what his receivers are, both as they are in one generation of the registry."""
        assert found.head is not None
        while True:
            generation = self._directory.generation
            holder = yield self._directory.certificate(found.signer)
            kinds = yield self._directory.kinds(found.head.receivers)
            if generation == self._directory.generation:
                return holder, kinds

    def _objection(
        self, found: Examined, holder: Holder | None, session: str, kinds: Mapping[str, str]
    ) -> Fault | None:
        """Who may: the signer is registered, is the sender, may send this type, to these receivers."""
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
        routed = self._routes.by_code.get(found.type)
        if routed is not None:
            return admission.objection(routed, found, holder, session, kinds)
        kind = BY_CODE[found.type][1]
        objections = kind.senders.objections(kind.code, kind.node, holder, found.nodes)
        if objections:
            return CertificateUnfit(objections[0].text, objections)
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
        if found.type in self._routes.by_code:
            work = courier.route(head.sender, head.receivers, found.add_info, now)
        else:
            work = tuple(
                NewWork("node", node.order_key, place, now) for place, node in enumerate(found.nodes)
            )
        message = NewMessage(
            id=self._new_id(),
            sender=head.sender,
            cop_msg_id=head.cop_msg_id,
            root_guid=found.guid,
            type=found.type,
            receivers=head.receivers,
            digest=found.digest,
            content_key=content_key(found),
            data=found.data,
            certificate=found.signer,
            reply=signed,
            accepted_at=now,
            work=work,
        )
        outcome: Outcome = yield self._commit.add(Candidate(message, self._directory.generation))
        if outcome.stale:
            yield self._directory.refresh()
            holder, kinds = yield self._parties(found)
            fault = self._objection(found, holder, session, kinds)
            if fault is not None:
                return (yield self._refuse(found, fault, holder, peer, session, now))
            return (yield self._store(found, holder, peer, session, now))
        if outcome.known is not None:
            return self._repeated(found, outcome.known)
        metrics.ACCEPTED.labels(found.type).inc()
        self._queues.add(holder.dxp_id, len(work))
        log.debug("accepted", message=message.id, cop_msg_id=head.cop_msg_id, sender=head.sender)
        self._accepted()
        return Answer(200, signed)

    def _repeated(self, found: Examined, stored: StoredMessage) -> Answer:
        """Accepted before: the first reply again, or a fault when it was another content.

        The same content in other bytes gets a reply of its own, and so does a message that is in the archive:
        it names the digest of the bytes that were sent now, so that their sender knows it for his, and the
        CopMsgId under which the receipts are.
        """
        head = found.head
        assert head is not None
        if same(found, stored):
            metrics.REPEATED.inc()
            if stored.digest == found.digest and stored.reply:  # an archived one has none any more
                return Answer(200, stored.reply)
            first = replace(head, cop_msg_id=stored.cop_msg_id)
            info = f"accepted before as {stored.cop_msg_id}, in Data whose SHA-256 is {stored.digest}"
            now, digest = self._clock(), found.digest or ""
            again = replies.Reply(head.sender, replies.ACCEPTED, info, (), now, first, digest)
            return Answer(200, replies.build(again, self._signer))
        what = f"CopMsgId {head.cop_msg_id}" if stored.cop_msg_id == head.cop_msg_id else f"guid {found.guid}"
        fault = IdentifierUsed(
            f"{what} was accepted before with other content: give the message new identifiers"
        )
        metrics.REFUSED.labels(fault.code).inc()
        return Answer(200, self._reply(fault, found), refused=True)

    @inlineCallbacks
    def _refuse(
        self, found: Examined, fault: Fault, holder: Holder | None, peer: str, session: str, now: datetime
    ) -> Any:
        head = found.head
        if head is not None and found.digest:
            stored = yield self._reader.run(known, head.sender, head.cop_msg_id, found.guid)
            if stored is not None and same(found, stored):
                return self._repeated(found, stored)
        metrics.REFUSED.labels(fault.code).inc()
        refusal = self._proven(found, fault, holder, session, now)
        if refusal is not None:
            yield self._write_down(refusal)
        elif not self._log_rate.take(UNPROVEN):
            claimed = head.sender if head else ""
            log.info("refused", code=fault.code, claimed_sender=claimed, peer=peer, info=fault.info[:200])
        return Answer(200, self._reply(fault, found), refused=True)

    def _proven(
        self, found: Examined, fault: Fault, holder: Holder | None, session: str, now: datetime
    ) -> Refusal | None:
        """The refusal as it is written down; None when its sender is not proven."""
        head = found.head
        if head is None:
            return None
        digest = found.digest or ""
        if session and session == head.sender:
            what: tuple[str, ...] = (session, head.cop_msg_id, digest, fault.code)
        elif holder is not None and holder.dxp_id == head.sender and isinstance(fault, OF_WHAT_IS_SIGNED):
            what = (holder.dxp_id, found.content, fault.code)
        else:
            return None
        guids = tuple(node.guid for node in found.nodes)
        return Refusal(
            head.sender, head.cop_msg_id, head.msg_type, digest, fault, now, what, found.type, guids
        )

    @inlineCallbacks
    def _write_down(self, refusal: Refusal) -> Any:
        """Once, and as often as the party may send; counted apart, so that it never holds up what is good."""
        party = refusal.party
        if refusal.what in self._recent or self._rates.take(f"refused {party}", self._directory.rate(party)):
            return
        self._recent.add(refusal.what)
        try:
            outcome = yield self._commit.add(refusal)
        except BaseException:
            self._recent.discard(refusal.what)
            raise
        fault = refusal.fault
        log.info("refused", code=fault.code, cop_msg_id=refusal.cop_msg_id, sender=party, info=fault.info)
        self._delivered(outcome.positions)

    def _reply(self, fault: Fault, found: Examined | None) -> bytes:
        head = found.head if found else None
        digest = found.digest if found else None
        return replies.build(replies.refusal(fault, self._clock(), head, digest), self._signer)
