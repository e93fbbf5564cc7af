"""What the tests of push share: a receiver's server, and a poster whose names a test may choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.defer import Deferred, fail, succeed

from gateway import pki
from gateway.push.post import Poster
from gateway.push.resolver import Resolver, Unresolved
from gateway.settings import Push
from tests.gateway.loop import reactor
from tests.gateway.push.peer import Peer

LOOPBACK = ("127.0.0.0/8", "::1/128")
KEY = ec.generate_private_key(ec.SECP256R1())
CERTIFICATE = "f" * 64


class Names:
    """A resolver: what a test says, each answer once and the last for ever; other names by the system."""

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self._system = Resolver(reactor)

    def __call__(self, name: str) -> Deferred[list[str]]:
        """As the gateway's."""
        self.asked.append(name)
        answers = self.answers.get(name)
        if answers is None:
            return self._system(name)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return succeed(found) if found else fail(Unresolved(f"{name} was not found: nobody knows it"))


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A receiver on 127.0.0.1, whose certificate is for localhost."""
    made = Peer(tmp_path / "peer")
    yield made
    made.stop()


@pytest.fixture
def names() -> Names:
    """The names that the gateway looks up."""
    return Names()


def settings(peer: Peer, **changes: Any) -> Push:
    """Of a gateway that trusts this peer's CA, and to which loopback is public."""
    given: dict[str, Any] = {"ca": peer.ca, "allow": LOOPBACK, "timeout_seconds": 10, "retry_seconds": 0.05}
    return Push(**given | changes)


def poster(its: Push, names: Names, clock: Callable[[], datetime] | None = None) -> Poster:
    """A poster with a key of its own."""
    return Poster(
        reactor, its, names, lambda data: pki.sign(KEY, data), CERTIFICATE,
        clock or (lambda: datetime.now(UTC)),
    )  # fmt: skip
