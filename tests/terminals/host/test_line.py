"""The protocol below OpenSSH's client: what a client might send that OpenSSH's never does."""

# ruff: noqa: N802, N803 - Conch's own names are camelCase

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.conch.ssh import transport as ssh
from twisted.conch.ssh.common import NS
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock

from hardware.file import CertificateFile
from terminals.host.channel import WINDOW
from terminals.host.host import Host
from terminals.host.line import Line, Lines
from terminals.host.session import Session
from terminals.host.settings import Settings
from tests.terminals.office import Office

DISCONNECT, IGNORE, UNIMPLEMENTED, SERVICE, ACCEPT, KEXINIT, NEWKEYS = 1, 2, 3, 5, 6, 20, 21
REQUEST, FAILURE, SUCCESS = 50, 51, 52
GLOBAL, OPEN, OPENED, REFUSED, ADJUST, DATA, EXTENDED, EOF, CLOSE, ASK, DONE, DENIED = (
    80, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100,
)  # fmt: skip
GRANTED = {"dxpId": "DXPENT0000000001", "role": "operator", "holder": "李录", "card": "", "token": "secret"}


class Transport:
    """A TCP connection's end: what was written waits here to be taken along.

    Twisted has one in twisted.internet.testing, but its import declares interfaces on collections.abc, after
    which xmlschema builds no schema in this process.
    """

    def __init__(self) -> None:
        self.disconnecting = self.disconnected = False
        self.producerState = "producing"
        self._waiting = b""

    def write(self, data: bytes) -> None:
        """Say something."""
        self._waiting += data

    def writeSequence(self, data: Iterable[bytes]) -> None:
        """Say it in parts."""
        self.write(b"".join(data))

    def value(self) -> bytes:
        """What waits."""
        return self._waiting

    def clear(self) -> None:
        """It was taken along."""
        self._waiting = b""

    def loseConnection(self) -> None:
        """End it when all is said."""
        self.disconnecting = True

    def abortConnection(self) -> None:
        """End it now."""
        self.disconnected = True

    def pauseProducing(self) -> None:
        """Read no more for now."""
        self.producerState = "paused"

    def resumeProducing(self) -> None:
        """Read on."""
        self.producerState = "producing"

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Whoever writes here would be told when to wait; nothing waits."""

    def unregisterProducer(self) -> None:
        """He has said all."""

    def getPeer(self) -> IPv4Address:
        """The other end."""
        return IPv4Address("TCP", "198.51.100.7", 1)

    def getHost(self) -> IPv4Address:
        """The host's end."""
        return IPv4Address("TCP", "127.0.0.1", 22)

    def setTcpNoDelay(self, on: bool) -> None:
        """Nothing waits here anyway."""

    def setTcpKeepAlive(self, on: bool) -> None:
        """Nor falls asleep."""


class Peer(ssh.SSHClientTransport):
    """A client that says whatever it is told, and notes what comes."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, bytes]] = []

    def verifyHostKey(self, hostKey: bytes, fingerprint: bytes) -> Deferred[int]:
        """Any."""
        return succeed(1)

    def connectionSecure(self) -> None:
        """It may begin."""

    def dispatchMessage(self, messageNum: int, payload: bytes) -> None:
        """Note it, and do what a client does about keys."""
        self.heard.append((messageNum, payload))
        if 20 <= messageNum < 50:
            super().dispatchMessage(messageNum, payload)

    def receiveError(self, reasonCode: int, description: bytes) -> None:
        """Noted already."""


class Wire:
    """The two ends, and what is between them."""

    def __init__(self, host: Host) -> None:
        self.host = host
        line = Lines(host).buildProtocol(IPv4Address("TCP", "198.51.100.7", 1))
        assert line is not None
        self.line: Line = line
        self.peer = Peer()
        self.peer.supportedCompressions = [b"none"]
        self.there, self.here = Transport(), Transport()
        self.line.makeConnection(self.there)
        self.peer.makeConnection(self.here)

    @property
    def over(self) -> bool:
        """Whether the host has ended it."""
        return bool(self.there.disconnecting or self.there.disconnected)

    def pump(self) -> None:
        """Carry everything that is under way."""
        while self.there.value() or self.here.value():
            to_peer, to_host = self.there.value(), self.here.value()
            self.there.clear()
            self.here.clear()
            if to_host and not self.there.disconnected:
                self.line.dataReceived(to_host)
            if to_peer:
                self.peer.dataReceived(to_peer)

    def say(self, kind: int, payload: bytes = b"") -> list[tuple[int, bytes]]:
        """Send one message; what came back."""
        before = len(self.peer.heard)
        self.peer.sendPacket(kind, payload)
        self.pump()
        return self.peer.heard[before:]

    def kinds(self, kind: int, payload: bytes = b"") -> list[int]:
        """The same, the kinds of messages only."""
        return [each[0] for each in self.say(kind, payload)]

    def log_in(self) -> None:
        """As somebody with a password."""
        self.pump()
        assert self.kinds(SERVICE, NS(b"ssh-userauth")) == [ACCEPT]
        assert self.kinds(REQUEST, login(b"right")) == [SUCCESS]

    def open(self, window: int = 1 << 20, packet: int = 32768) -> int:
        """A session's number."""
        ((kind, payload),) = self.say(OPEN, NS(b"session") + struct.pack(">3L", 7, window, packet))
        assert kind == OPENED
        return int(struct.unpack(">L", payload[4:8])[0])


def login(password: bytes, user: bytes = b"alice") -> bytes:
    """A request to log in by password."""
    return NS(user) + NS(b"ssh-connection") + NS(b"password") + b"\0" + NS(password)


@pytest.fixture
def host(tmp_path: Path, office: Office, signer: CertificateFile) -> Iterator[Host]:
    """A host that listens nowhere; the gateway across the network takes one password."""
    clock: Any = Clock()
    made = Host(clock, Settings.load(tmp_path / "state"), "https://localhost:1", office.ca_pem, signer)
    gate: Any = SimpleNamespace(
        holders=lambda key: succeed([]),
        password=lambda name, password, client: succeed(GRANTED if password == "right" else None),
        end=lambda token: None,
    )
    made.gate = gate
    yield made
    shutil.rmtree(made.runtime, ignore_errors=True)


@pytest.fixture
def wire(host: Host) -> Wire:
    """A client whose keys are exchanged."""
    made = Wire(host)
    made.pump()
    return made


@pytest.fixture
def inside(wire: Wire) -> Wire:
    """A client that has logged in."""
    wire.log_in()
    return wire


# -- keys ----------------------------------------------------------------------------------------


def test_nothing_but_keys_is_spoken_of_before_there_are_any(host: Host) -> None:
    """A request to log in that comes in clear text ends the connection."""
    for kind, payload in ((SERVICE, NS(b"ssh-userauth")), (REQUEST, login(b"right")), (GLOBAL, NS(b"x"))):
        wire = Wire(host)
        wire.peer._keyExchangeState = wire.peer._KEY_EXCHANGE_NONE  # it sends it all the same
        wire.say(kind, payload)
        assert wire.over
        assert wire.line.service is None


def test_nothing_comes_before_a_strict_key_exchange(host: Host) -> None:
    """A message smuggled in front of it (Terrapin) ends the connection, where the client asked for that."""
    for strict in (True, False):
        wire = Wire(host)
        wire.peer.supportedKeyExchanges = [*ssh.SSHTransportBase.supportedKeyExchanges]
        if strict:
            wire.peer.supportedKeyExchanges.append(b"kex-strict-c-v00@openssh.com")
        wire.here.clear()
        wire.here.write(wire.peer.ourVersionString + b"\r\n")
        wire.peer._keyExchangeState = wire.peer._KEY_EXCHANGE_NONE
        wire.peer.sendPacket(IGNORE, NS(b""))
        wire.peer.sendKexInit()
        wire.line.dataReceived(wire.here.value())
        assert wire.over == strict


def test_nothing_else_is_said_during_a_key_exchange(inside: Wire) -> None:
    """Otherwise its answers would have to be kept until the end of it, which may never come."""
    inside.peer.sendKexInit()
    inside.peer._keyExchangeState = inside.peer._KEY_EXCHANGE_NONE
    number = struct.pack(">L", 0)
    inside.peer.sendPacket(ASK, number + NS(b"env") + b"\1")
    inside.pump()
    assert inside.over


def test_a_key_exchange_that_does_not_end_ends_the_connection(inside: Wire) -> None:
    """It holds everything back, so it has a time."""
    inside.peer.sendKexInit()
    inside.line.dataReceived(inside.here.value())
    assert inside.line.held
    inside.host.clock.advance(61)  # type: ignore[attr-defined]
    assert inside.over


# -- logging in ----------------------------------------------------------------------------------


def test_there_is_one_login_and_one_service(wire: Wire) -> None:
    """Asking for it again, or for another one, ends the connection."""
    wire.log_in()
    assert DISCONNECT in wire.kinds(SERVICE, NS(b"ssh-userauth"))
    assert wire.over


@pytest.mark.parametrize("service", [b"ssh-connection", b"", b"ssh-userauth2"])
def test_other_services_are_not_there_before_a_login(wire: Wire, service: bytes) -> None:
    """Above all not the one behind it."""
    assert DISCONNECT in wire.kinds(SERVICE, NS(service))


def test_channels_are_not_there_before_a_login(wire: Wire) -> None:
    """Messages of the connection mean nothing to the login."""
    wire.say(SERVICE, NS(b"ssh-userauth"))
    opening = NS(b"session") + struct.pack(">3L", 7, 1 << 20, 32768)
    assert wire.kinds(OPEN, opening) == [UNIMPLEMENTED]


def test_requests_are_answered_in_their_order_and_not_all_at_once(wire: Wire) -> None:
    """Guesses sent without waiting are tried one after the other, a few of them; more end the connection."""
    asked: list[Deferred[Any]] = []

    def ask(name: str, password: str, client: str) -> Deferred[Any]:
        asked.append(Deferred())
        return asked[-1]

    wire.host.gate.password = ask  # type: ignore[assignment]
    wire.say(SERVICE, NS(b"ssh-userauth"))
    for guess in (b"1", b"2", b"3"):
        wire.say(REQUEST, login(guess))
    assert len(asked) == 1
    asked[0].callback(None)
    wire.host.clock.advance(1)  # type: ignore[attr-defined]
    assert len(asked) == 2
    for guess in (b"4", b"5", b"6", b"7"):
        wire.say(REQUEST, login(guess))
    assert wire.over
    wire.line.connectionLost()
    assert asked[1].called


def test_a_login_that_succeeds_ends_what_was_sent_behind_it(wire: Wire) -> None:
    """A second request in the same breath changes nothing of who it is."""
    wire.say(SERVICE, NS(b"ssh-userauth"))
    wire.peer.sendPacket(REQUEST, login(b"right"))
    wire.peer.sendPacket(REQUEST, login(b"right", b"mallory"))
    wire.pump()
    assert wire.line.person is not None
    assert wire.line.person.account == "alice"


@pytest.mark.parametrize(
    "rest",
    [b"", b"\0", NS(b"a"), NS(b"publickey"), NS(b"password"), b"\xff" * 9, NS(b"publickey") + b"\1\0\0"],
)
def test_a_request_that_is_none_is_refused_or_the_end(
    wire: Wire, rest: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback for strangers to fill the log with."""
    wire.say(SERVICE, NS(b"ssh-userauth"))
    for head in (b"", NS(b"a") + NS(b"ssh-connection")):
        assert wire.over or wire.kinds(REQUEST, head + rest)[-1] in (FAILURE, DISCONNECT)
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("algorithm", "blob"),
    [
        (b"ssh-dss", NS(b"ssh-dss") + b"\0" * 20), (b"ssh-rsa", NS(b"ssh-rsa") + b"\0" * 20),
        (b"rsa-sha2-256", NS(b"ssh-ed25519") + NS(b"x" * 32)), (b"ssh-ed25519", b""),
        (b"ssh-ed25519", NS(b"ssh-ed25519") + NS(b"x")), (b"rsa-sha2-512", NS(b"ssh-rsa") + NS(b"\1") * 2),
        (b"ecdsa-sha2-nistp256", NS(b"ecdsa-sha2-nistp256") + NS(b"nistp256") + NS(b"\4" + b"\0" * 64)),
        (b"ssh-rsa-cert-v01@openssh.com", b"x" * 100), (b"sk-ssh-ed25519@openssh.com", b"x" * 100),
    ],
)  # fmt: skip
def test_keys_that_are_none_are_refused(wire: Wire, algorithm: bytes, blob: bytes) -> None:
    """Old kinds, wrong kinds, points beside the curve: an answer, and the next try is taken."""
    wire.say(SERVICE, NS(b"ssh-userauth"))
    for signed in (b"\0", b"\1"):
        head = NS(b"alice") + NS(b"ssh-connection") + NS(b"publickey") + signed
        assert wire.kinds(REQUEST, head + NS(algorithm) + NS(blob) + NS(NS(algorithm) + NS(b"x"))) == [
            FAILURE
        ]
    assert wire.kinds(REQUEST, login(b"right")) == [SUCCESS]


# -- channels ------------------------------------------------------------------------------------


@pytest.mark.parametrize("packet", [0, 1, 511])
def test_a_client_must_take_packets_worth_sending(inside: Wire, packet: int) -> None:
    """Of a byte each they would cost more than they carry; of none they would never end."""
    opening = NS(b"session") + struct.pack(">3L", 7, 1 << 20, packet)
    assert inside.kinds(OPEN, opening) == [REFUSED]


@pytest.mark.parametrize("kind", [b"direct-tcpip", b"x11", b"forwarded-tcpip", b"tun@openssh.com", b""])
def test_only_sessions_can_be_opened(inside: Wire, kind: bytes) -> None:
    """Whatever else is asked for."""
    assert inside.kinds(OPEN, NS(kind) + struct.pack(">3L", 7, 1 << 20, 32768) + b"x" * 50) == [REFUSED]


def test_a_client_that_promised_no_more_sessions_gets_none(inside: Wire) -> None:
    """OpenSSH's own promise, kept for it: whoever takes the line over opens nothing."""
    assert inside.kinds(GLOBAL, NS(b"no-more-sessions@openssh.com") + b"\1") == [81]
    assert inside.kinds(OPEN, NS(b"session") + struct.pack(">3L", 7, 1 << 20, 32768)) == [REFUSED]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda number: (DATA, number + NS(b"x" * (WINDOW + 1))),
        lambda number: (DATA, number + NS(b"x" * 40_000)),
        lambda number: (ADJUST, number + b"\xff\xff\xff\xff"),
        lambda number: (ASK, number + NS(b"pty-req") + b"\1" + NS(b"xterm")),
        lambda number: (ASK, number + NS(b"env") + b"\1\xff"),
        lambda number: (DATA, number),
    ],
)
def test_an_error_in_a_channel_is_its_own_end_only(
    inside: Wire, spoil: Callable[[bytes], tuple[int, bytes]]
) -> None:
    """Beyond the window, beyond the packet, cut short: the channel closes, the other one goes on."""
    bad, good = inside.open(), inside.open()
    assert CLOSE in inside.kinds(*spoil(struct.pack(">L", bad)))
    assert not inside.over
    ask = struct.pack(">L", good) + NS(b"env") + b"\1" + NS(b"LANG") + NS(b"C")
    assert inside.kinds(ASK, ask) == [DONE]


def test_a_bug_in_a_channel_is_its_own_end_only(inside: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a handler raises."""
    bad, good = inside.open(), inside.open()

    def fail(self: Session, data: bytes) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Session, "dataReceived", fail)
    assert inside.kinds(DATA, struct.pack(">L", bad) + NS(b"x")) == [CLOSE]
    monkeypatch.undo()
    assert inside.kinds(DATA, struct.pack(">L", good) + NS(b"x")) == []
    assert not inside.over


def test_a_message_for_no_channel_ends_the_connection(inside: Wire) -> None:
    """Nothing could be closed instead."""
    assert DISCONNECT in inside.kinds(DATA, struct.pack(">L", 99) + NS(b"x"))


def test_what_comes_too_early_stays_within_the_window(inside: Wire) -> None:
    """Data before there is a use for it is kept, and the window is not opened again."""
    number = struct.pack(">L", inside.open())
    for _ in range(WINDOW // 32768):
        assert inside.kinds(DATA, number + NS(b"x" * 32768)) == []
    assert CLOSE in inside.kinds(DATA, number + NS(b"x"))


def test_a_line_that_takes_nothing_is_not_listened_to(inside: Wire) -> None:
    """While the client does not read, what it asks is not even looked at; then all of it is."""
    inside.line.pauseProducing()
    assert inside.there.producerState == "paused"
    assert inside.line.held
    inside.line.resumeProducing()
    assert inside.there.producerState == "producing"
    assert not inside.line.held


def test_nothing_is_heard_after_the_end(inside: Wire) -> None:
    """What was sent behind the message that ended it is thrown away."""
    inside.peer.sendPacket(SERVICE, NS(b"ssh-userauth"))
    inside.peer.sendPacket(OPEN, NS(b"session") + struct.pack(">3L", 7, 1 << 20, 32768))
    inside.pump()
    assert [kind for kind, _ in inside.peer.heard[-2:]] != [DISCONNECT, OPENED]
    assert not inside.line.service.channels  # type: ignore[union-attr]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=80)), max_size=8))
def test_whatever_is_sent_the_line_stands_or_ends(host: Host, messages: list[tuple[int, bytes]]) -> None:
    """No message makes anything else of it, logged in or not."""
    for within in (False, True):
        wire = Wire(host)
        wire.pump()
        if within:
            wire.log_in()
            wire.open()
        for kind, payload in messages:
            if not wire.over and not 20 <= kind < 50:
                wire.say(kind, payload)
        wire.line.connectionLost()
    assert host.connections.count == host.strangers.count == 0
