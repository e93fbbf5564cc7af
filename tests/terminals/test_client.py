"""The line to the gateway."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import pki
from terminals.client import Gateway, Patience, origin_of, retry_after, tls
from terminals.compose import Mode, Party, envelope_of, read_file, signed
from terminals.trouble import Trouble, Unreachable, Unusable
from tests.terminals.office import CUSTOMS, DXP_ID, SAMPLE, Office
from tests.terminals.peer import Peer, unused_url


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.now += seconds


def line(url: str, office: Office, clock: Clock, **patience: float) -> Gateway:
    """A gateway whose waits take no time."""
    return Gateway(
        url, office.ca_pem, patience=Patience(jitter=0.0, **patience), sleep=clock.sleep, clock=clock
    )


@pytest.fixture
def body(signer: object) -> bytes:
    """A signed envelope."""
    outgoing = read_file(SAMPLE)
    now = datetime.now(UTC)
    data = signed(outgoing, Mode.FRESH, Party(DXP_ID), lambda: signer, now)  # type: ignore[arg-type, return-value]
    return envelope_of(outgoing, data, DXP_ID, (CUSTOMS,), now)


def test_the_same_bytes_go_again_after_every_kind_of_lost_answer(
    office: Office, peer: Peer, body: bytes
) -> None:
    """503, 429, 500, a 413 that says when, and a broken line are all followed by the very same bytes."""
    peer.trouble = [(503, None), (429, None), (500, None), (413, "1"), "drop"]
    with line(peer.url, office, Clock()) as gateway:
        answer = gateway.request("POST", "/v1/messages", body)
    assert answer.status == 200
    assert peer.bodies == [body] * 6


def test_waits_grow_and_heed_retry_after(office: Office, peer: Peer, body: bytes) -> None:
    """Waits double from half a second up, and a Retry-After replaces a shorter one."""
    clock = Clock()
    peer.trouble = [(503, None), (503, None), (503, "7"), (503, None)]
    with line(peer.url, office, clock) as gateway:
        gateway.request("POST", "/v1/messages", body)
    assert clock.slept == [0.5, 1.0, 7.0, 4.0]


def test_patience_ends(office: Office) -> None:
    """Nobody listening: the waits stop before patience is over, and the trouble says where and what to do."""
    clock = Clock()
    with line(unused_url(), office, clock, total=10.0) as gateway, pytest.raises(Unreachable) as failure:
        gateway.request("GET", "/healthz")
    assert clock.now <= 10.0
    assert gateway.origin in str(failure.value)
    assert "连接" in failure.value.told("zh")


def test_a_413_without_retry_after_is_an_answer(office: Office, peer: Peer, body: bytes) -> None:
    """What is too large stays too large, so it is not sent again."""
    peer.trouble = [(413, None)]
    with line(peer.url, office, Clock()) as gateway:
        assert gateway.request("POST", "/v1/messages", body).status == 413
    assert len(peer.bodies) == 1


def test_connections_are_kept(office: Office, peer: Peer, body: bytes) -> None:
    """Ten messages go over one connection."""
    with line(peer.url, office, Clock()) as gateway:
        for _ in range(10):
            gateway.request("POST", "/v1/messages", body)
    assert peer.connections == 1


def test_another_ca_is_refused_before_anything_is_sent(
    office: Office, peer: Peer, body: bytes, tmp_path: Path
) -> None:
    """A gateway whose TLS certificate is of another CA gets no byte, and is not tried again."""
    other = tmp_path / "ca.pem"
    other.write_bytes(pki.pem(pki.authority("another", datetime.now(UTC)).certificate))
    clock = Clock()
    with (
        Gateway(peer.url, other, sleep=clock.sleep, clock=clock) as gateway,
        pytest.raises(Unreachable, match="--ca"),
    ):
        gateway.request("POST", "/v1/messages", body)
    assert (peer.bodies, clock.slept) == ([], [])


def test_proxies_of_the_environment_are_not_used(
    office: Office, peer: Peer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY does not lead messages elsewhere."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with line(peer.url, office, Clock()) as gateway:
        assert gateway.request("POST", "/v1/messages", body).status == 200


def test_every_wait_is_told(office: Office, peer: Peer, body: bytes) -> None:
    """Whoever sits there learns why it takes long, with the reason and the seconds."""
    told: list[tuple[Trouble, float]] = []
    clock = Clock()
    peer.trouble = [(503, "2")]
    with Gateway(
        peer.url, office.ca_pem, sleep=clock.sleep, clock=clock, on_wait=lambda *what: told.append(what)
    ) as gateway:
        gateway.request("POST", "/v1/messages", body)
    assert [(str(trouble), wait) for trouble, wait in told] == [("the gateway is busy (HTTP 503)", 2.0)]


def test_only_tls_1_2_and_later_with_a_checked_name(office: Office) -> None:
    """The context refuses older versions, unchecked names, and trusts the given CA alone."""
    context = tls(office.ca_pem)
    assert context.minimum_version.name == "TLSv1_2"
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://localhost:8443", "https://localhost:8443"),
        ("https://LOCALHOST:8443/", "https://localhost:8443"),
        ("https://gateway.example", "https://gateway.example:443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_the_origin_is_what_was_dialled(url: str, origin: str) -> None:
    """Host in lower case, the port always written."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["http://localhost:1", "localhost:8443", "https://a/b", "https://u@a", "x", ""]
)
def test_what_is_no_gateway_address_is_refused(url: str) -> None:
    """Plain HTTP, a path, or a user in the address is not dialled."""
    with pytest.raises(Unusable):
        origin_of(url)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), ("Sat, 21 Nov 2026 00:00:30 GMT", 30.0), ("Fri, 20 Nov 2026 00:00:00 GMT", 0.0)]
    + [(value, None) for value in ("soon", "-1", "", None)],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: float | None) -> None:
    """RFC 9110: a number of seconds or an HTTP date; anything else counts for nothing."""
    assert retry_after(value, datetime(2026, 11, 21, tzinfo=UTC)) == seconds
