"""The review screen (审核): what was found out about a case, line by line, and the decision on it.

Knows a list of findings and a decision's form below it, which is sent as any form is; refuses to know any
system: what is compared, and how far it is off, is said by a system's class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Ask
from terminals.tui.entry import EntryPage
from terminals.tui.form import FormView
from terminals.tui.grid import Grid
from terminals.tui.posting import Posted
from terminals.tui.words import Saying, both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.model import FormModel


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of what was found out: its cells in the order of the columns, tones by column."""

    cells: tuple[str, ...]
    tones: tuple[tuple[str, str], ...] = ()


class ReviewPage(EntryPage):
    """One case under review. EVENT is the workflow's that any decision needs to be possible."""

    EVENT: ClassVar[str]
    DETAIL: ClassVar[str]
    COLUMNS: ClassVar[tuple[Column, ...]]
    DEFAULT_CSS = """
    ReviewPage > Grid { height: 1fr; min-height: 6; }
    ReviewPage > FormView { height: 10; }
    ReviewPage > .review--sum { width: 100%; height: 1; padding: 0 1; background: $panel; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "view", "review-view")]

    def __init__(self, found: CaseFound) -> None:
        super().__init__()
        self.found = found
        self._body = dict(found.body)

    # -- what a system says

    def findings(self) -> list[Finding]:
        """What was found out, the worst first."""
        raise NotImplementedError

    def summary(self) -> Words:
        """The findings in a line."""
        raise NotImplementedError

    # -- the screen

    def fresh(self) -> FormModel:
        """A decision on this case."""
        model = super().fresh()
        model.settled(case=self.found.line.number, state=self.found.line.state)
        return model

    def compose(self) -> ComposeResult:
        """Findings above, the decision below."""
        yield from super().compose()
        yield Saying(self.summary(), self.language, classes="review--sum")
        yield Grid(self.COLUMNS, self.language, fixed=2)

    def on_mount(self) -> None:
        """The findings over the form."""
        super().on_mount()
        self.move_child(self.query_one(FormView), after=self.query_one(Grid))
        findings = self.findings()
        tones = {(row, key): tone for row, finding in enumerate(findings) for key, tone in finding.tones}
        self.query_one(Grid).show(Listed(self.COLUMNS, [each.cells for each in findings], tones))

    @property
    def heading(self) -> Words:
        """The screen's name and the case."""
        number = self.found.line.number
        return Words(f"{self.WORDS.zh} {number}", f"{self.WORDS.en} {number}")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-review")

    def facts(self) -> list[tuple[Words, str]]:
        """The case, and whose it is."""
        line = self.found.line
        return [(both("query-case"), line.number), (both("entry-unit"), line.owner)]

    def state_words(self) -> Words:
        """The state that the case is in."""
        return self.state_called(self.model.state)

    def drafts(self) -> Sequence[Draft]:
        """A decision is made in one go: of one that was not sent nothing is kept."""
        return ()

    # -- deciding

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to begin, save or delete."""
        return action not in ("new", "save", "delete")

    def event_of(self, purpose: Purpose) -> str:
        """A decision."""
        return self.EVENT if purpose is Purpose.DECLARE else ""

    def _options(self) -> list[Option]:
        return [
            Option("declare", both("review-open"), "ctrl+r", self.objection(Purpose.DECLARE) is None),
            Option("view", both("review-view"), "ctrl+o"),
        ]

    async def _sure(self, key: str, **values: object) -> bool:
        field = self.model.fields[0]
        result = self.model.meaning(self.model.head, field.name)
        dialog = Ask(both("review-ask", result=result), self.language)
        return await self.terminal.ask(dialog) is True

    async def _done(self, model: FormModel, posted: Posted) -> None:
        state = posted.found.line.state if posted.found else model.state
        self._body = dict(posted.found.body) if posted.found else self._body
        model.settled(revision=posted.piece.revision, app_time=posted.piece.app_time, state=state)
        self.show_state()
        self.query_one(Buttons).offer(self._options())
        await self._tell(both("review-sent", state=self.state_called(state)))

    def action_view(self) -> None:
        """The whole form."""
        self.terminal.open_soon(self.DETAIL, found=self.found)
