"""The calls to log in and out, and to register: all that a caller without a session may ask.

Knows their JSON; refuses to know how a login is proven or who decides on a registration.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway import requested
from gateway.http.access import Access, bearer
from gateway.http.exchange import HttpError, Request, Response, Text, answer_json
from gateway.http.holders import counted_as
from gateway.http.router import Route
from gateway.limits import Rates
from gateway.passwords import MAX_PASSWORD, TooManyLogins
from gateway.pki import PkiError
from gateway.services import Clock, Jobs
from gateway.sessions import LoginRefused, Opened, Sessions, TooManyAttempts
from messages.wire import wire_time
from storage import registrations, registry
from storage.sessions import Session

MAX_BODY = 64 * 1024
MOST_PENDING = 10_000  # registrations that wait for a decision

_KINDS: dict[str, dict[str, Text]] = {
    "party": {
        "copCode": Text(10, 10),
        "name": Text(100),
        "partyKind": Text(20),
        "contact": Text(100),
        "telephone": Text(40, 0, ""),
        "csr": Text(16 * 1024, 0, ""),
        "note": Text(1000, 0, ""),
    },
    "certificate": {
        "dxpId": Text(30),
        "holder": Text(100),
        "role": Text(20),
        "card": Text(20, 0, ""),
        "csr": Text(16 * 1024),
        "note": Text(1000, 0, ""),
    },
}
"""What may be asked for, and the fields of each: a party's first registration, and another certificate."""

Enrol = Callable[[dict[str, Any], str], Coroutine[Deferred[Any], Any, Response]]
"""Takes a request's fields, and the address it counts for."""


class Logins:
    """POST /v1/challenges, POST /v1/sessions, DELETE and GET /v1/sessions/current, POST /v1/registrations."""

    def __init__(
        self,
        sessions: Sessions,
        access: Access,
        writer: Jobs,
        reader: Jobs,
        clock: Clock,
        registering: Rates,
        desk: str,
        enrol: Enrol,
    ) -> None:
        """`registering`: how often one address may register. `desk`: to whom systems' messages go.

        `enrol` takes the registrations of accounts.
        """
        self._enrol = enrol
        self._sessions = sessions
        self._access = access
        self._writer = writer
        self._reader = reader
        self._clock = clock
        self._registering = registering
        self._desk = desk
        self.routes = (
            Route("POST", "/v1/challenges", self.challenge, MAX_BODY),
            Route("POST", "/v1/sessions", self.open, MAX_BODY),
            Route("GET", "/v1/sessions/current", self.current),
            Route("DELETE", "/v1/sessions/current", self.close),
            Route("POST", "/v1/registrations", self.register, MAX_BODY),
        )

    async def challenge(self, request: Request) -> Response:
        """A nonce to sign."""
        if request.body:
            request.json()
        try:
            nonce = await self._sessions.challenge(request.peer)
        except TooManyAttempts as error:
            raise HttpError(429, str(error), error.seconds) from None
        return answer_json({"nonce": nonce}, 201)

    async def open(self, request: Request) -> Response:
        """A session, for a signed nonce or for a password."""
        body = request.json()
        peer = await counted_as(self._access, request, body.pop("client", None))
        try:
            opened = await self._open(body, peer)
        except LoginRefused as error:
            raise HttpError(401, str(error), WWW_Authenticate="Bearer") from None
        except TooManyAttempts as error:
            raise HttpError(429, str(error), error.seconds) from None
        except TooManyLogins as error:
            raise HttpError(503, str(error), 2) from None
        ends = wire_time(opened.ends) if opened.ends else None
        told = await self._told(opened.session)
        return answer_json({"token": opened.token, **told, "certificateEnds": ends}, 201)

    async def _open(self, body: dict[str, Any], peer: str) -> Opened:
        if "nonce" in body:
            return await self._sessions.by_certificate(
                Text(64, 64).of(body, "nonce"), _bytes(body, "certificate"), _bytes(body, "signature"), peer
            )
        return await self._sessions.by_password(
            Text(64).of(body, "account"), Text(MAX_PASSWORD).of(body, "password"), peer
        )

    async def current(self, request: Request) -> Response:
        """Whose session this is."""
        return answer_json(await self._told(await self._access.session(request)))

    async def _told(self, session: Session) -> dict[str, Any]:
        """Who it is, for which party, and to whom that party's messages go: all that an envelope needs."""
        party = await self._reader.run(registry.party, session.dxp_id)
        desk = await self._reader.run(registry.party, self._desk)
        return {
            "dxpId": session.dxp_id,
            "copCode": party.cop_code if party else "",
            "name": party.name if party else "",
            "role": session.role,
            "holder": session.holder,
            "card": session.card,
            "expiresAt": wire_time(session.expires_at),
            "receiver": self._desk,
            "receiverName": desk.name if desk else "",
        }

    async def close(self, request: Request) -> Response:
        """Log out."""
        await self._access.session(request)
        await self._sessions.end(bearer(request))
        return Response(204)

    async def register(self, request: Request) -> Response:
        """File a registration, for customs or an operator to decide."""
        body = request.json()
        kind = body.pop("kind", None)
        if kind == registrations.ACCOUNT:
            return await self._enrol(body, await counted_as(self._access, request, body.pop("client", None)))
        wait = self._registering.take(request.peer)
        if wait:
            raise HttpError(429, f"too many registrations from this address; wait {wait} seconds", wait)
        fields = _KINDS.get(kind) if isinstance(kind, str) else None
        if fields is None:
            raise HttpError(422, f"kind must be one of {', '.join((*_KINDS, registrations.ACCOUNT))}")
        unknown = sorted(set(body) - set(fields))
        if unknown:
            raise HttpError(422, f"unknown field {unknown[0][:64]!r}; known here: {', '.join(fields)}")
        asked = {name: field.of(body, name) for name, field in fields.items()}
        if "partyKind" in asked:
            asked["kind"] = asked.pop("partyKind")  # on the wire `kind` is the registration's own
        if asked["csr"]:
            _check_request(asked["csr"])
        number = await self._writer.run(_register, str(kind), asked, self._clock)
        if number is None:
            raise HttpError(503, "too many registrations wait for a decision; register again later", 3600)
        return answer_json({"id": number, "state": registrations.PENDING}, 201)


def _bytes(body: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(Text(32 * 1024).of(body, name), validate=True)
    except (binascii.Error, ValueError):
        raise HttpError(422, f"{name} must be base64") from None


def _check_request(pem: str) -> None:
    try:
        requested.check(pem)
    except PkiError as error:
        raise HttpError(422, str(error)) from None


def _register(conn: Connection, kind: str, body: dict[str, str], clock: Clock) -> int | None:
    if registrations.count(conn) >= MOST_PENDING:
        return None
    return registrations.add(conn, kind, body, clock())
