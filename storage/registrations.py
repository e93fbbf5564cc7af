"""Registrations (自助注册): what a newcomer or a holder asked for, and what was decided.

Knows that a request is decided once, and that those of people who register themselves expire; refuses to know
what is asked for, and how an address is proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage import tables

ACCOUNT = "account"  # the kind of those who register themselves
UNPROVEN = "unproven"  # whether the address is theirs is to be seen
KNOWN = "known"  # the address has an account: nothing comes of it, and it counts like an unproven one
PENDING = "pending"
APPROVED = "approved"
REFUSED = "refused"
EXPIRED = "expired"
OPEN = (UNPROVEN, KNOWN, PENDING)


class AlreadyDecided(Exception):
    """The registration was decided before, or there is none of this number."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A request and its decision."""

    id: int
    kind: str
    body: Mapping[str, Any]
    state: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    mail: str | None = None
    secret: str | None = field(default=None, repr=False)  # the hash of a password
    token_hash: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


_registration = tables.registrations.c
_ADD = insert(tables.registrations).returning(_registration.id)
_GET = select(tables.registrations).where(_registration.id == bindparam("key"))
_COUNT = (
    select(func.count()).select_from(tables.registrations).where(_registration.state == bindparam("which"))
)
_DECIDE = (
    update(tables.registrations)
    .where(_registration.id == bindparam("key"), _registration.state == PENDING)
    .values(
        state=bindparam("then"),
        decided_at=bindparam("at"),
        decided_by=bindparam("by"),
        reason=bindparam("why"),
    )
)


def add(conn: Connection, kind: str, body: Mapping[str, Any], at: datetime) -> int:
    """File a request; its number."""
    number: int = conn.execute(
        _ADD, {"kind": kind, "body": body, "state": PENDING, "created_at": at}
    ).scalar_one()
    return number


def get(conn: Connection, number: int) -> Registration | None:
    """The request of this number."""
    row = conn.execute(_GET, {"key": number}).one_or_none()
    return None if row is None else Registration(**row._mapping)


def listed(conn: Connection, state: str | None = None, limit: int = 100) -> list[Registration]:
    """Requests, oldest first, all or those in one state."""
    statement = select(tables.registrations).order_by(_registration.id).limit(limit)
    if state is not None:
        statement = statement.where(_registration.state == state)
    return [Registration(**row._mapping) for row in conn.execute(statement)]


def count(conn: Connection, state: str = PENDING) -> int:
    """How many requests are in this state."""
    return conn.execute(_COUNT, {"which": state}).scalar_one()


def decide(conn: Connection, number: int, state: str, *, by: str, at: datetime, reason: str = "") -> None:
    """Approve or refuse a pending request, once. Raises AlreadyDecided."""
    values = {"key": number, "then": state, "at": at, "by": by, "why": reason}
    if conn.execute(_DECIDE, values).rowcount != 1:
        raise AlreadyDecided(f"registration {number} is not pending: list the pending ones to see which are")


# -- people who register themselves ----------------------------------------------------------------

_OUTSTANDING = (
    select(func.count())
    .select_from(tables.registrations)
    .where(_registration.state.in_(OPEN), _registration.expires_at > bindparam("now"))
)
_OF_MAIL = _OUTSTANDING.where(_registration.mail == bindparam("whose"))
_OF_TOKEN = select(tables.registrations).where(
    _registration.token_hash == bindparam("token"), _registration.expires_at > bindparam("now")
)
_SETTLE = (
    update(tables.registrations)
    .where(_registration.id == bindparam("key"), _registration.state == bindparam("before"))
    .values(
        state=bindparam("then"),
        decided_at=bindparam("at"),
        decided_by=bindparam("by"),
        reason=bindparam("why"),
        expires_at=bindparam("until"),
    )
)
_UNCLAIMED = delete(tables.registrations).where(
    _registration.state.in_((UNPROVEN, KNOWN)), _registration.expires_at <= bindparam("now")
)
_LEFT = (
    update(tables.registrations)
    .where(_registration.state == PENDING, _registration.expires_at <= bindparam("now"))
    .values(state=EXPIRED)
)
_FORGET = (
    update(tables.registrations)
    .where(_registration.secret.is_not(None), _registration.expires_at <= bindparam("now"))
    .values(secret=None, token_hash=None)
)


def ask(
    conn: Connection,
    body: Mapping[str, Any],
    *,
    mail: str,
    secret: str,
    token_hash: str,
    state: str,
    at: datetime,
    expires_at: datetime,
) -> int:
    """File somebody's own registration, in one of the OPEN states; its number."""
    values = {
        "kind": ACCOUNT, "body": body, "state": state, "created_at": at, "mail": mail, "secret": secret,
        "token_hash": token_hash, "expires_at": expires_at,
    }  # fmt: skip
    number: int = conn.execute(_ADD, values).scalar_one()
    return number


def outstanding(conn: Connection, mail: str, now: datetime) -> tuple[int, int]:
    """How many are open and have not expired: together, and of one address."""
    whole: int = conn.execute(_OUTSTANDING, {"now": now}).scalar_one()
    own: int = conn.execute(_OF_MAIL, {"now": now, "whose": mail}).scalar_one()
    return whole, own


def of_token(conn: Connection, token_hash: str, now: datetime) -> Registration | None:
    """The one whose token this is, decided or not, as long as it has not expired."""
    row = conn.execute(_OF_TOKEN, {"token": token_hash, "now": now}).one_or_none()
    return None if row is None else Registration(**row._mapping)


def settle(
    conn: Connection,
    one: Registration,
    state: str,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    """Bring it from the state that was read into another, once; it expires `until`. Raises AlreadyDecided."""
    values = {
        "key": one.id, "before": one.state, "then": state, "at": at, "by": by, "why": reason,
        "until": until or one.expires_at,
    }  # fmt: skip
    if conn.execute(_SETTLE, values).rowcount != 1:
        raise AlreadyDecided(f"registration {one.id} is not {one.state} any more")


def expire(conn: Connection, now: datetime) -> int:
    """Drop what nobody has proven in time, close what nobody has decided, forget passwords; how many."""
    gone = conn.execute(_UNCLAIMED, {"now": now}).rowcount + conn.execute(_LEFT, {"now": now}).rowcount
    conn.execute(_FORGET, {"now": now})
    return gone
