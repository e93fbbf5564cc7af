"""A server on a free port, with routes and limits of the test's choosing."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from twisted.internet.defer import Deferred, succeed

import storage.sessions
from gateway.directory import Directory
from gateway.enrolment import Enrolment
from gateway.http.api import Services, routes
from gateway.http.attachments import Files
from gateway.http.exchange import Request, Response
from gateway.http.router import Route, Router
from gateway.http.server import Server
from gateway.limits import HttpLimits
from gateway.mailboxes import Mailboxes
from gateway.outbound.letter import valid
from gateway.outbound.notices import Notices
from gateway.passwords import Passwords
from gateway.push.post import Poster
from gateway.push.registrar import Registrar
from gateway.push.resolver import Resolver
from gateway.sandbox import Sandbox
from gateway.services import Answer
from gateway.sessions import Sessions
from gateway.settings import Limits, Push, Registration
from gateway.settings import Sessions as SessionSettings
from gateway.threads import Reader, Writer
from messages.system import System
from storage import registry
from storage.attachments import Store
from storage.database import Database
from storage.journal import Chain
from tests.gateway.http.client import Answer as HttpAnswer
from tests.gateway.http.client import Client
from tests.gateway.http.forms import FORMS
from tests.gateway.loop import Loop, reactor

ENTERPRISE = "DXPENT0000000001"
OTHER = "DXPENT0000000002"
THIRD = "DXPENT0000000003"
CUSTOMS_ID = "DXPCUS0000000001"


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

        return request.stream(sink).addCallback(lambda size: Response(200, f"{size} {max(sizes)}".encode()))

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


class Intake:
    """Notes what it is given and answers what the test says."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str, str]] = []
        self.answer = Answer(200, b"<DxpRep>0000</DxpRep>")

    def take(self, body: bytes, peer: str, session: str = "") -> Deferred[Answer]:
        """As the gateway's intake."""
        self.taken.append((body, peer, session))
        return succeed(self.answer)

    def unavailable(self, info: str) -> bytes:
        """As the gateway's intake."""
        return f"<DxpRep>3001 {info}</DxpRep>".encode()


class Common:
    """One system, one list, one type."""

    def get(self, name: str) -> System | None:
        """The only system."""
        return FORMS if name == FORMS.name else None

    def all(self) -> tuple[System, ...]:
        """The only system."""
        return (FORMS,)

    def version(self, name: str) -> str | None:
        """Of the only list."""
        return "2026" if name == "unit" else None

    def rows(self, name: str) -> Sequence[tuple[str, str, str]]:
        """Of the only list."""
        return [("035", "千克", "kilogram")]

    def xsd(self, code: str) -> bytes | None:
        """Of the only type."""
        return b"<xs:schema/>" if code == "BVS111" else None

    def listed(self) -> list[dict[str, Any]]:
        """The only type, with an event that asks for more."""
        event = {"cards": ["legal"], "nonRepudiation": True}
        return [
            {"code": "BVS111", "system": "bonded", "receipt": "BVS112", "roles": ["enterprise"],
             "cards": ["legal", "operator", ""], "nonRepudiation": False, "events": {"declare": event}},
        ]  # fmt: skip


class Api(Serving):
    """The whole API over a real database, with what a test needs to look behind it."""

    intake: Intake
    database: Database
    mailboxes: Mailboxes
    sessions: Sessions
    routes: tuple[Route, ...]
    ready: dict[str, bool]
    believe: Callable[[x509.Certificate, datetime], None]

    def token(self, party: str = ENTERPRISE, role: str = "enterprise") -> str:
        """A session of a party, as if somebody had logged in."""
        token = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        session = storage.sessions.Session(
            hashlib.sha256(token.encode()).hexdigest(), party, role, "somebody", None, None, "", now,
            now + timedelta(hours=1), now,
        )  # fmt: skip
        with self.database.write() as connection:
            storage.sessions.create(connection, session)
        return f"Bearer {token}"

    def ask(self, line: str, body: bytes = b"", token: str = "", **headers: str) -> HttpAnswer:
        """One request on a connection of its own."""
        if token:
            headers["Authorization"] = token
        with self.client() as client:
            return client.ask(line, body, **headers)


@pytest.fixture
def api(loop: Loop, serve: Serve, sqlite_database_url: str, tmp_path: Path) -> Iterator[Api]:
    """Every call of the public port on a free port."""
    database = Database(sqlite_database_url)
    now = datetime.now(UTC)
    with database.write() as connection:
        for dxp_id in (ENTERPRISE, OTHER, THIRD, CUSTOMS_ID):
            registry.add_party(connection, registry.Party(dxp_id, "1234567890", dxp_id, "enterprise", now))

    def make() -> tuple[Any, ...]:
        writer, reader = Writer(reactor, database), Reader(reactor, database)
        files, passwords = Files(reactor), Passwords(reactor)
        directory = Directory(reader)
        common, intake = Common(), Intake()
        sandbox = Sandbox(intake, reactor)
        boxes = Mailboxes(reactor, reader, alone=True)
        ready = {"database": True}
        sessions = Sessions(
            reactor=reactor, writer=writer, reader=reader, directory=directory,
            trusted=lambda certificate, at: None, passwords=passwords, origins=("https://localhost:8443",),
            settings=SessionSettings(), clock=lambda: datetime.now(UTC),
        )  # fmt: skip
        notices = Notices({"mail": valid}, "gate.example", "Gateway", 100)
        chain = Chain("1")
        writer.on_failure.append(chain.forget)
        enrolment = Enrolment(
            reactor=reactor, writer=writer, reader=reader, passwords=passwords, notices=notices,
            roles=("agency", "enterprise"), chain=chain, clock=lambda: datetime.now(UTC),
            settings=Registration(),
        )  # fmt: skip
        ca = tmp_path / "peer" / "ca.pem"  # of a receiver that the test has made before
        push = Push(allow=(ip_network("127.0.0.0/8"),), ca=ca if ca.exists() else None)
        poster = Poster(
            reactor, push, Resolver(reactor), lambda data: b"", "f" * 64, lambda: datetime.now(UTC)
        )
        registrar = Registrar(
            poster=poster, writer=writer, reader=reader, chain=chain, seconds=reactor.seconds,
            clock=lambda: datetime.now(UTC), changed=lambda: None, enabled=True,
        )  # fmt: skip
        services = Services(
            reactor=reactor, intake=sandbox, directory=directory, sessions=sessions, mailboxes=boxes,
            read_to=lambda party, position: None,
            trusted=lambda certificate, at: running.believe(certificate, at), systems=common,
            codes=common, types=common, store=Store(tmp_path / "attachments"), files=files,
            writer=writer, reader=reader, clock=lambda: datetime.now(UTC), chain=chain, notices=notices,
            desk="DXPCUS0000000001", ready=lambda: ready, enrolment=enrolment, registrar=registrar,
            sandbox=sandbox, node="1", silent_seconds=15.0, work=lambda: None,
        )  # fmt: skip
        made = routes(services, Limits(attachment_bytes=4 * 1024 * 1024, attachment_party_bytes=6_000_000))
        return writer, reader, files, passwords, intake, boxes, sessions, made, ready

    writer, reader, files, passwords, intake, boxes, sessions, made, ready = loop.call(make)
    serving = serve(made)
    running = Api(serving.loop, serving.server, serving.port)
    for name, value in {
        "intake": intake, "database": database, "mailboxes": boxes, "sessions": sessions,
        "routes": made, "ready": ready, "believe": lambda certificate, at: None,
    }.items():  # fmt: skip
        object.__setattr__(running, name, value)
    yield running
    loop.call(boxes.close)
    loop.call(writer.stop)
    loop.call(reader.stop)
    files.stop()
    passwords.stop()
    database.close()
