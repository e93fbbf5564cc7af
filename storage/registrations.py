"""Registrations (自助注册): what a newcomer or a holder asked for, and what was decided.

Knows that a request is decided once; refuses to know what it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from storage import tables

PENDING = "pending"
APPROVED = "approved"
REFUSED = "refused"


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
