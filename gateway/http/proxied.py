"""The PROXY protocol (versions 1 and 2): whose connection a load balancer hands on.

Knows the header that comes before the first byte, and from which addresses it is believed; refuses to know
what follows. Without it every client behind a balancer would be one address, and share its limits.
Source: HAProxy's proxy-protocol.txt.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IProtocolFactory
from twisted.internet.protocol import Factory, Protocol

from gateway.services import Reactor

Networks = Sequence[IPv4Network | IPv6Network]

SECONDS = 5.0  # in which the header must be whole
_V2 = b"\r\n\r\n\0\r\nQUIT\n"
_V2_HEAD = 16  # bytes before its addresses
_V2_LONGEST = 536  # 16, two Unix addresses, and some room for what else a balancer tells
_V1_LONGEST = 107
_LOCAL, _PROXY = 0x20, 0x21
_TCP4, _TCP6 = 0x11, 0x21


class NotAHeader(ValueError):
    """What came first is no header of the PROXY protocol, or one that says nothing usable."""


class Proxied(Factory):
    """Builds the protocols of `inner` for the clients behind balancers; whoever else connects is cut off."""

    noisy = False

    def __init__(self, reactor: Reactor, inner: IProtocolFactory, balancers: Networks) -> None:
        self.reactor = reactor
        self.inner: Any = inner
        self._balancers = balancers

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        """Twisted: somebody connected."""
        host = ip_address(str(getattr(addr, "host", "0.0.0.0")))  # noqa: S104 - nobody's address
        # To a port that listens on both, an IPv4 balancer comes as ::ffff:10.0.0.10.
        host = getattr(host, "ipv4_mapped", None) or host
        if not any(host in network for network in self._balancers):
            return None
        return _Announced(self)


class _Announced(Protocol):
    """A connection until its header has come; then its transport is the inner protocol's."""

    def __init__(self, factory: Proxied) -> None:
        self._factory = factory
        self._held = b""
        self._over = factory.reactor.callLater(SECONDS, self._give_up)

    def dataReceived(self, data: bytes) -> None:
        """Twisted: bytes came."""
        self._held += data
        try:
            found = read(self._held)
        except NotAHeader:
            self._give_up()
            return
        if found is None:
            return
        address, length = found
        transport: Any = self.transport
        rest, self._held = self._held[length:], b""
        self._quiet()
        inner = self._factory.inner.buildProtocol(address or transport.getPeer())
        if inner is None:
            transport.abortConnection()
            return
        transport.protocol = inner
        inner.makeConnection(transport)
        if rest:
            inner.dataReceived(rest)

    def connectionLost(self, reason: Any = None) -> None:
        """Twisted: it is gone before it said whose it is."""
        self._quiet()

    def _quiet(self) -> None:
        if self._over.active():
            self._over.cancel()

    def _give_up(self) -> None:
        self._quiet()
        transport: Any = self.transport
        transport.abortConnection()


def read(data: bytes) -> tuple[IPv4Address | IPv6Address | None, int] | None:
    """The client's address and the header's length in bytes; None while the header is not whole.

    No address: the balancer speaks for itself, as to ask whether the gateway is well. Raises NotAHeader.
    """
    if data[: len(_V2)] == _V2[: len(data)]:
        return _version_2(data)
    if data[:6] == b"PROXY "[: len(data)]:
        return _version_1(data)
    raise NotAHeader


def _version_2(data: bytes) -> tuple[IPv4Address | IPv6Address | None, int] | None:
    if len(data) < _V2_HEAD:
        return None
    command, family = data[12], data[13]
    length = _V2_HEAD + int.from_bytes(data[14:16], "big")
    if command not in (_LOCAL, _PROXY) or length > _V2_LONGEST:
        raise NotAHeader
    if len(data) < length:
        return None
    if command == _LOCAL:
        return None, length
    width = {_TCP4: 4, _TCP6: 16}.get(family)
    if width is None or length < _V2_HEAD + 2 * width + 4:
        raise NotAHeader
    source = data[_V2_HEAD : _V2_HEAD + width]
    port = int.from_bytes(data[_V2_HEAD + 2 * width : _V2_HEAD + 2 * width + 2], "big")
    return _address(str(ip_address(source)), port), length


def _version_1(data: bytes) -> tuple[IPv4Address | IPv6Address | None, int] | None:
    end = data.find(b"\r\n", 0, _V1_LONGEST)
    if end < 0:
        if len(data) >= _V1_LONGEST:
            raise NotAHeader
        return None
    words = data[:end].split(b" ")
    if words[1:2] == [b"UNKNOWN"]:
        return None, end + 2
    try:
        _, family, source, _, port, _ = (word.decode("ascii") for word in words)
        if family not in ("TCP4", "TCP6"):
            raise NotAHeader
        return _address(str(ip_address(source)), int(port)), end + 2
    except ValueError:
        raise NotAHeader from None


def _address(host: str, port: int) -> IPv4Address | IPv6Address:
    return (IPv6Address if ":" in host else IPv4Address)("TCP", host, port)
