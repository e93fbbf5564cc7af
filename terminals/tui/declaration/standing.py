"""Whether smart-assisted declaration is enabled (启用), as every one of its screens has to know it.

Knows the lookup `standing` and how a screen says that it is closed; refuses to know what is on the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from messages.declaration.names import SYSTEM_NAME
from terminals.trouble import Trouble
from terminals.tui.page import Page
from terminals.tui.words import Saying, both

CLOSED = both("smart-closed")


class SmartPage(Page):
    """A screen that has a gate: what the gateway says of its party, `standing`, opens it."""

    DEFAULT_CSS = """
    SmartPage > .smart--closed {
        width: 100%; height: auto; padding: 0 1; display: none;
        background: $panel; color: $error; text-style: bold;
    }
    """

    _standing: Mapping[str, Any] | None = None

    @property
    def standing(self) -> Mapping[str, Any]:
        """The lookup's values; nothing before they have come."""
        return self._standing or {}

    @property
    def enabled(self) -> bool:
        """Whether it is enabled. What is not known yet is not closed: the gateway says it then."""
        return self._standing is None or self._standing.get("enabled") == "1"

    def gate(self) -> Saying:
        """The line that says why this is closed, for `compose`."""
        return Saying(CLOSED, self.language, classes="smart--closed")

    def on_show(self) -> None:
        """In front: it may have been enabled meanwhile."""
        self.anew(self.ask_standing, "standing")

    async def ask_standing(self) -> None:
        """Ask the gateway, and show it; without an answer all stays as it is."""
        try:
            found = await asyncio.to_thread(self.work.line.lookup, SYSTEM_NAME, "standing", ())
        except Trouble:
            return  # the status bar says that the gateway is gone
        if found is not None:
            self.stand(found)

    def stand(self, found: Mapping[str, Any]) -> None:
        """Show what was told."""
        self._standing = found
        for saying in self.query(".smart--closed").results(Saying):
            saying.display = not self.enabled
        self.stood()

    def stood(self) -> None:
        """It is known now whether it is enabled."""
