"""The plain line to the gateway: it means what the usual one means."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import pki
from terminals.client import Gateway
from terminals.folder import line as module
from terminals.folder.line import Line
from terminals.trouble import NoAnswer, Unreachable
from tests.terminals.office import Office
from tests.terminals.peer import Peer, unused_url

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def answering(office: Office, *answers: bytes, hold: bool = False) -> Iterator[str]:
    """A TLS server that answers one connection's requests with these, then closes it or holds it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(office.tls_pem)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                plain, _ = listening.accept()
                with context.wrap_socket(plain, server_side=True) as line:
                    for answer in answers:
                        line.recv(65536)
                        line.sendall(answer)
                    if hold:
                        over.wait(30)
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def test_one_connection_serves_many_requests(office: Office, peer: Peer) -> None:
    """It is kept, and gives what the usual line gives."""
    with Line(peer.url, office.ca_pem) as line, Gateway(peer.url, office.ca_pem) as usual:
        answers = [line.once("GET", "/healthz") for _ in range(5)]
        assert peer.connections == 1
        other = usual.once("GET", "/healthz")
    assert all((one.status, one.body) == (other.status, other.body) for one in answers)


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (b"", "reason-broken"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "reason-broken"),
        (b"SSH-2.0-OpenSSH\r\n", "reason-broken"),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n", "reason-busy"),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "reason-fault"),
    ],
)
def test_what_is_no_answer_may_be_asked_again(office: Office, answer: bytes, key: str) -> None:
    """Cut off, no HTTP, busy, a fault: NoAnswer, never a wrong answer."""
    with (
        answering(office, answer) as url,
        Line(url, office.ca_pem) as line,
        pytest.raises(NoAnswer) as none,
    ):
        line.once("POST", "/v1/messages", b"<a/>")
    assert none.value.key == key
    assert none.value.retry_after == (7.0 if key == "reason-busy" else None)


def test_an_answer_in_pieces_is_put_together(office: Office) -> None:
    """Chunked, and behind one that is only provisional."""
    chunked = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    with answering(office, chunked, OK) as url, Line(url, office.ca_pem) as line:
        assert line.once("GET", "/").body == b"abcde"
        assert line.once("GET", "/").body == b"ok"


def test_an_answer_without_end_is_dropped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than any answer has takes no memory."""
    monkeypatch.setattr(module, "MAX_ANSWER", 1000)
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 100_000
    with (
        answering(office, endless) as url,
        Line(url, office.ca_pem) as line,
        pytest.raises(Unreachable) as refused,
    ):
        line.once("GET", "/")
    assert refused.value.key == "answer-too-long"


def test_a_gateway_of_another_ca_gets_nothing(office: Office, peer: Peer, tmp_path: Path) -> None:
    """TLS is refused before a byte of the message is sent."""
    other = tmp_path / "other.pem"
    other.write_bytes(pki.pem(pki.authority("other CA", datetime.now(UTC)).certificate))
    with Line(peer.url, other) as line, pytest.raises(Unreachable) as refused:
        line.once("POST", "/v1/messages", b"<a/>")
    assert refused.value.key == "tls-refused"
    assert peer.bodies == []


def test_nobody_there_is_no_answer(office: Office) -> None:
    """It may be there later."""
    with Line(unused_url(), office.ca_pem) as line, pytest.raises(NoAnswer) as none:
        line.once("GET", "/")
    assert none.value.key == "reason-connect"


def test_whoever_waits_can_be_called_off(office: Office) -> None:
    """`leave` from another thread ends it at once."""
    with answering(office, b"HTTP/1.1 200 OK\r\n", hold=True) as url, Line(url, office.ca_pem) as line:
        found: list[str] = []

        def wait() -> None:
            with pytest.raises(NoAnswer) as none:
                line.once("GET", "/")
            found.append(none.value.key)

        waiting = threading.Thread(target=wait)
        waiting.start()
        while line._line is None:
            pass
        line.leave()
        waiting.join(30)
        assert found == ["reason-left"]
