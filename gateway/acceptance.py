"""The transaction that a batch of messages shares: what is new is stored, what was known is found.

Knows the unique keys, the journal, and the receipt for a message that its schema refused; refuses to judge:
what is handed to it was judged by the intake, under a generation of the registry that it compares.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gateway.outgoing import Outgoing
from messages.faults import Fault, SchemaInvalid
from receipts.document import Unreadable
from storage import mailboxes, messages, registry
from storage.journal import MESSAGE, Chain, Entry
from storage.messages import NewMessage, StoredMessage

REFUSAL = "refusal"  # the journal's kind for what a proven sender was refused
EPT900 = "EPT900"
_GUIDS = uuid.UUID("6f1c1a0e-3f0b-5c7e-9a55-0d5c2f7c9d11")  # namespace of the EPT900s' guids


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused message whose sender is proven: a journal entry, and for a broken schema an EPT900.

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
        self._chain.append(connection, entries + receipts)
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

    def _unreadable(self, connection: Connection, refusals: Sequence[Refusal]) -> list[Any]:
        """An EPT900 for each message whose schema was broken, but one only for a CopMsgId of a party."""
        drafts = []
        done: set[tuple[str, str]] = set()
        for one in refusals:
            name = (one.party, one.cop_msg_id)
            if not isinstance(one.fault, SchemaInvalid) or not one.cop_msg_id or name in done:
                continue
            done.add(name)
            if mailboxes.has(connection, *name, EPT900):
                continue
            guid = str(uuid.uuid5(_GUIDS, f"{one.party}/{one.cop_msg_id}/{one.digest}")).upper()
            info = "; ".join(map(str, one.fault.violations)) or one.fault.info
            drafts.append(
                self._outgoing.unreadable(
                    one.party, guid, Unreadable(one.cop_msg_id, one.msg_type, info), one.at
                )
            )
        return drafts


class NotStored(Exception):
    """A message was neither stored nor found to have been accepted before: nobody may be told that it was."""


def known(connection: Connection, sender: str, cop_msg_id: str, guid: str) -> StoredMessage | None:
    """What was accepted before under one of the two identifiers; the CopMsgId goes first."""
    found = messages.by_cop_msg_id(connection, sender, cop_msg_id)
    return found or (messages.by_root_guid(connection, sender, guid) if guid else None)
