"""How the application asks and tells: dialogs, sayings that go away by themselves, and PINs from any thread.

Knows the screen and its language; refuses to know who is at work, and why anything is asked.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any, TypeVar

from textual.screen import Screen

from hardware.signer import PinRequest
from messages.annotations import Words
from messages.visible import plain
from terminals.trouble import Told
from terminals.tui.holder import KINDS, Pins
from terminals.tui.pin import PinPrompt
from terminals.tui.theme import Painted
from terminals.tui.told import told
from terminals.tui.typeahead import Held
from terminals.tui.words import both

T = TypeVar("T")


class Asking(Painted[int]):
    """An App that can be asked from wherever a question comes up."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.held = Held()
        self._pins_asked = asyncio.Lock()

    async def ask(self, screen: Screen[T]) -> T | None:
        """Show a dialog; its result."""
        answered: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()

        def answer(result: T | None) -> None:
            if not answered.done():
                answered.set_result(result)

        self.held.drop()
        with self._context():
            await self.push_screen(screen, answer)
        return await answered

    async def withdraw(self, screen: Screen[Any]) -> None:
        """Close a dialog that nobody has answered, with whatever is in front of it."""
        while screen in self.screen_stack:
            with self._context():
                await self.screen.dismiss(None)

    def complain(self, error: Told, key: str = "") -> None:
        """Say what went wrong; `key` is a saying that has it as its reason."""
        words = told(error) if isinstance(error, BaseException) else Words(error.told("zh"), error.told("en"))
        self.say(both(key, reason=words) if key else words, alarm=True)

    def say(self, words: Words, *, alarm: bool = False) -> None:
        """Say something that goes away by itself."""
        text = plain(words.in_language(self.language), "\n")
        self.notify(text, severity="error" if alarm else "information", markup=False)

    def pins(self) -> Pins:
        """Asks for PINs on this screen, for any thread."""
        loop = asyncio.get_running_loop()

        def show(request: PinRequest, purpose: Words) -> Future[str | None]:
            return asyncio.run_coroutine_threadsafe(self._ask_pin(request, purpose), loop)

        return Pins(show)

    async def _ask_pin(self, request: PinRequest, purpose: Words) -> str | None:
        kind = KINDS[request.kind]
        name = f"{request.label} {request.serial}"
        device = Words(f"{kind.zh} {name}", f"{kind.en} {name}")
        words = both("pin-for", device=device, purpose=purpose) if purpose != Words() else device
        if request.missed and request.tries is None:  # an Ikey, which seldom says how many are left
            words = both("pin-missed", prompt=words)
        prompt = PinPrompt(words, self.language, tries=request.tries, wrong=request.again)
        async with self._pins_asked:
            try:
                return await self.ask(prompt)
            finally:
                await self.withdraw(prompt)

    async def no_pin_asked(self) -> None:
        """Wait until no PIN is being asked for."""
        async with self._pins_asked:
            pass
