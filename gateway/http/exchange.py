"""A request and its response, as the calls see them; and the errors that become a response.

Knows header names and status codes; refuses to know sockets, routes or what any call does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import parse_qsl

from twisted.internet.defer import Deferred

from gateway.http.parser import Head

JSON = "application/json"
XML = "application/xml"
MAX_QUERY_FIELDS = 50
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

REASONS: Mapping[int, str] = {
    100: "Continue", 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
    429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
}  # fmt: skip

Sink = Callable[[bytes], "Deferred[None]"]  # takes a block; fires when the next may come


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered. `file`, when there is one, is sent after `body` and closed; `size` is its bytes.

    `cut`: nothing is sent, and the connection ended.
    """

    status: int
    body: bytes = b""
    media_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    file: IO[bytes] | None = None
    size: int = 0
    cut: bool = False


class HttpError(Exception):
    """A refusal by HTTP: `info` says what happened and what to do; `retry_after` in seconds."""

    def __init__(self, status: int, info: str, retry_after: int | None = None, **headers: str) -> None:
        super().__init__(info)
        self.status = status
        self.info = info
        self.retry_after = retry_after
        self.headers = tuple((name.replace("_", "-"), value) for name, value in headers.items())


class Request:
    """One request. `body` is complete for calls that buffer it, empty for those that `stream` it."""

    __slots__ = ("_query", "body", "head", "parameters", "path", "peer", "query_text", "stream")

    def __init__(self, head: Head, peer: str) -> None:
        self.head = head
        self.peer = peer  # the client's address
        self.path, _, self.query_text = head.target.partition("?")
        self.parameters: Mapping[str, str] = {}  # from the path, by the route
        self.body = b""
        self.stream: Callable[[Sink], Deferred[int]] = _no_stream
        self._query: dict[str, list[str]] | None = None

    def header(self, name: bytes) -> str:
        """A header's value, '' when absent; `name` in lower case."""
        return self.head.headers.get(name, b"").decode("latin-1")

    @property
    def query(self) -> dict[str, list[str]]:
        """The query's fields. Raises HttpError 400 when it is no UTF-8 or has too many fields."""
        if self._query is None:
            try:
                pairs = parse_qsl(
                    self.query_text,
                    keep_blank_values=True,
                    errors="strict",
                    max_num_fields=MAX_QUERY_FIELDS,
                )
            except ValueError as error:
                raise HttpError(400, f"the query cannot be read: {error}") from error
            if "\0" in self.query_text or "%00" in self.query_text:
                raise HttpError(400, "the query holds NUL")
            self._query = {}
            for name, value in pairs:
                self._query.setdefault(name, []).append(value)
        return self._query

    def one(self, name: str, default: str = "") -> str:
        """The only value of a query field. Raises HttpError 400 when it is given twice."""
        values = self.query.get(name, [])
        if len(values) > 1:
            raise HttpError(400, f"the query field {name} is given {len(values)} times")
        return values[0] if values else default

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number of the query, raised or lowered to what is allowed. Raises HttpError 400."""
        text = self.one(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise HttpError(400, f"the query field {name} must be a whole number from {least} to {most}")
        return min(max(int(text), least), most)

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse query fields of other names, so that a slip does not pass for a filter. Raises HttpError."""
        known = set(allowed)
        unknown = sorted(set(self.query) - known)
        if unknown:
            raise HttpError(
                400, f"unknown query field {unknown[0][:64]!r}; known here: {', '.join(sorted(known))}"
            )

    def json(self) -> dict[str, Any]:
        """The body, a JSON object. Raises HttpError 400."""
        try:
            content = json.loads(self.body, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"the body is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise HttpError(400, "the body must be a JSON object")
        return content


@dataclass(frozen=True, slots=True)
class Text:
    """A text field of a JSON body: where it is wanted, and how long it may be."""

    most: int
    least: int = 1
    default: str | None = field(default=None)

    def of(self, body: Mapping[str, Any], name: str) -> str:
        """The field's value; the default when it is left out. Raises HttpError 422."""
        value = body.get(name)
        if value is None and self.default is not None:
            return self.default
        if not isinstance(value, str) or not self.least <= len(value) <= self.most:
            raise HttpError(422, f"{name} must be a text of {self.least} to {self.most} characters")
        if _NO_TEXT.search(value):
            raise HttpError(422, f"{name} holds NUL or half a character")
        return value


def answer_json(content: Any, status: int = 200, **headers: str) -> Response:
    """A JSON response; `headers` with _ for -."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, headers=tuple((n.replace("_", "-"), v) for n, v in headers.items()))


def unless_known(request: Request, body: bytes, media_type: str = JSON) -> Response:
    """The body with its ETag; 304 when the client has it already (If-None-Match)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.header(b"if-none-match") == tag:
        return Response(304, headers=(("ETag", tag),))
    return Response(200, body, media_type, (("ETag", tag),))


def refuse_json(error: HttpError) -> Response:
    """An error as JSON: `{"status", "info"}`."""
    response = answer_json({"status": error.status, "info": error.info})
    return Response(error.status, response.body, headers=refusal_headers(error))


def refusal_headers(error: HttpError) -> tuple[tuple[str, str], ...]:
    """The headers an error brings along."""
    if error.retry_after is None:
        return error.headers
    return (*error.headers, ("Retry-After", str(error.retry_after)))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _no_stream(sink: Sink) -> Deferred[int]:
    raise RuntimeError("this route buffers its body")
