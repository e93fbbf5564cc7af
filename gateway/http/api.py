"""The calls of the gateway: the one place that names them all. docs/openapi.yaml is held to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.enrolment import Enrolment
from gateway.http.access import Access
from gateway.http.approvals import Approvals
from gateway.http.attachments import Attachments, Files
from gateway.http.callbacks import Callbacks
from gateway.http.cases import Cases
from gateway.http.catalogue import Catalogue
from gateway.http.enrolments import Enrolments
from gateway.http.holders import Check, Holders
from gateway.http.logins import Logins
from gateway.http.lookups import Lookups
from gateway.http.messages import Messages
from gateway.http.operations import Operations
from gateway.http.receipts import ReadTo, Receipts
from gateway.http.router import Route
from gateway.http.running import Running
from gateway.http.sandbox import SandboxCalls
from gateway.http.statistics import Charts
from gateway.limits import Allowance, Rates
from gateway.mailboxes import Mailboxes
from gateway.outbound.notices import Notices
from gateway.push.registrar import Registrar
from gateway.sandbox import Sandbox
from gateway.services import Clock, Codes, Directory, Intake, Jobs, Reactor, Systems, Types
from gateway.sessions import Sessions
from gateway.settings import Limits
from gateway.statistics import Statistics
from storage.attachments import Store
from storage.journal import Chain

CALLS_PER_PARTY = (500.0, 2_000.0)  # a second, and at once, of calls with a session
REGISTRATIONS_PER_ADDRESS = (0.1, 10.0)
HOLDERS_PER_HOST = (20.0, 200.0)  # a second, and at once, of keys that a terminal host may ask about

LOOKUPS_PER_PARTY = (200.0, 2_000.0)  # a form of many lines asks for each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """All that the calls ask of the rest of the gateway."""

    reactor: Reactor
    intake: Intake
    directory: Directory
    sessions: Sessions
    enrolment: Enrolment
    trusted: Check
    mailboxes: Mailboxes
    read_to: ReadTo
    registrar: Registrar
    systems: Systems
    codes: Codes
    types: Types
    store: Store
    files: Files
    writer: Jobs
    reader: Jobs
    clock: Clock
    chain: Chain
    notices: Notices
    desk: str  # dxpId that systems' messages go to
    ready: Callable[[], Mapping[str, bool]]
    node: str  # this gateway's name among those of the database
    silent_seconds: float  # without a sign of life after which one of them counts as dead
    work: Callable[[], None]  # there may be some to do
    sandbox: Sandbox | None = None  # on a gateway for tests only


def routes(services: Services, limits: Limits) -> tuple[Route, ...]:
    """Every call of the public port."""
    its = services
    access = Access(its.sessions, its.directory, Rates(*CALLS_PER_PARTY, its.reactor.seconds))
    registering = Rates(*REGISTRATIONS_PER_ADDRESS, its.reactor.seconds)
    asking = Rates(*HOLDERS_PER_HOST, its.reactor.seconds)
    looking = Rates(*LOOKUPS_PER_PARTY, its.reactor.seconds)
    refusals = Allowance(limits.refused_bytes_per_second, limits.refused_burst_bytes, its.reactor.seconds)
    enrolments = Enrolments(its.enrolment)
    return (
        *Messages(its.reactor, its.intake, access, its.reader, limits.body_bytes, refusals).routes,
        *Receipts(its.mailboxes, access, limits.page, limits.poll_seconds, its.read_to).routes,
        *Callbacks(its.registrar, access).routes,
        *Logins(
            its.sessions, access, its.writer, its.reader, its.clock, registering, its.desk, enrolments.ask
        ).routes,
        *enrolments.routes,
        *Holders(access, its.reader, its.clock, its.trusted, asking).routes,
        *Cases(its.systems, access, its.reader, its.clock).routes,
        *Lookups(its.systems, access, its.reader, its.clock, looking).routes,
        *Charts(Statistics(its.reader, its.clock), its.systems, access, its.clock).routes,
        *Catalogue(its.codes, its.types, access, its.reader).routes,
        *Attachments(
            its.store,
            its.files,
            access,
            its.writer,
            its.reader,
            its.clock,
            its.chain,
            limits.attachment_bytes,
            limits.attachment_party_bytes,
        ).routes,
        *Running(access, its.writer, its.reader, its.node, its.silent_seconds, its.work).routes,
        *Approvals(access, its.writer, its.reader, its.chain, its.notices, its.clock).routes,
        *(SandboxCalls(its.sandbox, access).routes if its.sandbox else ()),
        *Operations(its.ready, its.sandbox is not None).routes,
    )


def metrics_routes(ready: Callable[[], Mapping[str, bool]]) -> tuple[Route, ...]:
    """The calls of the loopback port."""
    return Operations(ready).own_routes
