"""Work items (待办): what must still happen to an accepted node or to a case, and when.

Knows order and due times; refuses to know what an item means. Items with one order key run one after
another, oldest first; an item that failed holds its key back until it has succeeded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from storage import tables

MAX_ERROR = 2_000  # characters of the last error that are kept


@dataclass(frozen=True, slots=True)
class NewWork:
    """One item to do; `message_id` is filled in when it is stored together with its message."""

    kind: str
    order_key: str
    node: int
    due_at: datetime
    payload: Mapping[str, Any] | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """One stored item."""

    id: int
    kind: str
    order_key: str
    message_id: int | None
    node: int
    payload: Mapping[str, Any] | None
    due_at: datetime
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much is due now and since when the oldest of it waits (None: nothing waits)."""

    count: int
    oldest: datetime | None


_INSERT = insert(tables.work)
_item = tables.work.c
_earlier = tables.work.alias("earlier")
_DUE = (
    select(
        _item.id, _item.kind, _item.order_key, _item.message_id, _item.node, _item.payload, _item.due_at,
        _item.attempts, _item.last_error,
    )
    .where(
        _item.due_at <= bindparam("now"),
        ~select(_earlier.c.id)
        .where(
            _earlier.c.order_key == _item.order_key,
            _earlier.c.id < _item.id,
            or_(_earlier.c.due_at <= bindparam("now"), _earlier.c.attempts > 0),
        )
        .exists(),
    )
    .order_by(_item.due_at, _item.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_CLAIM = select(_item.id).where(
    _item.id.in_(bindparam("ids", expanding=True)), _item.due_at <= bindparam("now")
)
_CLAIM_LOCKED = _CLAIM.order_by(_item.id).with_for_update(skip_locked=True)
_FINISH = delete(tables.work).where(_item.id == bindparam("gone"))
_POSTPONE = (
    update(tables.work)
    .where(_item.id == bindparam("which"))
    .values(due_at=bindparam("then"), attempts=_item.attempts + 1, last_error=bindparam("error"))
)
_NEXT_DUE = select(func.min(_item.due_at))
_BACKLOG = select(func.count(), func.min(_item.due_at)).where(_item.due_at <= bindparam("now"))
_PENDING = select(_item.node).where(_item.message_id == bindparam("message_id")).order_by(_item.node)


def rows(items: Iterable[NewWork], message_id: int | None = None) -> list[dict[str, Any]]:
    """The items as rows; those without a message of their own get `message_id`."""
    return [
        {
            "kind": item.kind,
            "order_key": item.order_key,
            "message_id": message_id if item.message_id is None else item.message_id,
            "node": item.node,
            "payload": item.payload,
            "due_at": item.due_at,
            "attempts": 0,
            "last_error": None,
        }
        for item in items
    ]


def add_rows(conn: Connection, new: Sequence[dict[str, Any]]) -> None:
    """Store what `rows` made."""
    if new:
        conn.execute(_INSERT, new)


def add(conn: Connection, items: Sequence[NewWork]) -> None:
    """Store new items."""
    add_rows(conn, rows(items))


def due(conn: Connection, now: datetime, limit: int) -> list[Work]:
    """What may run now, by id: for each order key only its oldest, and none while that one is put off.

    A timer that was never tried and is not due yet holds nothing back. A plain read: where several gateways
    share a database, `claim` what was found inside the transaction that carries it out.
    """
    found = [Work(*row) for row in conn.execute(_DUE, {"now": now, "limit": limit})]
    found.sort(key=lambda item: item.id)
    return found


def claim(conn: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Of these items, those that are still to do and nobody else's until this transaction ends."""
    statement = _CLAIM if conn.dialect.name == "sqlite" else _CLAIM_LOCKED
    return set(conn.execute(statement, {"ids": list(ids), "now": now}).scalars())


def finish(conn: Connection, ids: Iterable[int]) -> None:
    """These items are done."""
    gone = [{"gone": number} for number in ids]
    if gone:
        conn.execute(_FINISH, gone)


def postpone(conn: Connection, number: int, due_at: datetime, error: str) -> None:
    """The item failed: try it again at `due_at`, and hold back its order key until then."""
    conn.execute(_POSTPONE, {"which": number, "then": due_at, "error": error[:MAX_ERROR]})


def next_due(conn: Connection) -> datetime | None:
    """When the next item is, or was, due; None when there is no work at all."""
    earliest: datetime | None = conn.execute(_NEXT_DUE).scalar_one()
    return earliest


def backlog(conn: Connection, now: datetime) -> Backlog:
    """How much is due and waits."""
    return Backlog(*conn.execute(_BACKLOG, {"now": now}).one())


def pending(conn: Connection, message_id: int) -> list[int]:
    """The nodes of this message that are still to be processed, in order."""
    return list(conn.execute(_PENDING, {"message_id": message_id}).scalars())
