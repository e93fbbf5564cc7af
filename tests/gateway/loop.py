"""The real reactor in a thread of its own, for tests that speak to a server over sockets."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import blockingCallFromThread

reactor: Any = _reactor


class Loop:
    """Runs once a session; `call` does something in the reactor's thread and waits for it."""

    def __init__(self) -> None:
        started = threading.Event()
        reactor.callWhenRunning(started.set)
        self._thread = threading.Thread(target=reactor.run, args=(False,), name="reactor", daemon=True)
        self._thread.start()
        started.wait(10)

    def call(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The result of `fn`, or of the Deferred or coroutine it returned; its exception is raised here."""

        def run() -> Any:
            made = fn(*args, **kwargs)
            return Deferred.fromCoroutine(made) if hasattr(made, "send") else made

        return blockingCallFromThread(reactor, run)

    def stop(self) -> None:
        """End the reactor."""
        reactor.callFromThread(reactor.stop)
        self._thread.join(10)
