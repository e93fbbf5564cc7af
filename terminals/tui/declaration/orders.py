"""What a screen sends without a form to be typed: enable it, start, stop, put back (启用、开始、停止、继续).

Knows the way from a key to a receipt, and that whoever may not send something is told so before anything is
signed; refuses to know what is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.declaration.saying import behind_bar, heard, piece_of, said, send
from terminals.tui.declaration.standing import SmartPage
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.found import CaseFound
from terminals.work.kinds import Kinds
from terminals.work.receipts import Step


class OrderPage(SmartPage):
    """A screen that sends by a key."""

    _kinds: Kinds | None = None
    _ordering = False

    def on_mount(self) -> None:
        """What this person may send decides which buttons are open."""
        self.anew(self._learn_kinds, "kinds-of-orders")

    async def _learn_kinds(self) -> None:
        with suppress(Trouble):
            self._kinds = await asyncio.to_thread(self.work.line.kinds)
            self.stood()

    def barred(self, code: str, event: str) -> Words | None:
        """Why this person may not send it with what is in hand; None where that is allowed, or not known."""
        if self.work.holder is None:
            return told(self.work.missing)
        kind = (self._kinds or {}).get(code)
        if kind is None:
            return None
        hand = self.work.hand
        return kind.objection(hand.role, hand.card, hand.commits, event)

    def handed(self) -> None:
        """What could not be signed may be open now."""
        self.stood()

    def command(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do what a key wants, once at a time; what is typed before its question is seen answers nothing."""
        if not self._ordering:
            self.run_worker(self._commanded(work), group="order")

    async def _commanded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._ordering = True
        self.terminal.held.begin()
        try:
            await work()
        finally:
            self._ordering = False
            self.terminal.held.end(self.terminal)
            if self.is_attached:
                self.stood()

    async def tell(self, words: Words, *, alarm: bool = False) -> None:
        """Something to read."""
        await self.terminal.ask(Tell(words, self.language, alarm=alarm))

    async def sure(self, words: Words, *, default: bool = True) -> bool:
        """Ask; `default` is what Enter says."""
        return await self.terminal.ask(Ask(words, self.language, default=default, alarm=not default)) is True

    async def order(
        self, code: str, event: str, content: Mapping[str, Any], about: CaseFound | None = None
    ) -> Step | None:
        """Sign and send one node with this content; its receipt. None where it was not taken, which is said.

        `content` as plain data, lists of lines by their names; `about` is the case that the node names.
        """
        against = self.barred(code, event)
        if against is not None:
            await self.tell(against, alarm=True)
            return None
        piece = piece_of(self, code, content, about)
        posted = await behind_bar(self, both("send-title"), partial(send, self, piece))
        if posted is None:
            return None
        with suppress(Trouble):  # where it cannot be kept its receipts count as new
            heard(self, posted)
        words, good = said(posted)
        if not good:
            refused = words if posted.answer.accepted and not posted.steps else None
            await self.tell(refused or both("entry-refused", reason=words), alarm=True)
        return posted.steps[-1] if good else None
