"""What waits behind an item of its own order key: so a long queue from one party to another goes quickly.

Knows the order of work items; refuses to know what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def behind(conn: Connection, items: Sequence[Work], kind: str, now: datetime, limit: int) -> list[Work]:
    """The due items of `kind` that follow those of `items` under the same order key without a gap, in order.

    Of each key up to `limit`, and none behind an item that failed before. Whoever calls it holds the keys.
    """
    found: list[Work] = []
    for item in items:
        if item.kind == kind and item.attempts == 0:
            keys = {"key": item.order_key, "after": item.id, "kind": kind, "now": now}
            rows = conn.execute(_BEHIND, {**keys, "end": _END, "limit": limit})
            found += [Work(*row) for row in rows]
    return found
