"""The audit journal (审计日志) as it is written: append-only, each row sealed to the one before it.

Knows how a row's hash is made; refuses to know what deserves a row. One chain a node.

The hash is SHA-256 over these fields, each as its UTF-8 bytes behind their length in four bytes, big-endian:
the text `eport-journal-1`, the previous row's hash (64 hex digits; 64 zeros for the first row), node, seq in
decimal, the instant in decimal UTC microseconds, kind, party, reference, digest. Lengths make it unambiguous:
no two different rows have the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage import tables
from storage.bulk import BulkInsert
from storage.types import microseconds

ORIGIN = "0" * 64
"""What the first row of a chain names as its previous hash."""

MESSAGE = "message"
RECEIPT = "receipt"
"""The kinds whose reference is the id of a stored message or receipt, and whose digest is its content's."""

_VERSION = b"eport-journal-1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: `reference` names it, `digest` is the SHA-256 (hex) of its content, or ''."""

    kind: str
    party: str
    reference: str
    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """Where a chain stands: the number of its last row (0: none) and that row's hash."""

    seq: int
    hash: str


def row_hash(
    previous: str, node: str, seq: int, at: int, kind: str, party: str, reference: str, digest: str
) -> str:
    """The hash of one row, hex; `at` in UTC microseconds. The encoding is in this module's docstring."""
    whole = hashlib.sha256()
    fields = (previous, node, str(seq), str(at), kind, party, reference, digest)
    for value in (_VERSION, *(field.encode() for field in fields)):
        whole.update(len(value).to_bytes(4, "big") + value)
    return whole.hexdigest()


_journal = tables.journal.c
_INSERT = BulkInsert(
    tables.journal, ("node", "seq", "at", "kind", "party", "reference", "digest", "previous", "hash")
)
_LAST = (
    select(_journal.seq, _journal.hash)
    .where(_journal.node == bindparam("of_node"))
    .order_by(_journal.seq.desc())
    .limit(1)
)


class Chain:
    """A node's chain, remembered at its head so that appending reads nothing."""

    def __init__(self, node: str) -> None:
        self.node = node
        self._head: Position | None = None

    def append(self, conn: Connection, entries: Sequence[Entry]) -> Position:
        """Add the entries, in this order, within the caller's transaction; where the chain stands then."""
        head = self._head or last(conn, self.node)
        rows = []
        for entry in entries:
            seq = head.seq + 1
            sealed = row_hash(
                head.hash, self.node, seq, microseconds(entry.at), entry.kind, entry.party, entry.reference,
                entry.digest,
            )  # fmt: skip
            rows.append([
                self.node, seq, entry.at, entry.kind, entry.party, entry.reference, entry.digest, head.hash,
                sealed,
            ])  # fmt: skip
            head = Position(seq, sealed)
        _INSERT(conn, rows)
        self._head = head
        return head

    def forget(self) -> None:
        """Call it when a transaction that appended was rolled back: the head is read again."""
        self._head = None


def last(conn: Connection, node: str) -> Position:
    """Where the chain of `node` stands."""
    row = conn.execute(_LAST, {"of_node": node}).one_or_none()
    return Position(0, ORIGIN) if row is None else Position(row.seq, row.hash)
