"""Searching cases (查询): by owner, state and a system's search columns, one page at a time.

Knows how a criterion becomes SQL that an index answers alone, the same on both databases; refuses to know
what a column holds: dates and numbers compare as the text they are stored as. Cases' numbers are found first,
in an index that holds all that is asked; only then are the rows of one page read, without their bodies.
SQLite is told which index (it keeps no statistics to choose by), PostgreSQL chooses for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
)

from messages.workflow import Case
from storage import tables
from storage.cases import KEPT, Columns, case

Operator = Literal["is", "starts", "contains", "from", "to"]
Criterion = tuple[Operator, str]

MAX_PAGE = 500
COUNTED = 100_000
"""Cases that are counted; of more it is only said that there are more."""
FEW, MANY = 2_000, 50_000
"""Cases of one owner, or alike in one column, that are looked through without asking for fewer."""
GATHERED = 500
"""Cases that are fetched all, to be counted and put in order here."""
ORDERS = ("number", "inner", "state", "owner", "changed")
"""What every case can be put in order by, besides its search columns."""

_AFTER_ANY = "\U0010ffff"
_OWN = ("number", "inner")
_OF_OWNER, _OF_PARTNER, _IN_STATE = "ix_cases_of_owner", "ix_cases_of_partner", "ix_cases_in_state"
_BY_NUMBER = "sqlite_autoindex_cases_1"
_INDEX = {name: f"ix_cases_{name}" for name in tables.FOUND_ALONE}
# Without the table's name: FROM is a text here.
_C: dict[str, ColumnElement[Any]] = {each.name: column(each.name, each.type) for each in tables.cases.c}
_ROWS = select(*(each for each in tables.cases.c if each.name != "body")).where(
    tables.cases.c.number.in_(bindparam("numbers", expanding=True))
)


class UnknownColumn(Exception):
    """The query names a column that neither every case has nor the system declares."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; `order` is a column's name, with a `-` before it for descending. Pages count from 1.

    A criterion's column is one of the system's search columns, `number` or `inner`; a column may have
    several criteria ("from" and "to" include their bound). Whoever asks without an owner is answered
    quickly in the order of `changed` if he names `states`, be it all there are. `partner` asks for the cases
    of others that a party takes part in.
    """

    system: str
    owner: str | None = None
    states: tuple[str, ...] = ()
    criteria: Mapping[str, Criterion | tuple[Criterion, ...]] = field(default_factory=dict)
    order: str = "-changed"
    page: int = 1
    size: int = 20
    partner: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of what was found, without bodies, and how many there are; `more`: that is not all."""

    rows: tuple[Case, ...]
    total: int
    more: bool = False


def search(conn: Connection, query: Query, columns: Columns) -> Page:
    """The cases that match all criteria. Raises UnknownColumn."""
    asked = _Asked(conn, query, columns)
    size = max(1, min(query.size, MAX_PAGE))
    offset = (max(1, query.page) - 1) * size
    few = asked.all_of_few()
    if few is not None:
        total, numbers = len(few), few[offset : offset + size]
    else:
        total = asked.count(COUNTED + 1)
        numbers = asked.page(size, offset, total)
    rows = {row.number: case(row, columns) for row in conn.execute(_ROWS, {"numbers": numbers})}
    page = tuple(rows[number] for number in numbers if number in rows)  # one may be gone meanwhile
    return Page(page, min(total, COUNTED), total > COUNTED)


class _Asked:
    """A query: its conditions by column, and the index to go by."""

    def __init__(self, conn: Connection, query: Query, columns: Columns) -> None:
        self._conn = conn
        self._query = query
        self._names = columns.get(query.system, ())
        order = self._column(query.order.removeprefix("-"), ORDERS)
        # By state, an index goes on with `changed`: of a state's many cases none has to be sorted.
        ties = ("changed", "number") if order == "state" else ("number",)
        self._order = tuple(dict.fromkeys((order, *ties)))
        self._down = query.order.startswith("-")
        self._system = _C["system"] == query.system
        self._criteria: dict[str, list[ColumnElement[bool]]] = {}
        self._narrowed: set[str] = set()  # columns of which an index need not be read whole
        for name, criteria in query.criteria.items():
            self._add(self._column(name, _OWN), criteria)
        self._where = [self._system, *(part for parts in self._criteria.values() for part in parts)]
        if query.owner is not None:
            self._where.append(_C["owner"] == query.owner)
        if query.partner is not None:
            self._where.append(_C["partner"] == query.partner)
        if query.states:
            self._where.append(_C["state"].in_(query.states))
        self._index = self._way() if conn.dialect.name == "sqlite" else ""

    def all_of_few(self) -> list[str] | None:
        """The numbers of all that match, in order, if they are few: one look instead of two."""
        found = self._select(*(_C[name] for name in self._order)).limit(GATHERED + 1)
        rows = [[*row] for row in self._conn.execute(found)]
        if len(rows) > GATHERED:
            return None
        rows.sort(key=lambda row: [value if value is not None else "" for value in row], reverse=self._down)
        return [row[-1] for row in rows]

    def page(self, size: int, offset: int, total: int) -> list[str]:
        """The numbers of one page's cases, in order; `total` match at least."""
        index = self._walked(offset + size, total) or self._index
        # Databases disagree where NULL stands; of what is put in order, only `inner` may be.
        order = [func.coalesce(_C[name], "") if name == "inner" else _C[name] for name in self._order]
        order = [each.desc() if self._down else each for each in order]
        numbers = _by(index, _C["number"]).where(*self._where).order_by(*order).limit(size).offset(offset)
        return list(self._conn.execute(numbers).scalars())

    def _walked(self, far: int, total: int) -> str:
        """SQLite's index that has very many of an owner's cases in order: sorting them takes longer than
        passing by others' until the first pages are full. The index of states has them by state, too.
        """
        if self._index != _OF_OWNER or total < MANY or far > GATHERED:
            return ""
        return _IN_STATE if self._order[0] == "state" else _INDEX.get(self._order[0], "")

    def count(self, most: int) -> int:
        """How many match, counted up to `most`."""
        return self._count(self._select(literal_column("1")), most)

    def _count(self, found: Select[Any], most: int) -> int:
        counted: int = self._conn.execute(
            select(func.count()).select_from(found.limit(most).subquery())
        ).scalar_one()
        return counted

    def _select(self, *what: ColumnElement[Any]) -> Select[Any]:
        return _by(self._index, *what).where(*self._where)

    def _way(self) -> str:
        """SQLite's index: one that leaves few cases to look through, else one that has them in order."""
        if self._query.partner is not None:
            return _OF_PARTNER  # one party's share of others' cases
        if "number" in self._narrowed and self._fewer(_BY_NUMBER, self._criteria["number"], FEW):
            return _BY_NUMBER  # the one index that holds nothing else: rows are read
        ways = {_INDEX[name]: self._criteria[name] for name in _INDEX if name in self._narrowed}
        order = _INDEX.get(self._order[0], "")
        owned = self._query.owner is not None
        if not (owned or ways or order):
            return _IN_STATE
        if self._query.states:  # also of an owner's very many, few may be in them
            ways[_IN_STATE] = [_C["state"].in_(self._query.states)]
        if owned:
            if not ways:
                return _OF_OWNER
            ways = {_OF_OWNER: [_C["owner"] == self._query.owner], **ways}
        for limit in (FEW, MANY):
            for index, narrowing in ways.items():
                if self._fewer(index, [self._system, *narrowing], limit):
                    return index
        if owned:
            return _OF_OWNER
        # Of very many, most match: walking in their order, a page is soon full.
        ways.pop(_IN_STATE, None)
        if self._order[0] in ("changed", "state") or not (ways or order):
            return _IN_STATE
        return order if order and set(ways) <= {order} else next(iter(ways), _IN_STATE)

    def _fewer(self, index: str, narrowing: Sequence[ColumnElement[bool]], than: int) -> bool:
        """Whether fewer than that are left to look through in an index."""
        return self._count(_by(index, literal_column("1")).where(*narrowing), than) < than

    def _add(self, name: str, criteria: Criterion | tuple[Criterion, ...]) -> None:
        several = (criteria,) if isinstance(criteria[0], str) else criteria
        for operator, value in several:
            self._criteria.setdefault(name, []).append(_condition(self._conn, name, operator, value[:KEPT]))
            if operator != "contains":
                self._narrowed.add(name)

    def _column(self, name: str, own: Sequence[str]) -> str:
        """The table's column that is meant."""
        if name in self._names:
            return tables.SEARCH[self._names.index(name)]
        if name in own:
            return name
        raise UnknownColumn(
            f"system {self._query.system} has no column {name}; it has {', '.join((*self._names, *own))}"
        )


def _by(index: str, *what: ColumnElement[Any]) -> Select[Any]:
    """SELECT, by that index (SQLite only) or, without one, by whatever the database likes."""
    chosen = select(*what).select_from(text(f"cases INDEXED BY {index}" if index else "cases"))
    own = next((name for name in tables.FOUND_ALONE if _INDEX[name] == index), None)
    return chosen if own is None else chosen.where(_C[own].is_not(None))  # such an index holds no others


def _condition(conn: Connection, name: str, operator: Operator, value: str) -> ColumnElement[bool]:
    stored = _C[name]
    match operator:
        case "is":
            return stored == value
        case "from":
            return stored >= value
        case "to":
            return and_(stored > "", stored <= value)  # '' is no value
        case "starts":
            return and_(stored >= value, stored <= value + _AFTER_ANY)
        case "contains":
            position = func.instr if conn.dialect.name == "sqlite" else func.strpos
            return position(stored, value) > 0
