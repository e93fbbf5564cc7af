"""A receiver's server: real TLS on a free port, which answers what a test says, goes down and comes back."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway import pki

TIMEOUT = 60.0
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, repr=False)
class Post:
    """A request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int

    def __repr__(self) -> str:
        """Short enough to be read when a test fails."""
        return f"<{self.kind} {len(self.body)} bytes by {self.connection}>"

    @property
    def kind(self) -> str:
        """Receipts or challenge."""
        return self.headers["eport-kind"]

    @property
    def names(self) -> list[str]:
        """What the tests' receipts are called."""
        return re.findall(r"<DxpMsg>([^<]*)</DxpMsg>", self.body.decode())

    @property
    def following(self) -> str:
        """The page's cursor."""
        found = re.match(rb'<Receipts next="(\w*)">', self.body)
        assert found
        return found[1].decode()


def answered(body: bytes, status: str = "200 OK") -> bytes:
    """A whole answer."""
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status.encode(), len(body), body)


def proof(post: Post) -> bytes:
    """The right answer to a challenge."""
    return hashlib.sha256(json.loads(post.body)["challenge"].encode()).hexdigest().encode()


def well(post: Post) -> bytes:
    """Takes everything."""
    return answered(proof(post)) if post.kind == "challenge" else OK


Said = bytes | Callable[[socket.socket], None]  # what is sent, or what is done with the connection
Answer = Callable[[Post], Said]


class Peer:
    """`url` is where it is; `answer` may be changed at any time; `posts` are all that came."""

    def __init__(
        self, folder: Path, name: str = "localhost", host: str = "127.0.0.1", ca: Path | None = None
    ) -> None:
        """`name`: of its certificate; `ca`: the file of the CA that issues it, made where it is not there."""
        folder.mkdir(exist_ok=True, parents=True)
        self.ca = folder / "ca.pem"
        self.answer: Answer = well
        self.posts: list[Post] = []
        self.hellos = 0  # connections, whatever came of them
        self.port = 0
        self._host = host
        self._context = self._certified(folder, name)
        self._changed = threading.Condition()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self.start()

    @property
    def url(self) -> str:
        """The callback."""
        return f"https://localhost:{self.port}/receipts"

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self._host, self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def stop(self) -> None:
        """Go down; connections break."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come about here."""
        with self._changed:
            assert self._changed.wait_for(done, TIMEOUT), self.posts

    @property
    def received(self) -> list[str]:
        """The receipts of all posts, in their order."""
        return [name for post in list(self.posts) if post.kind == "receipts" for name in post.names]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with self._changed:
                self.hellos += 1
                number = self.hellos
                self._changed.notify_all()
            threading.Thread(target=self._serve, args=(plain, number), daemon=True).start()

    def _serve(self, plain: socket.socket, number: int) -> None:
        self._open.add(plain)
        plain.settimeout(TIMEOUT)
        with suppress(OSError, EOFError), self._context.wrap_socket(plain, server_side=True) as secured:
            self._open.add(secured)
            rest = b""
            while True:
                post, rest = _read(secured, rest, number)
                with self._changed:
                    self.posts.append(post)
                    self._changed.notify_all()
                said = self.answer(post)
                if callable(said):
                    said(secured)
                    break
                secured.sendall(said)
            self._open.discard(secured)
        self._open.discard(plain)

    def _certified(self, folder: Path, name: str) -> ssl.SSLContext:
        now, key = datetime.now(UTC), pki.new_key("P-256")
        ca = pki.authority("Receivers' CA", now)
        self.ca.write_bytes(pki.pem(ca.certificate))
        (folder / "peer.key").write_bytes(pki.key_pem(key))
        (folder / "peer.pem").write_bytes(pki.pem(pki.issue_server(ca, key, (name,), now)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "peer.pem", folder / "peer.key")
        return context


def _read(secured: socket.socket, rest: bytes, number: int) -> tuple[Post, bytes]:
    """The next request, and what came behind it."""
    while b"\r\n\r\n" not in rest:
        rest += _more(secured)
    head, _, rest = rest.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(headers["content-length"])
    while len(rest) < length:
        rest += _more(secured)
    return Post(lines[0], headers, rest[:length], number), rest[length:]


def _more(secured: socket.socket) -> bytes:
    data = secured.recv(65536)
    if not data:
        raise EOFError
    return data
