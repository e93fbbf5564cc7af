"""A request's body on its way in: its framing, its limit, and an upload handed on block by block.

Knows how many bytes may come and when they are complete; refuses to know the connection they come over.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from gateway.http.exchange import HttpError, Sink
from gateway.http.parser import BadRequest, Chunks, Head

BLOCK = 64 * 1024  # bytes of an upload that are handed on at once


class Incoming:
    """Takes a body's bytes apart from what follows them, and refuses more than `limit`."""

    def __init__(self, head: Head, limit: int) -> None:
        self._limit = limit
        self._left = head.length or 0
        self._chunks = Chunks() if head.length is None else None
        self.length = head.length  # announced; None in chunks
        self.received = 0
        self.complete = head.length == 0

    def refuse_announced(self) -> None:
        """Raises HttpError 413 when the head alone says that the body is not taken."""
        if self._left > self._limit or (self._chunks is not None and not self._limit):
            raise self._too_large()

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """(bytes of the body, bytes behind it). Raises BadRequest, or HttpError 413."""
        if self._chunks is not None:
            piece, rest = self._chunks.feed(data)
            self.complete = self._chunks.done
        else:
            piece, rest = data[: self._left], data[self._left :]
            self._left -= len(piece)
            self.complete = not self._left
        self.received += len(piece)
        if self.received > self._limit:
            self.complete = False
            raise self._too_large()
        return piece, rest

    def _too_large(self) -> HttpError:
        if not self._limit:
            return HttpError(413, "this call takes no body")
        return HttpError(413, f"the body is larger than the {self._limit} bytes that this call takes")


class Upload:
    """Hands a body to a sink, a block at a time; reading waits while the sink has one.

    What TLS had read already comes all the same: it waits here for the sink, so that blocks keep their order.
    """

    def __init__(
        self, incoming: Incoming, sink: Sink, read: Callable[[bool], None], ended: Callable[[bytes], None]
    ) -> None:
        self.done: Deferred[int] = Deferred()  # fires with the body's size
        self._incoming = incoming
        self._sink = sink
        self._read = read
        self._ended = ended
        self._block = bytearray()
        self._busy = False  # the sink has a block

    def receive(self, data: bytes) -> None:
        """Bytes came; `ended` is told what lies behind the body once it is complete."""
        try:
            piece, rest = self._incoming.feed(data)
        except (BadRequest, HttpError) as error:
            self.fail(HttpError(error.status, error.info))
            return
        self._block += piece
        if self._incoming.complete:
            self._ended(rest)
        if not self._busy:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._incoming.complete or len(self._block) >= BLOCK:
            self._busy = True
            self._read(False)
            taken, self._block = bytes(self._block), bytearray()
            self._sink(taken).addCallbacks(self._taken, self.fail)

    def _taken(self, _: object) -> None:
        self._busy = False
        if self.done.called:
            return
        if self._incoming.complete and not self._block:
            self.done.callback(self._incoming.received)
        elif self._incoming.complete or len(self._block) >= BLOCK:
            self._hand_on()
        else:
            self._read(True)

    def fail(self, error: Failure | Exception | None = None) -> None:
        """The sink, the framing or the connection failed; without `error`, the client went away."""
        if not self.done.called:
            self.done.errback(error or CancelledError())
