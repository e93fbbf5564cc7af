"""One connection to a callback: a request goes out, and as much of the answer as matters comes in.

Knows HTTP/1.1 as a client, by llhttp, and that the other side may answer with anything, slowly, or without
end; refuses to know TLS, addresses, time-outs and what the answer means. Nothing is decoded: a compressed
answer is bytes as any.
"""

# ruff: noqa: N802 - Twisted's own names are camelCase
# mypy: disable-error-code="misc,no-untyped-call"

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure

MAX_HEAD = 16 * 1024  # bytes before the body, interim answers included
MAX_ANSWER = 64 * 1024  # bytes of a whole answer


class BadAnswer(Exception):
    """The other side did not answer as HTTP/1.1 has it, or too much."""


class Lost(Exception):
    """The connection ended before an answer; `unheard`: not one byte of one had come."""

    def __init__(self, info: str, *, unheard: bool) -> None:
        super().__init__(info)
        self.unheard = unheard


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is empty unless it was asked for."""

    status: int
    body: bytes = b""


class Line(Protocol):
    """One request at a time; `idle` when another may follow."""

    transport: Any

    def __init__(self) -> None:
        self.idle = self._open = False
        self._waiting: Deferred[Answer] | None = None
        self._whole = False
        self._parser: Any = None
        self._came = 0
        self._headed = False
        self._status = 0
        self._body = bytearray()

    def connectionMade(self) -> None:
        """Twisted: connected; TLS may still be to come."""
        self.idle = self._open = True
        self.transport.setTcpNoDelay(True)

    def ask(self, request: bytes, *, whole: bool = False) -> Deferred[Answer]:
        """Send one request. The answer's status as soon as its head is there; with its body where `whole`.

        Fails with Lost, BadAnswer, or what TLS says. Cancelling it ends the connection.
        """
        assert self.idle
        self.idle = False
        self._waiting = Deferred(self._given_up)
        self._whole, self._came, self._headed, self._status = whole, 0, False, 0
        self._body.clear()
        self._parser = HttpResponseParser(self)
        self.transport.write(request)
        return self._waiting

    def close(self) -> None:
        """End it, whatever is under way."""
        self.idle = False
        if self._open:
            self._open = False
            self.transport.abortConnection()

    # -- Twisted

    def dataReceived(self, data: bytes) -> None:
        """As much as an answer may have, read by the parser."""
        if self.idle or self._parser is None:  # nobody asked
            self.close()
            return
        self._came += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._end(BadAnswer("it answered with another protocol"))
        except HttpParserError as error:
            self._end(BadAnswer(f"it answered with something that is no HTTP/1.1: {error}"))
        else:
            if self._came > (MAX_ANSWER if self._headed else MAX_HEAD) and not self.idle:
                self._end(BadAnswer("its answer has no end"))

    def connectionLost(self, reason: Failure = Failure(ConnectionDone())) -> None:  # noqa: B008 - Twisted's
        """Twisted: it is over, for whatever reason."""
        self.idle = self._open = False
        if self._waiting is None:
            return
        if self._headed:  # its body ended with the connection
            self._told(Answer(self._status, bytes(self._body)))
        elif reason.check(ConnectionDone, ConnectionLost):
            self._end(Lost("the connection ended before an answer", unheard=not self._came))
        else:
            self._end(reason.value)

    # -- httptools

    def on_message_begin(self) -> None:
        """An answer; a second one to one request belongs to nothing."""
        if self.idle:
            self.close()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if self._whole:
            self._body += body

    def on_headers_complete(self) -> None:
        """The head is there; 1xx is none that counts."""
        status = self._parser.get_status_code()
        if status < 200:
            return
        self._headed, self._status = True, status
        if not self._whole:
            self._told(Answer(status))

    def on_message_complete(self) -> None:
        """The whole answer is there."""
        if not self._headed:
            return
        if self._waiting is not None:
            self._told(Answer(self._status, bytes(self._body)))
        if self._parser.should_keep_alive() and self._open:
            self.idle = True
        else:
            self.close()

    # -- ends

    def _given_up(self, _: Deferred[Answer]) -> None:
        self._waiting = None
        self.close()

    def _told(self, answer: Answer) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(answer)

    def _end(self, error: BaseException | None) -> None:
        waiting, self._waiting = self._waiting, None
        self.close()
        if waiting is not None:
            waiting.errback(error)
