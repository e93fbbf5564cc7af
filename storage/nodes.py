"""The numbers of the gateways that share a database, so that no two of them make the same ids."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, insert, select

from storage import tables
from storage.cases import lock

_gateway = tables.gateways.c
_KNOWN = select(_gateway.number).where(_gateway.name == bindparam("key"))
_HIGHEST = select(func.max(_gateway.number))


def number(conn: Connection, name: str) -> int:
    """The number of the gateway called `name`, given at its first start; they begin at 1."""
    lock(conn, ["numbers of the gateways"])
    known = conn.execute(_KNOWN, {"key": name}).scalar()
    if known is not None:
        return int(known)
    given = int(conn.execute(_HIGHEST).scalar() or 0) + 1
    conn.execute(insert(tables.gateways), {"name": name, "number": given})
    return given
