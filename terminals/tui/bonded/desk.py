"""The customs desk of bonded verification: the queue of stored stocktakes, the comparison, the review.

Knows what the store step has computed for each line (计算、比对) and when a difference is a large one;
refuses to know how lists and decisions work.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.bonded.table import APPROVED, LABELS, REFUSED, STORED
from messages.bonded.workflow import WORST
from messages.wire import from_sortable
from terminals.tui.bonded.search import CRITERIA
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE, Action, QueryPage
from terminals.tui.review import Finding, ReviewPage
from terminals.tui.words import both
from terminals.work.found import CaseFound, CaseLine

LARGE = Decimal("0.05")
"""The part of a line's total, or of the book's balance, from which a difference is a large one."""

_NONE = Words("没有差异", "No differences")


def difference(text: str, total: str) -> tuple[str, str]:
    """A difference as it is shown, and its tone: ▲ more, ▼ less than there should be, = none."""
    try:
        off, whole = Decimal(text), Decimal(total)
    except InvalidOperation:
        return "", ""
    if not off:
        return "=", "quiet"
    part = abs(off) / abs(whole) if whole else Decimal(1)
    arrow = "▲" if off > 0 else "▼"
    large = part >= LARGE
    marks = arrow * 3 if large else arrow
    return f"{marks} {off:+f} ({part:.1%})", "bad" if large else "warn"


def size(row: Mapping[str, Any]) -> Decimal:
    """By how much a line is off, whichever way and against whatever."""
    found = (abs(Decimal(str(row[name]))) for name in ("difference", "bookDifference") if row.get(name))
    return max(found, default=Decimal(0))


def _compared(found: CaseFound) -> list[Mapping[str, Any]]:
    """The comparison, the largest difference first."""
    rows: list[Mapping[str, Any]] = list(found.body.get("comparison") or ())
    return sorted(rows, key=size, reverse=True)


class StocktakeQueue(QueryPage):
    """保税核查审核: what waits for customs."""

    CODE: ClassVar[str] = "BVS121"
    WORDS: ClassVar[Words] = Words("保税核查审核", "Stocktake review")
    AT_ONCE: ClassVar[bool] = True
    STATES: ClassVar[tuple[str, ...]] = (STORED,)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = CRITERIA
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("number", both("query-case"), cells=19, sorts=True),
        Column(WORST, Words("最大差异", "Largest off"), number=True, most=16, sorts=True),
        Column("etpsName", Words("核查企业", "Enterprise"), most=40, least=10),
        Column("declDate", Words("申报日期", "Declared"), cells=9, sorts=True),
        Column("etpsCode", Words("核查企业代码", "Enterprise code"), most=10, sorts=True),
        Column("state", both("query-state"), most=12),
    )
    ORDER: ClassVar[str] = f"-{WORST}"
    RENEWS: ClassVar[float] = 20.0
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("review", both("review-open"), "ctrl+r", "bonded.review", "approve", frozenset({STORED})),
        Action("view", both("query-view"), "ctrl+o", "bonded.detail"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]

    def text(self, line: CaseLine, key: str) -> str:
        """The largest difference of a case as people write it, with a mark."""
        if key != WORST:
            return super().text(line, key)
        return f"▲▼ {from_sortable(line.text(key))}" if line.text(key) else "="

    def tone(self, line: CaseLine, key: str) -> str:
        """… and in colour."""
        return ("bad" if line.text(key) else "quiet") if key == WORST else ""


class StocktakeReview(ReviewPage):
    """One stored stocktake: its comparison, the largest difference first, and the decision."""

    CODE: ClassVar[str] = "BVS121"
    WORDS: ClassVar[Words] = Words("保税核查审核", "Stocktake review")
    EVENT: ClassVar[str] = "approve"
    DETAIL: ClassVar[str] = "bonded.detail"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("seqNo", Words("序号", "No."), number=True, cells=5),
        Column("recordNo", Words("备案序号", "Record no."), number=True, cells=9),
        Column("gName", Words("商品名称", "Goods"), most=20),
        Column("difference", Words("与分项差异", "Off its parts"), number=True),
        Column("bookDifference", Words("与账册差异", "Off the book"), number=True),
        Column("total", Words("总库存数量", "Total"), number=True),
        Column("parts", Words("分项合计", "Sum of parts"), number=True),
        Column("balance", Words("账册结余", "Book balance"), number=True),
    )

    def facts(self) -> list[tuple[Words, str]]:
        """The case, the enterprise, its own number and the days."""
        line = self._found.line if self._found is not None else None
        shown = [(words, line.text(name)) for name, words in _FACTS] if line is not None else []
        return [(both("query-case"), self.model.case), *shown]

    def findings(self, found: CaseFound) -> list[Finding]:
        """A line a line of the stocktake, the largest difference first."""
        stored = found.body.get("stored") or {}
        names = {str(line["seqNo"]): str(line.get("gName", "")) for line in stored.get("Line", ())}
        findings = []
        for row in _compared(found):
            shown = {
                name: difference(str(row.get(name, "")), str(row.get(whole, "")))
                for name, whole in _DIFFERENCES.items()
            }
            values = {
                **{name: str(value) for name, value in row.items()},
                "gName": names.get(str(row["seqNo"]), ""),
                **{name: text for name, (text, _) in shown.items()},
            }
            cells = tuple(values.get(column.key, "") for column in self.COLUMNS)
            findings.append(Finding(cells, tuple((name, tone) for name, (_, tone) in shown.items())))
        return findings

    def earlier(self, found: CaseFound) -> Words:
        """The decision on the version before, and its reason."""
        review = found.body.get("review") or {}
        result = _RESULTS.get(str(review.get("result", "")))
        if result is None:
            return Words()
        reason, reviewer = str(review.get("info") or "-"), str(review.get("reviewer") or "-")
        return Words(
            f"上次审批：{result.zh}；审批意见：{reason}；审批人：{reviewer}",
            f"Reviewed before: {result.en}; opinion: {reason}; by {reviewer}",
        )

    def summary(self, found: CaseFound) -> Words:
        """How many lines are off, and the largest difference."""
        rows = _compared(found)
        off = [row for row in rows if size(row)]
        if not off:
            return _NONE
        count, worst = f"{len(off)} / {len(rows)}", f"{size(off[0]):f}"
        return Words(
            f"▲▼ 有差异的表体 {count} 条，最大差异 {worst}",
            f"▲▼ Lines with differences: {count}, the largest {worst}",
        )


_RESULTS = {"0": Words(*LABELS[REFUSED]), "1": Words(*LABELS[APPROVED])}
"""审批结果 of a review, by its code."""
_FACTS = (
    ("etpsCode", Words("企业代码", "Code")),
    ("etpsName", Words("核查企业", "Enterprise")),
    ("stockDate", Words("盘库日期", "Stocktake date")),
    ("declDate", Words("申报日期", "Declared on")),
    ("etpsInnerNo", Words("企业内部编号", "Internal number")),
)
_DIFFERENCES = {"difference": "total", "bookDifference": "balance"}
"""What is off, and the number that it is a part of."""
