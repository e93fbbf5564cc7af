"""TLS as the gateway offers it."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import pki, tls
from gateway.http.router import Router
from gateway.http.server import Server
from gateway.limits import HttpLimits
from tests.gateway.http.conftest import plain_routes
from tests.gateway.loop import Loop, reactor

GET = b"GET /hello HTTP/1.1\r\nHost: g\r\n\r\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Key, certificate and CA of a server on localhost."""
    now = datetime.now(UTC)
    ca, key = pki.authority("test CA", now), pki.new_key()
    paths = (tmp_path / "tls.key", tmp_path / "tls.pem", tmp_path / "ca.pem")
    paths[0].write_bytes(pki.key_pem(key))
    paths[1].write_bytes(pki.pem(pki.issue_server(ca, key, ["localhost"], now)))
    paths[2].write_bytes(pki.pem(ca.certificate))
    return paths


@pytest.fixture
def port(loop: Loop, files: tuple[Path, Path, Path]) -> Iterator[int]:
    """A server behind TLS."""
    server = Server(
        reactor,
        Router(plain_routes()),
        HttpLimits(header_seconds=0.3, linger_seconds=0.1),
        sweep_seconds=0.02,
    )
    factory = tls.over_tls(server, tls.options(files[0], files[1]))
    listening = loop.call(reactor.listenTCP, 0, factory, interface="127.0.0.1")
    yield listening.getHost().port
    loop.call(listening.stopListening)
    loop.call(server.stop, 0.0)


def connect(port: int, context: ssl.SSLContext, session: ssl.SSLSession | None = None) -> ssl.SSLSocket:
    """A connection after its handshake."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_that_comes_again_resumes_its_session(
    port: int, files: tuple[Path, Path, Path], version: ssl.TLSVersion
) -> None:
    """The certificate is checked against its CA, and a second connection spares the handshake."""
    context = ssl.create_default_context(cafile=str(files[2]))
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(port, context) as first:
        first.sendall(GET)
        assert first.recv(4096).startswith(b"HTTP/1.1 200")
        assert first.selected_alpn_protocol() == "http/1.1"
        session = first.session
    with connect(port, context, session) as second:
        second.sendall(GET)
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        assert second.session_reused


def test_old_versions_of_tls_are_refused(port: int, files: tuple[Path, Path, Path]) -> None:
    """What is older than TLS 1.2 gets no connection."""
    context = ssl.create_default_context(cafile=str(files[2]))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        connect(port, context)


def openssl(port: int, *options: str, said: str = "") -> str:
    """What the openssl client tells of a connection."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", *options],
        input=said, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "suite",
    ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-CCM"],
)
def test_a_suite_without_authenticated_encryption_or_a_fresh_key_is_refused(port: int, suite: str) -> None:
    """A client that offers CBC, or RSA key transport, or nothing else that is served, gets no connection."""
    told = openssl(port, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
    assert "handshake failure" in told or "Cipher is (NONE)" in told


def test_the_server_chooses_the_suite(port: int) -> None:
    """Whatever order a client offers the suites in, the same one is taken."""
    suites = ("CHACHA20-POLY1305", "AES128-GCM-SHA256", "AES256-GCM-SHA384")
    offers = [":".join(f"ECDHE-ECDSA-{suite}" for suite in order) for order in (suites, suites[::-1])]
    taken = [openssl(port, "-tls1_2", "-cipher", offer) for offer in offers]
    chosen = [re.findall(r"Cipher is (\S+)", told) for told in taken]
    assert chosen[0] == chosen[1] == ["ECDHE-ECDSA-AES256-GCM-SHA384"]


def test_a_client_cannot_renegotiate(port: int) -> None:
    """A new handshake inside a connection, a cheap way to keep a server busy, is refused."""
    told = openssl(port, "-tls1_2", said="R\n")
    assert "RENEGOTIATING" in told
    assert "no renegotiation" in told


def test_a_handshake_that_never_ends_is_cut(port: int) -> None:
    """A client that connects and says nothing keeps its place no longer than one that is slow."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as silent:
        try:
            last = silent.recv(10)
        except ConnectionResetError:
            last = b""
    assert last == b""


def test_a_key_that_does_not_fit_is_named(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """A server does not start with a wrong key, and says which file it is."""
    other = tmp_path / "other.key"
    other.write_bytes(pki.key_pem(pki.new_key()))
    with pytest.raises(tls.TlsUnusable, match=r"other\.key"):
        tls.options(other, files[1])
    with pytest.raises(tls.TlsUnusable, match=r"none\.key"):
        tls.options(tmp_path / "none.key", files[1])
