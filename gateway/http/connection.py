"""One client's connection: reads requests, has them answered, and never waits or holds more than its limits.

Knows the states of a connection and a deadline for each; refuses to know what is said over it. A deadline
is set when a state begins and no byte moves it, so a client that trickles gains nothing; and a body that
comes more slowly than it must is not waited for even that long:

    head ──► (body ──►) handling ──► writing ──► head …    or ──► (linger ──►) closing ──► gone
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure

from gateway.http.answering import answer, told
from gateway.http.body import BLOCK, Incoming, Upload
from gateway.http.exchange import HttpError, Request, Response, Sink, refuse_json
from gateway.http.parser import BadRequest, Head, parse_head, split_head
from gateway.http.router import Route
from gateway.http.wire import Outgoing, Wire

if TYPE_CHECKING:
    from gateway.http.server import Server

AT_ONCE = 16  # pipelined requests answered before other connections get their turn
MAX_DISCARDED = 8 * 1024 * 1024  # bytes of a refused body that are read and forgotten


class State(enum.Enum):
    """What a connection is doing."""

    HEAD = enum.auto()
    BODY = enum.auto()
    HANDLING = enum.auto()
    WRITING = enum.auto()
    LINGER = enum.auto()
    CLOSING = enum.auto()
    GONE = enum.auto()


class Connection(Protocol):
    """HTTP/1.1 over one transport, plain or TLS."""

    def __init__(self, server: Server, peer: str) -> None:
        self._server = server
        self._peer = peer
        self._state = State.HEAD
        self.deadline = server.now() + server.limits.header_seconds
        self._begun = True  # a new connection has the header's time, not an idle one's
        self._buffer = b""  # read and not yet understood
        self._reading = True
        self._running = False
        self._served = 0
        self._held = 0  # bytes taken from the budget
        self._discarded = 0
        self._reset()

    def _reset(self) -> None:
        self._request: Request | None = None
        self._route: Route | None = None
        self._incoming: Incoming | None = None
        self._upload: Upload | None = None
        self._body = bytearray()  # grows in place, however small the pieces are
        self._body_until = 0.0  # the body's last moment; `deadline` is the next look at its rate
        self._body_seen = 0  # bytes of it at the last look
        self._pending: Deferred[Response] | None = None
        self._close_after = False

    # -- the transport ---------------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Twisted: the connection is there (TLS: its handshake still to come)."""
        self._wire = cast(Wire, self.transport)
        self._wire.setTcpNoDelay(True)
        self._outgoing = Outgoing(self._wire, self._drained, self._progress)
        self._server.opened(self)

    def dataReceived(self, data: bytes) -> None:
        """Twisted: bytes came."""
        if self._state is State.BODY:
            self._guard(self._feed, data)
        elif self._state in (State.LINGER, State.CLOSING):
            self._discarded += len(data)
            if self._discarded > MAX_DISCARDED:
                self.abort()
        else:
            self._buffer += data
            if self._state is State.HEAD:
                self._run()
            elif len(self._buffer) > self._server.limits.pipelined_bytes:
                self._read(False)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Twisted: the connection is gone; nobody waits for the answer under way any more."""
        self._state = State.GONE
        self._release()
        self._outgoing.end()
        if self._upload is not None:
            self._upload.fail()
        if self._pending is not None:
            self._pending.cancel()
        self._server.closed(self, self._peer)

    # -- deadlines and the end -------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Between two requests, or before the first byte of the first."""
        return self._state is State.HEAD and not self._buffer

    def expire(self) -> None:
        """The present state's time is over."""
        if self.idle:
            self.hang_up()
        elif self._state is State.HEAD:
            self._refuse(HttpError(408, "the request's headers took too long"))
        elif self._state is State.BODY:
            if self._slow():
                self._refuse(HttpError(408, "the request's body took too long"))
        elif self._state is State.HANDLING and self._pending is not None:
            self.deadline = self._server.now() + self._server.limits.write_seconds
            self._pending.cancel()
        elif self._state is State.LINGER:
            self.hang_up()
        else:
            self.abort()

    def _slow(self) -> bool:
        """Whether the body is over its time, or came on too slowly since the last look; else look again."""
        server, incoming = self._server, self._incoming
        assert incoming is not None
        came, self._body_seen = incoming.received - self._body_seen, incoming.received
        limits, now = server.limits, server.now()
        # While it is not read from, whoever takes the upload is the slow one.
        least = limits.body_bytes_per_second * limits.body_grace_seconds if self._reading else 0
        if now >= self._body_until or came < least:
            return True
        self.deadline = min(self._body_until, now + limits.body_grace_seconds)
        return False

    def hang_up(self) -> None:
        """Close after what was written is sent."""
        self._state = State.CLOSING
        self.deadline = self._server.now() + self._server.limits.linger_seconds
        self._read(True)
        self._wire.unregisterProducer()
        self._wire.loseConnection()

    def abort(self) -> None:
        """Close now, whatever is under way."""
        self._wire.abortConnection()

    # -- reading ---------------------------------------------------------------------------------

    def _run(self) -> None:
        """Read request after request out of the buffer, until one has to wait."""
        if self._running:
            return
        self._running = True
        try:
            for _ in range(AT_ONCE):
                if self._state is not State.HEAD or not self._buffer or not self._guard(self._head):
                    return
        finally:
            self._running = False
        if self._state is State.HEAD and self._buffer:
            self._server.reactor.callLater(0, self._run)

    def _guard(self, step: Callable[..., Any], *args: Any) -> bool:
        """Do a step of reading; a refusal with bytes unread ends the connection: what follows is unclear."""
        try:
            return bool(step(*args))
        except BadRequest as error:
            self._refuse(HttpError(error.status, error.info))
        except HttpError as error:
            self._refuse(error)
        return False

    def _head(self) -> bool:
        server = self._server
        if not self._begun:
            self._begun = True
            self.deadline = server.now() + server.limits.header_seconds
            if self._buffer.startswith(b"\r\n"):  # one empty line is forgiven (RFC 9112, 2.2)
                self._buffer = self._buffer[2:]
        end = split_head(self._buffer)
        if end < 0:
            return False
        head = parse_head(self._buffer[:end])
        self._buffer = self._buffer[end:]
        self._request = request = Request(head, self._peer)
        self._incoming = Incoming(head, 0)  # of a call that is unknown, nothing is taken
        self._route = route = server.router.find(request)
        self._incoming = incoming = Incoming(head, route.limit)
        incoming.refuse_announced()
        if head.headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise HttpError(415, "send the body without Content-Encoding")
        self._body_until = self.deadline = server.now() + (route.body_seconds or server.limits.body_seconds)
        if route.stream:
            request.stream = self._stream
            self._read(False)
            self._handle()
        elif incoming.complete:
            self._handle()
        else:
            if not server.budget.fits(incoming.length or 0, self._peer):
                raise server.full()
            self._await_body()
            self._continue_expected(head)
            rest, self._buffer = self._buffer, b""
            self._feed(rest)
        return True

    def _await_body(self) -> None:
        self._state = State.BODY
        self.deadline = min(self._body_until, self._server.now() + self._server.limits.body_grace_seconds)

    def _continue_expected(self, head: Head) -> None:
        if head.expects_continue:
            self._wire.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _feed(self, data: bytes) -> None:
        assert self._incoming is not None
        assert self._request is not None
        if self._upload is not None:
            self._upload.receive(data)
            return
        piece, self._buffer = self._incoming.feed(data)
        if not self._server.budget.take(len(piece), self._peer):
            raise self._server.full()
        self._held += len(piece)
        self._body += piece
        if self._incoming.complete:
            self._request.body, self._body = bytes(self._body), bytearray()
            self._handle()

    def _stream(self, sink: Sink) -> Deferred[int]:
        """Hand the body to `sink`, a block at a time; fires with its size."""
        assert self._incoming is not None
        assert self._request is not None
        self._upload = upload = Upload(self._incoming, sink, self._read, self._uploaded)
        if self._state is State.GONE:
            upload.fail()
            return upload.done
        self._await_body()
        self._continue_expected(self._request.head)
        self._read(True)
        rest, self._buffer = self._buffer, b""
        if rest or self._incoming.complete:
            upload.receive(rest)
        return upload.done

    def _uploaded(self, rest: bytes) -> None:
        self._buffer = rest
        self._state = State.HANDLING
        self.deadline = self._server.now() + self._server.limits.handler_seconds

    def _read(self, on: bool) -> None:
        if on is not self._reading and self._state is not State.GONE:
            self._reading = on
            if on:
                self._wire.resumeProducing()
            else:
                self._wire.pauseProducing()

    # -- answering -------------------------------------------------------------------------------

    def _handle(self) -> None:
        assert self._request is not None
        assert self._route is not None
        self._state = State.HANDLING
        if not self._route.stream:
            self.deadline = self._server.now() + self._server.limits.handler_seconds
        response = answer(self._route, self._request)
        if isinstance(response, Response):
            self._respond(response)
            return
        self._pending = response
        response.addCallback(self._respond).addErrback(self._broken)

    def _broken(self, failure: Failure) -> None:
        told(failure.value, "answer")
        if self._state is not State.GONE:
            self.abort()

    def _refuse(self, error: HttpError) -> None:
        if self._upload is not None:
            self._upload.fail(error)
            return
        refuse = self._route.refuse if self._route is not None else refuse_json
        self._respond(refuse(error))

    @property
    def _unread(self) -> bool:
        """Bytes of this request may still come: the connection cannot be used for another."""
        return self._incoming is None or not self._incoming.complete

    def _respond(self, response: Response) -> None:
        self._pending = None
        if self._state in (State.GONE, State.LINGER, State.CLOSING):
            if response.file is not None:
                response.file.close()
            return
        if response.cut:
            self.abort()
            return
        server, request = self._server, self._request
        if len(response.body) >= BLOCK and not server.budget.fits(
            len(response.body) - self._held, self._peer
        ):
            response = refuse_json(server.full())
        self._served += 1
        if (
            self._unread
            or request is None
            or not request.head.keep_alive
            or self._served >= server.limits.requests
            or server.stopping
        ):
            self._close_after = True
        self._state = State.WRITING
        self.deadline = server.now() + server.limits.write_seconds
        # What the transport holds counts as in flight until the client has read it.
        server.budget.replace(self._held, len(response.body), self._peer)
        self._held = len(response.body)
        server.answered(self._route, response.status)
        self._outgoing.send(server.head(response, close=self._close_after) + response.body, response.file)

    def _progress(self) -> None:
        self.deadline = self._server.now() + self._server.limits.write_seconds

    def _drained(self) -> None:
        """The answer is sent, or as good as: the connection is free again."""
        self._release()
        if self._close_after:
            self._end()
            return
        self._reset()
        self._state = State.HEAD
        self._begun = False
        self.deadline = self._server.now() + self._server.limits.idle_seconds
        self._read(True)
        if self._buffer:
            self._run()

    def _end(self) -> None:
        """Close after the answer; where bytes are unread, not before the client had time to read it.

        Closing a socket that holds unread bytes resets the connection, and the answer is lost on its way.
        """
        if not self._unread:
            self.hang_up()
            return
        self._state = State.LINGER
        self._discarded = 0
        self.deadline = self._server.now() + self._server.limits.linger_seconds
        self._read(True)
        if not ISSLTransport.providedBy(self.transport):
            self._wire.loseWriteConnection()

    def _release(self) -> None:
        if self._held:
            self._server.budget.give(self._held, self._peer)
            self._held = 0
