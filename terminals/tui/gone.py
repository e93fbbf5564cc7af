"""The closed door (卡已拔出): while a session's card is out nothing is typed, and only the same card opens.

Knows what is said and when the device is looked at again; refuses to decide whether it is the same one, and
to know what is behind the door.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from hardware.agent import AgentLetGo
from hardware.signer import (
    CardMissing,
    PinCancelled,
    ReaderGone,
    ReaderMissing,
    ServiceDown,
    SignerError,
    TokenMissing,
)
from messages.annotations import Words
from terminals.tui.dialogs import Dialog
from terminals.tui.holder import Holder
from terminals.tui.told import told
from terminals.tui.words import Saying, both

_NOT_YET = (AgentLetGo, CardMissing, PinCancelled, ReaderGone, ReaderMissing, ServiceDown, TokenMissing)
"""What says that there is nothing to look at yet, or that its holder is not ready."""


class Gone(Dialog[None]):
    """In front of everything until the device is back and its PIN was given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "look", "key-look"),
        Binding("enter", "accept", show=False),
        Binding("escape", "escape", show=False),
    ]

    def __init__(self, holder: Holder, why: SignerError, language: str, who: str, card: Words) -> None:
        """`who` holds the device, which `card` is called by people."""
        agent = holder.kind == "agent"
        super().__init__(both("agent-out-title" if agent else "card-title"), language, alarm=True)
        self._said = "agent-out" if agent else "card-out"
        self._awaited = both("agent-waiting" if agent else "card-waiting")
        self._holder = holder
        self._why = why
        self._who = who
        self._card = card
        self._looking = False
        self._once_more = False

    def inside(self) -> Iterator[Widget]:
        """What happened, what is waited for, which keys there are."""
        words = both(
            self._said, reason=told(self._why), device=self._holder.words,
            who=self._who, card=self._card, key=self._holder.serial,
        )  # fmt: skip
        yield Saying(words, self.language, classes="dialog--words")
        yield Saying(self._awaited, self.language, id="waiting", classes="dialog--wrong")
        yield Saying(both("card-keys"), self.language, classes="dialog--keys")

    def action_escape(self) -> None:
        """It does not close by itself."""

    def action_look(self) -> None:
        """Something was put in, or somebody says so."""
        if self._looking:
            self._once_more = True
            return
        self._looking = True
        self.run_worker(self._look())

    async def _look(self) -> None:
        waiting = self.query_one("#waiting", Saying)
        try:
            waiting.say(both("card-checking"))
            await asyncio.to_thread(self._holder.put_back)
        except _NOT_YET:
            waiting.say(self._awaited)
        except SignerError as error:
            waiting.say(told(error))
        finally:
            self._looking = False
        if not self._holder.out:
            self.dismiss(None)
        elif self._once_more:
            self._once_more = False
            self.action_look()
