"""TLS towards callbacks (推送的传输加密): a known authority vouches for the very name, or nothing is sent.

Knows certificates and one context for all connections, since reading a system's authorities takes ten
milliseconds; refuses to know what is posted. What Twisted offers reads them anew for each name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from service_identity import VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import (
    Certificate,
    CertificateOptions,
    TLSVersion,
    platformTrust,
    trustRootFromCertificates,
)
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped]

from gateway import pki
from gateway.push.address import Target


class Trust:
    """The authorities that callbacks' certificates may come from."""

    def __init__(self, ca: Path | None) -> None:
        """`ca`: their certificates, PEM; None: those that the system trusts. Raises PkiError."""
        if ca is None:
            root = platformTrust()  # type: ignore[no-untyped-call]
        else:
            known = [Certificate.loadPEM(pki.pem(each)) for each in pki.load_certificates(ca)]
            root = trustRootFromCertificates(known)  # type: ignore[no-untyped-call]
        self._options = CertificateOptions(trustRoot=root, raiseMinimumTo=TLSVersion.TLSv1_2)

    def of(self, to: Target) -> Proven:
        """For one connection to this host, whatever address it leads to."""
        return Proven(self._options, to)


@implementer(IOpenSSLClientConnectionCreator)
class Proven:
    """Makes connections on which the host must show a certificate of its name or address."""

    def __init__(self, options: CertificateOptions, to: Target) -> None:
        self._options = options
        self._host = to.host
        self._service = DNS_ID(to.host) if to.address is None else IPAddress_ID(to.host)

    def clientConnectionForTLS(self, protocol: Any) -> SSL.Connection:  # noqa: N802 - Twisted's name
        """Twisted: the TLS side of `protocol`, a new connection."""
        connection = self._options.clientConnectionForTLS(protocol)
        if isinstance(self._service, DNS_ID):
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._check(protocol))
        return connection

    def _check(self, protocol: Any) -> Callable[[SSL.Connection, Any, int, int, int], bool]:
        service = self._service

        def check(_: SSL.Connection, certificate: Any, _error: int, depth: int, good: int) -> bool:
            """OpenSSL has judged the chain up to here; the name is judged with the first certificate."""
            if not good or depth:
                return bool(good)
            try:
                verify_service_identity(extract_patterns(certificate), [service], [])
            except VerificationError:
                protocol.failVerification(Failure())  # type: ignore[no-untyped-call]
                return False
            except Exception:  # noqa: BLE001 - a name that cannot be read is none
                return False
            return True

        return check
