"""The header by which a load balancer says whose connection it hands on."""

# ruff: noqa: N802 - Twisted's own names are camelCase

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock

from gateway.http.proxied import SECONDS, NotAHeader, Proxied, read
from tests.gateway.loop import Loop, reactor

V2 = b"\r\n\r\n\0\r\nQUIT\n"


def v2(source: str, *, command: int = 0x21, more: bytes = b"") -> bytes:
    """A header of version 2 for a client at `source`, port 4711."""
    address = ip_address(source)
    body = address.packed * 2 + struct.pack("!HH", 4711, 8443) + more
    return V2 + struct.pack("!BBH", command, 0x11 if address.version == 4 else 0x21, len(body)) + body


HEADERS = {
    "version 2, IPv4": (v2("203.0.113.7"), "203.0.113.7"),
    "version 2, IPv6": (v2("2001:db8::7"), "2001:db8::7"),
    "version 2, with more that is told": (v2("203.0.113.7", more=b"\x04\x00\x00"), "203.0.113.7"),
    "version 1, IPv4": (b"PROXY TCP4 203.0.113.7 192.0.2.1 4711 8443\r\n", "203.0.113.7"),
    "version 1, IPv6": (b"PROXY TCP6 2001:db8::7 2001:db8::1 4711 8443\r\n", "2001:db8::7"),
}
NOBODYS = {
    "version 2, the balancer itself": v2("203.0.113.7", command=0x20),
    "version 1, unknown": b"PROXY UNKNOWN\r\n",
}
WRONG = {
    "TLS from the first byte": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40),
    "a request in the clear": b"POST /v1/messages HTTP/1.1\r\n",
    "version 1 without an end": b"PROXY TCP4 " + b"1" * 120,
    "version 1, no address": b"PROXY TCP4 nowhere 192.0.2.1 4711 8443\r\n",
    "version 1, too few words": b"PROXY TCP4 203.0.113.7\r\n",
    "version 1, not ASCII": b"PROXY TCP4 \xff 192.0.2.1 4711 8443\r\n",
    "version 2, a command that nobody knows": v2("203.0.113.7", command=0x2F),
    "version 2, of version 3": v2("203.0.113.7", command=0x31),
    "version 2, endless": V2 + struct.pack("!BBH", 0x21, 0x11, 60_000),
    "version 2, too short for its addresses": V2 + struct.pack("!BBH", 0x21, 0x11, 4) + bytes(4),
    "version 2, a Unix socket's": V2 + struct.pack("!BBH", 0x21, 0x31, 216) + bytes(216),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_says_whose_connection_it_is(name: str) -> None:
    """Whatever comes behind it, and however few bytes of it have come so far."""
    header, client = HEADERS[name]
    for cut in range(1, len(header)):
        assert read(header[:cut]) is None
    found = read(header + b"\x16\x03\x01")
    assert found is not None
    assert found[0] is not None
    assert (found[0].host, found[1]) == (client, len(header))


@pytest.mark.parametrize("name", NOBODYS)
def test_a_balancer_may_speak_for_itself(name: str) -> None:
    """It asks whether the gateway is well, and comes under its own address then."""
    assert read(NOBODYS[name]) == (None, len(NOBODYS[name]))


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_header_is_refused(name: str) -> None:
    """Without waiting for bytes that nobody would read."""
    with pytest.raises(NotAHeader):
        read(WRONG[name])


class Told(Protocol):
    """Answers with the address that it was built for, and what it is sent."""

    def __init__(self, host: str) -> None:
        self._host = host

    def connectionMade(self) -> None:
        """Say whose connection it is."""
        assert self.transport is not None
        self.transport.write(self._host.encode() + b"|")

    def dataReceived(self, data: bytes) -> None:
        """Send it back."""
        assert self.transport is not None
        self.transport.write(data)


class Telling(Factory):
    """Builds them."""

    def buildProtocol(self, addr: Any) -> Told:
        """One for `addr`."""
        return Told(str(getattr(addr, "host", "")))


def telling() -> Any:
    """Twisted's interfaces are zope's, which the type checker does not know."""
    return Telling()


@contextmanager
def listening(loop: Loop, believed: str) -> Iterator[socket.socket]:
    """A connection to a port that believes balancers at `believed`."""
    factory = Proxied(reactor, telling(), [ip_network(believed)])
    port = loop.call(reactor.listenTCP, 0, factory, interface="127.0.0.1")
    try:
        with socket.create_connection(("127.0.0.1", port.getHost().port), 10) as client:
            yield client
    finally:
        loop.call(port.stopListening)


def everything(client: socket.socket) -> bytes:
    """All that comes until the other side ends it."""
    found = b""
    try:
        while piece := client.recv(1000):
            found += piece
    except ConnectionResetError:
        pass
    return found


class Cut:
    """A transport that may be cut."""

    aborted = False

    def abortConnection(self) -> None:
        """Cut it."""
        self.aborted = True


def test_behind_a_balancer_each_client_has_its_own_address(loop: Loop) -> None:
    """And loses no byte that came together with the header."""
    with listening(loop, "127.0.0.0/8") as client:
        client.sendall(v2("203.0.113.7") + b"hello")
        said = b"203.0.113.7|hello"
        assert client.recv(len(said), socket.MSG_WAITALL) == said


def test_a_stranger_cannot_say_whose_connection_it_is(loop: Loop) -> None:
    """Only the balancers' addresses are believed; others get nothing at all."""
    with listening(loop, "10.0.0.0/8") as client:
        assert everything(client) == b""


@pytest.mark.parametrize(("peer", "let_in"), [("::ffff:10.0.0.7", True), ("::ffff:10.0.1.7", False)])
def test_a_balancer_is_known_on_a_port_for_both_families(peer: str, let_in: bool) -> None:
    """There IPv4 addresses are written as IPv6 ones."""
    clock, transport = Clock(), Cut()
    factory = Proxied(clock, telling(), [ip_network("10.0.0.0/24")])
    address: Any = IPv6Address("TCP", peer, 1)
    protocol: Any = factory.buildProtocol(address)
    assert (protocol is not None) is let_in
    if let_in:
        protocol.makeConnection(transport)
        protocol.connectionLost()


def test_without_a_header_a_balancers_connection_is_cut(loop: Loop) -> None:
    """Or a balancer that was set up wrongly would make all its clients one."""
    with listening(loop, "127.0.0.0/8") as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert everything(client) == b""


def test_a_header_that_does_not_come_is_not_waited_for() -> None:
    """A connection that says nothing is cut after some seconds."""
    clock, transport = Clock(), Cut()
    local: Any = IPv4Address("TCP", "127.0.0.1", 1)
    factory = Proxied(clock, telling(), [ip_network("127.0.0.0/8")])
    protocol: Any = factory.buildProtocol(local)
    protocol.makeConnection(transport)
    protocol.dataReceived(b"PROXY TC")
    clock.advance(SECONDS)
    assert transport.aborted
