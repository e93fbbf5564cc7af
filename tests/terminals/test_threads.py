"""A session and its line used by several threads: one login for all, and an end to every wait."""

from __future__ import annotations

import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from socket import create_server

import pytest

from hardware.file import CertificateFile
from terminals.client import FOR_EVER, Gateway, Patience
from terminals.session import ByCertificate, Session
from terminals.trouble import NoAnswer, Unreachable
from tests.terminals.office import Office
from tests.terminals.peer import Peer


def test_threads_that_need_a_session_at_once_log_in_once(
    office: Office, peer: Peer, signer: CertificateFile
) -> None:
    """One signature, one PIN: the others wait for the one that logs in; also when the session has ended."""
    with Gateway(peer.url, office.ca_pem) as gateway, ThreadPoolExecutor(8) as threads:
        session = Session(gateway, ByCertificate(signer))
        for logins in (1, 2):
            answers = threads.map(lambda _: session.request("GET", "/v1/receipts?after=&limit=1"), range(8))
            assert {answer.status for answer in answers} == {200}
            assert peer.logins == logins
            peer.tokens.clear()


def test_leaving_breaks_off_an_answer_that_does_not_come(office: Office) -> None:
    """A thread that waits for a silent gateway is woken, and nothing is asked after that."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(office.tls_pem)
    asked = threading.Event()

    def accept() -> None:
        raw, _ = server.accept()
        with context.wrap_socket(raw, server_side=True) as line:
            line.recv(4096)
            asked.set()
            line.recv(4096)  # nothing comes but the end

    with create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(2) as threads:
        url = f"https://localhost:{server.getsockname()[1]}"
        silent = threads.submit(accept)
        with Gateway(url, office.ca_pem, patience=FOR_EVER) as gateway:
            waiting = threads.submit(gateway.request, "GET", "/healthz")
            assert asked.wait(30)
            gateway.leave()
            with pytest.raises(Unreachable):
                waiting.result(30)
            with pytest.raises(NoAnswer):
                gateway.once("GET", "/healthz")
        silent.result(30)


def test_leaving_ends_the_wait_between_two_tries(office: Office, peer: Peer) -> None:
    """An hour's pause is over at once."""
    slow = Patience(total=7200, first=3600, longest=3600, jitter=0)
    paused = threading.Event()
    peer.health = 503
    with (
        Gateway(peer.url, office.ca_pem, patience=slow, on_wait=lambda *_: paused.set()) as gateway,
        ThreadPoolExecutor(1) as threads,
    ):
        waiting = threads.submit(gateway.request, "GET", "/healthz")
        assert paused.wait(30)
        gateway.leave()
        with pytest.raises(Unreachable):
            waiting.result(30)


def test_a_twin_has_connections_of_its_own(office: Office, peer: Peer) -> None:
    """… so that it can be left while the other goes on."""
    with Gateway(peer.url, office.ca_pem) as gateway, gateway.twin(Patience(total=0), 5) as twin:
        assert twin.request("GET", "/healthz").status == 200
        twin.leave()
        assert gateway.request("GET", "/healthz").status == 200
        assert peer.connections == 2
