"""Accepted messages (已收报文) and who owns which identifier.

Knows the two unique keys that make an exchange idempotent, (sender, CopMsgId) and (sender, root guid), and
the guid of each node; refuses to know what a message says or why it was accepted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from storage import tables, work
from storage.bulk import BulkInsert
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
    archive: int | None = None  # of the archive where `data` and `reply` are, which are empty here then


_INSERT = BulkInsert(
    tables.messages,
    ("id", "sender", "cop_msg_id", "root_guid", "type", "receivers", "digest", "content_key", "data",
     "certificate", "reply", "accepted_at"),
    unless_taken=True,
)  # fmt: skip
_CLAIM = BulkInsert(tables.nodes, ("party", "type", "guid", "message_id", "node"), unless_taken=True)
_node = tables.nodes.c
_RELEASE = delete(tables.nodes).where(
    _node.party == bindparam("of_party"),
    _node.type == bindparam("of_type"),
    _node.guid == bindparam("of_guid"),
)
_message = tables.messages.c
_SELECT = select(tables.messages)
_BY_COP_MSG_ID = _SELECT.where(_message.sender == bindparam("party"), _message.cop_msg_id == bindparam("key"))
_BY_ROOT_GUID = _SELECT.where(_message.sender == bindparam("party"), _message.root_guid == bindparam("key"))
_IDENTITIES = select(
    _message.id, _message.sender, _message.cop_msg_id, _message.root_guid, _message.digest
).where(_message.id.in_(bindparam("ids", expanding=True)))
# One party's of one type at a time: for an IN over tuples SQLite reads the whole table.
_OWNERS = select(tables.nodes).where(
    _node.party == bindparam("of_party"),
    _node.type == bindparam("of_type"),
    _node.guid.in_(bindparam("guids", expanding=True)),
)
_CERTIFICATES = select(_message.id, _message.certificate).where(
    _message.id.in_(bindparam("ids", expanding=True))
)
_BY_ID = _SELECT.where(_message.id.in_(bindparam("ids", expanding=True)))


def insert(conn: Connection, batch: Sequence[NewMessage]) -> frozenset[int]:
    """Store the messages whose identifiers are free, each with its work; the ids of those stored.

    Of two in the batch with one identifier the first wins. What is left out was accepted before: look it up.
    """
    if not batch:
        return frozenset()
    rows = [
        [
            new.id, new.sender, new.cop_msg_id, new.root_guid, new.type, new.receivers, new.digest,
            new.content_key, new.data, new.certificate, new.reply, new.accepted_at,
        ]
        for new in batch
    ]  # fmt: skip
    # Where some were taken, look which: that is rare, and asking every time with RETURNING costs more.
    all_new = _INSERT(conn, rows) == len(batch)
    stored = frozenset(new.id for new in batch) if all_new else _stored_of(conn, batch)
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


def certificates(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """The fingerprints of the certificates that these messages were signed with, by id."""
    if not ids:
        return {}
    return {row.id: row.certificate for row in conn.execute(_CERTIFICATES, {"ids": list(ids)})}


def claim_guids(conn: Connection, rows: Sequence[tuple[str, str, str, int, int]]) -> set[NodeKey]:
    """Take (party, type, guid, message id, node); the keys that are now owned, the others were used."""
    if not rows:
        return set()
    if _CLAIM(conn, [list(row) for row in rows]) == len(rows):
        return {row[:3] for row in rows}
    guids: dict[tuple[str, str], list[str]] = {}
    for party, type_, guid, _message_id, _node_number in rows:
        guids.setdefault((party, type_), []).append(guid)
    owners = {
        tuple(owner)
        for (party, type_), wanted in guids.items()
        for owner in conn.execute(_OWNERS, {"of_party": party, "of_type": type_, "guids": wanted})
    }
    return {row[:3] for row in owners.intersection(rows)}


def _stored_of(conn: Connection, batch: Sequence[NewMessage]) -> frozenset[int]:
    """Those of the batch that are stored as themselves: an id alone might be another gateway's."""
    found = {tuple(row) for row in conn.execute(_IDENTITIES, {"ids": [new.id for new in batch]})}
    return frozenset(
        new.id for new in batch if (new.id, new.sender, new.cop_msg_id, new.root_guid, new.digest) in found
    )


def release_guids(conn: Connection, keys: Collection[NodeKey]) -> None:
    """Give back keys that `claim_guids` took in this transaction: their nodes were refused."""
    if keys:
        conn.execute(
            _RELEASE, [dict(zip(("of_party", "of_type", "of_guid"), key, strict=True)) for key in keys]
        )


def _one(row: Row[Any] | None) -> StoredMessage | None:
    return None if row is None else _stored(row)


def _stored(row: Row[Any]) -> StoredMessage:
    values = dict(row._mapping)
    values["receivers"] = tuple(values["receivers"])
    return StoredMessage(**values)
