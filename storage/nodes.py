"""The numbers of the gateways that share a database, so that no two of them make the same ids."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from storage import tables
from storage.cases import take_numbers

_NUMBERS = "gateway nodes"
_NAMED = "gateway node "


def number(conn: Connection, name: str) -> int:
    """The number of the gateway called `name`, given at its first start; they begin at 1."""
    counters = tables.counters
    known = conn.execute(select(counters.c.next).where(counters.c.name == _NAMED + name)).scalar_one_or_none()
    if known is not None:
        return int(known)
    given = take_numbers(conn, _NUMBERS, 1)
    conn.execute(insert(counters), {"name": _NAMED + name, "next": given})
    return given
