"""Watching the signer of a session: that it is out is told at once, and that something came.

Knows where each kind of device is seen; refuses to know whether what came is the same one: only opening it
says that. A card is watched through PC/SC. An Ikey may be no reader of PC/SC, so its module is asked; so is
an SSH agent, which tells nobody that it has let a key go.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from hardware.signer import AgentUnreachable, ModuleMissing
from terminals.tui.holder import Holder

if TYPE_CHECKING:
    from hardware.presence import Event, Watch

LOOK = 2.0  # seconds between two looks for an Ikey, or for an agent's key
ASKED = ("ikey", "agent")


def readers(changed: Callable[[Event], None]) -> Watch | None:
    """A watch over the readers, begun; None on a machine that has no PC/SC at all."""
    try:
        from hardware.presence import Watch  # loads the system's library, which not every machine has
    except ImportError:
        return None
    watch = Watch(changed)
    watch.start()
    return watch


class Watcher:
    """Tells `out` and `came`, in a thread of its own, from `start` to `close`. What came may be anything."""

    def __init__(self, holder: Holder, out: Callable[[], None], came: Callable[[], None]) -> None:
        self._holder = holder
        self._out = out
        self._came = came
        self._cards: Watch | None = None
        self._asked = _Asked(holder, out, came) if holder.kind in ASKED else None

    def start(self) -> None:
        """Begin."""
        if self._holder.kind == "card":
            self._cards = readers(self._told)
        if self._asked is not None:
            self._asked.start()

    def close(self) -> None:
        """Nothing more is told."""
        if self._cards is not None:
            self._cards.close()
        if self._asked is not None:
            self._asked.close()

    def _told(self, event: Event) -> None:
        from hardware.presence import Inserted, Removed

        if not isinstance(event, Inserted | Removed):
            return
        if self._holder.out:
            self._came()
        elif isinstance(event, Removed) and event.reader == self._holder.reader:
            self._out()


class _Asked:
    """Looks every few seconds whether the Ikey, or the agent's key, is there."""

    def __init__(self, holder: Holder, out: Callable[[], None], came: Callable[[], None]) -> None:
        self._holder = holder
        self._out = out
        self._came = came
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="signer presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()

    def _run(self) -> None:
        there = True
        while not self._closing.wait(LOOK):
            try:
                before, there = there, self._holder.there()
            except (ModuleMissing, AgentUnreachable):  # not known: whoever signs is told
                continue
            if before and not there:
                self._out()
            elif there and self._holder.out and not before:
                self._came()
