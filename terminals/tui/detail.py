"""The details screen (查看明细): one case on its form, to be read, printed and exported; nothing is typed.

Knows a case that was fetched, and fetches it anew; refuses to know any system.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.filled import FormPage
from terminals.tui.words import both
from terminals.work.found import CaseFound
from terminals.work.receipts import Step


class DetailPage(FormPage):
    """One case, as it is at the gateway."""

    READING = True

    def __init__(self, found: CaseFound) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        """The form."""
        self._model = self.of_case(self.found)
        yield self.form_view()

    @property
    def heading(self) -> Words:
        """The screen's name and the case's number for people."""
        own = self.found.line.inner or self.found.line.number
        return Words(f"{self.WORDS.zh} {own}", f"{self.WORDS.en} {own}")

    def state_words(self) -> Words:
        """【查看数据】, and the state."""
        state = self.state_called(self.model.state)
        reading = both("entry-reading")
        return Words(f"{reading.zh} {state.zh}", f"{reading.en}, {state.en}")

    def again(self) -> None:
        """Fetch it anew."""
        self.anew(self._again, "again")

    def came(self, steps: Sequence[Step]) -> None:
        """Its state may be another one now."""
        if any(step.case == self.found.line.number for step in steps):
            self.again()

    async def _again(self) -> None:
        number = self.found.line.number
        try:
            found = await asyncio.to_thread(self.work.line.case, self.system.name, number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=number), alarm=True)
            return
        self.found = found
        self.put(self.of_case(found))
