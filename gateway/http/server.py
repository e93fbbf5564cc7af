"""The server: makes connections, counts them, ends those whose time is over, and stops in good order.

Knows connections and their limits; refuses to know routes' meaning, TLS or settings.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol as Shape

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from gateway.http.connection import Connection
from gateway.http.exchange import REASONS, HttpError, Response
from gateway.http.router import Route, Router
from gateway.limits import ByteBudget, Connections, HttpLimits, source
from gateway.services import Reactor, Timer

RETRY_AFTER = 2  # seconds, when the gateway is full


class Meter(Shape):
    """What is counted of HTTP; `gateway.metrics` does."""

    def answered(self, route: str, status: int) -> None:
        """A response was written."""
        ...


class Server(Factory):
    """A Twisted factory; give it to a port, TLS or not."""

    noisy = False

    def __init__(
        self,
        reactor: Reactor,
        router: Router,
        limits: HttpLimits,
        meter: Meter | None = None,
        sweep_seconds: float = 0.5,
    ) -> None:
        self.reactor = reactor
        self.router = router
        self.limits = limits
        self.budget = ByteBudget(limits.in_flight_bytes, limits.in_flight_bytes_per_address)
        self.connections: set[Connection] = set()
        self.stopping = False
        self._admitted = Connections(limits.connections, limits.connections_per_address)
        self._meter = meter
        self._sweep_seconds = sweep_seconds
        self._sweep: Timer | None = None
        self._stopped: Deferred[None] | None = None
        self._abort_at = float("inf")
        self._heads: dict[tuple[int, str, bool], str] = {}
        self._date = (-1, "")
        self.now: Callable[[], float] = reactor.seconds

    # -- connections -----------------------------------------------------------------------------

    def buildProtocol(self, addr: IAddress | None) -> Connection | None:
        """Twisted: somebody connected. None, which closes it: too many, or stopping."""
        peer = source(str(getattr(addr, "host", "local")))  # a Unix socket has none
        if self.stopping or not self._admitted.admit(peer):
            return None
        return Connection(self, peer)

    def opened(self, connection: Connection) -> None:
        """A connection is there."""
        self.connections.add(connection)
        if self._sweep is None:
            self._sweep = self.reactor.callLater(self._sweep_seconds, self._expire)

    def closed(self, connection: Connection, peer: str) -> None:
        """A connection is gone."""
        self.connections.discard(connection)
        self._admitted.leave(peer)
        if self._stopped is not None and not self.connections:
            stopped, self._stopped = self._stopped, None
            stopped.callback(None)

    def _expire(self) -> None:
        """One look at every deadline, in place of a timer a connection."""
        self._sweep = None
        now = self.now()
        over = now >= self._abort_at
        for connection in [each for each in self.connections if over or each.deadline <= now]:
            if over:
                connection.abort()
            else:
                connection.expire()
        if self.connections:
            self._sweep = self.reactor.callLater(self._sweep_seconds, self._expire)

    def stop(self, grace_seconds: float = 10) -> Deferred[None]:
        """Take no new connection, end idle ones, finish the requests that are here; fires when all are gone.

        Whatever is still open after `grace_seconds` is cut. The caller stops listening first, and wakes what
        is parked.
        """
        self.stopping = True
        self._abort_at = self.now() + grace_seconds
        done: Deferred[None] = Deferred()
        if not self.connections:
            done.callback(None)
            return done
        self._stopped = done
        for connection in [each for each in self.connections if each.idle]:
            connection.hang_up()
        return done

    # -- for the connections ---------------------------------------------------------------------

    def full(self) -> HttpError:
        """The refusal while the bytes in flight are at their limit."""
        return HttpError(
            503, "the gateway holds as many bytes as it may; send the same again later", RETRY_AFTER
        )

    def answered(self, route: Route | None, status: int) -> None:
        """Count a response."""
        if self._meter is not None:
            self._meter.answered(route.path if route is not None else "", status)

    def head(self, response: Response, close: bool) -> bytes:
        """The response's status line and headers."""
        key = (response.status, response.media_type, close)
        fixed = self._heads.get(key)
        if fixed is None:
            status, media_type, _ = key
            fixed = (
                f"HTTP/1.1 {status} {REASONS[status]}\r\n"
                + (f"Content-Type: {media_type}\r\n" if status not in (204, 304) else "")
                + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                + ("Connection: close\r\n" if close else "")
            )
            self._heads[key] = fixed
        lines = [fixed, "Date: ", self._today(), "\r\n"]
        if response.status not in (204, 304):
            lines.append(f"Content-Length: {len(response.body) + response.size}\r\n")
        for name, value in response.headers:
            lines.append(f"{name}: {value}\r\n")
        lines.append("\r\n")
        return "".join(lines).encode("latin-1")

    def _today(self) -> str:
        second = int(self.now())
        if self._date[0] != second:
            self._date = (second, formatdate(usegmt=True))
        return self._date[1]
