"""Notices on their way outside (对外通知): what is to be said to an address, tried until somebody took it.

Knows order, tries and what became of each; refuses to know how any of them travels. A notice is written in
the transaction of whatever causes it, under a name that it keeps at each try: whoever got it twice can tell.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from storage import tables
from storage.conflict import unless_taken

WAITING = "waiting"
SENT = "sent"
FAILED = "failed"  # for good: refused, or never taken in time

MAX_ERROR = 500  # characters


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One thing to say to one address."""

    name: str
    channel: str  # such as mail
    party: str  # dxpId of whom it is about, or ''
    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A stored one."""

    id: int
    name: str
    channel: str
    party: str
    address: str
    subject: str
    body: str
    state: str
    attempts: int
    due_at: datetime
    taken_by: str | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None


_notice = tables.notices.c
_ADD = unless_taken(tables.notices)
_DUE = (
    select(_notice.id)
    .where(_notice.state == WAITING, _notice.due_at <= bindparam("now"))
    .order_by(_notice.due_at, _notice.id)
    .limit(bindparam("limit"))
)
_DUE_FREE = _DUE.with_for_update(skip_locked=True)
_TAKE = (
    update(tables.notices)
    .where(_notice.id.in_(bindparam("ids", expanding=True)))
    .values(due_at=bindparam("until"), taken_by=bindparam("node"))
)
_NEXT = select(func.min(_notice.due_at)).where(_notice.state == WAITING)
_FREE = (
    update(tables.notices)
    .where(_notice.state == WAITING, _notice.taken_by == bindparam("node"))
    .values(taken_by=None, due_at=bindparam("now"))
)
_END = (
    update(tables.notices)
    .where(_notice.id == bindparam("which"), _notice.state == WAITING)
    .values(
        state=bindparam("then"),
        attempts=_notice.attempts + 1,
        error=bindparam("why"),
        ended_at=bindparam("at"),
        taken_by=None,
    )
)
_SENT = _END.values(body="")  # nobody needs it any more, and there may be a secret in it
_AGAIN = (
    update(tables.notices)
    .where(_notice.id == bindparam("which"), _notice.state == WAITING)
    .values(attempts=_notice.attempts + 1, error=bindparam("why"), due_at=bindparam("then"), taken_by=None)
)
_REVIVE = (
    update(tables.notices)
    .where(_notice.id == bindparam("which"), _notice.state == FAILED, _notice.body != "")
    .values(state=WAITING, attempts=0, due_at=bindparam("now"), created_at=bindparam("now"), ended_at=None)
)
_BOUNCED = (
    update(tables.notices)
    .where(_notice.name == bindparam("named"), _notice.state == SENT)
    .values(state=FAILED, error=bindparam("why"), ended_at=bindparam("at"))
)
_WAITING = select(func.count(), func.min(_notice.created_at)).where(_notice.state == WAITING)
_OLD = delete(tables.notices).where(_notice.state == bindparam("which"), _notice.ended_at < bindparam("till"))


def add(conn: Connection, new: NewNotice, now: datetime) -> bool:
    """Store one to be sent as soon as possible; False where there is one of this name already."""
    values = {
        "name": new.name, "channel": new.channel, "party": new.party, "address": new.address,
        "subject": new.subject, "body": new.body, "state": WAITING, "attempts": 0, "due_at": now,
        "created_at": now,
    }  # fmt: skip
    added: int = conn.execute(_ADD[conn.dialect.name], values).rowcount
    return added == 1


def take(conn: Connection, node: str, now: datetime, until: datetime, limit: int) -> list[Notice]:
    """Those that are due, the longest waiting first; nobody else takes them before `until`."""
    due = _DUE if conn.dialect.name == "sqlite" else _DUE_FREE
    ids = list(conn.execute(due, {"now": now, "limit": limit}).scalars())
    if not ids:
        return []
    conn.execute(_TAKE, {"ids": ids, "until": until, "node": node})
    found = select(tables.notices).where(_notice.id.in_(ids)).order_by(_notice.id)
    return [_read(row) for row in conn.execute(found)]


def free(conn: Connection, node: str, now: datetime) -> int:
    """What `node` had taken and did not finish is due again, for it has just been started; how many."""
    return conn.execute(_FREE, {"node": node, "now": now}).rowcount


def sent(conn: Connection, number: int, now: datetime) -> None:
    """Somebody has taken it on the other side."""
    conn.execute(_SENT, {"which": number, "then": SENT, "why": None, "at": now})


def failed(conn: Connection, number: int, now: datetime, why: str) -> None:
    """It will never be taken."""
    conn.execute(_END, {"which": number, "then": FAILED, "why": why[:MAX_ERROR], "at": now})


def postpone(conn: Connection, number: int, then: datetime, why: str) -> None:
    """It was not taken this time: once more at `then`."""
    conn.execute(_AGAIN, {"which": number, "then": then, "why": why[:MAX_ERROR]})


def revive(conn: Connection, number: int, now: datetime) -> bool:
    """Try one that has failed as if it were new, under its old name; whether there was such a one.

    What was taken and came back later is not there any more.
    """
    return conn.execute(_REVIVE, {"which": number, "now": now}).rowcount == 1


def bounced(conn: Connection, name: str, now: datetime, why: str) -> bool:
    """It was taken, and came back later; whether one of this name was sent."""
    return conn.execute(_BOUNCED, {"named": name, "why": why[:MAX_ERROR], "at": now}).rowcount == 1


def next_due(conn: Connection) -> datetime | None:
    """When the next one is to be tried; None when nothing waits."""
    due: datetime | None = conn.execute(_NEXT).scalar_one()
    return due


def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """How many wait, and since when the oldest of them does."""
    count, oldest = conn.execute(_WAITING).one()
    return count, oldest


def listed(conn: Connection, states: Collection[str] = (), limit: int = 100) -> list[Notice]:
    """The newest first, all or those in some states."""
    statement = select(tables.notices).order_by(_notice.id.desc()).limit(limit)
    if states:
        statement = statement.where(_notice.state.in_(states))
    return [_read(row) for row in conn.execute(statement)]


def purge(conn: Connection, sent_before: datetime, failed_before: datetime) -> int:
    """Forget what was settled long ago; how many."""
    gone = conn.execute(_OLD, {"which": SENT, "till": sent_before}).rowcount
    return gone + conn.execute(_OLD, {"which": FAILED, "till": failed_before}).rowcount


def _read(row: Row[tuple[object, ...]]) -> Notice:
    return Notice(**row._mapping)
