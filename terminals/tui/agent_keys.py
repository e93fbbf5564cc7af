"""Watching an SSH agent in which nothing usable was found yet: that keys were added is told.

Knows how often one looks and that one connection is enough; refuses to know whose keys they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from hardware.agent_protocol import Line
from hardware.signer import AgentUnreachable

LOOK = 2.0  # seconds between two looks


class AgentKeys:
    """Looks every few seconds which keys the agent at `path` shows, and calls `added` for new ones.

    What is there at the beginning is told too; no agent is one without keys. One connection stays open: over
    SSH each would be a channel to the client. `added` is called in a thread of its own.
    """

    def __init__(self, path: str, added: Callable[[], None]) -> None:
        self._path = path
        self._added = added
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agent keys", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Nothing more is told."""
        self._closing.set()

    def _run(self) -> None:
        shown: frozenset[bytes] = frozenset()
        with Line(self._path) as line:
            while not self._closing.is_set():
                try:
                    now = frozenset(each.blob for each in line.identities())
                except AgentUnreachable:
                    now = frozenset()
                if now - shown and not self._closing.is_set():
                    self._added()
                shown = now
                self._closing.wait(LOOK)
