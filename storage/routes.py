"""What waits behind an item of its own order key, and how large it is: so a long queue goes in good portions.

Knows the order of work items and the size of messages; refuses to know what they mean.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, func, or_, select

from storage import tables
from storage.work import Work

_item = tables.work.c
_COLUMNS = (
    _item.id, _item.kind, _item.order_key, _item.message_id, _item.node, _item.payload, _item.due_at,
    _item.attempts, _item.last_error,
)  # fmt: skip
_other = tables.work.alias("other")
_KEY: BindParameter[str] = bindparam("key")
_STOP = (
    # The first that is of another kind, or waits for its time after a failure, ends the run.
    select(func.min(_other.c.id))
    .where(
        _other.c.order_key == _KEY,
        _other.c.id > bindparam("after"),
        or_(_other.c.kind != bindparam("kind"), _other.c.due_at > bindparam("now"), _other.c.attempts > 0),
    )
    .scalar_subquery()
)
_BEHIND = (
    select(*_COLUMNS)
    .where(
        _item.order_key == _KEY,
        _item.id > bindparam("after"),
        _item.id < func.coalesce(_STOP, bindparam("end")),
    )
    .order_by(_item.id)
    .limit(bindparam("limit"))
)
_END = (1 << 63) - 1
_message = tables.messages.c
_SIZES = select(_message.id, func.length(_message.data)).where(
    _message.id.in_(bindparam("ids", expanding=True))
)


def behind(conn: Connection, item: Work, now: datetime, limit: int) -> list[Work]:
    """Up to `limit` due items of the same kind and order key that follow `item` without a gap, in order.

    None from the first on that failed before. Whoever calls it holds the key.
    """
    if not limit:
        return []
    keys = {"key": item.order_key, "after": item.id, "kind": item.kind, "now": now}
    rows = conn.execute(_BEHIND, {**keys, "end": _END, "limit": limit})
    return [Work(*row) for row in rows]


def sizes(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """How many bytes of Data these messages have, by id."""
    if not ids:
        return {}
    return {row[0]: row[1] for row in conn.execute(_SIZES, {"ids": list(ids)})}
