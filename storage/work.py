"""Work items (待办): what must still happen to an accepted node or to a case, and when.

Knows order and due times; refuses to know what an item means. Items with one order key run one after
another, oldest first; an item that failed holds its key back until it has succeeded. An order key is
`PARTY/REST`, so that nobody waits behind what another party sent; a case's bare number, which is what customs
and follow-ups know of it, becomes the key that the case has for its owner.

Finding what may run costs as much as is asked for, however much is queued: of the oldest due items those that
come first under their keys, and where these are mostly held back, the first items of the next keys in turn.

Several gateways on one PostgreSQL share the work: who takes an item holds its order key (an advisory lock)
and its row until his transaction ends, and the others step over both (SKIP LOCKED). The key is what keeps two
of one key apart: the row alone does not, when an item commits late that was numbered before one in work.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    any_,
    bindparam,
    case,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage import tables
from storage.bulk import BulkInsert
from storage.types import EPOCH

MAX_ERROR = 2_000  # characters of the last error that are kept
REACH = 4  # as many times what is asked for is looked at where others may have taken what comes first
KEYS = 0x65706F72  # the space of the order keys' advisory locks, apart from the cases' own


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


@dataclass(slots=True)
class Turn:
    """The order key that was served last when keys took turns; whoever dispatches keeps one."""

    after: str = ""


_INSERT = BulkInsert(
    tables.work,
    ("kind", "order_key", "message_id", "node", "payload", "due_at", "attempts", "last_error"),
)
_ORDER_KEY = 1  # its place among them
_item = tables.work.c
_COLUMNS = (
    _item.id, _item.kind, _item.order_key, _item.message_id, _item.node, _item.payload, _item.due_at,
    _item.attempts, _item.last_error,
)  # fmt: skip
_NOW: BindParameter[datetime] = bindparam("now")
_earlier = tables.work.alias("earlier")
_held_back = (
    select(_earlier.c.id)
    .where(
        _earlier.c.order_key == _item.order_key,
        _earlier.c.id < _item.id,
        or_(_earlier.c.due_at <= _NOW, _earlier.c.attempts > 0),
    )
    .exists()
)
_OLDEST = (
    select(*_COLUMNS, _held_back.label("held_back"))
    .where(_item.due_at <= _NOW)
    .order_by(_item.due_at, _item.id)
    .limit(bindparam("limit"))
)


def _in_turn() -> Any:
    """The first item of each of the next keys: seeks in the index (order_key, id), one a key.

    "First" counts what is due and what failed before.
    """
    first, following, here = (tables.work.alias(name) for name in ("first", "following", "here"))
    begin = (
        select(first.c.id)
        .where(
            first.c.order_key > bindparam("after"),
            first.c.order_key <= bindparam("upto"),
            or_(first.c.due_at <= _NOW, first.c.attempts > 0),
        )
        .order_by(first.c.order_key, first.c.id)
        .limit(1)
        .scalar_subquery()
    )
    turn = select(begin.label("id"), literal_column("1").label("step")).cte("turn", recursive=True)
    last = select(here.c.order_key).where(here.c.id == turn.c.id).correlate(turn).scalar_subquery()
    follow = (
        select(following.c.id)
        .where(
            following.c.order_key > last,
            following.c.order_key <= bindparam("upto"),
            or_(following.c.due_at <= _NOW, following.c.attempts > 0),
        )
        .order_by(following.c.order_key, following.c.id)
        .limit(1)
        .correlate(turn)
        .scalar_subquery()
    )
    turn = turn.union_all(
        select(follow, turn.c.step + 1).where(turn.c.id.is_not(None), turn.c.step < bindparam("limit"))
    )
    return select(*_COLUMNS).join_from(turn, tables.work, _item.id == turn.c.id)


_IN_TURN = _in_turn()


def _hold(order_key: ColumnElement[str]) -> ColumnElement[bool]:
    """Hold this key until the transaction ends; whether nobody else does. By its hash: two may share one."""
    return func.pg_try_advisory_xact_lock(KEYS, func.hashtext(order_key))


def _take_oldest() -> Any:
    """Of the oldest due items, those first under a key that nobody holds: theirs are held from here on.

    Each row has, beside an item or nothing, how many due items were looked at. An item that changed after the
    statement had begun is looked at again as it is now, or left out when it is gone (EvalPlanQual).
    """
    reach = select(_item.id, _item.order_key).where(_item.due_at <= _NOW).order_by(_item.due_at, _item.id)
    seen = reach.limit(bindparam("reach")).cte("seen")
    held_back = (
        select(_earlier.c.id)
        .where(
            _earlier.c.order_key == seen.c.order_key,
            _earlier.c.id < seen.c.id,
            or_(_earlier.c.due_at <= _NOW, _earlier.c.attempts > 0),
        )
        .exists()
    )
    # CASE, since the cheap condition would be tried first, and hold the keys of all that is held back.
    free = case((held_back, false()), else_=_hold(seen.c.order_key))
    first = select(seen.c.id).where(free).limit(bindparam("limit")).cte("first")
    mine = (
        select(*_COLUMNS)
        .where(_item.id.in_(select(first.c.id)), _item.due_at <= _NOW)
        .with_for_update(skip_locked=True)
        .cte("mine")
    )
    looked = select(func.count().label("seen")).select_from(seen).subquery("looked")
    return select(looked.c.seen, *mine.c).select_from(looked.outerjoin(mine, true()))


_TAKE_OLDEST = _take_oldest()
# A queue that was empty a moment ago has statistics of an empty table, by which sorting it all looks cheap.
_SEEK = {"postgresql": select(func.set_config("enable_sort", "off", True))}
_END = "\U0010ffff"  # behind every order key
_CLAIM = select(_item.id).where(_item.id.in_(bindparam("ids", expanding=True)), _item.due_at <= _NOW)
_locked = _CLAIM.add_columns(_item.order_key).with_for_update(skip_locked=True).cte("locked")
_CLAIM_LOCKED = select(_locked.c.id).where(_hold(_locked.c.order_key))
_FINISH = delete(tables.work).where(_item.id == bindparam("gone"))
_FINISH_ALL = delete(tables.work).where(_item.id == any_(bindparam("gone", type_=ARRAY(BigInteger))))
_POSTPONE = (
    update(tables.work)
    .where(_item.id == bindparam("which"))
    .values(due_at=bindparam("then"), attempts=_item.attempts + 1, last_error=bindparam("error"))
)
_NEXT_DUE = select(func.min(_item.due_at)).where(_item.due_at > bindparam("after"))
_OWNERS = select(tables.cases.c.number, tables.cases.c.owner).where(
    tables.cases.c.number.in_(bindparam("numbers", expanding=True))
)
_QUEUED = {
    "sqlite": select(func.substr(_item.order_key, 1, func.instr(_item.order_key, "/") - 1).label("party")),
    "postgresql": select(func.split_part(_item.order_key, "/", 1).label("party")),
}
_BACKLOG = select(func.count(), func.min(_item.due_at)).where(_item.due_at <= bindparam("now"))
_PENDING = select(_item.node).where(_item.message_id == bindparam("message_id")).order_by(_item.node)


def rows(items: Iterable[NewWork], message_id: int | None = None) -> list[list[Any]]:
    """The items as rows; those without a message of their own get `message_id`."""
    return [
        [
            item.kind, item.order_key, message_id if item.message_id is None else item.message_id, item.node,
            item.payload, item.due_at, 0, None,
        ]
        for item in items
    ]  # fmt: skip


def add_rows(conn: Connection, new: Sequence[list[Any]]) -> None:
    """Store what `rows` made; whose order key is the number of a case gets that of the case's owner."""
    named = [row for row in new if "/" not in row[_ORDER_KEY]]
    if named:
        numbers = {row[_ORDER_KEY] for row in named}
        owners = {row.number: row.owner for row in conn.execute(_OWNERS, {"numbers": list(numbers)})}
        for row in named:
            number = row[_ORDER_KEY]
            if number in owners:
                row[_ORDER_KEY] = f"{owners[number]}/{number}"
    _INSERT(conn, new)


def add(conn: Connection, items: Sequence[NewWork]) -> None:
    """Store new items."""
    add_rows(conn, rows(items))


def due(conn: Connection, now: datetime, limit: int, turn: Turn | None = None) -> list[Work]:
    """What may run now, by id: for each order key only its oldest, and none while that one is put off.

    The longest waiting come first; where they mostly wait for others of their key, the keys behind `turn` are
    served beside them. Empty only when nothing at all may run. A timer that was never tried and is not due
    yet holds nothing back. A plain read, which other gateways' transactions do not show in.
    """
    oldest = conn.execute(_OLDEST, {"now": now, "limit": limit}).all()
    found = {row[0]: Work(*row[:-1]) for row in oldest if not row[-1]}
    if len(oldest) == limit and len(found) <= limit // 2:
        _serve_in_turn(conn, now, limit, turn or Turn(), found, lambda heads: heads)
    return sorted(found.values(), key=lambda item: item.id)


def take(conn: Connection, now: datetime, limit: int, turn: Turn | None = None) -> list[Work]:
    """What may run now and no other gateway has in work, by id: nobody else's until this transaction ends.

    As `due`; empty only when nothing at all may run, or others have all of it. To be called in the
    transaction that carries it out.
    """
    if conn.dialect.name == "sqlite":
        return due(conn, now, limit, turn)  # the transaction itself keeps others away
    rows = conn.execute(_TAKE_OLDEST, {"now": now, "limit": limit, "reach": REACH * limit}).all()
    found = {row[1]: Work(*row[1:]) for row in rows if row[1] is not None}
    if rows[0].seen == REACH * limit and len(found) <= limit // 2:

        def mine(heads: list[Work]) -> list[Work]:
            ids = claim(conn, [head.id for head in heads], now)
            return [head for head in heads if head.id in ids]

        _serve_in_turn(conn, now, limit, turn or Turn(), found, mine)
    return sorted(found.values(), key=lambda item: item.id)


def _serve_in_turn(
    conn: Connection,
    now: datetime,
    limit: int,
    turn: Turn,
    found: dict[int, Work],
    mine: Callable[[list[Work]], list[Work]],
) -> None:
    """Add to `found`, up to `limit`, the first items of the keys behind `turn`, once around at most.

    `mine`: those of due items that may be had.
    """
    begin, wrapped = turn.after, False
    if conn.dialect.name in _SEEK:
        conn.execute(_SEEK[conn.dialect.name])
    while True:
        upto = begin if wrapped else _END
        rows = conn.execute(_IN_TURN, {"after": turn.after, "upto": upto, "now": now, "limit": limit})
        heads = sorted((Work(*row) for row in rows), key=lambda item: item.order_key)
        wanted = [head for head in heads if head.due_at <= now and head.id not in found]
        wanted = wanted[: limit - len(found)]
        found.update((head.id, head) for head in mine(wanted))
        if len(found) == limit:
            turn.after = wanted[-1].order_key
            return
        if heads:
            turn.after = heads[-1].order_key
        if len(heads) < limit:
            if wrapped:
                return
            wrapped, turn.after = True, ""
        elif found:
            return  # enough was looked at: the next call goes on here


def claim(conn: Connection, ids: Collection[int], now: datetime) -> set[int]:
    """Of these items, those that are still due and nobody else's until this transaction ends."""
    if not ids:
        return set()
    statement = _CLAIM if conn.dialect.name == "sqlite" else _CLAIM_LOCKED
    return set(conn.execute(statement, {"ids": list(ids), "now": now}).scalars())


def finish(conn: Connection, ids: Iterable[int]) -> int:
    """These items are done; how many of them there still were."""
    gone = list(ids)
    if not gone:
        return 0
    if conn.dialect.name == "postgresql":
        return conn.execute(_FINISH_ALL, {"gone": gone}).rowcount
    return conn.execute(_FINISH, [{"gone": number} for number in gone]).rowcount


def postpone(conn: Connection, number: int, due_at: datetime, error: str) -> None:
    """The item failed: try it again at `due_at`, and hold back its order key until then."""
    conn.execute(_POSTPONE, {"which": number, "then": due_at, "error": error[:MAX_ERROR]})


def next_due(conn: Connection, after: datetime | None = None) -> datetime | None:
    """When the next item is due that was not yet due at `after`; None when there is none.

    Without `after` the earliest of all, which may lie in the past and be held back.
    """
    earliest: datetime | None = conn.execute(_NEXT_DUE, {"after": after or EPOCH}).scalar_one()
    return earliest


def backlog(conn: Connection, now: datetime) -> Backlog:
    """How much is due and waits."""
    return Backlog(*conn.execute(_BACKLOG, {"now": now}).one())


def queued(conn: Connection) -> dict[str, int]:
    """How many unfinished items each party has under its order keys, timers included."""
    parties = _QUEUED[conn.dialect.name].subquery()
    counted = select(parties.c.party, func.count().label("items")).group_by(parties.c.party)
    return {row.party: row.items for row in conn.execute(counted)}


def pending(conn: Connection, message_id: int) -> list[int]:
    """The nodes of this message that are still to be processed, in order."""
    return list(conn.execute(_PENDING, {"message_id": message_id}).scalars())
