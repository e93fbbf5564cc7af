"""Which URLs a callback may have, and which addresses the gateway may be sent to."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from gateway.push.address import BadUrl, public, target

GOOD = {
    "https://erp.example.com/eport/receipts": ("erp.example.com", 443, "/eport/receipts"),
    "https://ERP.Example.COM": ("erp.example.com", 443, "/"),
    "https://erp.example.com:443/": ("erp.example.com", 443, "/"),
    "https://erp.example.com:8443/a?b=c&d=%E4%B8%AD": ("erp.example.com", 8443, "/a?b=c&d=%E4%B8%AD"),
    "https://93.184.216.34/": ("93.184.216.34", 443, "/"),
    "https://[2606:2800:220:1::1]:1024/x": ("2606:2800:220:1::1", 1024, "/x"),
    "https://xn--fiq228c.example/": ("xn--fiq228c.example", 443, "/"),
}

BAD = [
    "", "http://erp.example.com/", "ftp://erp.example.com/", "//erp.example.com/", "erp.example.com",
    "HTTPS://erp.example.com/", "https:/erp.example.com/", "https:///path", "https://:443/",
    "https://user@erp.example.com/", "https://user:secret@erp.example.com/", "https://erp.example.com@127.0.0.1/",
    "https://erp.example.com/#part", "https://erp.example.com\\@127.0.0.1/", "https://erp.example.com?q=1",
    "https://erp.example.com./", "https://.example.com/", "https://erp..example.com/", "https://-a.example/",
    "https://erp_1.example.com/", "https://中国.example/", "https://erp.example.com/中",
    "https://erp.example.com/%zz", "https://erp.example.com/ x", " https://erp.example.com/",
    "https://erp.example.com/\n", "https://erp.example.com/\r\nHost: other", "https://erp.example.com/\tx",
    "https://erp.example.com/\x00", "https://erp.example.com/a\"b", "https://erp.example.com/<a>",
    "https://erp.example.com:0/", "https://erp.example.com:22/", "https://erp.example.com:80/",
    "https://erp.example.com:65536/", "https://erp.example.com:/", "https://erp.example.com:8443x/",
    "https://erp.example.com:٤٤٣/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://017700000001/", "https://127.1/", "https://0177.0.0.1/", "https://127.0.0.01/",
    "https://127.0.0.1.1/", "https://127.0.0.256/", "https://[::1%25eth0]/", "https://[fe80::1%eth0]/",
    "https://[127.0.0.1]/", "https://[::1/", "https://[v1.x]/", "https://::1/",
    "https://a." + "b" * 64 + ".example/", "https://erp.example.com/" + "x" * 1024,
]  # fmt: skip

PUBLIC = ["8.8.8.8", "93.184.216.34", "2001:4860:4860::8888", "2606:2800:220:1::1", "::ffff:8.8.8.8",
          "64:ff9b::808:808", "2002:808:808::1"]  # fmt: skip

NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::7f00:1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::808:808", "100::1",
    "2001::1", "2001:0:808:808::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::",
    "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD)
def test_a_callback_is_a_plain_https_url(url: str) -> None:
    """Its parts are taken apart, host in small letters, the usual port left out."""
    found = target(url)
    assert (found.host, found.port, found.path) == GOOD[url]
    assert target(found.url) == found
    assert found.url.startswith(f"https://{found.authority}/")


@pytest.mark.parametrize("url", BAD)
def test_anything_else_is_refused_with_a_reason(url: str) -> None:
    """Other schemes, users, fragments, other notations of an address, bytes that would end a header."""
    with pytest.raises(BadUrl, match=r"\w{3}"):
        target(url)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_all_the_world_can_reach_is_public(address: str) -> None:
    """Also where an IPv4 address is wrapped in an IPv6 one."""
    assert public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_near_or_special_is_not_public(address: str) -> None:
    """Loopback, private, link-local, metadata, multicast, documentation, and every wrapping of them."""
    assert not public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://127.0.0.1/", "127.0.0.1"), ("https://[::ffff:169.254.169.254]/", "::ffff:a9fe:a9fe")],
)
def test_an_address_that_is_written_out_is_judged_like_any(url: str, host: str) -> None:
    """The URL's form says nothing about it; the address does."""
    found = target(url)
    assert found.host == host
    assert found.address is not None
    assert not public(found.address)


def test_settings_say_what_else_counts_as_public_and_what_does_not() -> None:
    """An intranet is allowed by its network, however wrapped; what is denied is so whatever is allowed."""
    intranet, own = ip_network("10.20.0.0/16"), ip_network("8.8.8.0/24")
    assert public(ip_address("10.20.1.1"), (intranet,))
    assert public(ip_address("::ffff:10.20.1.1"), (intranet,))
    assert not public(ip_address("10.21.1.1"), (intranet,))
    assert not public(ip_address("8.8.8.8"), (), (own,))
    assert not public(ip_address("64:ff9b::808:808"), (ip_network("8.0.0.0/8"),), (own,))
    assert not public(ip_address("2002:808:808::1"), (), (own,))
