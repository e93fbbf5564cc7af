"""A real mail server (aiosmtpd) on a free port, which answers what a test says, goes down and comes back."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from gateway import pki

DROP = "drop"  # in place of an answer: the connection is broken off
TIMEOUT = 20.0
Answer = Callable[[str, str], str]  # (command, address) → what is said; '' for: all is well


def well(_command: str, _address: str) -> str:
    """Takes everything."""
    return ""


class Post:
    """`start` it, write to `port`, look at `letters`; `answer` may be changed at any time."""

    def __init__(
        self, folder: Path | None = None, *, tls: str = "", user: str = "", password: str = ""
    ) -> None:
        """`tls`: starttls, or tls from the first byte; then `ca` is the file to trust."""
        self.answer: Answer = well
        self.letters: list[EmailMessage] = []  # those that were taken
        self.seen: list[EmailMessage] = []  # those that came, whatever was said to them
        self.envelopes: list[Envelope] = []
        self.connections = 0
        self.port = 0
        self.ca = folder / "ca.pem" if folder else None
        self._tls = tls
        self._user = (user.encode(), password.encode()) if user else None
        self._context = self._certified(folder) if folder else None
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="post", daemon=True)
        self._thread.start()

    def start(self) -> Post:
        """Listen, on the same port as before if there was one."""

        async def listen() -> asyncio.Server:
            context = self._context if self._tls == "tls" else None
            return await self._loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=context)

        self._server = self._call(listen())
        assert self._server is not None
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Go down; connections end, and the port is free."""

        async def close() -> None:
            assert self._server is not None
            self._server.close()
            self._server = None

        if self._server is not None:
            self._call(close())

    def end(self) -> None:
        """For good."""
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT)

    def until(self, done: Callable[[], bool]) -> None:
        """Wait until something has come about here."""
        with self._changed:
            assert self._changed.wait_for(done, TIMEOUT), [each["Message-ID"] for each in self.seen]

    # -- for aiosmtpd

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """As the test says."""
        said = self.answer("RCPT", address)
        if not said:
            envelope.rcpt_tos.append(address)
        return said or "250 fine"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """As the test says."""
        content = envelope.content
        assert isinstance(content, bytes)
        made = email.message_from_bytes(content, policy=email.policy.default)
        said = self.answer("DATA", envelope.rcpt_tos[0])
        with self._changed:
            self.seen.append(made)
            self.envelopes.append(envelope)
            if not said:
                self.letters.append(made)
            self._changed.notify_all()
        if said == DROP:
            server.transport.abort()
        return said or "250 taken"

    def _protocol(self) -> SMTP:
        self.connections += 1
        secured = self._tls == "starttls"
        return SMTP(
            self, hostname="post.example", loop=self._loop, enable_SMTPUTF8=False,
            tls_context=self._context if secured else None, require_starttls=secured,
            authenticator=self._known if self._user else None, auth_required=self._user is not None,
            auth_require_tls=secured,
        )  # fmt: skip

    def _known(self, _server: Any, _session: Any, _envelope: Any, _way: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == self._user
        return AuthResult(success=good, handled=good)  # what is not handled, aiosmtpd refuses with 535

    def _certified(self, folder: Path) -> ssl.SSLContext:
        now, key = datetime.now(UTC), pki.new_key("P-256")
        ca = pki.authority("Post CA", now)
        (folder / "ca.pem").write_bytes(pki.pem(ca.certificate))
        (folder / "post.key").write_bytes(pki.key_pem(key))
        (folder / "post.pem").write_bytes(pki.pem(pki.issue_server(ca, key, ("localhost",), now)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "post.pem", folder / "post.key")
        return context

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(TIMEOUT)
