"""Bytes to a request's head and body framing (RFC 9112), strictly: the doubtful is refused, never guessed.

Pure: no socket, no clock. llhttp, by httptools, reads; here is what it leaves open: sizes, what may come only
once, and that what was read is what was written. Knows how many bytes of a body follow; refuses to know what
a path or a body means. One reading of every request means nothing can be smuggled past whoever stands in
front.

llhttp reads on into the next request and does not say where one ended. So it is never fed more than one: a
head up to its empty line, by a parser of its own, and a body in chunks by another one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

MAX_HEAD: Final = 16 * 1024  # bytes of request line and headers together
MAX_HEADERS: Final = 64
MAX_TARGET: Final = 4096
FREE_FRAMING: Final = 4096  # bytes of chunk sizes, extensions and trailers; a quarter of the body beyond that
FALSE_END: Final = 64  # bytes of framing that data counts as which looks like a body's end: each costs a call

_EMPTY_LINE = b"\r\n\r\n"
_CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
_HOST = re.compile(rb"[A-Za-z0-9.\-_~%]*(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")
_ONCE = frozenset((b"transfer-encoding", b"host", b"authorization", b"content-type"))


class BadRequest(Exception):
    """Bytes that are no acceptable HTTP/1.1 request; the connection cannot go on after them."""

    def __init__(self, status: int, info: str) -> None:
        super().__init__(info)
        self.status = status
        self.info = info


@dataclass(frozen=True, slots=True)
class Head:
    """A request's line and headers; `length` is the body's bytes, None when it comes in chunks."""

    method: str
    target: str
    headers: Mapping[bytes, bytes]  # lower-case names; repeated ones joined by ", "
    length: int | None
    keep_alive: bool
    expects_continue: bool


def split_head(buffer: bytes | bytearray) -> int:
    """Where the head in `buffer` ends (after its empty line), or -1 while it is incomplete.

    Raises BadRequest when it is longer than MAX_HEAD.
    """
    end = buffer.find(_EMPTY_LINE, 0, MAX_HEAD)
    if end >= 0:
        return end + len(_EMPTY_LINE)
    if len(buffer) >= MAX_HEAD:
        raise BadRequest(431, f"the request's headers are longer than {MAX_HEAD} bytes")
    return -1


class _HeadSeen:
    """What llhttp finds in a head."""

    __slots__ = ("complete", "fields", "target")

    def __init__(self) -> None:
        self.target = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.complete = False

    def on_url(self, target: bytes) -> None:
        self.target = target

    def on_header(self, name: bytes, value: bytes) -> None:
        self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        self.complete = True


def parse_head(raw: bytes) -> Head:
    """The head, `raw` from its first byte to its empty line, as `split_head` cuts it. Raises BadRequest."""
    seen = _HeadSeen()
    parser = HttpRequestParser(seen)
    problem: HttpParserError | None = None
    try:
        parser.feed_data(raw)
    except HttpParserUpgrade:
        pass  # another protocol is offered; this one goes on (RFC 9110, 7.8)
    except HttpParserError as error:
        problem = error
    version = parser.get_http_version()
    if version not in ("1.1", "1.0", "0.9", "0.0"):  # the last two are llhttp's words for none at all
        raise BadRequest(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    if not seen.complete:  # a problem after it lies in the transfer coding, which is looked at below
        raise BadRequest(400, f"this is no HTTP/1.1 request: {problem or 'the request line is missing'}")
    method, target = parser.get_method(), seen.target
    if not raw.startswith(b"%b %b HTTP/%b\r\n" % (method, target, version.encode())):
        raise BadRequest(400, "the request line is not `METHOD /path HTTP/1.1`")
    if not target.startswith(b"/") or method == b"CONNECT":  # origin-form only (RFC 9112, 3.2.1)
        raise BadRequest(400, "the request target is not a path of this server")
    if len(target) > MAX_TARGET:
        raise BadRequest(414, f"the request target is longer than {MAX_TARGET} bytes")
    headers = _headers(seen.fields)
    if version == "1.1" and b"host" not in headers:
        raise BadRequest(400, "a request of HTTP/1.1 needs a Host header")
    if not _HOST.fullmatch(headers.get(b"host", b"")):
        raise BadRequest(400, "the Host header is no host and port")
    expect = headers.get(b"expect")
    if expect is not None and expect.lower() != b"100-continue":
        raise BadRequest(417, "the only expectation met here is 100-continue")
    return Head(
        method=method.decode(),
        target=target.decode(),
        headers=headers,
        length=_length(headers, version),
        keep_alive=version == "1.1" and b"close" not in headers.get(b"connection", b"").lower(),
        expects_continue=expect is not None and version == "1.1",
    )


def _headers(fields: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    if len(fields) > MAX_HEADERS:
        raise BadRequest(431, f"more than {MAX_HEADERS} headers")
    headers: dict[bytes, bytes] = {}
    for name, value in fields:
        name, value = name.lower(), value.rstrip(b" \t")
        if name in headers:
            if name in _ONCE:
                raise BadRequest(400, f"the header {name.decode()} is given twice")
            value = headers[name] + b", " + value
        headers[name] = value
    return headers


def _length(headers: Mapping[bytes, bytes], version: str) -> int | None:
    """The body's length, None in chunks. llhttp let neither both framings nor a doubtful number pass."""
    coding = headers.get(b"transfer-encoding")
    if coding is None:
        return int(headers.get(b"content-length", b"0"))
    if version != "1.1" or coding.lower() != b"chunked":
        raise BadRequest(501, "the only transfer coding read here is chunked, in HTTP/1.1")
    return None


class _BodySeen:
    """What llhttp finds in a body; trailers are checked by it and kept by nobody."""

    __slots__ = ("complete", "pieces")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.complete = False

    def on_body(self, piece: bytes) -> None:
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        self.complete = True


class Chunks:
    """Takes the chunked coding off (RFC 9112, 7.1), in pieces as they come, holding none of them.

    A body in chunks ends with the first empty line behind a line that begins with 0, so the parser is fed up
    to one such after the other until it says that this was the last. Data may look like that too.
    """

    def __init__(self) -> None:
        self._seen = _BodySeen()
        self._parser = HttpRequestParser(self._seen)
        self._parser.feed_data(_CHUNKED)
        self._tail = b"\n"  # the last bytes fed: what is looked for may lie across two packets
        self._ending = False  # a line that begins with 0 was fed, the empty line behind it not yet
        self._framing = 0  # bytes that were not the body's
        self._taken = 0

    @property
    def done(self) -> bool:
        """The body is complete."""
        return self._seen.complete

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """(body bytes, bytes after the body's end). Raises BadRequest."""
        known = self._tail + data
        start = fed = len(self._tail)
        view = memoryview(known)
        while fed < len(known) and not self._seen.complete:
            end = self._end(known, fed)
            try:
                self._parser.feed_data(view[fed:end])
            except HttpParserError as error:
                raise BadRequest(400, f"the body's chunks cannot be read: {error}") from error
            fed = end
            if not self._ending and fed < len(known) and not self._seen.complete:
                self._framing += FALSE_END
                self._check()
        body = b"".join(self._seen.pieces)
        self._seen.pieces.clear()
        self._taken += len(body)
        self._framing += fed - start - len(body)
        self._check()
        self._tail = known[max(fed - 3, 0) : fed]
        return body, known[fed:]

    def _end(self, known: bytes, fed: int) -> int:
        """Up to where `known` may be fed at once: no further than the body may go."""
        start = max(fed - 3, 0)
        if not self._ending:
            start = known.find(b"\n0", max(fed - 1, 0))
            if start < 0:
                return len(known)
        found = known.find(_EMPTY_LINE, start)
        self._ending = found < 0
        return len(known) if found < 0 else found + len(_EMPTY_LINE)

    def _check(self) -> None:
        if self._framing > FREE_FRAMING + self._taken // 4:
            raise BadRequest(400, "the body comes in too many tiny chunks, or with too much between them")
