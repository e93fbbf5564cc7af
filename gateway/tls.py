"""TLS (传输加密) of the server: one context for all connections, TLS 1.2 and newer, resumption by ticket.

The suites are those that encrypt and authenticate in one (AEAD) with a key of the moment (ECDHE), and the
server chooses among them; nobody renegotiates.

Knows a key, a certificate chain and a listening port; refuses to know what is said over it. A full handshake
costs a hundred times a message's transport, so returning clients resume; buffers of idle connections are
released, so that ten thousand of them may wait.
"""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.ssl import AcceptableCiphers, CertificateOptions, TLSVersion
from twisted.protocols.tls import TLSMemoryBIOFactory

# TLS 1.2's; those of 1.3 are AEAD without exception.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
_suites = AcceptableCiphers.fromOpenSSLCipherString(CIPHERS)  # type: ignore[no-untyped-call]


class TlsUnusable(Exception):
    """The TLS key or certificate cannot be used; the text says which file and why."""


def options(key_file: Path, certificate_file: Path) -> CertificateOptions:
    """The server's context from a PEM key and a PEM chain, own certificate first. Raises TlsUnusable."""
    try:
        key = load_pem_private_key(key_file.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise TlsUnusable(f"{key_file}: no usable private key: {error}") from error
    try:
        chain = x509.load_pem_x509_certificates(certificate_file.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsUnusable(f"{certificate_file}: no usable certificate: {error}") from error
    if chain[0].public_key() != key.public_key():
        raise TlsUnusable(f"{certificate_file}: its first certificate is not of the key in {key_file}")
    made = CertificateOptions(
        privateKey=key,  # type: ignore[arg-type]  # pyOpenSSL takes cryptography's own by now
        certificate=chain[0],  # type: ignore[arg-type]
        extraCertChain=chain[1:],  # type: ignore[arg-type]
        raiseMinimumTo=TLSVersion.TLSv1_2,
        enableSessions=False,  # no cache in memory: the ticket holds the session, at the client
        enableSessionTickets=True,
        acceptableProtocols=[b"http/1.1"],  # a client that offers ALPN must find its protocol
        acceptableCiphers=_suites,
    )
    made.getContext().set_options(SSL.OP_CIPHER_SERVER_PREFERENCE | SSL.OP_NO_RENEGOTIATION)
    return made


def over_tls(factory: IProtocolFactory, tls: CertificateOptions) -> TLSMemoryBIOFactory:
    """The same protocol behind TLS, for a plain TCP port."""
    return TLSMemoryBIOFactory(tls, False, factory)  # type: ignore[arg-type]
