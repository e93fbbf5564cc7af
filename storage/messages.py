"""Accepted messages (已收报文) and who owns which identifier.

Knows the two unique keys that make an exchange idempotent, (sender, CopMsgId) and (sender, root guid), and
the guid of each node; refuses to know what a message says or why it was accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from storage import tables, work
from storage.conflict import by_dialect
from storage.work import NewWork as NewWork

NodeKey = tuple[str, str, str]
"""(party, message type, node guid)."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to accept; `id` is the caller's increasing number, `digest` the SHA-256 of `data`, hex."""

    id: int
    sender: str
    cop_msg_id: str
    root_guid: str
    type: str
    receivers: tuple[str, ...]
    digest: str
    content_key: str
    data: bytes
    certificate: str
    reply: bytes
    accepted_at: datetime
    work: tuple[NewWork, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as it was accepted, with the reply it was given."""

    id: int
    sender: str
    cop_msg_id: str
    root_guid: str
    type: str
    receivers: tuple[str, ...]
    digest: str
    content_key: str
    data: bytes
    certificate: str
    reply: bytes
    accepted_at: datetime


_INSERT = by_dialect(
    tables.messages, lambda statement: statement.on_conflict_do_nothing().returning(tables.messages.c.id)
)
_CLAIM = by_dialect(
    tables.nodes,
    lambda statement: statement.on_conflict_do_nothing().returning(
        tables.nodes.c.party, tables.nodes.c.type, tables.nodes.c.guid
    ),
)
_message = tables.messages.c
_SELECT = select(tables.messages)
_BY_COP_MSG_ID = _SELECT.where(_message.sender == bindparam("party"), _message.cop_msg_id == bindparam("key"))
_BY_ROOT_GUID = _SELECT.where(_message.sender == bindparam("party"), _message.root_guid == bindparam("key"))
_BY_ID = _SELECT.where(_message.id.in_(bindparam("ids", expanding=True)))


def insert(conn: Connection, batch: Sequence[NewMessage]) -> frozenset[int]:
    """Store the messages whose identifiers are free, each with its work; the ids of those stored.

    Of two in the batch with one identifier the first wins. What is left out was accepted before: look it up.
    """
    if not batch:
        return frozenset()
    stored = frozenset(
        conn.execute(
            _INSERT[conn.dialect.name],
            [
                {
                    "id": new.id,
                    "sender": new.sender,
                    "cop_msg_id": new.cop_msg_id,
                    "root_guid": new.root_guid,
                    "type": new.type,
                    "receivers": new.receivers,
                    "digest": new.digest,
                    "content_key": new.content_key,
                    "data": new.data,
                    "certificate": new.certificate,
                    "reply": new.reply,
                    "accepted_at": new.accepted_at,
                }
                for new in batch
            ],
        ).scalars()
    )
    work.add_rows(conn, [row for new in batch if new.id in stored for row in work.rows(new.work, new.id)])
    return stored


def by_cop_msg_id(conn: Connection, sender: str, cop_msg_id: str) -> StoredMessage | None:
    """The message this sender sent under this CopMsgId."""
    return _one(conn.execute(_BY_COP_MSG_ID, {"party": sender, "key": cop_msg_id}).one_or_none())


def by_root_guid(conn: Connection, sender: str, guid: str) -> StoredMessage | None:
    """The message of this sender whose root has this guid."""
    return _one(conn.execute(_BY_ROOT_GUID, {"party": sender, "key": guid}).one_or_none())


def load(conn: Connection, ids: Collection[int]) -> dict[int, StoredMessage]:
    """The messages with these ids; ids that do not exist are missing from the answer."""
    if not ids:
        return {}
    return {row.id: _stored(row) for row in conn.execute(_BY_ID, {"ids": list(ids)})}


def claim_guids(conn: Connection, rows: Sequence[tuple[str, str, str, int, int]]) -> set[NodeKey]:
    """Take (party, type, guid, message id, node); the keys that are now owned, the others were used."""
    if not rows:
        return set()
    claimed = conn.execute(
        _CLAIM[conn.dialect.name],
        [
            {"party": party, "type": type_, "guid": guid, "message_id": message_id, "node": node}
            for party, type_, guid, message_id, node in rows
        ],
    )
    return {(party, type_, guid) for party, type_, guid in claimed}


def _one(row: Row[Any] | None) -> StoredMessage | None:
    return None if row is None else _stored(row)


def _stored(row: Row[Any]) -> StoredMessage:
    number, sender, cop_msg_id, root_guid, type_, receivers, *rest = row
    return StoredMessage(number, sender, cop_msg_id, root_guid, type_, tuple(receivers), *rest)
