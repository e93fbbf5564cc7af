"""The transaction that a batch of messages shares: what is new is stored, what was known is found.

Knows the unique keys, the journal, and the receipts for a message that its schema or its sender's card
refused; refuses to judge: what is handed to it was judged by the intake, under a generation of the registry
that it compares.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from gateway.outgoing import Outgoing
from messages.faults import CertificateUnfit, Fault, SchemaInvalid
from messages.registry import BY_CODE
from messages.statuses import NOT_THE_CARD, fault_status
from receipts.document import Receipt, Unreadable
from storage import mailboxes, messages, registry
from storage.journal import MESSAGE, Chain, Entry
from storage.mailboxes import NewReceipt
from storage.messages import NewMessage, StoredMessage

REFUSAL = "refusal "  # and the response code: the journal's kind for what a proven sender was refused
EPT900 = "EPT900"
_GUIDS = uuid.UUID("6f1c1a0e-3f0b-5c7e-9a55-0d5c2f7c9d11")  # namespace of these receipts' guids


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused message whose sender is proven: a journal entry, and perhaps a receipt.

    A broken schema leaves an EPT900; a certificate that may not send this, a return for each node.

    `what` tells it from others: a signature proves only what was signed, so the same under another CopMsgId,
    or in other bytes, is no other refusal; what a session sends is its own, envelope and all.
    """

    party: str
    cop_msg_id: str
    msg_type: str
    digest: str
    fault: Fault
    at: datetime
    what: tuple[str, ...]
    type: str = ""  # code of the registry, where it is known
    guids: tuple[str, ...] = ()  # of its nodes


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
        entries += [
            Entry(REFUSAL + one.fault.code, one.party, one.cop_msg_id, one.digest, one.at) for one in refusals
        ]
        receipts = self._receipts(connection, refusals)
        self._chain.append(connection, entries + self._outgoing.entries(receipts))
        positions = self._outgoing.deliver(connection, receipts)
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
        message = item.message
        found = known(connection, message.sender, message.cop_msg_id, message.root_guid)
        if found is None:  # its id was taken, or the database does not say what it did
            raise NotStored(
                f"message {message.id} of {message.sender} was not stored, nor one like it before"
            )
        return Outcome(known=found)

    def _receipts(self, connection: Connection, refusals: Sequence[Refusal]) -> list[NewReceipt]:
        """What the refused get, but one receipt only of its type for a CopMsgId of a party."""
        found = []
        done: set[tuple[str, str, str]] = set()
        for one in refusals:
            code = _receipt(one)
            name = (one.party, one.cop_msg_id, code)
            if not code or not one.cop_msg_id or name in done:
                continue
            done.add(name)
            if not mailboxes.has(connection, *name):
                found.append(self._unreadable(one) if code == EPT900 else self._unfit(one))
        return found

    def _unreadable(self, one: Refusal) -> NewReceipt:
        info = "; ".join(map(str, one.fault.violations)) or one.fault.info
        what = Unreadable(one.cop_msg_id, one.msg_type, info)
        return self._outgoing.unreadable(one.party, _guid(one), what, one.at)

    def _unfit(self, one: Refusal) -> NewReceipt:
        system, kind = BY_CODE[one.type]
        status = fault_status(kind.number, NOT_THE_CARD)
        info = f"与卡信息不匹配 / does not match the card: {one.fault.info}"
        returns = [
            Receipt(_guid(one, guid), one.cop_msg_id, guid, one.digest, status, one.at, info)
            for guid in one.guids
        ]
        return self._outgoing.refused(one.party, kind.receipt, system.namespace, _guid(one), returns, one.at)


def _receipt(one: Refusal) -> str:
    """The type of receipt that a refusal leaves, or ""."""
    if isinstance(one.fault, SchemaInvalid):
        return EPT900
    if isinstance(one.fault, CertificateUnfit) and one.guids:
        return BY_CODE[one.type][1].receipt
    return ""


def _guid(one: Refusal, node: str = "") -> str:
    """The guid of a receipt or, of its return for a node: the same for the same refusal."""
    name = "/".join((one.party, one.cop_msg_id, one.digest, *filter(None, (node,))))
    return str(uuid.uuid5(_GUIDS, name)).upper()


class NotStored(Exception):
    """A message was neither stored nor found to have been accepted before: nobody may be told that it was."""


def known(connection: Connection, sender: str, cop_msg_id: str, guid: str) -> StoredMessage | None:
    """What was accepted before under one of the two identifiers; the CopMsgId goes first."""
    found = messages.by_cop_msg_id(connection, sender, cop_msg_id)
    return found or (messages.by_root_guid(connection, sender, guid) if guid else None)
