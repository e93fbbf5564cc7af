"""One SSH connection: algorithms, key exchange, who is heard and when, and how it ends.

Conch does the protocol (RFC 4253); here it is bound: modern algorithms only, nothing but the key exchange
during a key exchange (with OpenSSH's strict one against Terrapin, CVE-2023-48795), no packet after the end,
no output beyond what the client takes, and none of it for ever. Refuses to know users and channels.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802, N803, N815, RUF012 - Conch's own names are camelCase

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import structlog
from twisted.conch.ssh import transport as ssh
from twisted.conch.ssh.common import NS, getNS
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory
from twisted.python.failure import Failure

from terminals.host.channels import Channels
from terminals.host.limits import address
from terminals.host.login import SIGNATURES, Login
from terminals.host.people import Person, by_key
from terminals.host.visit import NEWCOMER

if TYPE_CHECKING:
    from terminals.host.host import Host

LINGER = 5.0  # seconds for a client to read why it was disconnected
_STRICT_SERVER, _STRICT_CLIENT = b"kex-strict-s-v00@openssh.com", b"kex-strict-c-v00@openssh.com"
_FIRST_CHANNEL_MESSAGE = 50  # RFC 4250, 4.1.2: from here on it is user authentication and connection
_SERVICE = range(5, 8)

log = structlog.get_logger("terminals.host.line")


class Line(ssh.SSHServerTransport):
    """The server's side of one connection."""

    transport: Any
    ourVersionString = b"SSH-2.0-EPortTerminal"
    supportedVersions = (b"2.0",)  # type: ignore[assignment] # no client offers SSH 1.99
    supportedKeyExchanges = [
        b"mlkem768x25519-sha256", b"curve25519-sha256", b"curve25519-sha256@libssh.org",
        b"ecdh-sha2-nistp256", b"ecdh-sha2-nistp384", b"ecdh-sha2-nistp521", _STRICT_SERVER,
    ]  # fmt: skip
    supportedPublicKeys = [b"ssh-ed25519", b"rsa-sha2-512", b"rsa-sha2-256"]  # of the host
    supportedCiphers = [b"aes256-ctr", b"aes192-ctr", b"aes128-ctr"]
    supportedMACs = [b"hmac-sha2-512", b"hmac-sha2-256"]
    supportedCompressions = [b"none"]

    def __init__(self, host: Host, peer: str) -> None:
        self.host = host
        self.peer = peer
        self.counted_as = address(peer)
        self.person: Person | None = None
        self.active_at = self._heard_at = host.clock.seconds()
        self._strict = self._over = self._leaving = False
        self._held_by: set[str] = set()
        self._timers: dict[str, Any] = {}

    @property
    def held(self) -> bool:
        """Whether nothing should be written now."""
        return bool(self._held_by)

    # -- beginning and end -------------------------------------------------------------------------------

    def connectionMade(self) -> None:
        """Say hello; whoever does not log in in time is a stranger who stays outside."""
        self.transport.setTcpNoDelay(True)
        self.transport.registerProducer(self, True)
        self._later("login", self.host.settings.login_seconds, self._too_slow)
        super().connectionMade()

    def logged_in(self, person: Person) -> None:
        """From now on it is idleness that ends the connection, or silence."""
        self.person = person
        self._cancel("login")
        self.host.strangers.leave(self.counted_as)
        self.active_at = self._heard_at
        self.setService(Channels(self))
        self._later("watch", self.host.settings.keepalive_seconds, self._watch)
        if person.role == NEWCOMER:
            stay = 60 * self.host.settings.newcomer_minutes
            self._later("newcomer", stay, lambda: self.farewell("host-newcomer-time"))
        if person.key:
            self._later("recheck", self.host.settings.recheck_seconds, self._recheck)

    def farewell(self, key: str, **values: object) -> None:
        """End every session with these words, and then the connection."""
        if self._leaving or self._over:
            return
        self._leaving = True
        if isinstance(self.service, Channels):
            self.service.farewell(key, values)
            self._later("leave", self.host.settings.end_seconds + LINGER, self._leave)
        else:
            self._leave()

    def emptied(self) -> None:
        """The last channel has closed."""
        if self._leaving:
            self._leave()

    def _leave(self) -> None:
        self.sendDisconnect(ssh.DISCONNECT_BY_APPLICATION, b"the session has ended")

    def sendDisconnect(self, reason: int, desc: bytes) -> None:
        """Say why, and end; nothing that comes after it is looked at."""
        if self._over:
            return
        self._over = True
        self._later("abort", LINGER, self.transport.abortConnection)
        self.transport.unregisterProducer()
        super().sendDisconnect(reason, desc)

    def connectionLost(self, reason: Failure | None = None) -> None:
        """It is over, whoever ended it."""
        self._over = True
        for name in list(self._timers):
            self._cancel(name)
        if self.service is not None:
            self.service.serviceStopped()
        self.host.left(self)

    # -- what comes --------------------------------------------------------------------------------------

    def dataReceived(self, data: bytes) -> None:
        """Take it; whatever goes wrong with it is this connection's end and nobody else's."""
        self._heard_at = self.host.clock.seconds()
        try:
            super().dataReceived(data)
        except Exception as error:  # strangers write here
            number = secrets.token_hex(4)
            log.error("a connection broke", peer=self.peer, incident=number, exc_info=error)
            self.transport.abortConnection()

    def dispatchMessage(self, messageNum: int, payload: bytes) -> None:
        """Nothing after the end, and nothing but a key exchange during one (RFC 4253, 7.1)."""
        if self._over:
            return
        if self._keyExchangeState != self._KEY_EXCHANGE_NONE:
            told = self._strict and self.sessionID is None and messageNum in range(2, 5)
            if told or messageNum in _SERVICE or messageNum >= _FIRST_CHANNEL_MESSAGE:
                self._broken(b"a key exchange is under way")
                return
        super().dispatchMessage(messageNum, payload)

    def ssh_KEXINIT(self, packet: bytes) -> None:
        """Begin a key exchange; the first one may be strict."""
        if self.sessionID is None and _STRICT_CLIENT in getNS(packet[16:])[0].split(b","):
            self._strict = True
            if self.incomingPacketSequence != 1:
                self._broken(b"the key exchange must come first")
                return
        super().ssh_KEXINIT(packet)

    def ssh_NEWKEYS(self, packet: bytes) -> None:
        """A key exchange is over."""
        super().ssh_NEWKEYS(packet)
        if self._strict:
            self.incomingPacketSequence = 0

    def ssh_SERVICE_REQUEST(self, packet: bytes) -> None:
        """Logging in, once."""
        service = getNS(packet)[0]
        if service != b"ssh-userauth" or self.service is not None:
            self.sendDisconnect(ssh.DISCONNECT_SERVICE_NOT_AVAILABLE, b"there is no such service now")
            return
        self.sendPacket(ssh.MSG_SERVICE_ACCEPT, NS(service))
        self.setService(Login(self))

    def receiveError(self, reasonCode: int, description: bytes) -> None:
        """The client has said good-bye; it is logged when the connection ends."""

    def receiveUnimplemented(self, seqnum: int) -> None:
        """The client does not know what we sent; nothing of it was needed."""

    def _broken(self, why: bytes) -> None:
        log.info("a connection broke the protocol", peer=self.peer, why=why.decode())
        self.sendDisconnect(ssh.DISCONNECT_PROTOCOL_ERROR, why)

    # -- what goes ---------------------------------------------------------------------------------------

    def sendPacket(self, messageType: int, payload: bytes) -> None:
        """Send; a strict client counts anew from its new keys on."""
        super().sendPacket(messageType, payload)
        if messageType == ssh.MSG_NEWKEYS and self._strict:
            self.outgoingPacketSequence = 0

    def sendExtInfo(self, extensions: Any) -> None:
        """The signatures that users may log in with; Conch would name those of the host's keys."""
        super().sendExtInfo([(b"server-sig-algs", b",".join(SIGNATURES))])

    def sendKexInit(self) -> None:
        """While keys are exchanged, nothing else may go: what it is comes to rest at its source."""
        super().sendKexInit()
        self._hold("keys")
        if self.sessionID is not None:
            self._later("keys", self.host.settings.login_seconds, self.transport.abortConnection)

    def _newKeys(self) -> None:
        super()._newKeys()
        self._cancel("keys")
        self._release("keys")

    def pauseProducing(self) -> None:
        """The client takes no more: it is not listened to either, so that it cannot ask for yet more."""
        self.transport.pauseProducing()
        self._hold("line")

    def resumeProducing(self) -> None:
        """The client takes again."""
        self.transport.resumeProducing()
        self._release("line")

    def stopProducing(self) -> None:
        """The connection is being lost, of which it is told by itself."""

    def _hold(self, why: str) -> None:
        before, self._held_by = self._held_by, self._held_by | {why}
        if not before and isinstance(self.service, Channels):
            self.service.hold()

    def _release(self, why: str) -> None:
        before, self._held_by = self._held_by, self._held_by - {why}
        if before and not self._held_by and isinstance(self.service, Channels):
            self.service.go_on()

    # -- time --------------------------------------------------------------------------------------------

    def _too_slow(self) -> None:
        log.info("refused", peer=self.peer, why="no login in time")
        self.sendDisconnect(ssh.DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE, b"you took too long to log in")

    def _watch(self) -> None:
        """Look after an open connection: is anybody typing, is anybody there."""
        its, now = self.host.settings, self.host.clock.seconds()
        self._later("watch", its.keepalive_seconds, self._watch)
        if now - self.active_at >= its.idle_minutes * 60:
            self.farewell("host-idle", minutes=round(its.idle_minutes))
        elif now - self._heard_at >= its.keepalive_seconds * its.keepalive_missed:
            log.info("a client is silent", peer=self.peer, seconds=round(now - self._heard_at))
            self.transport.abortConnection()
        elif now - self._heard_at >= its.keepalive_seconds and isinstance(self.service, Channels):
            self.service.keep_alive()

    def _recheck(self) -> None:
        """A card that was revoked meanwhile is no reason to be here; a gateway that says nothing is."""
        person = self.person
        assert person is not None
        self._later("recheck", self.host.settings.recheck_seconds, self._recheck)
        asked = self.host.gate.holders(person.key)
        asked.addCallback(lambda holders: by_key(person.came_as, person.key, holders))
        asked.addCallbacks(lambda found: None if found else self._revoked(), lambda failure: None)

    def _revoked(self) -> None:
        log.warning("whoever came by this key may not be here any more", peer=self.peer)
        self.farewell("host-revoked")

    def _later(self, name: str, seconds: float, call: Any) -> None:
        self._cancel(name)
        self._timers[name] = self.host.clock.callLater(seconds, self._due, name, call)

    def _due(self, name: str, call: Any) -> None:
        del self._timers[name]
        call()

    def _cancel(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


class Lines(Factory[Line]):
    """Makes the connections, as many as there may be."""

    noisy = False

    def __init__(self, host: Host) -> None:
        self.host = host
        self.privateKeys = host.keys
        self.publicKeys = {name: key.public() for name, key in host.keys.items()}

    def buildProtocol(self, addr: IAddress | None) -> Line | None:
        """A connection; None, which closes it, when there are too many."""
        line = self.host.admit(str(getattr(addr, "host", "")))
        if line is not None:
            line.factory = self  # type: ignore[assignment]
        return line
