"""The calls that read cases: a search, one page at a time, one case by its number, and what became of it.

Knows how a query's fields become criteria over the columns that a system declares, and that a party reads its
own cases and those that it takes part in, and the role customs all that is not private; refuses to know what
any column or state means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from sqlalchemy import Connection

from gateway.http.access import CUSTOMS, Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.history import MOST, history
from gateway.http.router import Route
from gateway.services import Clock, Jobs, Systems
from messages.system import System
from messages.wire import from_sortable, sortable, wire_time
from messages.workflow import Case, CaseByNumber
from storage import cases
from storage.search import ORDERS, Criterion, Operator, Page, Query, search
from storage.sessions import Session

MAX_SIZE = 100
MAX_PAGE = 100_000
MAX_VALUE = 200  # characters of a criterion
_COMMON = ("number", "inner")
_OPERATORS: tuple[Operator, ...] = get_args(Operator)
_OF_NUMBERS: tuple[Operator, ...] = ("is", "from", "to")


class Cases:
    """GET /v1/cases/{system}, GET /v1/cases/{system}/{number} and …/history."""

    def __init__(self, systems: Systems, access: Access, reader: Jobs, clock: Clock) -> None:
        self._systems = systems
        self._access = access
        self._reader = reader
        self._clock = clock
        self.routes = (
            Route("GET", "/v1/cases/{system}", self.search),
            Route("GET", "/v1/cases/{system}/{number}", self.one),
            Route("GET", "/v1/cases/{system}/{number}/history", self.history),
        )

    async def search(self, request: Request) -> Response:
        """One page of the cases that match `column=value`, `column.from=`, `.to`, `.starts`, `.contains`.

        One that is given more than once counts every time.
        """
        session = await self._access.session(request)
        system, desk = self._system(request), session.role == CUSTOMS
        query = _query(request, system, session)
        states = _states(request, system, desk or query.partner is not None)
        if states is None:
            found = Page((), 0)
        else:
            asked = replace(query, states=states)
            found = await self._reader.run(search, asked, {system.name: system.search})
        return answer_json(
            {
                "cases": [_line(case, system, session) for case in found.rows],
                "total": found.total,
                "more": found.more,
                "page": query.page,
                "size": query.size,
            }
        )

    async def one(self, request: Request) -> Response:
        """One case with all its content, and what the caller's role may do with it."""
        session = await self._access.session(request)
        request.only(())
        system, desk = self._system(request), session.role == CUSTOMS
        case = await self._case(request, system, session)
        others = desk or case.owner != session.dxp_id
        body = {"body": system.shown(case, others), "actions": list(_actions(case, system, session.role))}
        return answer_json(_line(case, system, session) | body)

    async def history(self, request: Request) -> Response:
        """What became of a case, step by step, the newest first."""
        session = await self._access.session(request)
        request.only(("limit",))
        limit = request.number("limit", MOST, 1, MOST)
        system, desk = self._system(request), session.role == CUSTOMS
        case = await self._case(request, system, session)
        # Customs reads its owner's; a partner has been told less, or other things.
        whose = case.owner if desk else session.dxp_id
        steps = await self._reader.run(history, case, system, whose, desk, limit)
        return answer_json({"number": case.number, "system": system.name, "steps": steps})

    def _system(self, request: Request) -> System:
        name = request.parameters["system"]
        system = self._systems.get(name)
        if system is None:
            raise HttpError(404, f"there is no system {name}")
        return system

    async def _case(self, request: Request, system: System, session: Session) -> Case:
        """The case that the path names. Raises HttpError 404 where the caller may not know of it."""
        number = request.parameters["number"]
        case = await self._reader.run(_one, number, self._clock, {system.name: system.search})
        if case is not None and case.system == system.name:
            desk, private = session.role == CUSTOMS, case.state in system.private
            if (desk or case.partner == session.dxp_id) and not private:
                return case
            if not desk and case.owner == session.dxp_id:
                return case
        raise HttpError(404, f"there is no case {number} of yours in {system.name}")


def _states(request: Request, system: System, others: bool) -> tuple[str, ...] | None:
    """The states to look for; None: those asked for are nobody's but their owners'."""
    asked = tuple(request.query.get("state", ()))
    if not others:
        return asked
    # All that there are, where none is asked for: named, they are found in order.
    public = tuple(state for state in asked or system.labels if state not in system.private)
    return public if public or not asked else None


def _query(request: Request, system: System, session: Session) -> Query:
    """What is asked, but for the states. Raises HttpError 400."""
    desk, shared = session.role == CUSTOMS, request.one("shared") == "1"
    columns = tuple(name for name in _columns(system, desk) if not shared or name not in system.own)
    fields = dict(_fields((*columns, *_COMMON), system.numbers))
    request.only((*fields, "state", "owner", "shared", "order", "page", "size"))
    criteria: dict[str, tuple[Criterion, ...]] = {}
    for field, (name, operator) in fields.items():
        for value in filter(None, request.query.get(field, ())):
            if len(value) > MAX_VALUE:
                raise HttpError(400, f"{field} is longer than {MAX_VALUE} characters")
            criterion = (operator, _number(field, value) if name in system.numbers else value)
            criteria[name] = (*criteria.get(name, ()), criterion)
    order = request.one("order", "-changed")
    known = (*ORDERS, "created", *columns)
    if order.removeprefix("-") not in known:
        raise HttpError(400, f"order must be one of {', '.join(known)}, - before it: downwards")
    if order.removeprefix("-") == "created":
        order = order.replace("created", "number")  # numbers are given as cases are created
    return Query(
        system=system.name,
        owner=(request.one("owner") or None) if desk else None if shared else session.dxp_id,
        partner=session.dxp_id if shared and not desk else None,
        criteria=criteria,
        order=order,
        page=request.number("page", 1, 1, MAX_PAGE),
        size=request.number("size", 20, 1, MAX_SIZE),
    )


def _fields(names: tuple[str, ...], numbers: frozenset[str]) -> Iterator[tuple[str, tuple[str, Operator]]]:
    """The query's fields: each with its column and operator."""
    for name in names:
        yield name, (name, "is")
        for operator in _OF_NUMBERS if name in numbers else _OPERATORS:
            yield f"{name}.{operator}", (name, operator)


def _number(field: str, value: str) -> str:
    try:
        return sortable(Decimal(value))
    except (InvalidOperation, ValueError):
        raise HttpError(400, f"{field} must be a number, not below zero") from None


def _columns(system: System, desk: bool) -> tuple[str, ...]:
    """Those that customs sees, or a case's owner."""
    hidden = system.own if desk else system.desk
    return tuple(name for name in system.search if name not in hidden)


def _one(conn: Connection, number: str, clock: Clock, columns: cases.Columns) -> Case | None:
    fact = CaseByNumber(number)
    found: Case | None = cases.load(conn, (fact,), clock(), columns)[fact]
    return found


def _line(case: Case, system: System, session: Session) -> dict[str, Any]:
    columns = _columns(system, session.role == CUSTOMS)
    hidden = frozenset[str]() if case.owner == session.dxp_id else system.own
    shown = {name: case.search[name] for name in columns if name in case.search and name not in hidden}
    return {
        "number": case.number,
        "system": case.system,
        "owner": case.owner,
        "inner": case.inner,
        "state": case.state,
        "search": {
            name: from_sortable(value) if name in system.numbers else value for name, value in shown.items()
        },
        "created": wire_time(case.created),
        "changed": wire_time(case.changed),
        "revision": case.revision,
    }


def _actions(case: Case, system: System, role: str) -> Iterator[dict[str, str | None]]:
    """The events that messages of this role cause: what stands against each, or that nothing does."""
    for kind in system.types:
        if kind.names_case and role in kind.senders.roles:
            for event in kind.events:
                against = system.objection(case.state, case.body, event)
                yield {"type": kind.code, "event": event, "objection": against}
