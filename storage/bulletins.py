"""Bulletins (公告): what customs or the operator tells everyone, or one kind of party.

Knows order and audience; refuses to know how a bulletin is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage import tables

EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin; `audience` is a kind of party, or `*` for everyone."""

    id: int
    kind: str
    title: str
    body: str
    publisher: str
    audience: str
    published_at: datetime


_bulletin = tables.bulletins.c
_ADD = insert(tables.bulletins).returning(_bulletin.id)
_LISTED = (
    select(tables.bulletins)
    .where(_bulletin.audience.in_(bindparam("audiences", expanding=True)), _bulletin.id < bindparam("before"))
    .order_by(_bulletin.id.desc())
    .limit(bindparam("limit"))
)
_REMOVE = delete(tables.bulletins).where(_bulletin.id == bindparam("key"))
_NEWEST = 2**62


def publish(
    conn: Connection, kind: str, title: str, body: str, publisher: str, at: datetime, audience: str = EVERYONE
) -> int:
    """Publish a bulletin; its number."""
    number: int = conn.execute(
        _ADD,
        {
            "kind": kind,
            "title": title,
            "body": body,
            "publisher": publisher,
            "audience": audience,
            "published_at": at,
        },
    ).scalar_one()
    return number


def listed(conn: Connection, audience: str, before: int | None = None, limit: int = 20) -> list[Bulletin]:
    """Bulletins for this kind of party, newest first; `before` is the number to read on from."""
    values = {
        "audiences": [audience, EVERYONE],
        "before": _NEWEST if before is None else before,
        "limit": limit,
    }
    return [Bulletin(**row._mapping) for row in conn.execute(_LISTED, values)]


def withdraw(conn: Connection, number: int) -> bool:
    """Take a bulletin back; whether there was one."""
    return conn.execute(_REMOVE, {"key": number}).rowcount == 1
