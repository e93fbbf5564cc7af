"""The review screen (审核): what was found out about a case, line by line, and the decision on it.

Knows a list of findings and a decision's form below it; refuses to know any system: what is compared, and how
far it is off, is said by a system's class.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Buttons
from terminals.tui.columns import Column, Listed
from terminals.tui.decision import DecisionPage
from terminals.tui.dialogs import NOTHING
from terminals.tui.files import write_file
from terminals.tui.grid import Grid
from terminals.tui.listing import MakeList
from terminals.tui.posting import Posted
from terminals.tui.words import Saying, both
from terminals.work import sheets
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_DECISION = 10  # lines of the screen


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what was found out: its cells in the order of the columns, tones by column."""

    cells: tuple[str, ...]
    tones: tuple[tuple[str, str], ...] = ()


class ReviewPage(DecisionPage):
    """One case under review: as it was found, or that of a decision that was left half written."""

    COLUMNS: ClassVar[tuple[Column, ...]]
    DECIDE: ClassVar[Words] = both("review-open")
    DEFAULT_CSS = """
    ReviewPage > Grid { height: 1fr; min-height: 6; }
    ReviewPage > .review--earlier { width: 100%; height: auto; max-height: 3; padding: 0 1; color: $warning; }
    ReviewPage > .review--sum { width: 100%; height: 1; padding: 0 1; background: $panel; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "declare", "review-open"),
        Binding("ctrl+l", "findings", "review-findings"),
    ]

    # -- what a system says

    def findings(self, found: CaseFound) -> list[Finding]:
        """What was found out, the worst first."""
        raise NotImplementedError

    def summary(self, found: CaseFound) -> Words:
        """The findings in a line."""
        raise NotImplementedError

    def earlier(self, found: CaseFound) -> Words:
        """What was decided on the case before; nothing where it is reviewed for the first time."""
        return NOTHING

    # -- the screen

    def compose(self) -> ComposeResult:
        """Findings above, the decision below."""
        self.prepare()
        yield Buttons(self.options(), self.language)
        yield Saying(NOTHING, self.language, classes="review--sum")
        yield Saying(NOTHING, self.language, classes="review--earlier")
        yield Grid(self.COLUMNS, self.language, fixed=2)
        yield self.form_view()

    def on_mount(self) -> None:
        """The decision has so many lines of the screen."""
        self.view.styles.height = _DECISION

    def learned(self, found: CaseFound) -> None:
        """The findings."""
        findings = self.findings(found)
        tones = {(row, key): tone for row, finding in enumerate(findings) for key, tone in finding.tones}
        self.query_one(Grid).show(Listed(self.COLUMNS, [each.cells for each in findings], tones))
        self.query_one(".review--sum", Saying).say(self.summary(found))
        earlier = self.query_one(".review--earlier", Saying)
        earlier.say(self.earlier(found))
        earlier.display = earlier.words != NOTHING

    @property
    def heading(self) -> Words:
        """The screen's name and the case."""
        number = self.model.case
        return Words(f"{self.WORDS.zh} {number}", f"{self.WORDS.en} {number}")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-review")

    def question(self) -> Words:
        """The result that was chosen."""
        model = self.model
        return both("review-ask", result=model.meaning(model.head, model.fields[0].name))

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided, and nothing more to be done here: the tab closes."""
        await super().done(model, posted)
        shell = self.terminal.shell
        shell.run_worker(shell.close(self))

    def decided(self, state: Words) -> Words:
        """What is said then."""
        return both("review-sent", state=state)

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
