"""智能辅助申报台: the batches of an enterprise's runs with their counts, the newest first.

Knows that a run keeps the counts of its latest batches, and that most of them find nothing to declare;
refuses to know how declarations are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.codes import Code
from messages.declaration.names import RUN, SYSTEM_NAME
from terminals.tui.buttons import Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.declaration.periods import PeriodPage
from terminals.tui.declaration.records import when
from terminals.tui.declaration.standing import SmartPage
from terminals.tui.query import SEQUENCE
from terminals.tui.words import both
from terminals.work.found import CaseFound, CaseLine, Search
from terminals.work.named import resolved

_RUNS = 50  # of which the batches are listed, the latest
_TIMES = ("began", "ended")
_DAYS = 7  # that are listed to begin with
_WITH, _ANY = "1", "0"
_BEGAN = Criterion("began", Words("开始日期", "Begun on"), between=True)
_RESULTS = Criterion(
    "results",
    Words("申报结果", "Results"),
    codes=(
        Code(_WITH, Words("仅有结果的批次", "with results only")),
        Code(_ANY, Words("全部批次", "all batches")),
    ),
)
BatchLine = Mapping[str, Any]


class SmartDesk(SmartPage, PeriodPage[BatchLine]):
    """智能辅助申报台."""

    WORDS: ClassVar[Words] = both("smart-desk")
    HELP: ClassVar[str] = "help-smart-desk"
    AT_ONCE: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True
    ORDER: ClassVar[str] = "-began"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (_BEGAN, _RESULTS, Criterion("no", Words("批次号", "Batch")))
    PERIOD: ClassVar[Criterion] = _BEGAN
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("no", Words("批次号", "Batch"), cells=21, sorts=True),
        Column("declared", Words("成功", "Declared"), number=True, cells=9, sorts=True),
        Column("failed", Words("失败", "Failed"), number=True, cells=9, sorts=True),
        Column("waiting", Words("仍待申报", "Waiting"), number=True, cells=9, sorts=True),
        Column("total", Words("共", "Total"), number=True, cells=9, sorts=True),
        Column("began", Words("开始时间", "Began"), cells=19, sorts=True),
        Column("ended", Words("结束时间", "Ended"), cells=19, sorts=True),
        Column("by", Words("执行人", "Started by"), most=12, sorts=True),
        Column("run", Words("执行编号", "Run"), cells=18, sorts=True),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "details", "smart-details")]

    def __init__(self) -> None:
        super().__init__()
        self._runs: dict[str, CaseFound] = {}  # as they were fetched last

    def on_mount(self) -> None:
        """Those of the last days in which something was declared, or failed."""
        self.since(self.today - timedelta(days=_DAYS - 1))
        self.criteria.put(_RESULTS.column, _WITH)

    def compose(self) -> ComposeResult:
        """The gate before all."""
        yield self.gate()
        yield from super().compose()

    def search(self) -> Mapping[str, str]:
        """What is searched for; a code may be typed by its name."""
        found = dict(super().search())
        found[_RESULTS.column] = resolved(_RESULTS.codes, found.get(_RESULTS.column, ""))
        return found

    def _fetch(self, wanted: Wanted) -> Fetched[BatchLine]:
        """In a thread: the batches of the latest runs, of which a page is cut."""
        since = self._asked.get(f"{_BEGAN.column}.from", "")  # a run that ended before has none of these
        search = Search({"kind": RUN, "day.from": since}, (), "-number", 1, _RUNS)
        found = [
            batch
            for line in self.work.line.cases(SYSTEM_NAME, search).cases
            for batch in self._batches(line)
            if self._fits(batch)
        ]
        column = wanted.order.removeprefix("-")
        found.sort(key=lambda batch: batch.get(column, ""), reverse=wanted.order.startswith("-"))
        start = (wanted.page - 1) * wanted.size
        return Fetched(found[start : start + wanted.size], len(found))

    def _fits(self, batch: BatchLine) -> bool:
        asked, day = self._asked, str(batch["began"])[:8]
        first, last = (asked.get(f"{_BEGAN.column}.{end}", "") for end in ("from", "to"))
        if day < first or (last and day > last) or asked.get("no", "") not in batch["no"]:
            return False
        some = batch["declared"] or batch["failed"] or not batch["ended"]
        return bool(some) or asked.get(_RESULTS.column) != _WITH

    def _batches(self, line: CaseLine) -> Iterator[BatchLine]:
        """Of one run; what has not changed since is not fetched again."""
        known = self._runs.get(line.number)
        if known is None or known.line != line:
            known = self.work.line.case(SYSTEM_NAME, line.number)
            if known is None:
                return
            self._runs[line.number] = known
        body = known.body
        open_ = body.get("batch")
        every = {str(each["no"]): each for each in (*body["batches"], *([open_] if open_ else []))}
        for each in every.values():
            yield {"ended": "", **each, "by": body["by"], "run": line.number}

    def name_of(self, item: BatchLine) -> object:
        """Its number."""
        return item["no"]

    def text(self, item: BatchLine, key: str) -> str:
        """What stands in a cell."""
        text = str(item[key])
        return when(text) if key in _TIMES and text else text

    def tone(self, item: BatchLine, key: str) -> str:
        """What failed stands out."""
        return "bad" if key == "failed" and item[key] else ""

    def _options(self) -> list[Option]:
        some = self.is_mounted and self.table.item is not None
        return [Option("details", both("smart-details"), "ctrl+o", some)]

    def picked(self) -> None:
        """Enter shows its declarations."""
        self.action_details()

    def action_details(self) -> None:
        """The declarations of the batch under the cursor."""
        item = self.table.item
        if item is not None:
            self.terminal.open_soon("declaration.batch", batch=item["no"])
