"""The peer across the network: a small gateway over real TLS, with real signatures and scripted bad days.

It keeps what it accepted by CopMsgId, answers the same again with the same bytes, and issues receipts.
`trouble` is what happens to the next POSTs of a message, one entry each: a status with Retry-After, "drop"
(taken, but the line breaks before the answer) or "forge" (an answer that no gateway signed).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from lxml import etree

from messages import envelope, reply
from messages.faults import Violation
from messages.signature.profile import algorithm_for
from messages.signature.template import TemplateSigner
from messages.wire import new_guid
from receipts import document
from tests.terminals.office import Office

BVS = "urn:eport-gateway:bvs:1"
ISSUER = document.Issuer("0000000000", "gateway", "DXPGATE000000001")


class Peer(ThreadingHTTPServer):
    """One fake gateway; its fields are what tests set and look at."""

    daemon_threads = True

    def __init__(self, office: Office) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.office = office
        self.signer = TemplateSigner(office.gateway.key, office.gateway.certificate)
        self.forger = TemplateSigner(office.stranger.key, office.stranger.certificate)
        self.trouble: list[tuple[int, str | None] | str] = []
        self.refuse: tuple[str, str, tuple[Violation, ...]] | None = None
        self.statuses: list[int] = [2, 120]
        self.bodies: list[bytes] = []  # of every POST of a message
        self.senders: list[bool] = []  # whether each came with a session
        self.connections = 0
        self.logins = 0
        self.nonce = ""  # given out in place of a proper one
        self.lose_logins = 0
        self.health = 200
        self.date = ""  # the header Date, in place of a proper one
        self.tokens: set[str] = set()
        self.mailbox: list[bytes] = []
        self.replies: dict[str, bytes] = {}
        self._nonces: set[str] = set()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(office.tls_pem)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://localhost:{self.server_address[1]}"

    def process_request(self, request: object, client_address: object) -> None:
        """Count connections."""
        self.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """A line that breaks is part of many tests."""

    def take(self, body: bytes) -> bytes:
        """The signed reply to one envelope; an accepted one leaves its receipts in the mailbox."""
        found = envelope.parse(body)
        if found.head.cop_msg_id in self.replies:
            return self.replies[found.head.cop_msg_id]
        digest = hashlib.sha256(found.data).hexdigest()
        code, info, results = self.refuse or ("0000", "accepted", ())
        now = datetime.now(UTC)
        answer = reply.build(
            reply.Reply(found.head.sender, code, info, results, now, found.head, digest), self.signer
        )
        if code == "0000":
            self.replies[found.head.cop_msg_id] = answer
            for node in etree.fromstring(found.data).iter(f"{{{BVS}}}Stocktake"):
                guid = node.findtext(f"{{{BVS}}}guid") or ""
                for status in self.statuses:
                    self.deliver(found.head.cop_msg_id, guid, digest, status, self.signer)
        return answer

    def deliver(self, cop_msg_id: str, guid: str, digest: str, status: int, signer: TemplateSigner) -> None:
        """Put a receipt made by `signer` into the mailbox."""
        now = datetime.now(UTC)
        one = document.Receipt(new_guid(), cop_msg_id, guid, digest, status, now, f"status {status}", "Z1")
        data = document.build("BVS112", BVS, new_guid(), [one], ISSUER, signer)
        head = envelope.Head(new_guid(), ISSUER.dxp_id, (self.office.dxp_id,), now, "BVS112Message")
        self.mailbox.append(envelope.build(head, data))

    def nonce_out(self) -> str:
        """A nonce, or what a test put in its place."""
        nonce = self.nonce or secrets.token_hex(32)
        self._nonces.add(nonce)
        return nonce

    def log_in(self, claim: dict[str, str]) -> str | None:
        """A token, or None: the nonce counts once, the signature must be over this origin."""
        self.logins += 1
        if "account" in claim:
            good = claim == {"account": "operator1", "password": "right"}
        else:
            certificate = x509.load_der_x509_certificate(base64.b64decode(claim["certificate"]))
            public = certificate.public_key()
            algorithm = algorithm_for(public)
            value = algorithm.value(base64.b64decode(claim["signature"]))
            text = f"eport-gateway login v1\n{self.url}\n{claim['nonce']}".encode()
            good = claim["nonce"] in self._nonces and algorithm.verify(public, value, text)
            self._nonces.discard(claim["nonce"])
        if not good:
            return None
        token = secrets.token_hex(16)
        self.tokens.add(token)
        return token


class Handler(BaseHTTPRequestHandler):
    """The calls that a terminal makes."""

    server: Peer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: tests look at the peer's fields."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The header Date."""
        return self.server.date or super().date_time_string(timestamp)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        """One complete answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Messages, challenges, logins."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path == "/v1/messages":
            self.message(body)
        elif self.path == "/v1/challenges":
            self.answer(200, json.dumps({"nonce": self.server.nonce_out()}).encode())
        else:
            token = self.server.log_in(json.loads(body))
            if self.server.lose_logins:
                self.server.lose_logins -= 1
                self.close_connection = True
            elif token is None:
                self.answer(401, b'{"status":401,"info":"unknown certificate"}')
            else:
                granted = {
                    "token": token,
                    "dxpId": self.server.office.dxp_id,
                    "role": "operator",
                    "expiresAt": "…",
                }
                self.answer(201, json.dumps(granted).encode())

    def message(self, body: bytes) -> None:
        """A message: what trouble there is first, else its reply."""
        self.server.bodies.append(body)
        self.server.senders.append(self.token() in self.server.tokens)
        trouble = self.server.trouble.pop(0) if self.server.trouble else None
        if isinstance(trouble, tuple):
            status, after = trouble
            self.answer(status, b"later", **({"Retry_After": after} if after else {}))
            return
        answer = self.server.take(body)
        if trouble == "drop":
            self.close_connection = True
        elif trouble == "forge":
            said = reply.parse(answer)
            self.answer(200, reply.build(said, self.server.forger))
        else:
            self.answer(200, answer)

    def do_DELETE(self) -> None:
        """The end of a session."""
        self.server.tokens.discard(self.token())
        self.answer(204, b"")

    def token(self) -> str:
        """The bearer token."""
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def do_GET(self) -> None:
        """The mailbox and the state of a message, with a session only; that it lives, to everybody."""
        if self.path == "/healthz":
            self.answer(self.server.health, b"ok")
            return
        if self.token() not in self.server.tokens:
            self.answer(401, b'{"status":401,"info":"log in again"}')
            return
        parts = urlsplit(self.path)
        if parts.path == "/v1/sessions/current":
            who = {"dxpId": self.server.office.dxp_id, "role": "operator", "holder": "李录", "card": ""}
            self.answer(200, json.dumps(who).encode())
            return
        if parts.path == "/v1/receipts":
            query = parse_qs(parts.query, keep_blank_values=True)
            after, limit = query["after"][0], int(query["limit"][0])
            if not after.startswith("r") and after:
                self.answer(400, b'{"status":400,"info":"no cursor of this gateway"}')
                return
            start = int(after.removeprefix("r") or "0", 16)
            page = self.server.mailbox[start : start + limit]
            cursor = f"r{start + len(page):x}" if page else after
            self.answer(200, b'<Receipts next="%s">%s</Receipts>' % (cursor.encode(), b"".join(page)))
            return
        wanted = parts.path.rpartition("/")[2]
        if wanted not in self.server.replies:
            self.answer(404, b'{"status":404,"info":"no such message"}')
            return
        mine = [raw for raw in self.server.mailbox if wanted.encode() in envelope.parse(raw).data]
        self.answer(200, b'<MessageStatus state="processed">%s</MessageStatus>' % b"".join(mine))


@contextmanager
def running(office: Office) -> Iterator[Peer]:
    """A peer that serves until the block ends."""
    peer = Peer(office)
    thread = threading.Thread(target=peer.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.shutdown()
        peer.server_close()
        thread.join()


def unused_url() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"https://localhost:{probe.getsockname()[1]}"
