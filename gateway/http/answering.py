"""A call's answer to a request: whatever its handler does, one response comes of it.

Knows handlers, their errors and what is said of them; refuses to know the connection that waits.
"""

from __future__ import annotations

import secrets
import time

import structlog
from twisted.internet.defer import CancelledError, Deferred

from gateway import metrics
from gateway.http.exchange import HttpError, Request, Response
from gateway.http.router import Route
from gateway.limits import Rates

TRACEBACKS = (1.0, 10.0)  # a second, and at once, that are written to the log

log = structlog.get_logger("gateway.http")


_tracebacks = Rates(*TRACEBACKS, time.monotonic)


def answer(route: Route, request: Request) -> Response | Deferred[Response]:
    """What the route says to the request, now or later; later it may be cancelled, and answers 503."""
    try:
        found = route.handler(request)
    except Exception as error:  # noqa: BLE001 - one bad request must not end the server; it is logged
        return _refusal(route, error)
    if isinstance(found, Response):
        return found
    pending = found if isinstance(found, Deferred) else Deferred.fromCoroutine(found)
    return pending.addErrback(lambda failure: _refusal(route, failure.value))


def _refusal(route: Route, error: BaseException | None) -> Response:
    if isinstance(error, CancelledError):
        error = HttpError(503, "no answer was found in time; send the same request again", 5)
    elif not isinstance(error, HttpError):
        number = secrets.token_hex(6)  # the log line and the answer share it
        told(error, "http", incident=number, route=route.path)
        error = HttpError(500, f"an error of the gateway, number {number}; send the same request again later")
    return route.refuse(error)


def told(error: BaseException | None, place: str, **fields: str) -> None:
    """Log an error of the gateway's own with its traceback, if not too many were; it is counted anyway.

    Whoever finds a request that makes one must not fill the log with it.
    """
    metrics.UNEXPECTED.labels(place).inc()
    if not _tracebacks.take(place):
        log.error("unexpected error", place=place, exc_info=error, **fields)
