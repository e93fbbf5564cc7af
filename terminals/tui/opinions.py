"""What somebody says to a case (办理、反馈、评价): all of the case to be read above, the form below.

Knows that the case is read through and its files are fetched; refuses to know any system, and which form it
is.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.forms import own_forms
from terminals.tui.attaching import fetch_files
from terminals.tui.buttons import Buttons, Option
from terminals.tui.decision import DecisionPage
from terminals.tui.dossiers import FILES
from terminals.tui.filled import Desk
from terminals.tui.posting import Posted
from terminals.tui.reader import Reader
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers


class OpinionPage(DecisionPage):
    """One case; its heading is what people call it by. PAPERS says of what it consists."""

    PAPERS: ClassVar[Papers]
    DEFAULT_CSS = """
    OpinionPage > Reader { height: 1fr; min-height: 5; }
    OpinionPage > FormView { height: 38%; min-height: 10; }
    """
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("declare", "case")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "files", "form-fetch"),
        Binding("ctrl+l", "case", "desk-case"),
    ]

    def compose(self) -> ComposeResult:
        """The case above, the form below."""
        self.prepare()
        yield Buttons(self.options(), self.language)
        yield Reader(self.language)
        yield self.form_view()

    def learned(self, found: CaseFound) -> None:
        """All of it is read above, from what was said last."""
        self.query_one(Reader).show(self.PAPERS.sections(found, self._blank), last=True)
        self.offer()

    def _blank(self, code: str) -> FormModel:
        return FormModel(own_forms().form(code), Desk(self.work, self.terminal.clock))

    @property
    def heading(self) -> Words:
        """The screen's name and what people call the case."""
        found = self._found
        name = self.PAPERS.name(found) if found is not None else self.model.case
        return Words(f"{self.WORDS.zh} {name}", f"{self.WORDS.en} {name}")

    def facts(self) -> list[tuple[Words, str]]:
        """Nothing: all of it is read above."""
        return []

    def options(self) -> list[Option]:
        """取附件 besides."""
        found = self._found
        some = found is not None and bool(self.PAPERS.files(found, self._blank))
        return [*super().options(), Option("files", FILES, "ctrl+g", some)]

    async def done(self, model: FormModel, posted: Posted) -> None:
        """What was said belongs to the case now."""
        if posted.found is not None:
            self.learned(posted.found)
        await super().done(model, posted)

    def action_files(self) -> None:
        """All of the case's files, into the own area."""
        found = self._found
        files = self.PAPERS.files(found, self._blank) if found is not None else ()
        if files:
            self.run_worker(fetch_files(self.terminal, files), group="files")

    def action_case(self) -> None:
        """Between the case and the form."""
        reader = self.query_one(Reader)
        if reader.has_focus:
            self.view.first()
        else:
            reader.focus()
