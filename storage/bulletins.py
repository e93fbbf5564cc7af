"""Bulletins (公告, 新闻, 资料): what customs or the operator tells everyone, a role or one party, with files.

Knows order, audience and who may change what; refuses to know how a bulletin is shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from messages.workflow import EVERYONE, File, Keep, Publish, Withdraw
from storage import owners, tables

__all__ = ["EVERYONE", "Bulletin", "Taken", "listed", "one", "publish", "tell", "withdraw"]


class Taken(Exception):
    """What is to be changed under this key was published by another party."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin; `audience` is a dxpId, a role, or `*` for everyone."""

    id: int
    kind: str
    title: str
    body: str
    publisher: str
    audience: str
    published_at: datetime
    files: tuple[File, ...] = ()


_bulletin = tables.bulletins.c
_ADD = insert(tables.bulletins).returning(_bulletin.id)
_SHOWN = [column for column in _bulletin if column.name != "key"]
_LISTED = (
    select(*_SHOWN)
    .where(_bulletin.audience.in_(bindparam("audiences", expanding=True)), _bulletin.id < bindparam("before"))
    .order_by(_bulletin.id.desc())
    .limit(bindparam("limit"))
)
_ONE = select(*_SHOWN).where(
    _bulletin.audience.in_(bindparam("audiences", expanding=True)), _bulletin.id == bindparam("number")
)
_REMOVE = (
    delete(tables.bulletins)
    .where(_bulletin.id == bindparam("number"))
    .returning(_bulletin.key, _bulletin.publisher)
)
_KEYED = select(_bulletin.id, _bulletin.publisher).where(_bulletin.key == bindparam("of_key"))
_CHANGE = update(tables.bulletins).where(_bulletin.id == bindparam("number"))
_NEWEST = 2**62


def publish(
    conn: Connection, kind: str, title: str, body: str, publisher: str, at: datetime, audience: str = EVERYONE
) -> int:
    """Publish a bulletin; its number."""
    values = {"kind": kind, "title": title, "body": body, "publisher": publisher, "audience": audience}
    number: int = conn.execute(_ADD, {**values, "published_at": at}).scalar_one()
    return number


def tell(conn: Connection, what: Publish | Withdraw, now: datetime) -> None:
    """Publish, change or take back what has a key, and its files with it.

    A changed one keeps its place among the others. Raises Taken where another party has published it, and
    owners.Gone where a file is not the publisher's.
    """
    there = conn.execute(_KEYED, {"of_key": what.key}).first()
    if there is not None and there.publisher != what.publisher:
        raise Taken(f"{what.key} was published by another party than {what.publisher}")
    if isinstance(what, Withdraw):
        if there is not None:
            withdraw(conn, there.id, now)
        return
    values = {
        "kind": what.kind, "title": what.title, "body": what.body, "audience": what.audience,
        "published_at": now, "files": [file.plain() for file in what.files],
    }  # fmt: skip
    if there is None:
        conn.execute(_ADD, {**values, "publisher": what.publisher, "key": what.key})
    else:
        conn.execute(_CHANGE.values(**values), {"number": there.id})
    digests = tuple(file.digest for file in what.files)
    owners.keep(conn, Keep(_holder(what.key), what.publisher, digests, (what.audience,)), now)


def listed(
    conn: Connection,
    audiences: Collection[str],
    before: int | None = None,
    limit: int = 20,
    kind: str = "",
    *,
    title: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Bulletin]:
    """Bulletins for these audiences and for everyone, newest first; `before`: the number to read on from.

    `title` is a part of the title, in whatever case; published from `since` on, and before `until`.
    """
    asked = _LISTED
    if kind:
        asked = asked.where(_bulletin.kind == kind)
    if title:
        asked = asked.where(func.lower(_bulletin.title).contains(title.lower(), autoescape=True))
    if since is not None:
        asked = asked.where(_bulletin.published_at >= since)
    if until is not None:
        asked = asked.where(_bulletin.published_at < until)
    values = {
        "audiences": [*audiences, EVERYONE],
        "before": _NEWEST if before is None else before,
        "limit": limit,
    }
    return [_read(row) for row in conn.execute(asked, values)]


def one(conn: Connection, audiences: Collection[str], number: int) -> Bulletin | None:
    """The bulletin of this number, if it is for one of these audiences."""
    row = conn.execute(_ONE, {"audiences": [*audiences, EVERYONE], "number": number}).first()
    return None if row is None else _read(row)


def withdraw(conn: Connection, number: int, now: datetime) -> bool:
    """Take a bulletin back, and nobody reads its files by it any more; whether there was one."""
    there = conn.execute(_REMOVE, {"number": number}).first()
    if there is not None and there.key is not None:
        owners.keep(conn, Keep(_holder(there.key), there.publisher), now)
    return there is not None


def _holder(key: str) -> str:
    return f"bulletin/{key}"


def _read(row: Row[Any]) -> Bulletin:
    files = tuple(File(**file) for file in row.files or ())
    return Bulletin(**{**row._mapping, "files": files})
