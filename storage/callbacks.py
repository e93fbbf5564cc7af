"""Callbacks (推送地址): where a party wants its receipts posted to, and in which state that is.

Knows who registered what, and who may let it go on; refuses to know how it is posted to, and how far that has
come (`storage.pushes`). Each change moves the revision: whoever posts to what was there before has lost it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from storage import tables
from storage.conflict import by_dialect
from storage.types import microseconds

ACTIVE = "active"
PAUSED = "paused"  # by whoever runs the gateway: only he lets it go on
STOPPED = "stopped"  # by itself: the party registers it anew

MAX_ERROR = 500  # characters


class Paused(Exception):
    """Whoever runs the gateway has paused the party's callback: it is changed when he lets it go on."""


@dataclass(frozen=True, slots=True)
class NewCallback:
    """One that was proven. `after`: behind which position it begins; None: where it was, or at the end.

    `slow`: how many posts a party's first one has to take quickly before it counts as quick.
    """

    party: str
    url: str
    holder: str
    certificate: str | None
    account: str | None
    after: int | None = None
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Callback:
    """A stored one."""

    party: str
    url: str
    state: str
    position: int
    revision: int
    failures: int
    slow: int  # so many posts have to be quick before it counts as quick
    due_at: datetime
    taken_by: str | None
    taken_until: datetime | None
    broken_at: datetime | None
    error: str | None
    holder: str
    certificate: str | None
    account: str | None
    registered_at: datetime
    changed_at: datetime
    posted_at: datetime | None


_callback = tables.callbacks.c
_CHANGE = update(tables.callbacks)
_HEAD = select(func.coalesce(tables.mailboxes.c.next - 1, 0))
_ALL = select(tables.callbacks).order_by(_callback.party)


def register(conn: Connection, new: NewCallback, now: datetime) -> Callback:
    """Store a callback in place of the party's former one, due at once. Raises Paused.

    A position behind the mailbox's end is taken for the end, so that no receipt to come is stepped over.
    """
    end = head(conn, new.party)
    begin = end if new.after is None else min(new.after, end)
    values = {
        "party": new.party, "url": new.url, "state": ACTIVE, "position": begin,
        # Higher than of any callback the party had before: nobody comes back with an old one's revision.
        "revision": microseconds(now), "failures": 0, "slow": new.slow, "due_at": now, "taken_by": None,
        "taken_until": None, "broken_at": None, "error": None, "holder": new.holder,
        "certificate": new.certificate, "account": new.account, "registered_at": now, "changed_at": now,
        "posted_at": None,
    }  # fmt: skip
    # One that was slow is not quick for being registered again, or it would be, over and over.
    kept = {"party", "slow"} if new.after is not None else {"party", "slow", "position"}
    changed = {name: value for name, value in values.items() if name not in kept}
    changed["revision"] = _callback.revision + 1
    put = by_dialect(
        tables.callbacks,
        lambda statement: statement.on_conflict_do_update(
            index_elements=[_callback.party], set_=changed, where=_callback.state != PAUSED
        ).returning(*_callback),
    )
    row = conn.execute(put[conn.dialect.name], values).one_or_none()
    if row is None:
        raise Paused(f"the callback of {new.party} is paused by whoever runs the gateway")
    return read(row)


def remove(conn: Connection, party: str) -> bool:
    """Forget a party's callback; whether there was one. Raises Paused."""
    gone = delete(tables.callbacks).where(_callback.party == party, _callback.state != PAUSED)
    if conn.execute(gone).rowcount:
        return True
    if of(conn, party) is not None:
        raise Paused(f"the callback of {party} is paused by whoever runs the gateway")
    return False


def of(conn: Connection, party: str) -> Callback | None:
    """The party's callback, in whatever state."""
    row = conn.execute(_ALL.where(_callback.party == party)).one_or_none()
    return None if row is None else read(row)


def listed(conn: Connection) -> list[Callback]:
    """All of them, by party."""
    return [read(row) for row in conn.execute(_ALL)]


def broken(conn: Connection) -> list[Callback]:
    """Those whose breaker is open, the longest first: an alarm reads this."""
    statement = (
        select(tables.callbacks)
        .where(_callback.state == ACTIVE, _callback.broken_at.is_not(None))
        .order_by(_callback.broken_at, _callback.party)
    )
    return [read(row) for row in conn.execute(statement)]


def pause(conn: Connection, party: str, why: str, now: datetime) -> bool:
    """No more is posted until `resume`; a post under way comes to nothing here. Whether there was one."""
    values = {"state": PAUSED, "error": why[:MAX_ERROR], "changed_at": now}
    return _changed(conn, party, values)


def stop(conn: Connection, party: str, why: str, now: datetime) -> bool:
    """No more is posted until the party registers it anew; whether it was active."""
    values = {"state": STOPPED, "error": why[:MAX_ERROR], "changed_at": now}
    return _changed(conn, party, values, ACTIVE)


def resume(conn: Connection, party: str, now: datetime) -> bool:
    """Go on at once where it had come to, as if nothing had failed; whether there was one."""
    values = {
        "state": ACTIVE, "error": None, "failures": 0, "broken_at": None, "due_at": now, "changed_at": now
    }  # fmt: skip
    return _changed(conn, party, values)


def head(conn: Connection, party: str) -> int:
    """The last position that the mailbox has given out; 0 for none."""
    return conn.execute(_HEAD.where(tables.mailboxes.c.party == party)).scalar() or 0


def read(row: Row[Any]) -> Callback:
    """A row of the table."""
    return Callback(**row._mapping)


def _changed(conn: Connection, party: str, values: dict[str, Any], only: str | None = None) -> bool:
    statement = _CHANGE.where(_callback.party == party).values(
        **values, revision=_callback.revision + 1, taken_by=None, taken_until=None
    )
    if only is not None:
        statement = statement.where(_callback.state == only)
    return conn.execute(statement).rowcount == 1
