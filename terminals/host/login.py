"""Logging in (RFC 4252): by a key that the gateway knows, or by an account and its password.

Knows the two methods, one request at a time, and how often one may try; refuses to judge either: the gateway
is asked each time, and nothing of its answer is remembered. A signature is verified before it is asked.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802, N815 - Conch's own names are camelCase

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING, Any

import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from twisted.conch.ssh import transport as ssh
from twisted.conch.ssh import userauth
from twisted.conch.ssh.common import NS, getNS
from twisted.conch.ssh.keys import BadKeyError, EncryptedKeyError, Key
from twisted.conch.ssh.service import SSHService
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from hardware.agent_protocol import fingerprint
from terminals.host.gate import HOST, Wait
from terminals.host.people import Person, by_key, by_password, newcomer
from terminals.language import say
from terminals.trouble import Trouble

if TYPE_CHECKING:
    from terminals.host.line import Line

SIGNATURES = (
    b"rsa-sha2-512", b"rsa-sha2-256",
    b"ecdsa-sha2-nistp256", b"ecdsa-sha2-nistp384", b"ecdsa-sha2-nistp521", b"ssh-ed25519",
)  # fmt: skip
_METHODS = b"publickey,password"
_RSA_BITS = 2048
_NAME, _PASSWORD, _BLOB = 64, 256, 8192  # characters, characters, bytes
_WAITING = 4  # requests that a client may send before it has an answer

log = structlog.get_logger("terminals.host.login")


class Login(SSHService):
    """One connection's way in."""

    name = b"ssh-userauth"
    protocolMessages = userauth.SSHUserAuthServer.protocolMessages

    def __init__(self, line: Line) -> None:
        self._line = line
        self._host = line.host
        self._waiting: deque[bytes] = deque()
        self._busy: Deferred[None] | None = None
        self._failed = 0

    def serviceStopped(self) -> None:
        """The connection is lost, or has gone on: what is still being asked interests nobody."""
        self._waiting.clear()
        busy, self._busy = self._busy, None
        if busy is not None:
            busy.cancel()

    def ssh_USERAUTH_REQUEST(self, packet: bytes) -> None:
        """One after the other, in the order in which they came (RFC 4252, 5.1)."""
        if len(self._waiting) >= _WAITING:
            self._line.sendDisconnect(ssh.DISCONNECT_PROTOCOL_ERROR, b"wait for the answers")
            return
        self._waiting.append(packet)
        self._next()

    def _next(self) -> None:
        if self._busy is not None or not self._waiting:
            return
        self._busy = busy = Deferred.fromCoroutine(self._try(self._waiting.popleft()))
        busy.addErrback(self._broke)
        busy.addBoth(self._done)

    def _done(self, _: object) -> None:
        self._busy = None
        self._next()

    def _broke(self, failure: Any) -> None:
        """A bug, or a packet that is none: the connection ends, and the log has it."""
        if self._busy is None:  # cancelled: the connection is lost
            return
        if failure.check(struct.error):
            self._line.sendDisconnect(ssh.DISCONNECT_PROTOCOL_ERROR, b"that is no request to log in")
            return
        log.error("a login broke", peer=self._line.peer, exc_info=failure.value)
        self._line.transport.abortConnection()

    async def _try(self, packet: bytes) -> None:
        user, service, method, rest = getNS(packet, 3)
        name = user.decode("utf-8", "replace")
        if service != b"ssh-connection" or not 0 < len(name) <= _NAME or "\ufffd" in name:
            await self._fail(name[:_NAME], method, "no such service or name")
            return
        if name == self._host.settings.newcomer_name:
            person = await self._newcomer(name, method)
        elif method == b"publickey":
            person = await self._by_key(name, rest, packet)
        elif method == b"password":
            person = await self._by_password(name, rest)
        else:  # `none` asks which there are
            self._refuse()
            return
        if person is not None:
            self._succeed(person, method)

    async def _newcomer(self, name: str, method: bytes) -> Person | None:
        """Whoever comes to register needs nothing, but there is room for a few only."""
        host, counted_as = self._host, self._line.counted_as
        if host.newcomers.full(counted_as) or host.arrivals.take(counted_as, 0) is None:
            await self._fail(name, method, "too many newcomers", "host-newcomers")
            return None
        host.newcomers.enter(counted_as)
        return newcomer(name)

    # -- by key ------------------------------------------------------------------------------------------

    async def _by_key(self, name: str, rest: bytes, packet: bytes) -> Person | None:
        signed, (algorithm, blob, signature) = rest[0:1] != b"\0", getNS(rest[1:], 2)
        public = _key(algorithm, blob)
        if public is None:
            await self._fail(name, b"publickey", f"an algorithm that is not taken: {_plain(algorithm)}")
            return None
        shown = fingerprint(blob)
        if signed and not self._holds(public, algorithm, getNS(signature)[0], packet):
            await self._fail(name, b"publickey", "the signature does not hold", key=shown)
            return None
        wait = self._host.offers.take(self._line.counted_as, self._host.settings.login_seconds / 2)
        if wait is None:
            await self._fail(name, b"publickey", "too many keys from this address", "host-keys", key=shown)
            return None
        if wait:  # whoever offers keys without end must not be asked for before all others
            await deferLater(self._host.reactor, wait)
        try:
            person = by_key(name, shown, await self._host.gate.holders(shown))
        except Trouble as trouble:
            await self._fail(name, b"publickey", str(trouble), "host-no-gateway", key=shown)
            return None
        if person is None:
            await self._fail(name, b"publickey", "no holder of this key has this name", key=shown)
        elif not signed:
            self._line.sendPacket(userauth.MSG_USERAUTH_PK_OK, NS(algorithm) + NS(blob))
        else:
            return person
        return None

    def _holds(self, public: Key, algorithm: bytes, signature: bytes, packet: bytes) -> bool:
        """Whether the request is signed, with the algorithm that it says (RFC 4252, 7)."""
        assert self._line.sessionID is not None
        unsigned = packet[: len(packet) - len(signature) - 4]
        data = NS(self._line.sessionID) + bytes([userauth.MSG_USERAUTH_REQUEST]) + unsigned
        try:
            return getNS(signature)[0] == algorithm and bool(public.verify(signature, data))
        except (ValueError, struct.error, UnsupportedAlgorithm):
            return False

    # -- by password -------------------------------------------------------------------------------------

    async def _by_password(self, name: str, rest: bytes) -> Person | None:
        password = getNS(rest[1:])[0].decode("utf-8", "replace")
        if (
            rest[0:1] != b"\0" or not 0 < len(password) <= _PASSWORD
        ):  # or it is to be changed, here of all places
            await self._fail(name, b"password", "no password that anybody has")
            return None
        try:
            granted = await self._host.gate.password(name, password, self._line.peer)
        except Wait as wait:
            await self._fail(name, b"password", str(wait), "host-wait", seconds=wait.seconds)
            return None
        except Trouble as trouble:
            await self._fail(name, b"password", str(trouble), "host-no-gateway")
            return None
        if granted is None:
            await self._fail(name, b"password", "the gateway does not accept it")
            return None
        person = by_password(name, granted)
        if person.role == HOST:
            self._host.gate.end(person.token)
            await self._fail(name, b"password", "a host is nobody who sits at a terminal")
            return None
        return person

    # -- how it ends -------------------------------------------------------------------------------------

    def _succeed(self, person: Person, method: bytes) -> None:
        log.info(
            "login", peer=self._line.peer, by=method.decode(), account=person.account, holder=person.holder,
            role=person.role, party=person.dxp_id,
        )  # fmt: skip
        self._waiting.clear()
        self._line.sendPacket(userauth.MSG_USERAUTH_SUCCESS, b"")
        self._busy = None
        self._line.logged_in(person)

    async def _fail(
        self, name: str, method: bytes, why: str, words: str = "", *, key: str = "", **values: object
    ) -> None:
        """Refuse, in both languages where the person can do something about it: which is not known yet."""
        shown = {"key": key} if key else {}
        log.info("refused", peer=self._line.peer, by=_plain(method), name=name, why=why, **shown)
        if words:
            text = "".join(f"{say(language, words, **values)}\r\n" for language in ("zh", "en"))
            self._line.sendPacket(userauth.MSG_USERAUTH_BANNER, NS(text.encode()) + NS(b""))
        self._failed += 1
        if method == b"password":
            await deferLater(self._host.reactor, self._host.settings.password_delay)
        if self._failed >= self._host.settings.attempts:
            self._line.sendDisconnect(
                ssh.DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE, b"too many failed attempts to log in"
            )
            return
        self._refuse()

    def _refuse(self) -> None:
        self._line.sendPacket(userauth.MSG_USERAUTH_FAILURE, NS(_METHODS) + b"\0")


def _key(algorithm: bytes, blob: bytes) -> Key | None:
    """The key, if it is one that may log in, and of the kind that the algorithm is for."""
    if algorithm not in SIGNATURES or len(blob) > _BLOB:
        return None
    wanted = b"ssh-rsa" if algorithm.startswith(b"rsa-") else algorithm
    try:
        key = Key.fromString(blob, "BLOB")
        fits = key.sshType() == wanted and (wanted != b"ssh-rsa" or key.size() >= _RSA_BITS)
    except (BadKeyError, EncryptedKeyError, ValueError, KeyError, struct.error, UnsupportedAlgorithm):
        return None
    return key if fits else None


def _plain(text: bytes) -> str:
    """What a stranger sent, for the log."""
    return text[:64].decode("ascii", "replace")
