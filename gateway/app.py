"""The wiring of a gateway: every part made once, joined on this one page, started and stopped in order.

Knows which part needs which; refuses to know what any of them does.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from twisted.internet.defer import Deferred, inlineCallbacks, succeed

from gateway import metrics, pki, tls
from gateway.acceptance import Item, Outcome, Store
from gateway.alarms import Alarms
from gateway.archiving import Archiving
from gateway.caretaker import LEFT, Caretaker
from gateway.commit import GroupCommit
from gateway.declared import Codes, Systems, Types
from gateway.directory import Directory
from gateway.dispatch import IDLE, Dispatcher
from gateway.endings import GATEWAY, TLS, Endings
from gateway.enrolment import Enrolment
from gateway.examination import Examination
from gateway.housekeeping import Housekeeping
from gateway.http.api import Services, metrics_routes, routes
from gateway.http.attachments import Files
from gateway.http.proxied import Proxied
from gateway.http.router import Router
from gateway.http.server import Server
from gateway.identifiers import Ids
from gateway.intake import Intake
from gateway.limits import HttpLimits, Rates
from gateway.load import Load
from gateway.mailboxes import Mailboxes
from gateway.nodes import Nodes
from gateway.numbers import Numbers
from gateway.outbound.channel import Outbound
from gateway.outbound.notices import Notices
from gateway.outbound.outbox import Outbox
from gateway.outbound.smtp import WHOLE, Smtp
from gateway.outgoing import Outgoing
from gateway.passwords import Passwords
from gateway.perform import Performer
from gateway.process import notify
from gateway.push.post import Poster
from gateway.push.pusher import Pusher
from gateway.push.registrar import Registrar
from gateway.push.resolver import Resolver
from gateway.queues import Queues
from gateway.routing.force import put_in_force
from gateway.routing.pickups import Pickups
from gateway.sandbox import Sandbox
from gateway.sessions import Sessions
from gateway.settings import Settings
from gateway.threads import Reader, SettlingWriter, Writer
from messages.codes import CodeLists
from messages.newcomers import ROLES
from messages.schemas import Schemas
from messages.signature.template import TemplateSigner
from receipts.document import Issuer
from storage import heads, nodes, pickups
from storage.alarms import Finding
from storage.attachments import Store as AttachmentStore
from storage.database import Database
from storage.journal import Chain

log = structlog.get_logger()

WATCH = 1.0  # seconds between two looks at what other processes may have changed
PURGE = 300.0  # seconds between two clean-ups of old sessions and challenges
GAUGE = 5.0  # seconds between two looks at the backlog
LATE = 60.0  # seconds that a due work item may wait before the gateway says that it is not ready
ALARMS = 30.0  # seconds between two looks at what is not well
ENDINGS = 3600.0  # seconds between two looks at what ends soon
IDLE_SHARED = 5.0  # seconds after which a dispatch looks for what a gateway that died has left
LINGER = 0.02  # seconds that a batch of work waits for company where each costs a dozen round trips
NUMBERS = 512  # of cases, kept at hand where gateways share a counter
GRACE = 15.0  # seconds that requests under way are given when the gateway stops


def clock() -> datetime:
    """The one place that reads the time."""
    return datetime.now(UTC)


class Gateway:
    """One gateway: `start` it in a running reactor, `stop` it before the reactor ends."""

    def __init__(self, reactor: Any, settings: Settings, *, sandbox: bool = False) -> None:
        """`sandbox`: a gateway for tests, where developers order faults."""
        self.settings = settings
        self.reactor = reactor
        self.routing = put_in_force(settings)
        self.database = Database(settings.database_url)
        with self.database.write() as connection:
            number = nodes.number(connection, settings.node)
            routes_any = bool(self.routing.folder) or pickups.anything(connection)
        ids = Ids(number, clock)
        key, certificate = _signing(settings)
        self._key = key
        signer = TemplateSigner(key, certificate)
        identity = settings.gateway
        issuer = Issuer(identity.cop_code, identity.name, identity.dxp_id)
        self.chain = chain = Chain(settings.node)
        outgoing = Outgoing(issuer, signer, ids.new)
        limits, exchange = settings.limits, settings.exchange

        alone = self.database.dialect == "sqlite"
        self.writer = (SettlingWriter if alone else Writer)(reactor, self.database)
        self.writer.on_failure.append(chain.forget)  # its head is that of the last commit
        self.reader = Reader(reactor, self.database, exchange.readers)
        self.directory = Directory(self.reader)
        self.mailboxes = Mailboxes(reactor, self.reader, alone=alone)
        schemas = self.routing.schemas()
        self.examination = Examination(reactor, settings, schemas, clock, self.routing)
        commit: GroupCommit[Item, Outcome] = GroupCommit(
            reactor,
            self.writer,
            Store(chain, outgoing),
            exchange.commit_linger_ms / 1000,
            exchange.commit_messages,
        )
        self.queues = Queues(limits.party_queued)
        self.intake = Intake(
            examine=self.examination,
            directory=self.directory,
            commit=commit,
            reader=self.reader,
            signer=signer,
            clock=clock,
            new_id=ids.new,
            desk=identity.desk_dxp_id,
            queues=self.queues,
            rates=Rates(limits.party_per_second, limits.party_burst, time.monotonic),
            log_rate=Rates(
                limits.refusals_logged_per_second, limits.refusals_logged_per_second, time.monotonic
            ),
            most_waiting=limits.waiting_messages,
            accepted=self._accepted,
            delivered=self._delivered,
            routes=self.routing.routes,
        )
        self.sandbox = Sandbox(self.intake, reactor) if sandbox else None
        noticing = Pickups(self.reader, self.writer, nodes.moment, self._accepted)
        self._noticing = noticing if routes_any else None
        mail = settings.mail
        channels: list[Outbound] = [Smtp(reactor, mail, identity.name)] if mail.host else []
        self.notices = Notices.of(settings)
        self.outbox = Outbox(
            reactor=reactor,
            writer=self.writer,
            reader=self.reader,
            channels=channels,
            node=settings.node,
            clock=clock,
            settings=mail,
            lease=(WHOLE + 1) * mail.timeout_seconds,
        )
        push = settings.push
        poster = Poster(reactor, push, Resolver(reactor), self._sign, pki.fingerprint(certificate), clock)
        self.pusher = Pusher(
            reactor=reactor,
            writer=self.writer,
            reader=self.reader,
            mailboxes=self.mailboxes,
            poster=poster,
            node=settings.node,
            clock=clock,
            settings=push,
            read_to=self._taken,
        )
        self.registrar = Registrar(
            poster=poster,
            writer=self.writer,
            reader=self.reader,
            chain=chain,
            clock=clock,
            seconds=reactor.seconds,
            changed=self.pusher.look,
            enabled=push.enabled,
        )
        self.dispatcher = Dispatcher(
            reactor=reactor,
            writer=self.writer,
            performer=Performer(
                chain,
                outgoing,
                self.notices,
                Numbers(0 if alone else NUMBERS),
                self.sandbox.instead if self.sandbox else None,
            ),
            clock=clock,
            batch=exchange.dispatch_batch,
            retry=exchange.retry_seconds,
            delivered=self._delivered,
            issued=_count,
            noticed=self.outbox.wake,
            moment=None if alone else nodes.moment,
            more=lambda: self.nodes.ask_for_help(),
            idle=IDLE if alone else IDLE_SHARED,
            linger=0.0 if alone else LINGER,
        )
        self.nodes = Nodes(
            reactor=reactor,
            database=self.database,
            writer=self.writer,
            node=settings.node,
            clock=clock,
            delivered=self.mailboxes.delivered,
            work=self._work,
            listening=self.mailboxes.listening,
            lost=reactor.stop,
        )
        self.load = Load(self.reader, self.queues, clock)
        self.passwords = Passwords(reactor)
        self.files = Files(reactor)
        self.store = AttachmentStore(settings.attachments)
        self.caretaker = Caretaker(self.store, self.files, self.writer, clock)
        self.sessions = Sessions(
            reactor=reactor,
            writer=self.writer,
            reader=self.reader,
            directory=self.directory,
            trusted=self.examination.check,
            passwords=self.passwords,
            origins=settings.origins,
            settings=settings.sessions,
            clock=clock,
            alone=alone,
        )
        self.enrolment = Enrolment(
            reactor=reactor,
            writer=self.writer,
            reader=self.reader,
            passwords=self.passwords,
            notices=self.notices,
            roles=tuple(ROLES),
            chain=chain,
            clock=clock,
            settings=settings.registration,
        )
        self.directory.on_change.append(self.sessions.forget)
        self.examination.on_reload.append(self._recheck)
        self.endings = Endings(
            own=_own(settings),
            ca_folder=settings.ca_folder,
            crl_folder=settings.crl_folder,
            warn_days=settings.cards.warn_days,
            reader=self.reader,
            clock=clock,
        )
        for changes in (self.directory.on_change, self.examination.on_reload):
            changes.append(self._announce_endings)
        self.alarms = Alarms(
            writer=self.writer,
            node=settings.node,
            home=settings.home,
            limits=settings.alarms,
            head_seconds=exchange.head_seconds,
            silent_seconds=self.nodes.silent_seconds,
            notices=self.notices,
            moment=nodes.moment,
            ends=self._ends,
        )
        self.server = self._http_server(schemas)
        self.archiving = Archiving(reactor, settings.home, settings.retention, clock)
        self.housekeeping = self._housekeeping()

    def _housekeeping(self) -> Housekeeping:
        """What is looked after, how often, and what the log says where it failed."""
        its = Housekeeping(self.reactor)
        its.every(self.nodes.beat_seconds, self.nodes.beat, "no sign of life could be given")
        its.every(ALARMS, self.alarms.look, "what is not well could not be looked at")
        its.every(WATCH, self._watch_registry, "the registry could not be read")
        its.every(GAUGE, self.load.measure, "the backlog could not be read")
        its.every(GAUGE, self.outbox.measure, "the outbox could not be read")
        its.every(GAUGE, self.pusher.measure, "the callbacks could not be read")
        its.every(
            self.settings.exchange.head_seconds, self._sign_head, "the journal's head could not be signed"
        )
        its.every(PURGE, self.sessions.purge, "old sessions could not be dropped")
        its.every(PURGE, self.caretaker.sweep, "attachments that nothing names could not be dropped")
        its.every(PURGE, self.enrolment.purge, "registrations that have expired could not be dropped")
        its.every(PURGE, self.outbox.purge, "old notices could not be dropped")
        its.every(PURGE, self.archiving.look, "the archiving could not be started")
        its.every(ENDINGS, self.endings.look, "what ends soon could not be read")
        return its

    def _http_server(self, schemas: Schemas) -> Server:
        services = Services(
            reactor=self.reactor,
            intake=self.sandbox or self.intake,
            directory=self.directory,
            sessions=self.sessions,
            enrolment=self.enrolment,
            trusted=self.examination.check,
            mailboxes=self.mailboxes,
            read_to=self._read_to,
            registrar=self.registrar,
            systems=Systems(),
            codes=Codes(CodeLists()),
            types=Types(schemas, self.routing.routes),
            store=self.store,
            files=self.files,
            writer=self.writer,
            reader=self.reader,
            clock=clock,
            chain=self.chain,
            notices=self.notices,
            desk=self.settings.gateway.desk_dxp_id,
            ready=self._ready,
            node=self.settings.node,
            silent_seconds=self.nodes.silent_seconds,
            work=self._work,
            sandbox=self.sandbox,
        )
        limits = self.settings.limits
        server = Server(
            self.reactor, Router(routes(services, limits)), HttpLimits.of(limits), metrics.HttpMeter()
        )
        metrics.observe(
            connections=lambda: len(server.connections),
            bytes_in_flight=lambda: server.budget.used,
            polls_waiting=lambda: self.mailboxes.parked,
            writes_waiting=lambda: self.writer.waiting,
            backlog=lambda: self.load.count,
            backlog_age=lambda: self.load.age,
        )
        return server

    def _accepted(self) -> None:
        if self.settings.exchange.dispatch:
            self.dispatcher.wake()
        else:
            self.nodes.ask_for_help()

    def _work(self) -> None:
        if self.settings.exchange.dispatch:
            self.dispatcher.wake()

    def _delivered(self, heads: dict[str, int]) -> None:
        self.mailboxes.delivered(heads)
        self.pusher.delivered(heads)
        self.nodes.tell(heads)

    def _metrics_server(self) -> Server:
        return Server(self.reactor, Router(metrics_routes(self._ready)), HttpLimits(connections=16))

    def _ready(self) -> dict[str, bool]:
        return {
            "examination": self.examination.ready,
            "dispatch": self.load.age < LATE,
        }

    # -- starting and stopping -------------------------------------------------------------------------

    def start(self) -> None:
        """Listen, and go on with whatever an earlier run left to do."""
        settings = self.settings
        self.store.clear_incoming(None if self.nodes.alone else clock() - LEFT)
        factory: Any = self.server
        if settings.listen.tls:
            factory = tls.over_tls(factory, tls.options(settings.tls_key, settings.tls_certificate))
        listen = settings.listen
        if listen.balancers:
            factory = Proxied(self.reactor, factory, listen.balancers)
        self.port = self.reactor.listenTCP(listen.port, factory, listen.backlog, listen.host)
        self.metrics_port = None
        if listen.metrics_port is not None:
            self.metrics_port = self.reactor.listenTCP(
                listen.metrics_port, self._metrics_server(), interface="127.0.0.1"
            )
        self.nodes.start().addErrback(_complain, "the start could not be noted")
        if settings.exchange.dispatch:
            self.dispatcher.start()
        self.outbox.start()
        self.pusher.start()
        self.housekeeping.start()
        # What start-up made stays for good: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)  # messages make few cycles and many objects

    def announce(self) -> None:
        """Say that it serves: in the log, and to whoever started it."""
        listen = self.settings.listen
        scheme = "https" if listen.tls else "http"
        url = f"{scheme}://{listen.host}:{self.port.getHost().port}"
        log.info("serving", url=url, node=self.settings.node)
        if self.sandbox is not None:
            log.warning("this gateway is for tests: whoever logs in may order faults for his own messages")
        notify("READY=1")

    @inlineCallbacks
    def stop(self) -> Any:
        """Finish what was answered for, then end; fires when nothing is left open."""
        log.info("stopping")
        notify("STOPPING=1")
        self.housekeeping.stop()
        self.archiving.stop()
        yield self.port.stopListening()
        if self.metrics_port is not None:
            yield self.metrics_port.stopListening()
        self.mailboxes.close()
        yield self.server.stop(GRACE)
        yield self.dispatcher.stop()
        yield self.outbox.stop()
        yield self.pusher.stop()
        yield self.nodes.stop()
        yield self._sign_head().addErrback(_complain, "the journal's head could not be signed")
        yield self.writer.stop()
        yield self.reader.stop()
        self.passwords.stop()
        self.files.stop()
        self.examination.stop()
        self.database.close()
        log.info("stopped")

    def reload(self) -> None:
        """Read authorities and revocation lists again, and forget the remembered registry (SIGHUP)."""
        self.examination.reload()
        self.directory.moved_to(-1)

    # -- what is looked after --------------------------------------------------------------------------

    def _recheck(self) -> None:
        checked = Deferred.fromCoroutine(self.sessions.recheck(self.examination.check))
        checked.addErrback(_complain, "sessions could not be checked again")

    def _read_to(self, party: str, position: int) -> None:
        """A party came back with this position of its mailbox."""
        self.alarms.read_to(party, position)
        if self._noticing is not None:
            self._noticing.read_to(party, position)

    def _taken(self, party: str, position: int) -> Deferred[None]:
        """A callback has taken a mailbox up to this position; fires when what waits for that is noted."""
        self.alarms.read_to(party, position)
        if self._noticing is None:
            return succeed(None)
        noted: Deferred[None] = self._noticing.taken(party, position)
        return noted

    def _ends(self) -> list[Finding]:
        node = self.settings.node
        return [
            Finding(f"{node} {each.of} {each.key[:32]}", f"{each.ends:%Y-%m-%d}", clock())
            for each in self.endings.soon
        ]

    def _watch_registry(self) -> Deferred[None]:
        self.examination.watch()
        return self.directory.refresh()

    def _sign_head(self) -> Deferred[None]:
        """The journal's head, signed, stored and exported, so that a shortened journal shows."""

        def export(head: heads.Head | None) -> None:
            if head is not None:
                heads.export([head], self.settings.journal_heads)

        return self.writer.run(heads.sign_head, self.settings.node, clock(), self._sign).addCallback(export)

    def _announce_endings(self) -> Deferred[None]:
        return self.endings.look().addErrback(_complain, "what ends soon could not be read")

    def _sign(self, data: bytes) -> bytes:
        return pki.sign(self._key, data)


def _signing(settings: Settings) -> tuple[rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = load_pem_private_key(settings.gateway_key.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{settings.gateway_key} is no RSA or elliptic-curve key")
    return key, x509.load_pem_x509_certificates(settings.gateway_certificate.read_bytes())[0]


def _own(settings: Settings) -> dict[str, list[x509.Certificate]]:
    """The chains that are served with, by what for."""
    chains = {GATEWAY: pki.load_certificates(settings.gateway_certificate)}
    if settings.listen.tls:
        chains[TLS] = pki.load_certificates(settings.tls_certificate)
    return chains


def _count(issued: Sequence[tuple[str, float]]) -> None:
    for code, age in issued:
        metrics.RECEIPTS.labels(code).inc()
        metrics.RECEIPT_SECONDS.observe(age)


def _complain(failure: Any, what: str) -> None:
    log.error(what, error=failure.getErrorMessage())
