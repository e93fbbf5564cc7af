"""How far messages have come (报文状态): accepted, how many nodes are open, which receipts answer them.

Knows the three tables that say so, read without the messages and documents themselves, for many messages at
once; refuses to know what a status means.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from storage import tables


@dataclass(frozen=True, slots=True)
class Answered:
    """One receipt, without its document."""

    position: int
    type: str
    status: int | None
    case_no: str | None
    created_at: datetime
    archived: bool = False  # its document is not here any more


@dataclass(frozen=True, slots=True)
class Progress:
    """One CopMsgId of a party. Without `accepted_at` there are only receipts: the message was refused."""

    cop_msg_id: str
    type: str = ""
    digest: str = ""
    accepted_at: datetime | None = None
    open_nodes: int = 0
    receipts: tuple[Answered, ...] = ()


ACCEPTED = ("node", "route")  # work items of a business node, and of a receiver of a routed message
_message = tables.messages.c
_item = tables.work.c
_receipt = tables.receipts.c
_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_MESSAGES = select(
    _message.id, _message.cop_msg_id, _message.type, _message.digest, _message.accepted_at
).where(_message.sender == bindparam("party"), _message.cop_msg_id.in_(_ids))
_OPEN = (
    select(_item.message_id, func.count())
    .where(_item.message_id.in_(_ids), _item.kind.in_(bindparam("kinds", expanding=True)))
    .group_by(_item.message_id)
)
_RECEIPTS = (
    select(
        _receipt.ori_cop_msg_id,
        _receipt.position,
        _receipt.type,
        _receipt.status,
        _receipt.case_no,
        _receipt.created_at,
        _receipt.archive.is_not(None),
    )
    .where(_receipt.party == bindparam("party"), _receipt.ori_cop_msg_id.in_(_ids))
    .order_by(_receipt.position)
)


def progress(
    conn: Connection, party: str, cop_msg_ids: Collection[str], kinds: Collection[str] = ACCEPTED
) -> dict[str, Progress]:
    """The party's messages under these CopMsgIds, the unknown missing. `kinds`: of its work items."""
    if not cop_msg_ids:
        return {}
    ids = list(cop_msg_ids)
    accepted = conn.execute(_MESSAGES, {"party": party, "ids": ids}).all()
    open_nodes: dict[int, int] = {}
    if accepted:
        found = conn.execute(_OPEN, {"ids": [row.id for row in accepted], "kinds": list(kinds)})
        open_nodes = {row[0]: row[1] for row in found}
    receipts: dict[str, list[Answered]] = {}
    for cop_msg_id, *rest in conn.execute(_RECEIPTS, {"party": party, "ids": ids}):
        receipts.setdefault(cop_msg_id, []).append(Answered(*rest))
    known = {
        row.cop_msg_id: Progress(
            row.cop_msg_id,
            row.type,
            row.digest,
            row.accepted_at,
            open_nodes.get(row.id, 0),
            tuple(receipts.pop(row.cop_msg_id, ())),
        )
        for row in accepted
    }
    refused = {each: Progress(each, receipts=tuple(lines)) for each, lines in receipts.items()}
    return known | refused
