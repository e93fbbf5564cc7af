"""What is counted (指标), for Prometheus: names, labels and help; nothing else.

Labels come from fixed tables only (type codes, response codes, route patterns), never from what a client
wrote, so that their number is bounded. Scraped on a loopback port of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

ACCEPTED = Counter(
    "eport_messages_accepted", "Messages accepted and durable, by type code.", ["type"], registry=REGISTRY
)
REFUSED = Counter(
    "eport_messages_refused", "Messages refused, by response code.", ["code"], registry=REGISTRY
)
REPEATED = Counter(
    "eport_messages_repeated", "Repeated messages that got their first reply again.", registry=REGISTRY
)
UNEXPECTED = Counter(
    "eport_unexpected_errors",
    "Errors of the gateway itself, by place; the log holds the first of each second.",
    ["place"],
    registry=REGISTRY,
)
REPLY_SECONDS = Histogram(
    "eport_reply_seconds",
    "From the last byte of a message to its signed reply.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
RECEIPTS = Counter(
    "eport_receipts_issued", "Receipts put into mailboxes, by type code.", ["type"], registry=REGISTRY
)
RECEIPT_SECONDS = Histogram(
    "eport_receipt_seconds",
    "From the acceptance of a message to the commit of a receipt for it.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
    registry=REGISTRY,
)
LOGINS = Counter(
    "eport_logins", "Logins, by way (certificate, password) and result.", ["way", "result"], registry=REGISTRY
)
RESPONSES = Counter(
    "eport_http_responses", "HTTP responses, by route and status.", ["route", "status"], registry=REGISTRY
)
CONNECTIONS = Gauge("eport_http_connections", "Open connections.", registry=REGISTRY)
BYTES_IN_FLIGHT = Gauge("eport_http_bytes_in_flight", "Bytes of bodies held now.", registry=REGISTRY)
POLLS_WAITING = Gauge("eport_polls_waiting", "Long polls that wait now.", registry=REGISTRY)
WRITES_WAITING = Gauge("eport_writes_waiting", "Jobs that wait for the writer thread.", registry=REGISTRY)
BACKLOG = Gauge("eport_dispatch_backlog", "Work items that are due and not finished.", registry=REGISTRY)
BACKLOG_AGE = Gauge(
    "eport_dispatch_backlog_age_seconds", "Age of the oldest work item that is due.", registry=REGISTRY
)
ENDING = Gauge(
    "eport_certificates_ending",
    "Certificates in use that end soon (holder, gateway, tls, ca), and revocation lists (crl).",
    ["of"],
    registry=REGISTRY,
)
ARCHIVING = Counter(
    "eport_archiving", "Runs of the archiving that were started, by result.", ["result"], registry=REGISTRY
)
ALARMS = Gauge("eport_alarms", "Open alarms, by rule (gateway/watch.py).", ["name"], registry=REGISTRY)
NOTICES = Counter(
    "eport_notices",
    "Notices to the outside, by what became of them (written, sent, again, failed, dropped).",
    ["result"],
    registry=REGISTRY,
)
NOTICES_WAITING = Gauge("eport_notices_waiting", "Notices that wait to be sent.", registry=REGISTRY)
NOTICES_AGE = Gauge(
    "eport_notices_oldest_seconds", "Age of the oldest notice that waits to be sent.", registry=REGISTRY
)
ENROLMENTS = Counter(
    "eport_enrolments",
    "People who register themselves, by result (asked, limited, confirmed, queued, refused).",
    ["result"],
    registry=REGISTRY,
)
PUSH_POSTS = Counter(
    "eport_push_posts",
    "Posts of receipts to callbacks, by what became of them (taken, again).",
    ["result"],
    registry=REGISTRY,
)
PUSH_RECEIPTS = Counter("eport_push_receipts", "Receipts that callbacks have taken.", registry=REGISTRY)
PUSH_SECONDS = Histogram(
    "eport_push_seconds",
    "Of a post that was taken, from the look-up of its name to the answer.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
PUSH_REGISTRATIONS = Counter(
    "eport_push_registrations",
    "Callbacks that were to be registered, by result (registered, unproven, refused, limited).",
    ["result"],
    registry=REGISTRY,
)
PUSH_CALLBACKS = Gauge(
    "eport_push_callbacks",
    "Callbacks, by state (active, broken: active with an open breaker, paused, stopped).",
    ["state"],
    registry=REGISTRY,
)
PUSH_AGE = Gauge(
    "eport_push_oldest_seconds",
    "Age of the oldest receipt that waits for an active callback, broken ones included.",
    registry=REGISTRY,
)


for _counter, _known in (
    (UNEXPECTED, ("intake", "http", "answer")),
    (ARCHIVING, ("done", "failed")),
    (NOTICES, ("written", "sent", "again", "failed", "dropped")),
    (ENROLMENTS, ("asked", "limited", "confirmed", "queued", "refused")),
    (PUSH_POSTS, ("taken", "again")),
    (PUSH_REGISTRATIONS, ("registered", "unproven", "refused", "limited")),
):
    for _value in _known:
        # There from the start: of a series that begins with its first event nobody sees an increase.
        _counter.labels(_value)


class HttpMeter:
    """Counts responses for `gateway.http.server`; the counters of a route are looked up once."""

    def __init__(self) -> None:
        self._counters: dict[tuple[str, int], Callable[[], None]] = {}

    def answered(self, route: str, status: int) -> None:
        """A response was written."""
        count = self._counters.get((route, status))
        if count is None:
            count = self._counters[route, status] = RESPONSES.labels(route or "none", str(status)).inc
        count()


def observe(
    *,
    connections: Callable[[], float],
    bytes_in_flight: Callable[[], float],
    polls_waiting: Callable[[], float],
    writes_waiting: Callable[[], float],
    backlog: Callable[[], float],
    backlog_age: Callable[[], float],
) -> None:
    """Where the gauges read from, at each scrape; the callables must be quick and do no I/O."""
    CONNECTIONS.set_function(connections)
    BYTES_IN_FLIGHT.set_function(bytes_in_flight)
    POLLS_WAITING.set_function(polls_waiting)
    WRITES_WAITING.set_function(writes_waiting)
    BACKLOG.set_function(backlog)
    BACKLOG_AGE.set_function(backlog_age)


def text() -> bytes:
    """Everything, in Prometheus's text format."""
    return generate_latest(REGISTRY)
