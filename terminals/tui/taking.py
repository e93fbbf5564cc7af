"""Taking up a card that comes later: who came by password, and whose SSH agent shows a registered key then.

Knows when the agent is looked at, which certificates are asked for, and what is said; refuses to know how a
session goes on with another signer. Without any of it whoever came by password can only look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from hardware.signer import SignerError
from terminals.trouble import Trouble
from terminals.tui.agent_keys import AgentKeys
from terminals.tui.told import told
from terminals.tui.ways import agent_holder
from terminals.tui.words import both

if TYPE_CHECKING:
    from terminals.tui.app import Terminal
    from terminals.tui.holder import Pins

ADDED = "keys were added to the agent"
"""What the watcher tells."""


class Taking:
    """For one person at work without a signer. `taken` is awaited in the screen's loop, once."""

    def __init__(self, terminal: Terminal, taken: Callable[[], Awaitable[None]]) -> None:
        self._terminal = terminal
        self._taken = taken
        self._busy = self._once_more = False
        self._keys: AgentKeys | None = None

    def start(self) -> None:
        """Watch the agent, if there is one."""
        path = self._terminal.work.place.agent
        if path:
            self._keys = AgentKeys(path, lambda: self._terminal.told(ADDED))
            self._keys.start()

    def close(self) -> None:
        """Watch no longer."""
        if self._keys is not None:
            self._keys.close()

    async def look(self) -> None:
        """Keys were added, or the gateway can be asked again: take up one that is registered."""
        work = self._terminal.work
        if self._keys is None or work.holder is not None:
            return
        self._once_more = self._busy
        if self._busy:
            return
        self._busy, taken = True, False
        try:
            taken = await asyncio.to_thread(self._take_up, self._terminal.pins())
        except (Trouble, SignerError) as error:
            self._terminal.say(both("agent-not-taken", reason=told(error)), alarm=True)
        finally:
            self._busy = False
        if taken:
            self.close()
            await self._taken()
        elif self._once_more:
            await self.look()

    def _take_up(self, pins: Pins) -> bool:
        terminal = self._terminal
        work = terminal.work
        holder = agent_holder(work.place, work.line.certificates(), pins, terminal.told)
        if holder is None:
            return False
        try:
            work.take_up(holder)
        except BaseException:
            with suppress(SignerError):
                holder.close()
            raise
        return True
