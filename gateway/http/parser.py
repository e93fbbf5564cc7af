"""Bytes to a request's head and body framing (RFC 9112), strictly: the doubtful is refused, never guessed.

Pure: no socket, no clock. Knows how many bytes of a body follow; refuses to know what a path or a body
means. One reading of every request means nothing can be smuggled past whoever stands in front.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_HEAD: Final = 16 * 1024  # bytes of request line and headers together
MAX_HEADERS: Final = 64
MAX_CHUNK_LINE: Final = 80  # bytes of a chunk's size line; chunk extensions are read by nobody
MAX_TRAILER: Final = 1024
FREE_CHUNKS: Final = 1024  # this many chunks may be tiny; above it they must average LEAST_CHUNK bytes
LEAST_CHUNK: Final = 16

_METHOD = re.compile(rb"[A-Z]{1,16}")
_TARGET = re.compile(rb"/[!-~]{0,4095}")  # origin-form only (RFC 9112, 3.2.1)
_VERSION = re.compile(rb"HTTP/1\.([01])")
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BAD_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_HOST = re.compile(rb"[A-Za-z0-9.\-_~%]*(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t -~]*)?")

_ONCE = frozenset((b"content-length", b"transfer-encoding", b"host", b"authorization", b"content-type"))


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
    end = buffer.find(b"\r\n\r\n", 0, MAX_HEAD)
    if end >= 0:
        return end + 4
    if len(buffer) >= MAX_HEAD:
        raise BadRequest(431, f"the request's headers are longer than {MAX_HEAD} bytes")
    return -1


def parse_head(raw: bytes) -> Head:
    """The head, `raw` including its empty line. Raises BadRequest."""
    lines = raw[:-4].split(b"\r\n")
    if len(lines) - 1 > MAX_HEADERS:
        raise BadRequest(431, f"more than {MAX_HEADERS} headers")
    method, target, minor = _request_line(lines[0])
    headers: dict[bytes, bytes] = {}
    for line in lines[1:]:
        # No folding, no space before the colon, no bare CR, LF or NUL (RFC 9112, 2.2, 5.1, 5.2).
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            raise BadRequest(400, "a header line is not `name: value`")
        if _BAD_VALUE.search(value):
            raise BadRequest(400, "a header value holds a control character")
        name, value = name.lower(), value.strip(b" \t")
        if name in headers:
            if name in _ONCE:
                raise BadRequest(400, f"the header {name.decode()} is given twice")
            value = headers[name] + b", " + value
        headers[name] = value
    if minor == b"1" and b"host" not in headers:
        raise BadRequest(400, "a request of HTTP/1.1 needs a Host header")
    if not _HOST.fullmatch(headers.get(b"host", b"")):
        raise BadRequest(400, "the Host header is no host and port")
    connection = headers.get(b"connection", b"").lower()
    expect = headers.get(b"expect")
    if expect is not None and expect.lower() != b"100-continue":
        raise BadRequest(417, "the only expectation met here is 100-continue")
    return Head(
        method=method.decode(),
        target=target.decode(),
        headers=headers,
        length=_framing(headers, minor),
        keep_alive=minor == b"1" and b"close" not in connection,
        expects_continue=expect is not None and minor == b"1",
    )


def _request_line(line: bytes) -> tuple[bytes, bytes, bytes]:
    parts = line.split(b" ")
    if len(parts) != 3:
        raise BadRequest(400, "the request line is not `METHOD /path HTTP/1.1`")
    method, target, version = parts
    if not _METHOD.fullmatch(method):
        raise BadRequest(400, "the method is not upper-case letters")
    if not _TARGET.fullmatch(target):
        raise BadRequest(
            414 if len(target) > 4096 else 400, "the request target is not a path of this server"
        )
    spoken = _VERSION.fullmatch(version)
    if not spoken:
        raise BadRequest(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    return method, target, spoken[1]


def _framing(headers: Mapping[bytes, bytes], minor: bytes) -> int | None:
    """The body's length. Both framings, or an unknown coding, are refused (RFC 9112, 6.1 and 6.3)."""
    coding = headers.get(b"transfer-encoding")
    length = headers.get(b"content-length")
    if coding is not None:
        if length is not None:
            raise BadRequest(400, "Transfer-Encoding and Content-Length together")
        if minor != b"1" or coding.lower() != b"chunked":
            raise BadRequest(501, "the only transfer coding read here is chunked, in HTTP/1.1")
        return None
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length):
        raise BadRequest(400, "Content-Length is not one decimal number")
    return int(length)


class Chunks:
    """Takes the chunked coding off (RFC 9112, 7.1), in pieces as they come, holding less than a line."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._left = 0  # bytes of the present chunk still to come
        self._state = "size"  # size → data → end → size … → trailer → done
        self._trailer = 0
        self._chunks = 0
        self._taken = 0
        self.done = False

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """(body bytes, bytes after the body's end). Raises BadRequest."""
        self._rest += data
        body = bytearray()
        while not self.done and self._rest:
            if self._state == "data":
                piece = self._rest[: self._left]
                body += piece
                del self._rest[: len(piece)]
                self._left -= len(piece)
                if self._left:
                    break
                self._state = "end"
            elif not self._line():
                break
        if not self.done:
            return bytes(body), b""
        after, self._rest = bytes(self._rest), bytearray()
        return bytes(body), after

    def _line(self) -> bool:
        """Take one line that is not data; False while it is incomplete."""
        limit = MAX_TRAILER if self._state == "trailer" else MAX_CHUNK_LINE
        end = self._rest.find(b"\r\n", 0, limit + 2)
        if end < 0:
            if len(self._rest) >= limit + 2:
                raise BadRequest(400, "a chunk's line is too long")
            return False
        line = bytes(self._rest[:end])
        del self._rest[: end + 2]
        if self._state == "size":
            size = _CHUNK.fullmatch(line)
            if not size:
                raise BadRequest(400, "a chunk's size is not a hexadecimal number")
            self._left = int(size[1], 16)
            self._chunks += 1
            self._taken += self._left
            if self._chunks > FREE_CHUNKS and self._taken < self._chunks * LEAST_CHUNK:
                raise BadRequest(400, "the body comes in too many tiny chunks")
            self._state = "data" if self._left else "trailer"
        elif self._state == "end":
            if line:
                raise BadRequest(400, "a chunk is longer than its size")
            self._state = "size"
        elif line:
            self._trailer += len(line)
            if self._trailer > MAX_TRAILER or _BAD_VALUE.search(line):
                raise BadRequest(400, "the trailer is too long or malformed")
        else:
            self.done = True
        return True
