"""The call that looks something up (调出) for a form: one key, and what is known under it.

Knows that a system's table says which keys there are and who may ask; refuses to know what is looked up.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, unless_known
from gateway.http.router import Route
from gateway.limits import Rates
from gateway.services import Clock, Jobs, Systems
from messages.lookups import ASKER, CODE, HOLDER, ROLE, TODAY, Lookup
from messages.wire import wire_date
from storage import cases, registry

MAX_VALUE = 64  # characters of a part of a key


class Lookups:
    """GET /v1/lookups/{system}/{name}."""

    def __init__(self, systems: Systems, access: Access, reader: Jobs, clock: Clock, rates: Rates) -> None:
        """`rates`: of each party, so that nobody reads through all there is."""
        self._systems = systems
        self._access = access
        self._reader = reader
        self._clock = clock
        self._rates = rates
        self.routes = (Route("GET", "/v1/lookups/{system}/{name}", self.look),)

    async def look(self, request: Request) -> Response:
        """What is known under the key; 404 when that is nothing, 304 when the client has it already."""
        session = await self._access.session(request)
        name, system = request.parameters["name"], self._systems.get(request.parameters["system"])
        lookup = system.lookups.get(name) if system else None
        if system is None or lookup is None:
            raise HttpError(404, f"there is no lookup {name} in {request.parameters['system']}")
        if session.role not in (lookup.roles or system.roles):
            raise HttpError(403, f"the role {session.role} may not ask for {name}")
        request.only(lookup.by)
        key = {each: _part(request, each) for each in lookup.by}
        wait = self._rates.take(session.dxp_id)
        if wait:
            raise HttpError(429, f"{session.dxp_id} looks up too much; ask again in {wait} seconds", wait)
        asker = {
            ASKER: session.dxp_id,
            ROLE: session.role,
            HOLDER: session.holder,
            TODAY: wire_date(self._clock()),
        }
        found = await self._reader.run(_look, lookup, key, asker, self._clock)
        if found is None:
            said = ", ".join(f"{each} {value}" for each, value in key.items())
            raise HttpError(404, f"nothing is known {f'under {said}' if said else f'of {session.dxp_id}'}")
        return unless_known(request, found)


def _part(request: Request, name: str) -> str:
    value = request.one(name)
    if not 1 <= len(value) <= MAX_VALUE:
        raise HttpError(400, f"{name} is needed, of 1 to {MAX_VALUE} characters")
    return value


def _look(
    conn: Connection, lookup: Lookup, key: dict[str, str], asker: dict[str, str], clock: Clock
) -> bytes | None:
    """The answer's bytes: a book of many lines is written in the reader's thread."""
    asked = key
    if lookup.of_asker:
        party = registry.party(conn, asker[ASKER])
        told = party is not None and (not lookup.proven or registry.certified(conn, party.dxp_id))
        asked = {**key, **asker, CODE: party.cop_code if party and told else ""}
    facts = cases.load(conn, lookup.facts(asked), clock(), {})
    more = lookup.then(asked, facts)
    values = lookup.values(asked, facts | cases.load(conn, more, clock(), {}) if more else facts)
    if values is None:
        return None
    return json.dumps({"key": key, "values": values}, ensure_ascii=False, separators=(",", ":")).encode()
