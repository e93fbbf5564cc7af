"""One file to the gateway and back to a definitive answer, through the pending folder.

Knows the order that loses nothing: signed, durable, sent, answered, proven, forgotten. An answer counts only
when a gateway signed it and it is about the data that was sent. Refuses to know how any of it is shown.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from messages import envelope, reply
from messages.faults import Fault, Violation
from messages.signature.sign import Signer
from terminals.client import Gateway, Response
from terminals.compose import Mode, Outgoing, Party, envelope_of, sender_of, signed
from terminals.pending import Kept, Pending, key_of
from terminals.proof import Prover
from terminals.session import Session
from terminals.trouble import NotProven, Trouble, Unreachable, Unusable

PATH = "/v1/messages"
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Answered:
    """A definitive answer to one envelope. `cop_msg_id` is the one the gateway keeps the message under: for
    Data that it had taken before under another, that other.
    """

    code: str
    info: str
    results: tuple[Violation, ...]
    cop_msg_id: str
    body: bytes

    @property
    def accepted(self) -> bool:
        """Whether the message is durable at the gateway."""
        return self.code == reply.ACCEPTED


@dataclass(frozen=True, slots=True)
class Request:
    """What to send: a file, how to treat it, for whom and to whom."""

    outgoing: Outgoing
    mode: Mode
    party: Party
    receivers: tuple[str, ...]


def sender(request: Request) -> str:
    """Whose mailbox and pending folder this is: the envelope's sender."""
    if request.outgoing.ready:
        return _head(request.outgoing.content).sender
    if request.mode is Mode.AS_IS:
        return sender_of(request.outgoing.content)
    return request.party.dxp_id


def keep(request: Request, pending: Pending, signer: Callable[[], Signer], now: datetime) -> Kept:
    """The envelope for `request`, on disk: the one kept before, or a newly signed one.

    A fresh copy is a message of its own each time, so it never finds an earlier one.
    """
    outgoing, mode = request.outgoing, request.mode
    if mode is Mode.FRESH and outgoing.ready:
        raise Unusable("fresh-as-is", file=outgoing.name)

    def make() -> bytes:
        if outgoing.ready:
            return outgoing.content
        data = signed(outgoing, mode, request.party, signer, now)
        return envelope_of(outgoing, data, sender(request), request.receivers, now)

    salt = secrets.token_hex(16) if mode is Mode.FRESH else ""
    return pending.keep(key_of(outgoing.content, request.receivers, f"{mode}{salt}"), make)


def deliver(
    kept: Kept, gateway: Gateway, pending: Pending, prover: Prover, session: Session | None = None
) -> Answered:
    """Send a kept envelope until it is answered, and forget it then.

    With `session` it is sent as whoever that belongs to, which routing to others than customs needs. Raises
    Unreachable or NotProven where there is no answer that counts; the envelope stays kept.
    """
    headers = {"content-type": "application/xml"}
    answer = (session or gateway).request("POST", PATH, kept.body, headers)
    answered = judge(answer, kept.body, gateway.origin, prover)
    pending.settle(kept)
    return answered


def judge(answer: Response, body: bytes, origin: str, prover: Prover) -> Answered:
    """What `answer` says about the envelope `body`; raises as `deliver` does."""
    if answer.status not in (200, TOO_LARGE):
        raise Unreachable(
            "answer-unexpected", origin=origin, path=PATH, status=answer.status, detail=_told(answer.body)
        )
    try:
        said = reply.parse(answer.body)
    except (Fault, ValueError) as error:
        if answer.status == TOO_LARGE:
            return Answered("3001", f"HTTP {TOO_LARGE}: {_start(answer.body)}", (), _id(body), answer.body)
        raise Unreachable("answer-unreadable", origin=origin, path=PATH, detail=error) from None
    if answer.status == TOO_LARGE:
        return Answered(said.code, said.info, said.results, _id(body), answer.body)
    proof = prover.by_gateway(answer.body)
    if proof.fault or proof.root is None:
        raise NotProven("reply-unproven", reason=proof.fault)
    said = reply.read(proof.root)
    if said.code.startswith("3"):
        raise Unreachable("answer-unexpected", origin=origin, path=PATH, status=said.code, detail=said.info)
    other = _about_other_data(said, body)
    if other:
        raise NotProven("reply-unproven", reason=other)
    known_as = said.head.cop_msg_id if said.head else _id(body)
    return Answered(said.code, said.info, said.results, known_as, answer.body)


def _about_other_data(said: reply.Reply, body: bytes) -> Trouble | None:
    """A genuine reply may be an old one, played again: an acceptance must name the digest of our data."""
    try:
        digest = hashlib.sha256(envelope.parse(body).data).hexdigest()
    except Fault:  # a DxpMsg made elsewhere that is none: the gateway's refusal is the answer
        return Trouble("reply-other", digest=said.digest) if said.code == reply.ACCEPTED else None
    if said.digest is None and said.code != reply.ACCEPTED:
        return None
    return None if (said.digest or "").lower() == digest else Trouble("reply-other", digest=said.digest)


def receivers(kept: Kept) -> tuple[str, ...]:
    """Whom a kept envelope goes to; nobody where it is not one."""
    return receivers_of(kept.body)


def receivers_of(body: bytes) -> tuple[str, ...]:
    """Whom an envelope goes to; nobody where it is not one."""
    try:
        return envelope.parse(body).head.receivers
    except Fault:
        return ()


def _head(body: bytes) -> envelope.Head:
    try:
        return envelope.parse(body).head
    except Fault as fault:
        raise Unusable("not-xml", file="DxpMsg", reason=fault.info) from None


def _id(body: bytes) -> str:
    try:
        return envelope.parse(body).head.cop_msg_id
    except Fault:
        return ""


def _told(body: bytes) -> str:
    """What a refusal of another kind says: the info of its DxpRep, else how it begins."""
    try:
        return reply.parse(body).info
    except (Fault, ValueError):
        return _start(body)


def _start(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")
