"""The calls that read cases: a search, one page at a time, and one case by its number.

Knows how a query's fields become criteria over the columns that a system declares; refuses to know what any
column means. A party reads its own cases; the role customs reads all.
"""

from __future__ import annotations

from typing import Any, get_args

from sqlalchemy import Connection

from gateway.http.access import CUSTOMS, Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.services import Clock, Jobs, Systems
from messages.wire import wire_time
from messages.workflow import Case, CaseByNumber
from storage import cases
from storage.search import Criterion, Operator, Page, Query, search

MAX_SIZE = 100
MAX_PAGE = 100_000
MAX_VALUE = 200  # characters of a criterion
_COMMON = ("number", "inner")
_ORDERS = ("number", "inner", "state", "created", "changed")
_OPERATORS: tuple[Operator, ...] = get_args(Operator)


class Cases:
    """GET /v1/cases/{system}, GET /v1/cases/{system}/{number}."""

    def __init__(self, systems: Systems, access: Access, reader: Jobs, clock: Clock) -> None:
        self._systems = systems
        self._access = access
        self._reader = reader
        self._clock = clock
        self.routes = (
            Route("GET", "/v1/cases/{system}", self.search),
            Route("GET", "/v1/cases/{system}/{number}", self.one),
        )

    async def search(self, request: Request) -> Response:
        """One page of the cases that match `column=value`, `column.from=`, `.to`, `.starts`, `.contains`."""
        session = await self._access.session(request)
        system, columns = self._columns(request)
        query = _query(request, system, columns)
        owner = session.dxp_id if session.role != CUSTOMS else request.one("owner") or None
        found = await self._reader.run(_search, query, owner, {system: columns})
        return answer_json(
            {
                "cases": [_line(case) for case in found.rows],
                "total": found.total,
                "page": query.page,
                "size": query.size,
            }
        )

    async def one(self, request: Request) -> Response:
        """One case with all its content."""
        session = await self._access.session(request)
        request.only(())
        system, columns = self._columns(request)
        number = request.parameters["number"]
        case = await self._reader.run(_one, number, self._clock, {system: columns})
        if (
            case is None
            or case.system != system
            or (session.role != CUSTOMS and case.owner != session.dxp_id)
        ):
            raise HttpError(404, f"there is no case {number} of yours in {system}")
        return answer_json(_line(case) | {"body": case.body})

    def _columns(self, request: Request) -> tuple[str, tuple[str, ...]]:
        system = request.parameters["system"]
        columns = self._systems.search_columns(system)
        if columns is None:
            raise HttpError(404, f"there is no system {system}")
        return system, columns


def _query(request: Request, system: str, columns: tuple[str, ...]) -> Query:
    searchable = (*columns, *_COMMON)
    fields = {name: (name, "is") for name in searchable}
    fields |= {f"{name}.{operator}": (name, operator) for name in searchable for operator in _OPERATORS}
    request.only((*fields, "state", "owner", "order", "page", "size"))
    criteria: dict[str, tuple[Criterion, ...]] = {}
    for field, (name, operator) in fields.items():
        value = request.one(field)
        if not value:
            continue
        if len(value) > MAX_VALUE or "\0" in value:
            raise HttpError(400, f"{field} is longer than {MAX_VALUE} characters, or holds NUL")
        criterion: Criterion = (operator, value)  # type: ignore[assignment]  # from Operator's own list
        criteria[name] = (*criteria.get(name, ()), criterion)
    order = request.one("order", "-changed")
    if order.removeprefix("-") not in (*columns, *_ORDERS):
        raise HttpError(
            400, f"order must be one of {', '.join((*_ORDERS, *columns))}, - before it: downwards"
        )
    return Query(
        system=system,
        states=tuple(request.query.get("state", ())),
        criteria=criteria,
        order=order,
        page=request.number("page", 1, 1, MAX_PAGE),
        size=request.number("size", 20, 1, MAX_SIZE),
    )


def _search(conn: Connection, query: Query, owner: str | None, columns: cases.Columns) -> Page:
    owned = Query(query.system, owner, query.states, query.criteria, query.order, query.page, query.size)
    return search(conn, owned, columns)


def _one(conn: Connection, number: str, clock: Clock, columns: cases.Columns) -> Case | None:
    fact = CaseByNumber(number)
    found: Case | None = cases.load(conn, (fact,), clock(), columns)[fact]
    return found


def _line(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "system": case.system,
        "owner": case.owner,
        "inner": case.inner,
        "state": case.state,
        "search": dict(case.search),
        "created": wire_time(case.created),
        "changed": wire_time(case.changed),
        "revision": case.revision,
    }
