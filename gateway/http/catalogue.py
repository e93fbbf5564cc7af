"""The calls that show what is common to all: bulletins, code lists, and the schemas of message types.

Knows how they are served and cached by clients; refuses to know what a code means or where a schema lies.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.http.access import Access
from gateway.http.exchange import JSON, XML, HttpError, Request, Response, answer_json, unless_known
from gateway.http.router import Route
from gateway.services import Codes, Jobs, Types
from messages.wire import CST, wire_time
from storage import bulletins
from storage.bulletins import Bulletin

MOST = 100
_KIND = 40  # characters of a kind of bulletin
_TITLE = 200  # characters of a part of a title that is looked for


class Catalogue:
    """GET /v1/bulletins and one of them, GET /v1/codes/{list}, GET /v1/types, GET /v1/types/{code}.xsd."""

    def __init__(self, codes: Codes, types: Types, access: Access, reader: Jobs) -> None:
        self._codes = codes
        self._types = types
        self._access = access
        self._reader = reader
        self._lists: dict[str, tuple[str, bytes]] = {}  # list → (version, JSON)
        self.routes = (
            Route("GET", "/v1/bulletins", self.bulletins),
            Route("GET", "/v1/bulletins/{id}", self.bulletin),
            Route("GET", "/v1/codes/{list}", self.codes),
            Route("GET", "/v1/types", self.listed),
            Route("GET", "/v1/types/{code}.xsd", self.type),
        )

    async def bulletins(self, request: Request) -> Response:
        """Bulletins for the caller's role, party and for everyone, newest first; `before` reads on.

        `title` is a part of the title; `from` and `to` are days in China, both included.
        """
        session = await self._access.session(request)
        request.only(("before", "kind", "limit", "title", "from", "to"))
        before = request.number("before", 0, 0, 10**9) or None
        limit = request.number("limit", 20, 1, MOST)
        kind, audiences = request.one("kind")[:_KIND], (session.role, session.dxp_id)
        first, last = _day(request, "from"), _day(request, "to")
        found = await self._reader.run(
            bulletins.listed,
            audiences,
            before,
            limit,
            kind,
            title=request.one("title")[:_TITLE],
            since=first,
            until=last and last + timedelta(days=1),
        )
        return answer_json(
            {
                "bulletins": [_shown(each) for each in found],
                "before": found[-1].id if len(found) == limit else None,
            }
        )

    async def bulletin(self, request: Request) -> Response:
        """One of them."""
        session = await self._access.session(request)
        request.only(())
        number = int(request.parameters["id"])
        found = await self._reader.run(bulletins.one, (session.role, session.dxp_id), number)
        if found is None:
            raise HttpError(404, f"there is no bulletin {number} for you")
        return answer_json(_shown(found))

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


def _shown(one: Bulletin) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "title": one.title,
        "body": one.body,
        "publisher": one.publisher,
        "publishedAt": wire_time(one.published_at),
        "files": [
            {"sha256": file.digest, "size": file.size, "mediaType": file.media_type, "name": file.name}
            for file in one.files
        ],
    }


def _day(request: Request, name: str) -> datetime | None:
    """The beginning of a day in China, as an aware UTC moment; None where none is asked for."""
    value = request.one(name)
    if not value:
        return None
    try:
        return datetime.strptime(value, "%Y%m%d").replace(tzinfo=CST).astimezone(UTC)
    except (ValueError, OverflowError):
        raise HttpError(400, f"{name} must be a day as yyyyMMdd") from None
