"""A line to the gateway for many messages: one kept connection, and nothing on the way to it.

Knows that it means what terminals.client's line means, at a fifth of the processor's time; refuses bodies
that are made in pieces. One thread uses it at a time; any may have it leave.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import httptools

from terminals.client import CONNECT, MAX_ANSWER, Body, Gateway, Response, Take, definitive
from terminals.trouble import NoAnswer, Unreachable

_PIECE = 65536  # bytes


class Line(Gateway):
    """One connection, opened when first needed and again after it broke."""

    _line: ssl.SSLSocket | None = None

    def once(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        wait: float = 0.0,
        take: Take | None = None,
    ) -> Response:
        """As Gateway.once."""
        if callable(body) or take is not None:
            return super().once(method, path, body, headers, wait=wait, take=take)
        if self._over.is_set():
            raise NoAnswer("reason-left")
        line = self._line or self._connected()
        answer = _Answer()
        try:
            line.settimeout(self._answer + wait)
            line.sendall(self._request(method, path, body or b"", headers or {}))
            while not answer.complete:
                answer.feed(line.recv(_PIECE))
                if answer.size > MAX_ANSWER:
                    self._drop()
                    raise Unreachable("answer-too-long", origin=self.origin, limit=MAX_ANSWER)
        except TimeoutError:
            self._drop()
            raise NoAnswer("reason-timeout") from None
        except (httptools.HttpParserError, OSError, ValueError) as error:
            self._drop()  # ValueError is ssl's word for a connection that `leave` broke off
            if self._over.is_set():
                raise NoAnswer("reason-left") from None
            raise NoAnswer("reason-broken", detail=str(error) or type(error).__name__) from None
        if not answer.keeps:
            self._drop()
        return definitive(answer.status, b"".join(answer.pieces), answer.headers)

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"host: {urlsplit(self.origin).netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"content-length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode("ascii") + body

    def _connected(self) -> ssl.SSLSocket:
        parts = urlsplit(self.origin)
        try:
            plain = socket.create_connection((parts.hostname or "", parts.port or 443), CONNECT)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = self._trust.wrap_socket(plain, server_hostname=parts.hostname)
        except ssl.SSLError as error:
            raise Unreachable("tls-refused", origin=self.origin, detail=error) from None
        except OSError as error:
            raise NoAnswer("reason-connect", detail=error) from None
        self._sockets.add(line)
        self._line = line
        if self._over.is_set():  # `leave` went through the others meanwhile
            self._drop()
            raise NoAnswer("reason-left")
        return line

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class _Answer:
    """One answer, as llhttp tells of it."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.size = 0
        self.status = 0
        self.keeps = True
        self.complete = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, piece: bytes) -> None:
        """Read on. Raises HttpParserError, ConnectionError at an early end."""
        if not piece:
            raise ConnectionError("closed before the end of the answer")
        self._parser.feed_data(piece)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Of the parser."""
        self.size += len(name) + len(value)
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, piece: bytes) -> None:
        """Of the parser."""
        self.size += len(piece)
        self.pieces.append(piece)

    def on_message_complete(self) -> None:
        """Of the parser; what comes before the answer proper (1xx) is none."""
        self.status = self._parser.get_status_code()
        self.keeps = self._parser.should_keep_alive()
        self.complete = self.status >= 200
