"""A line to the gateway for many messages: one kept connection, and nothing on the way to it.

Knows that it means what terminals.client's line means, at a quarter of the processor's time; refuses bodies
that are made in pieces. One thread uses it at a time; any may have it leave.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from terminals.client import CONNECT, MAX_ANSWER, Body, Gateway, Response, Take, definitive
from terminals.trouble import NoAnswer, Unreachable


class Line(Gateway):
    """One connection, opened when first needed and again after it broke."""

    _connection: http.client.HTTPSConnection | None = None

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
        connection = self._connection or self._connected()
        try:
            assert connection.sock is not None
            connection.sock.settimeout(self._answer + wait)
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            content = answer.read(MAX_ANSWER + 1)
        except TimeoutError:
            self._drop()
            raise NoAnswer("reason-timeout") from None
        except (http.client.HTTPException, OSError, ValueError, AttributeError) as error:
            self._drop()  # the last two are ssl's words for a connection that `leave` broke off
            if self._over.is_set():
                raise NoAnswer("reason-left") from None
            if isinstance(error, ValueError | AttributeError):
                raise
            raise NoAnswer("reason-broken", detail=str(error) or type(error).__name__) from None
        if len(content) > MAX_ANSWER:
            self._drop()
            raise Unreachable("answer-too-long", origin=self.origin, limit=MAX_ANSWER)
        if answer.will_close:
            self._drop()
        return definitive(answer.status, content, dict(answer.headers))

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()

    def _connected(self) -> http.client.HTTPSConnection:
        parts = urlsplit(self.origin)
        assert parts.hostname is not None
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=CONNECT, context=self._trust
        )
        try:
            connection.connect()
        except ssl.SSLError as error:
            connection.close()
            raise Unreachable("tls-refused", origin=self.origin, detail=error) from None
        except OSError as error:
            connection.close()
            raise NoAnswer("reason-connect", detail=error) from None
        assert connection.sock is not None
        self._sockets.add(connection.sock)
        self._connection = connection
        if self._over.is_set():  # `leave` went through the others meanwhile
            self._drop()
            raise NoAnswer("reason-left")
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
