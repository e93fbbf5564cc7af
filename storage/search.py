"""Searching cases (查询): by owner, state and a system's search columns, one page at a time.

Knows how a criterion becomes SQL that an index serves, the same on both databases; refuses to know what a
column holds: dates and numbers compare as the text they are stored as.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, select

from messages.workflow import Case
from storage import tables
from storage.cases import SELECT_CASE, Columns, case

Operator = Literal["is", "starts", "contains", "from", "to"]
Criterion = tuple[Operator, str]

MAX_PAGE = 500
_AFTER_ANY = "\U0010ffff"
_OWN = ("number", "inner", "state", "owner", "created", "changed")


class UnknownColumn(Exception):
    """The query names a column that neither every case has nor the system declares."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; `order` is a column's name, with a `-` before it for descending. Pages count from 1.

    A criterion's column is one of the system's search columns, `number` or `inner`; a column may have
    several criteria ("from" and "to" include their bound).
    """

    system: str
    owner: str | None = None
    states: tuple[str, ...] = ()
    criteria: Mapping[str, Criterion | tuple[Criterion, ...]] = field(default_factory=dict)
    order: str = "-changed"
    page: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found, and how many there are in all."""

    rows: tuple[Case, ...]
    total: int


def search(conn: Connection, query: Query, columns: Columns) -> Page:
    """The cases that match all criteria. Raises UnknownColumn."""
    where: list[ColumnElement[bool]] = [tables.cases.c.system == query.system]
    if query.owner is not None:
        where.append(tables.cases.c.owner == query.owner)
    if query.states:
        where.append(tables.cases.c.state.in_(query.states))
    for name, criteria in query.criteria.items():
        column = _column(query.system, name, columns)
        several = (criteria,) if isinstance(criteria[0], str) else criteria
        where.extend(_condition(conn, column, operator, value) for operator, value in several)
    total = conn.execute(select(func.count()).select_from(tables.cases).where(*where)).scalar_one()
    size = max(1, min(query.size, MAX_PAGE))
    descending = query.order.startswith("-")
    ordered = _column(query.system, query.order.removeprefix("-"), columns)
    number = tables.cases.c.number
    order = (ordered.desc(), number.desc()) if descending else (ordered, number)
    found = conn.execute(
        SELECT_CASE.where(*where).order_by(*order).limit(size).offset((max(1, query.page) - 1) * size)
    )
    return Page(tuple(case(row, columns) for row in found), total)


def _column(system: str, name: str, columns: Columns) -> ColumnElement[Any]:
    declared = columns.get(system, ())
    if name in declared:
        return tables.cases.c[tables.SEARCH[declared.index(name)]]
    if name in _OWN:
        return tables.cases.c[name]
    raise UnknownColumn(f"system {system} has no column {name}; it has {', '.join((*declared, *_OWN))}")


def _condition(
    conn: Connection, column: ColumnElement[Any], operator: Operator, value: str
) -> ColumnElement[bool]:
    match operator:
        case "is":
            return column == value
        case "from":
            return column >= value
        case "to":
            return column <= value
        case "starts":
            return and_(column >= value, column <= value + _AFTER_ANY)
        case "contains":
            position = func.instr if conn.dialect.name == "sqlite" else func.strpos
            return position(column, value) > 0
