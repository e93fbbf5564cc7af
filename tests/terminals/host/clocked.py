"""`eport-terminal host` whose clock is the test's: a line with seconds on standard input lets it go on."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from twisted.internet import reactor, stdio
from twisted.internet.task import Clock
from twisted.protocols.basic import LineReceiver

from terminals.cli import main
from terminals.host import serve

clock = Clock()


class Told(LineReceiver):
    """Advances the clock."""

    delimiter = b"\n"

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        """So many seconds."""
        clock.advance(float(line))
        print("advanced", flush=True)


if __name__ == "__main__":
    real = serve.serve
    running: Any = reactor
    running.callWhenRunning(stdio.StandardIO, Told())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "serve", lambda *given: real(*given, clock=clock))
        main(["host", *sys.argv[1:]])
