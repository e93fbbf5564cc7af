"""智能辅助申报查询: marked declarations, their records and batches; those that failed are put back (继续).

Knows which of them can be put back; refuses to know how declarations are searched and messages are sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.names import BY_RULE, FAILED, MARKED
from messages.declaration.table import DRAFT
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import lists
from terminals.tui.declaration.lists import DeclarationList, held
from terminals.tui.declaration.orders import OrderPage
from terminals.tui.declaration.running import BATCHED
from terminals.tui.query import Action, Batch
from terminals.tui.words import both
from terminals.work.blaming import each_in_both
from terminals.work.found import CaseLine

_CODE, _EVENT = "DEC151", "continue"
_MOST = 500  # drafts of one message
_RECORD = Action("record", both("smart-record"), "ctrl+o", "declaration.record")
_CONTINUE = Batch(_EVENT, both("smart-continue"), "ctrl+r", frozenset({DRAFT}))
_RULE = Criterion("rule", Words("配置名称", "Rule"))
_COLUMNS = (
    lists.NUMBERED, lists.CASE, lists.IS_SMART, lists.IS_TAXED, lists.STATED, lists.BILLED, BATCHED,
    lists.AT, lists.WAY, lists.OF, lists.CHANGED,
)  # fmt: skip


class SmartQuery(OrderPage, DeclarationList):
    """智能辅助申报查询."""

    CODE: ClassVar[str] = _CODE
    WORDS: ClassVar[Words] = Words("智能辅助申报查询", "Smart query")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        lists.TYPE, lists.UNIT, lists.FLAG, lists.CUSTOMS, lists.SMART, lists.TAXES, lists.TRADE,
        lists.NUMBER, lists.BILL,
        Criterion("batch", Words("批次号", "Batch"), alone=True), _RULE,
        lists.DAY,
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = _COLUMNS
    ACTIONS: ClassVar[tuple[Action, ...]] = (_RECORD,)
    BATCHES: ClassVar[tuple[Batch, ...]] = (_CONTINUE,)
    HELP: ClassVar[str] = "help-smart-query"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "act('continue')", "smart-continue"),
        Binding("ctrl+o", "act('record')", "smart-record"),
        Binding("ctrl+b", "act('details')", "smart-details"),
        Binding("ctrl+k", "act('desk')", "smart-desk"),
    ]

    def compose(self) -> ComposeResult:
        """The gate before all."""
        yield self.gate()
        yield from super().compose()

    def stood(self) -> None:
        """What is put back needs it enabled."""
        if self.is_mounted:
            self._offer()

    def _besides(self, asked: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Only what has a mark; a rule is that by which the engine has dealt with it."""
        yield from super()._besides(asked)
        yield "office.contains", MARKED
        if rule := asked.pop(_RULE.column, ""):
            yield "pool.starts", BY_RULE
            yield "pool.contains", rule

    # -- actions

    def _options(self) -> list[Option]:
        """The details of a batch, and 智能辅助申报台."""
        item = self.table.item if self.is_mounted else None
        some = item is not None and bool(item.text("batch"))
        return [
            *super()._options(),
            Option("details", both("smart-details"), "ctrl+b", some),
            Option("desk", both("smart-desk"), "ctrl+k"),
        ]

    def action_act(self, key: str) -> None:
        """An action by its name."""
        item = self.table.item
        if key == "desk":
            self.terminal.open_soon("declaration.smart-desk")
        elif key != "details":
            super().action_act(key)
        elif item is not None and item.text("batch"):
            self.terminal.open_soon("declaration.batch", batch=item.text("batch"))

    def _of(self, batch: Batch) -> list[CaseLine]:
        """Those that failed."""
        if not self.enabled or self.barred(_CODE, _EVENT) is not None:
            return []
        return [line for line in super()._of(batch) if held(line)["smart"] == FAILED]

    async def do_all(self, batch: Batch, lines: Sequence[CaseLine]) -> None:
        """继续智能辅助申报, after the question; the receipt counts them."""
        if not await self.sure(both("smart-ask-continue", count=len(lines))):
            return
        drafts = [{"caseNo": line.number} for line in lines[:_MOST]]
        step = await self.order(_CODE, _EVENT, {"action": "3", "Draft": drafts})
        if step is not None:
            self.table.grid.marked.clear()  # they are done with
            await self.tell(each_in_both(step.info))
        self.again()


class BatchPage(DeclarationList):
    """申报明细: what was declared, or has failed, in one batch."""

    WORDS: ClassVar[Words] = Words("申报明细", "Batch")
    TIMED: ClassVar[bool] = False
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (lists.SMART, lists.NUMBER)
    COLUMNS: ClassVar[tuple[Column, ...]] = _COLUMNS
    ACTIONS: ClassVar[tuple[Action, ...]] = (_RECORD,)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "act('record')", "smart-record")]

    def __init__(self, batch: str) -> None:
        super().__init__()
        self._number = batch

    @property
    def heading(self) -> Words:
        """The batch's number."""
        return Words(f"{self.WORDS.zh} {self._number}", f"{self.WORDS.en} {self._number}")

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab a batch."""
        return bool(given.get("batch") == self._number)

    def search(self) -> Mapping[str, str]:
        """Of this batch."""
        return {**super().search(), "batch": self._number}
