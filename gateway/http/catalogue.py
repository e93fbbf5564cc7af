"""The calls that show what is common to all: bulletins, code lists, and the schemas of message types.

Knows how they are served and cached by clients; refuses to know what a code means or where a schema lies.
"""

from __future__ import annotations

import json

from gateway.http.access import Access
from gateway.http.exchange import JSON, XML, HttpError, Request, Response, answer_json, unless_known
from gateway.http.router import Route
from gateway.services import Codes, Jobs, Types
from messages.wire import wire_time
from storage import bulletins

MOST = 100


class Catalogue:
    """GET /v1/bulletins, GET /v1/codes/{list}, GET /v1/types, GET /v1/types/{code}.xsd."""

    def __init__(self, codes: Codes, types: Types, access: Access, reader: Jobs) -> None:
        self._codes = codes
        self._types = types
        self._access = access
        self._reader = reader
        self._lists: dict[str, tuple[str, bytes]] = {}  # list → (version, JSON)
        self.routes = (
            Route("GET", "/v1/bulletins", self.bulletins),
            Route("GET", "/v1/codes/{list}", self.codes),
            Route("GET", "/v1/types", self.listed),
            Route("GET", "/v1/types/{code}.xsd", self.type),
        )

    async def bulletins(self, request: Request) -> Response:
        """Bulletins for the caller's role and for everyone, newest first; `before` reads on."""
        session = await self._access.session(request)
        request.only(("before", "limit"))
        before = request.number("before", 0, 0, 10**9) or None
        limit = request.number("limit", 20, 1, MOST)
        found = await self._reader.run(bulletins.listed, session.role, before, limit)
        return answer_json(
            {
                "bulletins": [
                    {
                        "id": each.id,
                        "kind": each.kind,
                        "title": each.title,
                        "body": each.body,
                        "publisher": each.publisher,
                        "publishedAt": wire_time(each.published_at),
                    }
                    for each in found
                ],
                "before": found[-1].id if len(found) == limit else None,
            }
        )

    async def codes(self, request: Request) -> Response:
        """One code list, `[code, zh, en]` a row."""
        await self._access.session(request)
        request.only(())
        name = request.parameters["list"]
        version = self._codes.version(name)
        if version is None:
            raise HttpError(404, f"there is no code list {name}")
        if self._lists.get(name, ("",))[0] != version:
            content = {"list": name, "version": version, "rows": self._codes.rows(name)}
            made = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
            self._lists[name] = (version, made)
        return unless_known(request, self._lists[name][1], JSON)

    async def listed(self, request: Request) -> Response:
        """The message types that parties send, each with the roles, cards and keys that may."""
        await self._access.session(request)
        request.only(())
        made = json.dumps({"types": self._types.listed()}, ensure_ascii=False, separators=(",", ":"))
        return unless_known(request, made.encode(), JSON)

    async def type(self, request: Request) -> Response:
        """The schema of a message type, whole: nothing has to be fetched beside it."""
        await self._access.session(request)
        request.only(())
        code = request.parameters["code"]
        schema = self._types.xsd(code)
        if schema is None:
            raise HttpError(404, f"there is no message type {code}")
        return unless_known(request, schema, XML)
