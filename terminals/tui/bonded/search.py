"""The query screen of bonded verification (保税核查查询): its four criteria, its columns, its three actions.

Knows the manual's 第三篇 第三章; refuses to know how a query works.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.bonded.table import APPROVED, DRAFT, REFUSED, RETURNED, STORED
from terminals.tui.bonded.stocktake import CODE
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE, Action, QueryPage
from terminals.tui.words import both

_INNER = Words("企业内部编号", "Internal number")
_CODE = Words("核查企业代码", "Enterprise code")
_STOCK_DATE = Words("盘库日期", "Stocktake date")

CRITERIA = (
    Criterion("etpsInnerNo", _INNER),
    Criterion("etpsCode", _CODE),
    Criterion("stockDate", _STOCK_DATE),
    Criterion("declDate", Words("申报日期", "Declared on"), between=True),
)
COLUMNS = (
    Column(SEQUENCE, both("query-number"), number=True, cells=4),
    Column("number", both("query-case"), cells=19, sorts=True),
    Column("etpsInnerNo", Words("企业内部编号", "Own number"), most=20, sorts=True),
    Column("etpsName", Words("核查企业", "Enterprise"), most=40, least=10),
    Column("stockDate", Words("盘库日期", "Counted"), cells=9, sorts=True),
    Column("state", both("query-state"), most=12, sorts=True),
)


class StocktakeQuery(QueryPage):
    """保税核查查询."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("保税核查查询", "Stocktake query")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = CRITERIA
    COLUMNS: ClassVar[tuple[Column, ...]] = COLUMNS
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", both("query-view"), "ctrl+o", "bonded.detail"),
        Action(
            "change", both("query-change"), "ctrl+e", "bonded.entry", "declare",
            frozenset({DRAFT, STORED, RETURNED, REFUSED}),
        ),
        Action(
            "again", Words("库存重新申报", "Declare stock again"), "ctrl+r", "bonded.entry", "declare",
            frozenset({APPROVED}),
        ),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]
