"""报关单查询: an enterprise's declarations, by hand or not; marks and the engine's states are not shown here.

Knows criteria, columns and what can be done in each state; refuses to know how lists and forms work.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import lists
from terminals.tui.declaration.lists import DeclarationList
from terminals.tui.query import Action
from terminals.tui.words import both


class DeclarationQuery(DeclarationList):
    """报关单查询."""

    WORDS: ClassVar[Words] = Words("报关单查询", "Declarations")
    TIMED: ClassVar[bool] = False
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("number.contains", Words("统一编号", "Number")),
        Criterion("billNo.contains", Words("提运单号", "Bill of lading")),
        lists.TRADE,
        lists.CUSTOMS,
        lists.FLAG,
        lists.STATE,
        lists.DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, lists.STATED, lists.CASE, lists.BILLED, lists.WAY, lists.AT, lists.OF, lists.BY,
        lists.CHANGED, lists.HELD,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", both("query-view"), "ctrl+o", "declaration.case"),
        Action("change", both("query-change"), "ctrl+e", "declaration.entry", "save", frozenset(lists.OPEN)),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
        Binding("ctrl+n", "new", "entry-new"),
    ]

    def picked(self) -> None:
        """Enter goes on with what is not declared, and shows anything else."""
        line = self.table.item
        self.action_act("change" if line is not None and line.state in lists.OPEN else "view")

    def _options(self) -> list[Option]:
        return [*super()._options(), Option("new", both("entry-new"), "ctrl+n")]

    def action_new(self) -> None:
        """新增."""
        self.terminal.open_soon("declaration.entry")
