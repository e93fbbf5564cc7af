"""The details screen (查看明细): one case on its form, to be read, printed and exported; nothing is typed.

Knows a case that was fetched, and fetches it anew; refuses to know any system.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.workflow import Body
from terminals.trouble import Trouble
from terminals.tui.filled import FormPage
from terminals.tui.words import both
from terminals.work.found import CaseFound
from terminals.work.receipts import Step


@dataclass(frozen=True, slots=True)
class Version:
    """One of the forms that a case holds, such as what is in force and a draft behind it; what it is."""

    words: Words
    body: Body


class DetailPage(FormPage):
    """One case, as it is at the gateway: what its state is about first, other versions of it by a key."""

    READING = True
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("version", "remark")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+l", "version", "detail-version")]

    def __init__(self, found: CaseFound) -> None:
        super().__init__()
        self.found = found
        self._at = 0  # which version is shown

    def compose(self) -> ComposeResult:
        """The form."""
        self._model = self.of_case(self.found)
        yield self.remark_view()
        yield self.form_view()

    # -- what a system says

    def versions(self, found: CaseFound) -> Sequence[Version]:
        """What the case holds, that which its state is about first; there is one at least."""
        return (Version(self.state_called(found.line.state), found.body),)

    # -- the version that is shown

    @property
    def version(self) -> Version:
        """The version that is shown."""
        versions = self.versions(self.found)
        return versions[min(self._at, len(versions) - 1)]

    def content(self, found: CaseFound) -> Body:
        """The version's."""
        versions = self.versions(found)
        return versions[min(self._at, len(versions) - 1)].body

    def remarked(self) -> CaseFound | None:
        """The case."""
        return self.found

    def action_version(self) -> None:
        """The next version, around the end."""
        self._at = (self._at + 1) % len(self.versions(self.found))
        self.put(self.of_case(self.found))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for another version where there is one."""
        if action == "version":
            return len(self.versions(self.found)) > 1
        return super().check_action(action, parameters)

    # -- what the shell asks

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab a case."""
        found = given.get("found")
        return found is not None and found.line.number == self.found.line.number

    def resume(self, given: Mapping[str, Any]) -> None:
        """As it is now."""
        self._take(given["found"])

    @property
    def heading(self) -> Words:
        """The screen's name and the case's number for people."""
        own = self.found.line.inner or self.found.line.number
        return Words(f"{self.WORDS.zh} {own}", f"{self.WORDS.en} {own}")

    def state_words(self) -> Words:
        """【查看数据】, and the state."""
        words = self.version.words
        reading = both("entry-reading")
        return Words(f"{reading.zh} {words.zh}", f"{reading.en}, {words.en}")

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
        self._take(found)

    def _take(self, found: CaseFound) -> None:
        if len(self.versions(found)) != len(self.versions(self.found)):
            self._at = 0
        self.found = found
        self.put(self.of_case(found))
        self.refresh_bindings()
