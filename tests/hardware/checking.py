"""What tests of signers check alike: a signature by its certificate, and what happens in a child of fork."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from cryptography import x509

from messages.signature.profile import algorithm_for

PATIENCE = 30  # seconds that a test waits for something that is sure to happen


def good(certificate: x509.Certificate, made: bytes, data: bytes = b"data") -> bool:
    """Whether the certificate verifies what was made over the data."""
    public = certificate.public_key()
    algorithm = algorithm_for(public)
    return algorithm.verify(public, algorithm.value(made), data)


def in_child(job: Callable[[], bool]) -> bool:
    """What `job` returns in a child of fork; False when it fails or takes too long."""
    child = os.fork()
    if not child:
        signal.alarm(PATIENCE)
        fine = False
        try:
            fine = job()
        finally:
            os._exit(0 if fine else 1)
    return os.waitpid(child, 0)[1] == 0
