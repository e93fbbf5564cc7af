"""The decision screen (审批、反馈、评价): one form about a case that is there already, sent once.

Knows the case, whether its state allows the decision, and the question before it; refuses to know any system,
and what else is seen of the case beside the form.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.filled import CTRL_FILES
from terminals.tui.posting import Posted
from terminals.tui.sending import SendingPage
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.receipts import Step
from terminals.work.submission import Piece


class DecisionPage(SendingPage):
    """A form about a case, or one that was left half written.

    EVENT is the workflow's that it needs to be possible; DETAIL the screen that shows the whole case.
    """

    EVENT: ClassVar[str]
    DETAIL: ClassVar[str]
    DECIDE: ClassVar[Words] = both("decision-send")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "declare", "decision-send"),
        Binding("ctrl+o", "view", "review-view"),
        *CTRL_FILES,
    ]

    _seen = ""  # the appTime of the version of the case that is on the screen

    # -- what a system says

    def called(self, action: str) -> Words | None:
        """The key of the button is called as that is."""
        return self.DECIDE if action == "declare" else None

    def question(self) -> Words:
        """What is asked before it is sent."""
        return both("decision-ask")

    def learned(self, found: CaseFound) -> None:
        """The case is here, as it is now."""

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
        """The buttons, the form."""
        self.prepare()
        yield Buttons(self.options(), self.language)
        yield self.form_view()

    def on_mount(self) -> None:
        """The case; that of a draft is fetched first."""
        if self._found is not None:
            self._see(self._found)
        else:
            self.again()

    def _see(self, found: CaseFound) -> None:
        self._seen = str(found.body.get("declTime", ""))
        self.learned(found)

    @property
    def heading(self) -> Words:
        """The screen's name and the case's number for people."""
        own = self._found.line.inner if self._found is not None else ""
        number = own or self.model.case
        return Words(f"{self.WORDS.zh} {number}", f"{self.WORDS.en} {number}")

    @property
    def title(self) -> str:
        """A kept decision is called by its case."""
        return self.model.case

    def help(self) -> Words:
        """What F1 says."""
        return both("help-decision")

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
        self._see(found)
        self.show_state()
        self.offer()

    # -- deciding

    def piece(self, purpose: Purpose) -> Piece:
        """The decision names the version that was seen, if its form can: there may be a newer one."""
        return self._post.sending.piece(self.model, purpose, {"declTime": self._seen})

    async def _returned(self, model: FormModel, posted: Posted, step: Step) -> None:
        """What is there now is shown before anything is decided anew."""
        await super()._returned(model, posted, step)
        self.again()

    def event_of(self, purpose: Purpose) -> str:
        """A decision."""
        return self.EVENT if purpose is Purpose.DECLARE else ""

    def objection(self, purpose: Purpose) -> Words | None:
        """A case that is not known yet waits for that."""
        return both("review-fetching") if self._found is None else super().objection(purpose)

    async def barred(self, purpose: Purpose) -> bool:
        """What its state forbids may be possible by now, which nobody tells: it is looked at before."""
        if self._found is not None and self.objection(purpose) is not None:
            await self._look()
        return await super().barred(purpose)

    def options(self) -> list[Option]:
        """The decision, and the whole form."""
        return [
            Option("declare", self.DECIDE, "ctrl+r", self.objection(Purpose.DECLARE) is None),
            Option("view", both("review-view"), "ctrl+o", self._found is not None),
        ]

    def action_declare(self) -> None:
        """The decision, after a question."""
        self.run_worker(self._decide(), group="send")

    async def _decide(self) -> None:
        if await self.barred(Purpose.DECLARE) or not await self.right(Purpose.DECLARE):
            return
        if await self.sure(self.question(), default=True):
            await self.send(Purpose.DECLARE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided."""
        state = posted.found.line.state if posted.found else model.state
        model.settled(revision=posted.piece.revision, app_time=posted.piece.app_time, state=state)
        self.show_state()
        self.offer()
        await self.tell(self.decided(self.state_called(state)))

    def decided(self, state: Words) -> Words:
        """What is said then."""
        return both("decision-sent", state=state)

    def action_view(self) -> None:
        """The whole case."""
        if self._found is not None:
            self.terminal.open_soon(self.DETAIL, found=self._found)
