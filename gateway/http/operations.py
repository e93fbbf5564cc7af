"""The calls of those who run the gateway: is it alive, is it ready, what has it counted.

Knows three answers; refuses to know how readiness is found out. Metrics have a server of their own, on a
loopback port.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway import metrics
from gateway.http.exchange import Request, Response, answer_json
from gateway.http.router import Route


class Operations:
    """GET /healthz, /readyz; GET /metrics on the other port."""

    def __init__(self, ready: Callable[[], Mapping[str, bool]], sandbox: bool = False) -> None:
        """`ready`: what must hold before work is sent here, by name; quick, without I/O. `sandbox`: a gateway
        for tests, which says so.
        """
        self._ready = ready
        self._alive = {"status": "ok"} | ({"sandbox": True} if sandbox else {})
        self.routes = (Route("GET", "/healthz", self.alive), Route("GET", "/readyz", self.ready))
        self.own_routes = (*self.routes, Route("GET", "/metrics", self.metrics))

    def alive(self, request: Request) -> Response:
        """The reactor turns."""
        return answer_json(self._alive)

    def ready(self, request: Request) -> Response:
        """Every part is ready, else 503 naming those that are not."""
        parts = dict(self._ready())
        good = all(parts.values())
        return answer_json({"ready": good, "parts": parts}, 200 if good else 503)

    def metrics(self, request: Request) -> Response:
        """Prometheus's text format."""
        return Response(200, metrics.text(), metrics.MEDIA_TYPE)
