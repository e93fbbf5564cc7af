"""Messages that wait to be picked up (提取): they lie in a mailbox, and their sender is to be told of it.

Knows at which place of which mailbox they lie, and that a mailbox read on from a position was read up to it;
refuses to know how it was read. What was picked up becomes a work item in the same transaction, so that it is
told once, whoever read the mailbox and however often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from storage import tables, work
from storage.work import NewWork

KIND = "pickup"
"""The work item's; its payload is {"to": the receiver, "messages": their ids}."""

TOGETHER = 100  # messages of one work item
MOST = 1_000  # messages that are noted in one transaction

_pickup = tables.pickups.c
_receipt = tables.receipts.c
_INSERT = insert(tables.pickups).from_select(
    ("party", "position", "message_id"),
    select(_receipt.party, _receipt.position, _receipt.ori_message_id).where(
        _receipt.id.in_(bindparam("ids", expanding=True))
    ),
)
_REACHED = select(func.max(_receipt.position)).where(
    _receipt.party == bindparam("party"), _receipt.position <= bindparam("upto")
)
_UP_TO = (_pickup.party == bindparam("party"), _pickup.position <= bindparam("upto"))
_WAITS = select(exists().where(*_UP_TO))
_ANY = select(exists().where(_pickup.position > 0))
_next = tables.pickups.alias("next").c
_FIRST = (
    select(_next.position)
    .where(_next.party == bindparam("party"), _next.position <= bindparam("upto"))
    .order_by(_next.position)
    .limit(bindparam("most"))
)
_TAKE = (
    delete(tables.pickups)
    .where(_pickup.party == bindparam("party"), _pickup.position.in_(_FIRST))
    .returning(_pickup.position, _pickup.message_id)
)
_SENDERS = select(tables.messages.c.id, tables.messages.c.sender).where(
    tables.messages.c.id.in_(bindparam("ids", expanding=True))
)


def order_key(sender: str, receiver: str) -> str:
    """Under which everything from one party to another is worked off in its order."""
    return f"{sender}/>{receiver}"


def await_pick_up(conn: Connection, ids: Sequence[int]) -> None:
    """These documents, by the ids under which they were delivered in this transaction, are messages."""
    if ids:
        conn.execute(_INSERT, {"ids": list(ids)})


def anything(conn: Connection) -> bool:
    """Whether any message waits in any mailbox."""
    return bool(conn.execute(_ANY).scalar())


def looked(conn: Connection, party: str, position: int) -> tuple[int, bool]:
    """How far a mailbox goes up to `position`, and whether a message up to there was not picked up yet.

    Read in this order, so that nothing that is delivered meanwhile is taken for looked at.
    """
    keys = {"party": party, "upto": position}
    reached = conn.execute(_REACHED, keys).scalar() or 0
    return reached, bool(conn.execute(_WAITS, keys).scalar())


def picked_up(conn: Connection, party: str, position: int, now: datetime) -> bool:
    """The mailbox was read up to and with `position`: whose messages lay there are to be told.

    The first MOST of them; whether more wait there, for which it is to be called in another transaction. What
    was told once is not told again.
    """
    keys = {"party": party, "upto": position}
    taken = conn.execute(_TAKE, {**keys, "most": MOST}).all()
    ids = [message for _, message in sorted(tuple(row) for row in taken)]
    senders = {row.id: row.sender for row in conn.execute(_SENDERS, {"ids": ids})} if ids else {}
    by_sender: dict[str, list[int]] = defaultdict(list)
    for message in ids:
        by_sender[senders[message]].append(message)
    work.add(
        conn,
        [
            NewWork(KIND, order_key(sender, party), 0, now, {"to": party, "messages": part})
            for sender, messages in by_sender.items()
            for part in (messages[at : at + TOGETHER] for at in range(0, len(messages), TOGETHER))
        ],
    )
    return bool(conn.execute(_WAITS, keys).scalar())
