"""What the gateway's tests share: the reactor."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gateway.loop import Loop


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """The reactor, running in a thread."""
    running = Loop()
    yield running
    running.stop()
