"""Where the gateway may be sent to: the one form of a callback's URL, and which addresses are public.

Whoever registers a callback makes the gateway connect to a place of his choosing; so a host is a name or a
plain address, and every address that a name has must be one that everybody in the world could reach anyhow.
Pure: refuses to know how names are resolved, or what is posted.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

MAX_URL = 1024
HTTPS = 443
FIRST_PORT = 1024  # below it only 443: nobody makes the gateway speak to a mail server or a directory

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_URL = re.compile(
    r"https://(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?"
)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")  # what resolvers take for (part of) an address

# Beyond what `is_global` leaves out, which differs from one edition of Python to the next; from the IANA's
# registries of special-purpose addresses (RFC 6890), but the last.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # public by its number; the host's own services of a large cloud
    )
)
_UNICAST_6 = IPv6Network("2000::/3")  # all that is given out to anybody (RFC 4291, 2.4)
_NOT_PUBLIC_6 = tuple(
    IPv6Network(each) for each in ("2001::/23", "2001:db8::/32", "3fff::/20")
)  # protocols' own, Teredo among them; documentation
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network names IPv4 addresses


class BadUrl(ValueError):
    """The callback's URL cannot be used; the text says why and what is expected."""


@dataclass(frozen=True, slots=True)
class Target:
    """A callback's URL, taken apart."""

    url: str  # as it is stored and signed: scheme and host in small letters
    host: str  # a name, or an address without brackets
    port: int
    path: str
    address: Address | None  # where the host is one

    @property
    def authority(self) -> str:
        """For the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS else f"{host}:{self.port}"


def target(url: str) -> Target:
    """The parts of `url`. Raises BadUrl.

    https only; no user, no fragment; ASCII, as RFC 3986 has it; port 443 or at least 1024. A host that a
    resolver might read as a number in another notation (2130706433, 0177.1, 0x7f.1) is refused.
    """
    if len(url) > MAX_URL:
        raise BadUrl(f"a callback's URL has at most {MAX_URL} characters")
    found = _URL.fullmatch(url)
    if found is None:
        raise BadUrl(
            "a callback is https://host[:port]/path in plain ASCII, without user, blanks or fragment; "
            "other characters are percent-encoded, names of other scripts written as xn--…"
        )
    port = int(found["port"] or HTTPS)
    if port != HTTPS and not FIRST_PORT <= port <= 65535:
        raise BadUrl(f"the port {port} is not for callbacks: use 443, or one from {FIRST_PORT} to 65535")
    host = found["host"].lower()
    address = _literal(host)
    if address is None:
        _check_name(host)
    else:
        host = str(address)
    path = found["path"] or "/"
    made = Target("", host, port, path, address)
    return Target(f"https://{made.authority}{path}", host, port, path, address)


def host(url: str) -> str:
    """What the log may say of a callback's URL: there may be a secret in its path."""
    return url.partition("//")[2].partition("/")[0]


def public(address: Address, allow: Collection[Network] = (), deny: Collection[Network] = ()) -> bool:
    """Whether anybody in the world could reach it: unicast, of no special purpose, nor a wrapping of such.

    `allow`: networks that count as public here; `deny`: public ones that do not, whatever is allowed.
    """
    plain = _unwrapped(address)
    if any(plain in network for network in deny):
        return False
    if any(plain in network for network in allow):
        return True
    if isinstance(plain, IPv4Address):
        return plain.is_global and not any(plain in network for network in _NOT_PUBLIC_4)
    if plain.scope_id is not None or plain not in _UNICAST_6:
        return False
    if plain.sixtofour is not None:  # which editions of Python do not judge alike
        return public(plain.sixtofour, allow, deny)
    return plain.is_global and not any(plain in network for network in _NOT_PUBLIC_6)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address that the network makes of an IPv6 one (mapped, NAT64); others as they are."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _literal(host: str) -> Address | None:
    if host.startswith("["):
        try:
            return IPv6Address(host[1:-1])
        except ValueError:
            raise BadUrl(f"{host} is no IPv6 address") from None
    try:
        return ip_address(host)
    except ValueError:
        return None


def _check_name(host: str) -> None:
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl(f"{host} is no host name: letters, digits and hyphens between dots, none at its end")
    if _NUMBER.fullmatch(labels[-1]):
        raise BadUrl(f"{host} is no host name; an address is written as four decimal numbers, or in [ ]")
