"""The name by which SSH knows a key: how a certificate is found by the key that somebody logs in with.

Knows OpenSSH's fingerprint; refuses to judge a certificate.
"""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import ssh_key_fingerprint


def ssh_fingerprint(der: bytes) -> str | None:
    """The certificate's key as `ssh-keygen -l` prints it, SHA256:…; None for a key that SSH does not know."""
    try:
        key = x509.load_der_x509_certificate(der).public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
            return None
        digest = ssh_key_fingerprint(key, SHA256())
    except (ValueError, KeyError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")
