"""Virtual cards for tests, over a real pcscd of the test session's own; the machine's own is never asked.

A pytest plugin: it sets the environment before anything loads libpcsclite, which reads it once a process, and
starts pcscd when the first test wants it. Fixtures: `stack` and `card`; `make_card` makes more cards.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from hardware.virtual import medium
from hardware.virtual.medium import PrivateKey
from hardware.virtual.stack import Stack
from tests.messages.signature.making import holder

PIN, PUK = "123456", "12345678"

_key = pytest.StashKey[Stack]()


def pytest_configure(config: pytest.Config) -> None:
    """Name the place where the session's pcscd will be, for this process and those that it starts."""
    stack = Stack(Path(tempfile.mkdtemp(prefix="eport-stack-")))
    os.environ.update(stack.environment)
    config.stash[_key] = stack


def pytest_unconfigure(config: pytest.Config) -> None:
    """End it."""
    stack = config.stash.get(_key, None)
    if stack is not None:
        stack.close()
        shutil.rmtree(stack.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _started(pytestconfig: pytest.Config) -> Stack:
    stack = pytestconfig.stash[_key]
    stack.start()
    return stack


@pytest.fixture
def stack(_started: Stack) -> Iterator[Stack]:
    """The session's pcscd with two readers, empty before and after each test, running again if it stopped."""
    every = list(_started.readers)
    yield _started
    if _started.readers != every:
        _started.start_service()
    for reader in range(len(every)):
        _started.release(reader)
        _started.remove(reader)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A fresh card with an RSA key and a certificate of the tests' CA in 9A and 9C; not inserted."""
    return make_card(tmp_path / "holder.card")


def make_card(
    path: Path,
    kind: str = "rsa2048",
    *,
    key: PrivateKey | None = None,
    certificate: x509.Certificate | None = None,
    pin: str = PIN,
    puk: str = PUK,
    serial: str | None = None,
) -> Path:
    """A personalised card at `path`: rsa2048 or p256 of the tests' CA, or the key and certificate given."""
    made = medium.create(path, pin=pin, puk=puk, serial=serial)
    for use in (medium.AUTH, medium.SIGN):
        made.put(use, key or holder(kind).key, certificate or holder(kind).certificate)
    made.save()
    return path


def blank_card(path: Path, *, pin: str = PIN, puk: str = PUK) -> Path:
    """A card without keys and certificates, with the management key that blank cards come with."""
    medium.create(path, pin=pin, puk=puk)
    return path


def foreign_card(path: Path) -> Path:
    """A chip card of some other kind: it has no PIV application."""
    made = medium.create(path, pin=PIN, puk=PUK)
    made.foreign = True
    made.save()
    return path
