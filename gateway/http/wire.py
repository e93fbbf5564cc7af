"""The transport under a connection: what is used of it, and sending no faster than the client reads.

Knows Twisted's transports and their back pressure; refuses to know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Protocol

from gateway.http.body import BLOCK


class Wire(Protocol):
    """What is used of Twisted's transports, TCP and TLS; the names are Twisted's."""

    def write(self, data: bytes) -> None:
        """Send, or hold until the client reads."""

    def loseConnection(self) -> None:
        """Close when everything held is sent."""

    def loseWriteConnection(self) -> None:
        """Say that nothing more is sent; go on reading (TCP)."""

    def abortConnection(self) -> None:
        """Close now."""

    def pauseProducing(self) -> None:
        """Stop reading."""

    def resumeProducing(self) -> None:
        """Go on reading."""

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Tell `producer` when enough, and when nothing, is held."""

    def unregisterProducer(self) -> None:
        """Tell nobody any more."""

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Send small writes at once."""


class Outgoing:
    """Sends an answer, and then a file block by block, while the transport does not hold too much.

    A client that reads nothing makes the transport hold its buffer's size and one answer, never more:
    `drained` is called only when the next answer may come.
    """

    def __init__(self, wire: Wire, drained: Callable[[], None], progress: Callable[[], None]) -> None:
        self._wire = wire
        self._drained = drained
        self._progress = progress
        self._choked = False
        self._busy = False
        self._file: IO[bytes] | None = None
        wire.registerProducer(self, True)

    def send(self, data: bytes, file: IO[bytes] | None) -> None:
        """Send `data`, then all of `file`, which is closed."""
        self._busy = True
        self._file = file
        self._wire.write(data)
        self._go_on()

    def end(self) -> None:
        """Forget the file; no more is sent."""
        self._busy = False
        if self._file is not None:
            self._file.close()
            self._file = None

    def pauseProducing(self) -> None:
        """Twisted: the transport holds enough."""
        self._choked = True

    def resumeProducing(self) -> None:
        """Twisted: the transport holds nothing."""
        self._choked = False
        if self._busy:
            self._go_on()

    def stopProducing(self) -> None:
        """Twisted: the connection is closing."""
        self.end()

    def _go_on(self) -> None:
        while self._file is not None and not self._choked:
            block = self._file.read(BLOCK)
            if block:
                self._progress()
                self._wire.write(block)
            else:
                self._file.close()
                self._file = None
        if self._busy and not self._choked and self._file is None:
            self._busy = False
            self._drained()
