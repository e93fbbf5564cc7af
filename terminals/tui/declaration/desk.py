"""The customs desk of declarations: those that wait for a decision, all of them, and the decision.

Knows which states wait and that a return (退单) has a reason; refuses to know how lists and decisions work,
and marks and the engine: these are the enterprise's own.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.table import CONCLUDED, DECLARING, RETURNED, STORED
from messages.forms import own_forms
from messages.statuses import Status
from messages.wire import parse_wire_time
from terminals.trouble import Trouble
from terminals.tui import ages
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import lists
from terminals.tui.declaration.documents import PAPERS
from terminals.tui.declaration.lists import DeclarationList
from terminals.tui.meanings import by_state
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.tui.query import Action
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseLine
from terminals.work.model import FormModel
from terminals.work.papers import Papers
from terminals.work.receipts import Step
from terminals.work.rows import Place

_CODE, _FORM = "DEC121", "DEC111"
_RETURN, _RESULT, _CONTENT = "return", "result", "content"
_DECIDE = Action(
    "decide", both("declaration-decide"), "ctrl+r", "declaration.decide", "conclude", frozenset({STORED})
)
_VIEW = Action("view", both("query-view"), "ctrl+o", "declaration.case")
_STATES = (STORED, RETURNED, CONCLUDED, DECLARING)
_WAITED = Column("waited", Words("已等待", "Waits"), number=True, cells=10)
_CRITERIA = (
    lists.FLAG, lists.CUSTOMS, Criterion("number.contains", Words("统一编号", "Number")),
    Criterion("billNo.contains", Words("提运单号", "Bill of lading")), lists.TRADE,
)  # fmt: skip
_KEYS: list[BindingType] = [
    Binding("ctrl+r", "act('decide')", "declaration-decide"),
    Binding("ctrl+o", "act('view')", both("query-view").zh, show=False),
]


class DecisionQueue(DeclarationList):
    """报关单处理: what is stored and waits, the oldest first."""

    CODE: ClassVar[str] = _CODE
    WORDS: ClassVar[Words] = Words("报关单处理", "To decide")
    HELP: ClassVar[str] = "help-declaration-desk"
    STATES: ClassVar[tuple[str, ...]] = (STORED,)
    TIMED: ClassVar[bool] = False
    AT_ONCE: ClassVar[bool] = True
    RENEWS: ClassVar[float] = 20.0
    ORDER: ClassVar[str] = "changed"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (*_CRITERIA, lists.DAY)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, _WAITED, lists.CASE, lists.WAY, lists.AT, lists.OF, lists.BILLED, lists.BY,
        lists.CHANGED,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (_DECIDE, _VIEW)
    BINDINGS: ClassVar[list[BindingType]] = _KEYS

    def text(self, item: CaseLine, key: str) -> str:
        """For how long it has waited, with a mark where that is long."""
        return ages.marked(self._age(item), self.language) if key == "waited" else super().text(item, key)

    def tone(self, item: CaseLine, key: str) -> str:
        """What has waited long stands out."""
        return ages.tone(self._age(item)) if key == "waited" else super().tone(item, key)

    def _age(self, item: CaseLine) -> timedelta:
        return self.terminal.clock() - parse_wire_time(item.changed)


class DeskQuery(DeclarationList):
    """报关单查询: every declaration that customs has."""

    CODE: ClassVar[str] = _CODE
    WORDS: ClassVar[Words] = Words("报关单查询", "All declarations")
    HELP: ClassVar[str] = "help-declaration-desk"
    STATES: ClassVar[tuple[str, ...]] = _STATES
    TIMED: ClassVar[bool] = False
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        *_CRITERIA, by_state("declaration", _STATES, Words("报关单状态", "State")), lists.DAY,
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, lists.STATED, lists.CASE, lists.WAY, lists.AT, lists.OF, lists.BILLED, lists.BY,
        lists.CHANGED,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (_VIEW, _DECIDE)
    BINDINGS: ClassVar[list[BindingType]] = _KEYS


class DeclarationDecision(OpinionPage):
    """One declaration, all of it above, and the decision below."""

    CODE: ClassVar[str] = _CODE
    WORDS: ClassVar[Words] = Words("报关单处理", "Decide on")
    EVENT: ClassVar[str] = "conclude"
    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "declaration.case"
    DECIDE: ClassVar[Words] = both("declaration-decide")

    def on_mount(self) -> None:
        """The code lists of what is read, which are not here yet perhaps."""
        self.run_worker(self._fetch_meanings, thread=True, group="meanings", exit_on_error=False)

    def _fetch_meanings(self) -> None:
        """In a thread."""
        line = self.work.line
        names = {field.hints.list for field in own_forms().form(_FORM).node.walk() if field.hints.list}
        with suppress(Trouble):
            for name in sorted(name for name in names if line.codes.known(name) is None):
                line.code_list(name)
        self.app.call_from_thread(self._meant)

    def _meant(self) -> None:
        if self.is_attached and self._found is not None:
            self.learned(self._found)

    def against(self, posted: Posted) -> Step | None:
        """退单 is what was decided."""
        found = super().against(posted)
        meant = found is not None and posted.piece.event == _RETURN and found.status == Status.RETURNED
        return None if meant else found

    async def right(self, purpose: Purpose) -> bool:
        """Whoever gets it back has to know why."""
        head = self.model.head
        if head.text(_RESULT) == "0" and not head.text(_CONTENT):
            await self.tell(both("declaration-reason"), alarm=True)
            self.view.go(Place(head, _CONTENT))
            return False
        return await super().right(purpose)

    def question(self) -> Words:
        """The result that was chosen."""
        return both("review-ask", result=self.model.meaning(self.model.head, _RESULT))

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided, and nothing more to be done here: the tab closes."""
        await super().done(model, posted)
        shell = self.terminal.shell
        for page in shell.pages.query(DecisionQueue):
            page.again()
        shell.run_worker(shell.close(self))

    def decided(self, state: Words) -> Words:
        """What is said then."""
        return both("review-sent", state=state)
