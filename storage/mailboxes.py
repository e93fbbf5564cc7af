"""Mailboxes (回执信箱): receipts of one party in one gapless order, read from any position on.

Knows that a position is taken from the mailbox's own row, which stays locked until the transaction ends:
positions become visible in their order, so nobody who reads on from the last one can step over a receipt.
Refuses to know what a receipt says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, literal, select

from storage import tables
from storage.bulk import BulkInsert
from storage.conflict import by_dialect


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt for `party`; `digest` is the SHA-256 of `document` (hex), `id` the caller's own number."""

    party: str
    id: int
    type: str
    cop_msg_id: str
    ori_message_id: int | None
    ori_cop_msg_id: str
    status: int | None
    case_no: str | None
    digest: str
    document: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt at its place in the mailbox; without a document it is in the archive."""

    position: int
    type: str
    status: int | None
    case_no: str | None
    document: bytes
    created_at: datetime
    ori_cop_msg_id: str = ""
    ori_message_id: int | None = None


_box = tables.mailboxes.c
_receipt = tables.receipts.c
_TAKE = by_dialect(
    tables.mailboxes,
    lambda statement: statement.on_conflict_do_update(
        index_elements=[_box.party], set_={"next": _box.next + statement.excluded.next - 1}
    ).returning(_box.party, _box.next),
)
_INSERT = BulkInsert(
    tables.receipts,
    ("party", "position", "id", "type", "cop_msg_id", "ori_message_id", "ori_cop_msg_id", "status", "case_no",
     "digest", "document", "created_at"),
)  # fmt: skip
_archived = select(_box.archived).where(_box.party == bindparam("party")).scalar_subquery()
_PAGE = {
    dialect: select(_receipt.position, _receipt.document)
    .where(
        _receipt.party == bindparam("party"),
        # Of a mailbox of years the beginning is in the archive: it is stepped over, not read.
        _receipt.position > later(bindparam("after"), func.coalesce(_archived, literal(0))),
        _receipt.archive.is_(None),
    )
    .order_by(_receipt.position)
    .limit(bindparam("limit"))
    for dialect, later in (("sqlite", func.max), ("postgresql", func.greatest))
}
_FOR_MESSAGE = (
    select(
        _receipt.position,
        _receipt.type,
        _receipt.status,
        _receipt.case_no,
        _receipt.document,
        _receipt.created_at,
    )
    .where(_receipt.party == bindparam("party"), _receipt.ori_cop_msg_id == bindparam("cop_msg_id"))
    .order_by(_receipt.position)
)
_OF_CASE = (
    select(
        _receipt.position,
        _receipt.type,
        _receipt.status,
        _receipt.case_no,
        _receipt.document,
        _receipt.created_at,
        _receipt.ori_cop_msg_id,
        _receipt.ori_message_id,
    )
    .where(_receipt.party == bindparam("party"), _receipt.case_no == bindparam("number"))
    .order_by(_receipt.position.desc())
    .limit(bindparam("limit"))
)
_HAS = (
    select(_receipt.position)
    .where(
        _receipt.party == bindparam("party"),
        _receipt.ori_cop_msg_id == bindparam("cop_msg_id"),
        _receipt.type == bindparam("of_type"),
    )
    .limit(1)
)
_HEAD = (
    select(_receipt.position)
    .where(_receipt.party == bindparam("party"))
    .order_by(_receipt.position.desc())
    .limit(1)
)


def deliver(conn: Connection, receipts: Sequence[NewReceipt]) -> dict[str, int]:
    """Put receipts into their mailboxes, in this order; the last position of each mailbox that got one.

    Call it once a transaction: mailboxes are locked in sorted order, so that two such transactions never
    wait for each other in a circle.
    """
    if not receipts:
        return {}
    counts = sorted(Counter(new.party for new in receipts).items())
    taken = conn.execute(
        _TAKE[conn.dialect.name], [{"party": party, "next": count + 1} for party, count in counts]
    )
    after: dict[str, int] = {row.party: row.next for row in taken}
    free = {party: after[party] - count for party, count in counts}
    rows = []
    for new in receipts:
        position = free[new.party]
        free[new.party] = position + 1
        rows.append([
            new.party, position, new.id, new.type, new.cop_msg_id, new.ori_message_id, new.ori_cop_msg_id,
            new.status, new.case_no, new.digest, new.document, new.created_at,
        ])  # fmt: skip
    _INSERT(conn, rows)
    return {party: following - 1 for party, following in after.items()}


def page(conn: Connection, party: str, after: int, limit: int) -> list[tuple[int, bytes]]:
    """Up to `limit` receipts behind position `after` (0: from the beginning), as (position, document).

    Those in the archive are left out.
    """
    found = conn.execute(_PAGE[conn.dialect.name], {"party": party, "after": after, "limit": limit})
    return [(position, document) for position, document in found]


def for_message(conn: Connection, party: str, cop_msg_id: str) -> list[StoredReceipt]:
    """All receipts in this party's mailbox that answer its message of this CopMsgId, oldest first."""
    return [
        StoredReceipt(*row) for row in conn.execute(_FOR_MESSAGE, {"party": party, "cop_msg_id": cop_msg_id})
    ]


def of_case(conn: Connection, party: str, number: str, limit: int) -> list[StoredReceipt]:
    """Up to `limit` of the newest receipts in this party's mailbox that name a case, the newest first."""
    found = conn.execute(_OF_CASE, {"party": party, "number": number, "limit": limit})
    return [StoredReceipt(*row) for row in found]


def has(conn: Connection, party: str, cop_msg_id: str, type_: str) -> bool:
    """Whether a receipt of this type answers the party's message of this CopMsgId already."""
    keys = {"party": party, "cop_msg_id": cop_msg_id, "of_type": type_}
    return conn.execute(_HAS, keys).first() is not None


def head(conn: Connection, party: str) -> int:
    """The position of the newest receipt; 0 for an empty mailbox."""
    return conn.execute(_HEAD, {"party": party}).scalar() or 0
