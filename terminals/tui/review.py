"""The review screen (审核): what was found out about a case, line by line, and the decision on it.

Knows a list of findings and a decision's form below it, which is kept and sent as any form is; refuses to
know any system: what is compared, and how far it is off, is said by a system's class.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import NOTHING
from terminals.tui.files import write_file
from terminals.tui.filled import CTRL_FILES
from terminals.tui.grid import Grid
from terminals.tui.listing import MakeList
from terminals.tui.posting import Posted
from terminals.tui.sending import SendingPage
from terminals.tui.words import Saying, both
from terminals.work import sheets
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_DECISION = 10  # lines of the screen


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what was found out: its cells in the order of the columns, tones by column."""

    cells: tuple[str, ...]
    tones: tuple[tuple[str, str], ...] = ()


class ReviewPage(SendingPage):
    """One case under review: as it was found, or that of a decision that was left half written.

    EVENT is the workflow's that any decision needs to be possible.
    """

    EVENT: ClassVar[str]
    DETAIL: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    DEFAULT_CSS = """
    ReviewPage > Grid { height: 1fr; min-height: 6; }
    ReviewPage > .review--sum { width: 100%; height: 1; padding: 0 1; background: $panel; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "declare", "review-open"),
        Binding("ctrl+o", "view", "review-view"),
        Binding("ctrl+l", "findings", "review-findings"),
        *CTRL_FILES,
    ]

    # -- what a system says

    def findings(self, found: CaseFound) -> list[Finding]:
        """What was found out, the worst first."""
        raise NotImplementedError

    def summary(self, found: CaseFound) -> Words:
        """The findings in a line."""
        raise NotImplementedError

    # -- the screen

    def fresh(self) -> FormModel:
        """A decision on this case."""
        model = super().fresh()
        if self._found is not None:
            model.settled(case=self._found.line.number, state=self._found.line.state)
        return model

    def of_case(self, found: CaseFound) -> FormModel:
        """The same: of what the case holds nothing stands on it."""
        return self.fresh()

    def compose(self) -> ComposeResult:
        """Findings above, the decision below."""
        self.prepare()
        yield Buttons(self.options(), self.language)
        yield Saying(NOTHING, self.language, classes="review--sum")
        yield Grid(self.COLUMNS, self.language, fixed=2)
        yield self.form_view()

    def on_mount(self) -> None:
        """The findings; those of a draft's case are fetched first."""
        super().on_mount()
        self.view.styles.height = _DECISION
        if self._found is not None:
            self._show(self._found)
        else:
            self.again()

    def _show(self, found: CaseFound) -> None:
        findings = self.findings(found)
        tones = {(row, key): tone for row, finding in enumerate(findings) for key, tone in finding.tones}
        self.query_one(Grid).show(Listed(self.COLUMNS, [each.cells for each in findings], tones))
        self.query_one(".review--sum", Saying).say(self.summary(found))

    @property
    def heading(self) -> Words:
        """The screen's name and the case."""
        number = self.model.case
        return Words(f"{self.WORDS.zh} {number}", f"{self.WORDS.en} {number}")

    @property
    def title(self) -> str:
        """A kept decision is called by its case."""
        return self.model.case

    def help(self) -> Words:
        """What F1 says."""
        return both("help-review")

    def facts(self) -> list[tuple[Words, str]]:
        """The case, and whose it is."""
        owner = self._found.line.owner if self._found is not None else ""
        return [(both("query-case"), self.model.case), (both("entry-unit"), owner)]

    def state_words(self) -> Words:
        """The state that the case is in."""
        if self._waits is not None:
            return both("entry-waiting")
        return self.state_called(self.model.state)

    def again(self) -> None:
        """The case as it is now; what is typed stays."""
        self.run_worker(self._fetch(self.model.case), group="again", exclusive=True)

    async def _fetch(self, number: str) -> None:
        try:
            found = await asyncio.to_thread(self.work.line.case, self.system.name, number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=number), alarm=True)
            return
        self._found = found
        self.model.state = found.line.state
        self._show(found)
        self.show_state()
        self.offer()

    # -- deciding

    def event_of(self, purpose: Purpose) -> str:
        """A decision."""
        return self.EVENT if purpose is Purpose.DECLARE else ""

    def objection(self, purpose: Purpose) -> Words | None:
        """A case that is not known yet waits for that."""
        return both("review-fetching") if self._found is None else super().objection(purpose)

    def options(self) -> list[Option]:
        """The decision, and the whole form."""
        return [
            Option("declare", both("review-open"), "ctrl+r", self.objection(Purpose.DECLARE) is None),
            Option("view", both("review-view"), "ctrl+o", self._found is not None),
        ]

    def action_declare(self) -> None:
        """The decision, after a question."""
        self.run_worker(self._decide(), group="send")

    async def _decide(self) -> None:
        if await self.barred(Purpose.DECLARE) or not await self.right(Purpose.DECLARE):
            return
        model = self.model
        result = model.meaning(model.head, model.fields[0].name)
        if await self.sure(both("review-ask", result=result), default=True):
            await self.send(Purpose.DECLARE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided."""
        state = posted.found.line.state if posted.found else model.state
        model.settled(revision=posted.piece.revision, app_time=posted.piece.app_time, state=state)
        self.show_state()
        self.offer()
        await self.tell(both("review-sent", state=self.state_called(state)))

    def action_view(self) -> None:
        """The whole form."""
        if self._found is not None:
            self.terminal.open_soon(self.DETAIL, found=self._found)

    # -- prints and exports: the findings, which are what the decision rests on

    def action_print(self) -> None:
        """As a PDF."""
        from terminals.work.printing import list_pdf

        self._write_findings(".pdf", list_pdf)

    def action_export(self) -> None:
        """As a spreadsheet."""
        from terminals.work.export import list_xlsx

        self._write_findings(".xlsx", list_xlsx)

    def _write_findings(self, suffix: str, make: MakeList) -> None:
        if self._found is None:
            return
        columns = [sheets.Column(column.words, column.number) for column in self.COLUMNS]
        rows = [finding.cells for finding in self.findings(self._found)]
        data = partial(make, self.heading, columns, rows, self.language)
        self.run_worker(write_file(self.terminal, self.model.case, suffix, data), group="files")

    def action_findings(self) -> None:
        """Between the list and the decision."""
        grid = self.query_one(Grid)
        if grid.has_focus:
            self.view.first()
        else:
            grid.focus()
