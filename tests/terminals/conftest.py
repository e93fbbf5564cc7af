"""A furnished office for the whole session, a fresh peer for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hardware.file import CertificateFile, open_file
from terminals.proof import Prover
from tests.terminals.office import PASSWORD, Office, furnish
from tests.terminals.peer import Peer, running


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Keys, certificates and a demo home."""
    return furnish(tmp_path_factory.mktemp("office"))


@pytest.fixture
def peer(office: Office) -> Iterator[Peer]:
    """A gateway across the network."""
    with running(office) as peer:
        yield peer


@pytest.fixture(scope="session")
def signer(office: Office) -> CertificateFile:
    """The operator's certificate file, opened."""
    return open_file(office.p12, PASSWORD)


@pytest.fixture
def prover(office: Office) -> Prover:
    """Trusts the office's CA."""
    return Prover([office.ca.certificate])
