"""The calls about a party's callback: registering it, how it stands, and taking it away.

Knows their JSON; refuses to know how a callback is proven or posted to.
"""

from __future__ import annotations

from typing import Any

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, Text, answer_json
from gateway.http.router import Route
from gateway.push.address import MAX_URL, BadUrl
from gateway.push.registrar import Closed, NotProven, Registrar, Told, TooOften
from messages.wire import wire_time
from receipts import cursor
from storage.callbacks import ACTIVE, Paused

MAX_BODY = 4096
BROKEN = "broken"  # active, but nothing was taken for long

_FIELDS = {"url": Text(MAX_URL), "after": Text(64, 0)}


class Callbacks:
    """PUT, GET and DELETE /v1/callback."""

    def __init__(self, registrar: Registrar, access: Access) -> None:
        self._registrar = registrar
        self._access = access
        self.routes = (
            Route("PUT", "/v1/callback", self.register, MAX_BODY),
            Route("GET", "/v1/callback", self.show),
            Route("DELETE", "/v1/callback", self.remove),
        )

    async def register(self, request: Request) -> Response:
        """Register a URL for the caller's own party, when it answers the challenge."""
        session = await self._access.session(request)
        body = request.json()
        unknown = sorted(set(body) - set(_FIELDS))
        if unknown:
            raise HttpError(422, f"unknown field {unknown[0][:64]!r}; known here: {', '.join(_FIELDS)}")
        url = _FIELDS["url"].of(body, "url")
        after = _FIELDS["after"].of(body, "after") if body.get("after") is not None else None
        try:
            return answer_json(_told(await self._registrar.register(session, url, after)))
        except Closed as error:
            raise HttpError(403, str(error)) from None
        except (BadUrl, NotProven, ValueError) as error:
            raise HttpError(422, str(error)) from None
        except TooOften as error:
            raise HttpError(429, str(error), error.seconds) from None
        except Paused as error:
            raise HttpError(409, str(error)) from None

    async def show(self, request: Request) -> Response:
        """How the caller's own stands."""
        session = await self._access.session(request)
        found = await self._registrar.of(session.dxp_id)
        if found is None:
            raise _missing(session.dxp_id)
        return answer_json(_told(found))

    async def remove(self, request: Request) -> Response:
        """Forget it: nothing more is posted, and a post under way counts for nothing."""
        session = await self._access.session(request)
        try:
            removed = await self._registrar.remove(session.dxp_id)
        except Paused as error:
            raise HttpError(409, str(error)) from None
        if not removed:
            raise _missing(session.dxp_id)
        return Response(204)


def _missing(party: str) -> HttpError:
    return HttpError(404, f"{party} has registered no callback; PUT one here")


def _told(told: Told) -> dict[str, Any]:
    one = told.callback
    active = one.state == ACTIVE
    return {
        "url": one.url,
        "state": BROKEN if active and one.broken_at is not None else one.state,
        "after": cursor.encode(one.position) if one.position else cursor.BEGINNING,
        "waiting": told.waiting,
        "failures": one.failures,
        "error": one.error,
        "nextTry": wire_time(one.due_at) if active and one.failures else None,
        "brokenSince": None if one.broken_at is None else wire_time(one.broken_at),
        "lastTaken": None if one.posted_at is None else wire_time(one.posted_at),
        "holder": one.holder,
        "registered": wire_time(one.registered_at),
    }
