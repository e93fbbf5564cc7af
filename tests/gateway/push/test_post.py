"""A post and a real TLS server that may do anything: what is taken, what is not, and what never leaves."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.push.post import NotTaken, statement
from tests.gateway.loop import Loop
from tests.gateway.push.conftest import CERTIFICATE, KEY, Names, poster, settings
from tests.gateway.push.peer import OK, Peer, answered

BODY = b'<Receipts next="r1"><DxpMsg>1</DxpMsg></Receipts>'
PARTY = "DXPENT0000000001"


class Posting:
    """One channel to a peer."""

    def __init__(self, loop: Loop, peer: Peer, names: Names, url: str = "", **changes: Any) -> None:
        self._loop = loop
        self._channel = loop.call(
            lambda: poster(settings(peer, **changes), names, lambda: datetime(2026, 3, 1, tzinfo=UTC)).open(
                url or peer.url, PARTY
            )
        )

    def post(self, body: bytes = BODY, *, whole: bool = False) -> bytes:
        """Post, and wait for what comes of it."""
        answer: bytes = self._loop.call(self._channel.post, "receipts", body, "application/xml", whole=whole)
        return answer

    def refused(self) -> str:
        """Post in vain; why."""
        with pytest.raises(NotTaken) as info:
            self.post()
        return str(info.value)

    def close(self) -> None:
        """End it."""
        self._loop.call(self._channel.close)


Open = Callable[..., Posting]


@pytest.fixture
def opened(loop: Loop, peer: Peer, names: Names) -> Any:
    """Opens channels to the peer."""
    made: list[Posting] = []

    def start(url: str = "", to: Peer | None = None, **changes: Any) -> Posting:
        made.append(Posting(loop, to or peer, names, url, **changes))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_a_post_is_signed_over_kind_place_party_time_and_body(opened: Open, peer: Peer) -> None:
    """Whoever gets it can tell whose it is before he parses anything; another body or place is found out."""
    opened().post()
    (post,) = peer.posts
    assert post.line == "POST /receipts HTTP/1.1"
    assert post.body == BODY
    assert post.headers["host"] == f"localhost:{peer.port}"
    assert post.headers["content-type"] == "application/xml"
    assert post.headers["eport-party"] == PARTY
    assert post.headers["eport-certificate"] == CERTIFICATE
    moment = int(post.headers["eport-time"])
    assert moment == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
    signature = b64decode(post.headers["eport-signature"])
    signed = statement("receipts", peer.url, PARTY, moment, BODY)
    KEY.public_key().verify(signature, signed, ec.ECDSA(SHA256()))
    for other in (
        statement("challenge", peer.url, PARTY, moment, BODY),
        statement("receipts", peer.url + "x", PARTY, moment, BODY),
        statement("receipts", peer.url, PARTY, moment, BODY + b" "),
    ):
        with pytest.raises(InvalidSignature):
            KEY.public_key().verify(signature, other, ec.ECDSA(SHA256()))


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
def test_2xx_is_taken_and_the_connection_is_kept(opened: Open, peer: Peer, status: str) -> None:
    """Whatever the answer says beside its status; the next post goes the same way."""
    peer.answer = lambda post: (
        f"HTTP/1.1 {status}\r\n\r\n".encode() if "204" in status else answered(b"thank you", status)
    )
    posting = opened()
    posting.post()
    posting.post()
    assert [post.connection for post in peer.posts] == [1, 1]


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "500 Oops", "503 Busy", "600 New"])
def test_anything_else_is_not_taken(opened: Open, peer: Peer, status: str) -> None:
    """The status is told."""
    peer.answer = lambda post: answered(b"<html>no</html>", status)
    assert opened().refused() == f"it answered {status[:3]}"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(opened: Open, peer: Peer, tmp_path: Path, status: str) -> None:
    """Neither to loopback nor to anywhere: whoever moves registers anew."""
    other = Peer(tmp_path / "other")
    peer.answer = lambda post: (
        f"HTTP/1.1 {status}\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert "redirects are not followed" in opened().refused()
    assert other.hellos == 0
    other.stop()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["169.254.169.254"], ["fe80::1%lo"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"],
     ["2002:7f00:1::"], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_dialled(
    opened: Open, peer: Peer, names: Names, addresses: list[str]
) -> None:
    """Not even where only one of its addresses does."""
    names.answers["erp.example.com"] = [addresses]
    posting = opened(f"https://erp.example.com:{peer.port}/", allow=())
    assert "not public" in posting.refused()
    assert peer.hellos == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"])
def test_an_address_that_leads_inside_is_not_dialled(opened: Open, peer: Peer, host: str) -> None:
    """Written out in the URL itself, no name is needed to refuse it."""
    assert "not public" in opened(f"https://{host}:{peer.port}/", allow=()).refused()
    assert peer.hellos == 0


def test_a_name_that_changes_between_two_looks_has_no_second_look(
    opened: Open, peer: Peer, names: Names, tmp_path: Path
) -> None:
    """DNS rebinding: the address that was judged is dialled, and each connection is judged anew."""
    names.answers["localhost"] = [["127.0.0.1"], ["127.0.0.2"], ["169.254.169.254"]]
    posting = opened(allow=("127.0.0.1/32",))
    peer.answer = lambda post: b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    posting.post()
    assert names.asked == ["localhost"]
    assert "not public" in posting.refused()
    assert "not public" in posting.refused()
    assert len(peer.posts) == 1


def test_the_next_address_is_tried_where_one_does_not_answer(opened: Open, peer: Peer, names: Names) -> None:
    """A name with a dead address is reached by its other."""
    names.answers["localhost"] = [["::1", "127.0.0.1"]]
    opened().post()
    assert len(peer.posts) == 1


def test_nobody_learns_which_names_there_are_inside(opened: Open, peer: Peer, names: Names) -> None:
    """A name that nobody knows and one that leads inside are refused in the same words."""
    names.answers["erp.example.com"] = [[]]
    assert (
        opened(f"https://erp.example.com:{peer.port}/").refused().startswith("erp.example.com was not found")
    )


def test_a_server_that_is_away_is_said_so(opened: Open, peer: Peer) -> None:
    """Nobody listens."""
    peer.stop()
    assert opened().refused().startswith("no connection: ")


def test_another_names_certificate_gets_nothing(opened: Open, tmp_path: Path) -> None:
    """The certificate must be of the name that was registered, whatever address it leads to."""
    other = Peer(tmp_path / "other", name="erp.example.com")
    assert opened(to=other).refused() == "its TLS certificate is not for localhost"
    assert other.posts == []
    other.stop()


def test_an_unknown_authoritys_certificate_gets_nothing(opened: Open, peer: Peer, tmp_path: Path) -> None:
    """Nor does one that nobody vouches for."""
    stranger = Peer(tmp_path / "stranger")
    assert opened(stranger.url).refused().startswith("TLS failed: certificate verify failed")
    assert stranger.posts == []
    stranger.stop()


def test_an_address_may_have_a_certificate_too(opened: Open, tmp_path: Path) -> None:
    """A receiver without a name is proven by its address."""
    plain = Peer(tmp_path / "plain", name="127.0.0.1")
    opened(f"https://127.0.0.1:{plain.port}/", to=plain).post()
    assert len(plain.posts) == 1
    plain.stop()


def _no_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return True
    return False


@pytest.mark.skipif(_no_ipv6(), reason="this machine has no IPv6, not even its own loopback")
def test_an_ipv6_address_is_dialled_and_proven(opened: Open, tmp_path: Path) -> None:
    """In brackets in the URL and in the Host header, without them in the certificate."""
    plain = Peer(tmp_path / "plain", name="::1", host="::1")
    opened(f"https://[0:0::1]:{plain.port}/x", to=plain).post()
    (post,) = plain.posts
    assert post.headers["host"] == f"[::1]:{plain.port}"
    plain.stop()


def _hang(secured: socket.socket) -> None:
    """Until the other side has had enough."""
    while secured.recv(1000):
        pass


def _drip(secured: socket.socket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    secured.settimeout(0.05)
    while True:
        secured.sendall(b"x")
        with suppress(TimeoutError):
            if not secured.recv(1):
                return


@pytest.mark.parametrize("how", [_hang, _drip])
def test_a_server_that_takes_its_time_is_left_in_time(
    opened: Open, peer: Peer, how: Callable[[socket.socket], None]
) -> None:
    """No answer, or one byte now and then: one time-out holds for all of it."""
    peer.answer = lambda post: how
    began = time.monotonic()
    assert opened(timeout_seconds=0.5).refused() == "it did not answer within 0.5 seconds"
    assert time.monotonic() - began < 5


def test_a_server_that_says_nothing_in_the_handshake_is_left_in_time(opened: Open, peer: Peer) -> None:
    """A port that takes connections and is silent."""
    silent = socket.create_server(("127.0.0.1", 0))
    port = silent.getsockname()[1]
    posting = opened(f"https://localhost:{port}/", timeout_seconds=0.5)
    assert posting.refused() == "it did not answer within 0.5 seconds"
    silent.close()


def test_an_address_that_swallows_everything_is_left_in_time(opened: Open, peer: Peer) -> None:
    """Nobody answers the very first packet: a full backlog keeps a connection from being made."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    port = full.getsockname()[1]
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(("127.0.0.1", port))
    posting = opened(f"https://localhost:{port}/", timeout_seconds=0.5, connect_seconds=30)
    assert posting.refused() == "it did not answer within 0.5 seconds"
    for each in (full, *waiting):
        each.close()


def test_a_name_server_that_says_nothing_is_left_in_time(
    loop: Loop, peer: Peer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up hangs in a thread that nobody waits for."""
    go_on = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: go_on.wait(20) and [])
    assert opened(timeout_seconds=0.3).refused() == "it did not answer within 0.3 seconds"
    go_on.set()


def _endless_body(secured: socket.socket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        secured.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def _endless_head(secured: socket.socket) -> None:
    secured.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        secured.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")


def _endless_interim(secured: socket.socket) -> None:
    while True:
        secured.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@pytest.mark.parametrize(
    ("how", "taken"), [(_endless_body, True), (_endless_head, False), (_endless_interim, False)]
)
def test_an_endless_answer_is_cut_off(
    opened: Open, peer: Peer, how: Callable[[socket.socket], None], taken: bool
) -> None:
    """A status that came is what counts; of the rest only so much is read, and the connection ends."""
    ended = threading.Event()

    def watched(secured: socket.socket) -> None:
        try:
            how(secured)
        finally:
            ended.set()

    peer.answer = lambda post: watched
    posting = opened()
    if taken:
        posting.post()
    else:
        assert posting.refused() == "its answer has no end"
    assert ended.wait(10)
    peer.answer = lambda post: OK
    posting.post()  # by a connection of its own
    assert {post.connection for post in peer.posts} == {1, 2}


def test_a_compressed_answer_is_not_unpacked(opened: Open, peer: Peer) -> None:
    """A bomb is as many bytes as it has on the wire."""
    bomb = gzip.compress(b"0" * 30_000_000)
    assert len(bomb) < 60_000
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    peer.answer = lambda post: head.encode() + bomb
    assert opened().post(whole=True) == bomb


@pytest.mark.parametrize(
    "nonsense",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x16\x03\x01\x00\x05hello\r\n\r\n",
     b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"],
)  # fmt: skip
def test_an_answer_that_is_no_http_is_not_taken(opened: Open, peer: Peer, nonsense: bytes) -> None:
    """Nor is one that says two things at once."""
    peer.answer = lambda post: nonsense
    assert opened(timeout_seconds=2).refused().startswith("it answered with ")


def test_a_connection_that_breaks_is_not_taken(opened: Open, peer: Peer) -> None:
    """Nobody knows whether it was: it counts as not."""
    peer.answer = lambda post: lambda secured: None
    assert opened().refused() == "the connection ended before an answer"


def test_an_idle_connection_that_was_closed_is_opened_anew(opened: Open, peer: Peer) -> None:
    """The other side may end what it keeps at any time: nothing fails for it."""
    posting = opened()
    posting.post()
    for each in list(peer._open):
        each.close()
    posting.post()
    assert len(peer.posts) == 2


def test_what_comes_unasked_ends_the_connection(opened: Open, peer: Peer) -> None:
    """A second answer to one question is no answer to the next."""
    peer.answer = lambda post: OK + answered(b"", "500 Oops")
    posting = opened()
    posting.post()
    peer.answer = lambda post: OK
    posting.post()
    assert [post.connection for post in peer.posts] == [1, 2]


def test_an_answer_without_length_ends_with_its_connection(opened: Open, peer: Peer) -> None:
    """As simple servers answer, HTTP/1.0 among them."""

    def answer(secured: socket.socket) -> None:
        secured.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")

    peer.answer = lambda post: answer
    assert opened().post(whole=True) == b"hello"
