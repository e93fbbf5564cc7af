"""From a name to its addresses, by the system's own resolver, each time in a thread that nobody waits for.

Knows getaddrinfo and that it may hang for as long as a hostile name server likes; refuses to know which
addresses are good. What is not answered in time is left to itself; only so many may hang at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, fail

MOST = 128  # threads; a lookup hangs for half a minute at the most where the resolver is set up as usual

Resolve = Callable[[str], "Deferred[list[str]]"]


class Unresolved(Exception):
    """The name has no address that could be found now."""


class Resolver:
    """Reactor thread only, but for the lookups themselves."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._under_way = 0

    def __call__(self, name: str) -> Deferred[list[str]]:
        """The addresses of `name`, in the system's order of preference. Fails with Unresolved."""
        if self._under_way >= MOST:
            return fail(Unresolved(f"{name} was not looked up: {MOST} other names hang"))
        self._under_way += 1
        result: Deferred[list[str]] = Deferred()  # cancelled: what comes later is let go
        # A daemon: the gateway need not wait for it to end.
        threading.Thread(target=self._look, args=(name, result), name="resolver", daemon=True).start()
        return result

    def _look(self, name: str, result: Deferred[list[str]]) -> None:
        outcome: list[str] | Unresolved
        try:
            found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
            outcome = list(dict.fromkeys(str(each[4][0]) for each in found))
        except (OSError, UnicodeError) as error:
            outcome = Unresolved(f"{name} was not found: {error}")
        self._reactor.callFromThread(self._found, result, outcome)

    def _found(self, result: Deferred[list[str]], outcome: list[str] | Unresolved) -> None:
        self._under_way -= 1
        if isinstance(outcome, Unresolved):
            result.errback(outcome)
        else:
            result.callback(outcome)
