"""Pushing (推送): which callbacks are due, which node has them for a while, and how far each has come.

Knows positions, tries, leases and breakers; refuses to know how anything is posted. What is taken has a
revision that moves with each taking and change: whoever comes back with an old one changes nothing. The
mailbox itself knows nothing of all this, and is read as ever.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from storage import tables
from storage.callbacks import ACTIVE, MAX_ERROR, PAUSED, STOPPED, Callback, head, of, read
from storage.registry import ACTIVE as GOOD

MOST_COUNTED = 10_000  # receipts that wait for one callback; more are not counted


@dataclass(frozen=True, slots=True)
class Standing:
    """How an active callback of an active party stands."""

    party: str
    due_at: datetime  # not before, for its last failure
    taken_by: str | None  # the node that has it …
    taken_until: datetime | None  # … until then
    slow: bool  # it failed or took long, not long ago
    behind: bool  # receipts wait for it
    ended: bool  # whoever registered it has lost what he had logged in with


@dataclass(frozen=True, slots=True)
class Measures:
    """Of all callbacks: how many in each state (`broken` beside `active`), and the oldest receipt waiting."""

    states: dict[str, int]
    oldest: datetime | None


_callback = tables.callbacks.c
_head = func.coalesce(tables.mailboxes.c.next - 1, 0)
_certificate, _account, _party = tables.certificates.c, tables.accounts.c, tables.parties.c
_ended: ColumnElement[bool] = or_(
    and_(
        _callback.certificate.is_not(None),
        ~exists().where(_certificate.fingerprint == _callback.certificate, _certificate.state == GOOD),
    ),
    and_(
        _callback.account.is_not(None),
        ~exists().where(_account.name == _callback.account, _account.state == GOOD),
    ),
)
_welcome: ColumnElement[bool] = exists().where(_party.dxp_id == _callback.party, _party.state == GOOD)
_free_now = or_(_callback.taken_until.is_(None), _callback.taken_until <= bindparam("now"))
_STANDING = (
    select(
        _callback.party,
        _callback.due_at,
        _callback.taken_by,
        _callback.taken_until,
        (_callback.slow > 0).label("slow"),
        (_head > _callback.position).label("behind"),
        _ended.label("ended"),
    )
    .join_from(
        tables.callbacks,
        tables.mailboxes,
        tables.mailboxes.c.party == _callback.party,
        isouter=True,
    )
    .where(_callback.state == ACTIVE, _welcome)
    .order_by(_callback.due_at, _callback.party)
)
_DUE = (
    select(tables.callbacks)
    .join_from(tables.callbacks, tables.mailboxes, tables.mailboxes.c.party == _callback.party)
    .where(
        _callback.party.in_(bindparam("parties", expanding=True)),
        _callback.state == ACTIVE,
        _callback.due_at <= bindparam("now"),
        _free_now,
        _head > _callback.position,
        _welcome,
        ~_ended,
    )
    .order_by(_callback.party)
)
_DUE_FREE = _DUE.with_for_update(skip_locked=True, of=tables.callbacks)
_TAKE = (
    update(tables.callbacks)
    .where(_callback.party.in_(bindparam("parties", expanding=True)))
    .values(
        taken_by=bindparam("node"), taken_until=bindparam("until"), revision=_callback.revision + 1
    )
)  # fmt: skip


def _if_still_mine() -> Update:
    return update(tables.callbacks).where(
        _callback.party == bindparam("whose"), _callback.revision == bindparam("mine")
    )


_ADVANCE = _if_still_mine().values(
    position=bindparam("then"),
    failures=0,
    slow=bindparam("slow"),
    broken_at=None,
    error=None,
    due_at=bindparam("at"),
    posted_at=bindparam("at"),
    taken_by=bindparam("node"),
    taken_until=bindparam("until"),
)
_RELEASE = _if_still_mine().values(taken_by=None, taken_until=None)
_FAILED = _if_still_mine().values(
    failures=_callback.failures + 1,
    slow=bindparam("slow"),
    error=bindparam("why"),
    due_at=bindparam("again"),
    broken_at=bindparam("broken"),
    taken_by=None,
    taken_until=None,
)
_FREE = (
    update(tables.callbacks)
    .where(_callback.taken_by == bindparam("node"))
    .values(taken_by=None, taken_until=None, revision=_callback.revision + 1)
)
_receipt = tables.receipts.c
_WAITING = select(func.count()).select_from(
    select(_receipt.position)
    .where(
        _receipt.party == bindparam("whose"),
        _receipt.position > bindparam("after"),
        _receipt.archive.is_(None),
    )
    .limit(MOST_COUNTED)
    .subquery()
)
_ANYTHING = select(
    exists().where(
        _receipt.party == bindparam("whose"),
        _receipt.position > bindparam("after"),
        _receipt.position <= bindparam("upto"),
        _receipt.archive.is_(None),
    )
)
_PASS = _if_still_mine().values(position=bindparam("then"))
_STATES = select(_callback.state, _callback.broken_at.is_not(None).label("broken"), func.count()).group_by(
    _callback.state, _callback.broken_at.is_not(None)
)


def _oldest() -> Any:
    """Of the first receipts behind each position: seeks in the mailboxes' own key."""
    ahead = tables.receipts.alias("ahead").c
    first = (
        select(func.min(ahead.position))
        .where(
            ahead.party == _callback.party,
            ahead.position > _callback.position,
            ahead.archive.is_(None),
        )
        .correlate(tables.callbacks)
        .scalar_subquery()
    )
    return (
        select(func.min(_receipt.created_at))
        .join_from(
            tables.callbacks,
            tables.receipts,
            and_(_receipt.party == _callback.party, _receipt.position == first),
        )
        .where(_callback.state == ACTIVE)
    )


_OLDEST = _oldest()


def standing(conn: Connection) -> list[Standing]:
    """Every active callback, the one that is due the longest first."""
    return [
        Standing(
            row.party, row.due_at, row.taken_by, row.taken_until, bool(row.slow), bool(row.behind),
            bool(row.ended),
        )
        for row in conn.execute(_STANDING)
    ]  # fmt: skip


def take(
    conn: Connection, parties: Collection[str], node: str, now: datetime, until: datetime
) -> list[Callback]:
    """Of these parties' callbacks those that are due, free and behind; nobody else's before `until`."""
    due = _DUE if conn.dialect.name == "sqlite" else _DUE_FREE
    found = [read(row) for row in conn.execute(due, {"parties": list(parties), "now": now})]
    if not found:
        return []
    mine = [each.party for each in found]
    conn.execute(_TAKE, {"parties": mine, "node": node, "until": until})
    now_mine = select(tables.callbacks).where(_callback.party.in_(mine)).order_by(_callback.party)
    return [read(row) for row in conn.execute(now_mine)]


def advance(
    conn: Connection, mine: Callback, position: int, now: datetime, until: datetime | None, *, slow: int
) -> bool:
    """Receipts up to `position` were taken over there. Whether it is mine still, and receipts wait for it.

    `slow`: how many posts from now on have to be quick before it counts as quick again.
    With `until` it stays mine until then if there is more; else it is let go. Somebody else's since: nothing
    is changed.
    """
    more = head(conn, mine.party) > position
    keep = until is not None and more
    moved = conn.execute(
        _ADVANCE,
        {
            "whose": mine.party, "mine": mine.revision, "then": position, "at": now, "slow": slow,
            "node": mine.taken_by if keep else None, "until": until if keep else None,
        },
    )  # fmt: skip
    return moved.rowcount == 1 and more


def release(conn: Connection, mine: Callback) -> None:
    """Let it go, as it was: due for whoever comes next."""
    conn.execute(_RELEASE, {"whose": mine.party, "mine": mine.revision})


def release_empty(conn: Connection, mine: Callback) -> None:
    """Let it go: its page was empty. What the mailbox has given out behind `mine.position` and holds no more,
    since it is in the archive or a restore has left positions out, is passed over.
    """
    end = head(conn, mine.party)  # read first: what is delivered from here on lies behind it
    keys = {"whose": mine.party, "after": mine.position, "upto": end}
    if end > mine.position and not conn.execute(_ANYTHING, keys).scalar_one():
        conn.execute(_PASS, {"whose": mine.party, "mine": mine.revision, "then": end})
    release(conn, mine)


def failed(
    conn: Connection, mine: Callback, again: datetime, why: str, broken_at: datetime | None, *, slow: int
) -> Callback | None:
    """It took nothing: not before `again`. As it is now; None: it is not mine any more.

    `broken_at`: since when its breaker is open, if it is.
    """
    values = {
        "whose": mine.party, "mine": mine.revision, "again": again, "why": why[:MAX_ERROR],
        "broken": broken_at, "slow": slow,
    }  # fmt: skip
    return of(conn, mine.party) if conn.execute(_FAILED, values).rowcount else None


def free(conn: Connection, node: str) -> int:
    """What `node` had taken is anybody's again, for it has just been started; how many."""
    return conn.execute(_FREE, {"node": node}).rowcount


def waiting(conn: Connection, one: Callback) -> int:
    """How many receipts wait for it; never more than MOST_COUNTED."""
    return conn.execute(_WAITING, {"whose": one.party, "after": one.position}).scalar_one()


def measures(conn: Connection) -> Measures:
    """For the gauges."""
    states: dict[str, int] = {ACTIVE: 0, "broken": 0, PAUSED: 0, STOPPED: 0}
    for state, is_broken, count in conn.execute(_STATES):
        states["broken" if is_broken and state == ACTIVE else state] += count
    oldest: datetime | None = conn.execute(_OLDEST).scalar_one()
    return Measures(states, oldest)
