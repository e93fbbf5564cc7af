"""Posting to a callback: its name is looked up, all its addresses are judged, and the one judged is dialled.

Knows how a post is signed, and that TLS must prove the name that was registered; refuses to know receipts,
tries and breakers. Nothing that the other side chooses moves a connection elsewhere: no redirect is followed,
no proxy asked, no name looked up twice. One time-out holds for all of a post, however it trickles.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address
from typing import Any

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, ConnectingCancelledError
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from gateway.push.address import Address, Target, public, target
from gateway.push.line import Answer, BadAnswer, Line, Lost
from gateway.push.resolver import Resolve, Unresolved
from gateway.push.trust import Trust
from gateway.services import Clock
from gateway.settings import Push

MOST_ADDRESSES = 4  # of a name that are tried, one after the other

Sign = Callable[[bytes], bytes]


class NotTaken(Exception):
    """The post was not taken, or nobody knows whether it was; the text says why."""


class Poster:
    """Opens channels to callbacks."""

    def __init__(
        self, reactor: Any, settings: Push, resolve: Resolve, sign: Sign, certificate: str, clock: Clock
    ) -> None:
        """`sign` with the gateway's key; `certificate`: its fingerprint. Raises PkiError: a CA's file."""
        self.reactor = reactor
        self.settings = settings
        self.resolve = resolve
        self.clock = clock
        self._sign = sign
        self._certificate = certificate
        self.trust = Trust(settings.ca)

    def open(self, url: str, party: str) -> Channel:
        """A way to one callback; it connects with the first post. Raises BadUrl."""
        return Channel(self, target(url), party)

    def request(self, to: Target, party: str, kind: str, body: bytes, media_type: str) -> bytes:
        """The whole request; `statement` is signed, with SHA-256: RSA PKCS#1 v1.5, or ECDSA in DER."""
        time = int(self.clock().timestamp())
        signature = b64encode(self._sign(statement(kind, to.url, party, time, body))).decode()
        head = (
            f"POST {to.path} HTTP/1.1\r\nHost: {to.authority}\r\nUser-Agent: eport-gateway\r\n"
            f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n"
            f"EPort-Kind: {kind}\r\nEPort-Party: {party}\r\nEPort-Time: {time}\r\n"
            f"EPort-Certificate: {self._certificate}\r\nEPort-Signature: {signature}\r\n\r\n"
        )
        return head.encode("ascii") + body


def statement(kind: str, url: str, party: str, time: int, body: bytes) -> bytes:
    """The lines that a post's signature is over; `time` in seconds since 1970. No line feed at the end."""
    digest = hashlib.sha256(body).hexdigest()
    return f"eport-gateway push v1\n{kind}\n{url}\n{party}\n{time}\n{digest}".encode()


class Channel:
    """Posts to one callback, one after the other, on one connection while both sides keep it."""

    def __init__(self, poster: Poster, to: Target, party: str) -> None:
        self._poster = poster
        self._to = to
        self._party = party
        self._line: Line | None = None

    def post(self, kind: str, body: bytes, media_type: str, *, whole: bool = False) -> Deferred[bytes]:
        """Fires, with the answer's body where it is `whole`, when it was taken: 2xx. Fails with NotTaken."""
        made = self._poster.request(self._to, self._party, kind, body, media_type)
        posted = Deferred.fromCoroutine(self._post(made, whole))
        seconds = self._poster.settings.timeout_seconds
        return posted.addTimeout(seconds, self._poster.reactor, self._late).addErrback(self._not_taken)

    def close(self) -> None:
        """No more is posted."""
        if self._line is not None:
            self._line.close()
            self._line = None

    async def _post(self, request: bytes, whole: bool) -> bytes:
        answer = await self._asked(request, whole)
        if 200 <= answer.status < 300:
            return answer.body
        self.close()
        if 300 <= answer.status < 400:
            raise NotTaken(f"it answered {answer.status}, and redirects are not followed")
        raise NotTaken(f"it answered {answer.status}")

    async def _asked(self, request: bytes, whole: bool) -> Answer:
        if self._line is not None and self._line.idle:
            try:
                return await self._line.ask(request, whole=whole)
            except Lost as error:
                if not error.unheard:  # else it was closed while it was idle: the request met nobody
                    raise
        self.close()
        self._line = await self._connect()
        return await self._line.ask(request, whole=whole)

    async def _connect(self) -> Line:
        """To the first address that answers, of those that were judged just now."""
        addresses = await self._addresses()
        its, seconds = self._poster, self._poster.settings.connect_seconds
        factory = Factory.forProtocol(Line)
        factory.noisy = False
        error: Exception = Lost("it has no address", unheard=True)
        for each in addresses[:MOST_ADDRESSES]:
            kind: Any = TCP4ClientEndpoint if isinstance(each, IPv4Address) else TCP6ClientEndpoint
            plain = kind(its.reactor, str(each), self._to.port, timeout=seconds)
            proven: Any = its.trust.of(self._to)
            secured: Any = wrapClientTLS(proven, plain)
            try:
                line: Line = await secured.connect(factory)
            except ConnectError as failed:
                error = failed
            except ConnectingCancelledError:  # what Twisted makes of a cancelled connection
                raise CancelledError from None
            else:
                return line
        raise error

    async def _addresses(self) -> list[Address]:
        """All of the host's. Raises NotTaken unless each of them is public."""
        its = self._poster.settings
        if self._to.address is not None:
            found = [self._to.address]
        else:
            try:
                found = [ip_address(each) for each in await self._poster.resolve(self._to.host)]
            except Unresolved:
                found = []
        if not found or not all(public(each, its.allow, its.deny) for each in found):
            # In the same words: nobody learns from it which names there are inside, and where they lead.
            raise NotTaken(f"{self._to.host} was not found, or has an address that is not public")
        return found

    def _late(self, _: object, seconds: float) -> bytes:
        """Whatever the post ended with when it was broken off."""
        raise NotTaken(f"it did not answer within {seconds:g} seconds")

    def _not_taken(self, failure: Failure) -> Failure:
        self.close()
        error = failure.value
        if isinstance(error, BadAnswer | Lost):
            raise NotTaken(str(error)) from None
        if isinstance(error, ConnectError):
            raise NotTaken(f"no connection: {error}") from None
        if isinstance(error, VerificationError):
            raise NotTaken(f"its TLS certificate is not for {self._to.host}") from None
        if isinstance(error, SSL.Error):
            raise NotTaken(f"TLS failed: {_said(error)}") from None
        return failure


def _said(error: Exception) -> str:
    """OpenSSL's reasons, such as `certificate verify failed`."""
    reasons = error.args[0] if error.args else ()
    if not isinstance(reasons, list):
        return type(error).__name__
    return "; ".join(str(each[-1]) for each in reasons) or type(error).__name__
