"""A server on a free port, with routes and limits of the test's choosing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from twisted.internet.defer import Deferred

from gateway.http.exchange import Request, Response
from gateway.http.router import Route, Router
from gateway.http.server import Server
from gateway.limits import HttpLimits
from tests.gateway.http.client import Client
from tests.gateway.loop import Loop, reactor


@dataclass(frozen=True)
class Serving:
    """A running server."""

    loop: Loop
    server: Server
    port: int

    def client(self, receive_buffer: int | None = None) -> Client:
        """A new connection."""
        return Client(self.port, receive_buffer)


Serve = Callable[..., Serving]


@pytest.fixture
def serve(loop: Loop) -> Iterator[Serve]:
    """Starts servers: `serve(routes, body_seconds=0.1)`; they end with the test."""
    running = []

    def start(routes: Sequence[Route] | None = None, **limits: float) -> Serving:
        server = Server(
            reactor,
            Router(routes if routes is not None else plain_routes()),
            HttpLimits(**({"linger_seconds": 0.2} | limits)),  # type: ignore[arg-type]
            sweep_seconds=0.02,
        )
        port = loop.call(reactor.listenTCP, 0, server, interface="127.0.0.1")
        running.append((server, port))
        return Serving(loop, server, port.getHost().port)

    yield start
    for server, port in running:
        loop.call(port.stopListening)
        loop.call(server.stop, 0.0)


def plain_routes() -> tuple[Route, ...]:
    """Calls that do next to nothing, so that a test sees what the connection does."""

    def stream(request: Request) -> Deferred[Response]:
        sizes: list[int] = []

        def sink(block: bytes) -> Deferred[None]:
            sizes.append(len(block))
            taken: Deferred[None] = Deferred()
            reactor.callLater(0, taken.callback, None)
            return taken

        return request.stream(sink).addCallback(
            lambda size: Response(200, f"{size} {max(sizes)}".encode())
        )

    def fail(request: Request) -> Response:
        raise RuntimeError("a bug")

    return (
        Route("GET", "/hello", lambda request: Response(200, b"hello")),
        Route("GET", "/large", lambda request: Response(200, b"x" * 1_000_000)),
        Route("GET", "/fail", fail),
        Route("GET", "/never", lambda request: Deferred()),
        Route("POST", "/echo", lambda request: Response(200, request.body), 100_000),
        Route("PUT", "/stream", stream, 10_000_000, stream=True),
    )
