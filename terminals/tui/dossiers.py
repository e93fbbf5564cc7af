"""All of one case to be read through (查看): what its documents say, with its files and its history.

Knows how a case is fetched, printed and how its files are; refuses to know any system's documents, how they
are drawn, and what is said to a case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.forms import own_forms
from terminals.trouble import Trouble
from terminals.tui.attaching import fetch_files
from terminals.tui.buttons import Buttons, Option
from terminals.tui.files import write_file
from terminals.tui.filled import Desk
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.words import both
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers, moment
from terminals.work.receipts import Step

_HISTORY = Words("办理经过", "What became of it")
FILES = Words("取附件", "Fetch files")


class CasePage(Page):
    """One case, as it is at the gateway. PAPERS says of what it consists."""

    PAPERS: ClassVar[Papers]
    WORDS: ClassVar[Words] = Words("查看", "Case")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "files", "form-fetch"),
        Binding("ctrl+p", "print", "entry-print"),
    ]

    def __init__(self, found: CaseFound) -> None:
        super().__init__()
        self.found = found
        self._history: list[Mapping[str, Any]] = []

    def compose(self) -> ComposeResult:
        """What can be done, and the case."""
        yield Buttons(self._options(), self.language)
        yield Reader(self.language)

    def on_mount(self) -> None:
        """The case at once, its history and the code lists when they come."""
        self._show()
        self.anew(self._learn, "again")

    # -- what the shell asks and tells

    @property
    def heading(self) -> Words:
        """What people call the case."""
        name = self.PAPERS.name(self.found)
        return Words(f"{self.WORDS.zh} {name}", f"{self.WORDS.en} {name}")

    def first(self) -> Widget:
        """What is read."""
        return self.query_one(Reader)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-dossier")

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab a case."""
        found = given.get("found")
        return found is not None and found.line.number == self.found.line.number

    def resume(self, given: Mapping[str, Any]) -> None:
        """As it is now."""
        self.found = given["found"]
        self._show()
        self.again()

    def again(self) -> None:
        """Fetch it anew."""
        self.anew(self._again, "again")

    def came(self, steps: Sequence[Step]) -> None:
        """Its state may be another one now."""
        if any(step.case == self.found.line.number for step in steps):
            self.again()

    async def _again(self) -> None:
        system, number = self.found.line.system, self.found.line.number
        try:
            found = await asyncio.to_thread(self.work.line.case, system, number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=number), alarm=True)
            return
        self.found = found
        self._show()
        await self._learn()

    async def _learn(self) -> None:
        try:
            await asyncio.to_thread(self._fetch_lists)
            line = self.found.line
            self._history = await asyncio.to_thread(self.work.line.history, line.system, line.number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        self._show()

    def _fetch_lists(self) -> None:
        """In a thread: the code lists of the case's forms that are not here yet."""
        line = self.work.line
        for each in self.PAPERS.documents(self.found):
            node = own_forms().form(each.code).node
            for name in sorted({field.hints.list for field in node.walk() if field.hints.list}):
                if line.codes.known(name) is None:
                    line.code_list(name)

    # -- what is shown

    def sections(self) -> list[Section]:
        """All of it."""
        read = self.PAPERS.sections(self.found, self._blank)
        steps = [Said(_same(moment(str(each["time"]))), _step(each)) for each in self._history]
        return [*read, Section(_HISTORY, tuple(steps))] if steps else read

    def _show(self) -> None:
        self.query_one(Reader).show(self.sections())
        self.query_one(Buttons).offer(self._options())
        self.post_message(self.Headed())

    def _options(self) -> list[Option]:
        return [
            Option("files", FILES, "ctrl+g", bool(self.PAPERS.files(self.found, self._blank))),
            Option("print", both("entry-print"), "ctrl+p"),
        ]

    def _blank(self, code: str) -> FormModel:
        return FormModel(own_forms().form(code), Desk(self.work, self.terminal.clock))

    # -- what can be done

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    def action_files(self) -> None:
        """All of the case's files, into the own area."""
        files = self.PAPERS.files(self.found, self._blank)
        if files:
            self.run_worker(fetch_files(self.terminal, files), group="files")

    def action_print(self) -> None:
        """All of it as a PDF."""
        from terminals.work.printing import dossier_pdf

        make = partial(dossier_pdf, self.heading, self.sections(), self.language)
        self.run_worker(write_file(self.terminal, self.found.line.number, ".pdf", make), group="files")


def _step(told: Mapping[str, Any]) -> Words:
    """A receipt in the history: its state, and what it says."""
    info = str(told.get("info") or "")
    zh, between, en = info.partition(" / ")
    zh, en = (zh, en) if between else (info, info)
    return Words(f"{told['zh']}　{zh}".rstrip(), f"{told['en']}   {en}".rstrip())


def _same(text: str) -> Words:
    return Words(text, text)
