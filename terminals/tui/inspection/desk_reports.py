"""Annual reports (年度报告) at the customs desk: of a year, who was called, who has reported, who is missing.

Knows that an agency that is filed and was not called has no case; refuses to know how lists work, and how
anybody is called.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.codes import Code
from messages.inspection.names import REPORT, SYSTEM_NAME
from messages.inspection.table import CALLED, LABELS, REPORTED, REPORTING
from messages.wire import CST
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE
from terminals.tui.searching import SearchPage
from terminals.tui.words import Saying, both
from terminals.work.found import CaseLine, Search
from terminals.work.named import resolved

_PAGE = 100  # the gateway's most
_NOT_CALLED = "-"
_STATES = {_NOT_CALLED: Words("未通知", "not called"), **{
    state: Words(*LABELS[state]) for state in (CALLED, REPORTING, REPORTED)
}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reporter:
    """An agency and its report of a year: the case's state, day and number; none where it was not called."""

    code: str
    name: str
    state: str = _NOT_CALLED
    day: str = ""
    number: str = ""


class ReportsOfYear(SearchPage[Reporter]):
    """年度报告: every agency that is filed or was called, of last year if no other is typed."""

    WORDS: ClassVar[Words] = Words("年度报告", "Annual reports")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("year", Words("报告年份", "Year")),
        Criterion("name", Words("检验机构", "Agency")),
        Criterion(
            "state", Words("状态", "State"), codes=tuple(Code(key, words) for key, words in _STATES.items())
        ),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=12, sorts=True),
        Column("code", Words("机构代码", "Code"), cells=10, sorts=True),
        Column("name", Words("检验机构", "Agency"), most=40, least=10, sorts=True),
        Column("day", Words("通知时间", "Called"), cells=9, sorts=True),
        Column("number", Words("报告编号", "Number"), cells=19, sorts=True),
    )
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    ORDER: ClassVar[str] = "state"
    DEFAULT_CSS = """
    ReportsOfYear > .reports--sum { width: 100%; height: 1; padding: 0 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "view", "query-view"),
        Binding("ctrl+r", "call", "reports-call"),
        Binding("ctrl+e", "call_all", "reports-call-all"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Reporter, ...] = ()  # of the year that was asked for

    def compose(self) -> ComposeResult:
        """How many are missing, between what is typed and the list."""
        for widget in super().compose():
            if widget.id == "actions":
                yield Saying(Words(), self.language, classes="reports--sum")
            yield widget

    @property
    def year(self) -> str:
        """The year that is listed."""
        return self._asked.get("year") or str(self.terminal.clock().astimezone(CST).year - 1)

    @property
    def marks(self) -> bool:
        """Several may be called on together."""
        return True

    # -- the list

    def _fetch(self, wanted: Wanted) -> Fetched[Reporter]:
        """In a thread: all agencies of the year, of which a page is cut."""
        asked, self._all = self._asked, tuple(self._reporters())
        name, state = asked.get("name", "").casefold(), asked.get("state", "")
        state = resolved(tuple(Code(key, words) for key, words in _STATES.items()), state)
        fit = [
            each
            for each in self._all
            if name in f"{each.code} {each.name}".casefold() and state in ("", each.state)
        ]
        order = wanted.order.removeprefix("-")
        fit.sort(key=lambda each: (_sorted(each, order), each.code), reverse=wanted.order.startswith("-"))
        start = (wanted.page - 1) * wanted.size
        return Fetched(fit[start : start + wanted.size], len(fit))

    def _reporters(self) -> Iterator[Reporter]:
        known = self.work.line.lookup(SYSTEM_NAME, "agencies", ()) or {}
        filed = {str(each["agencyCode"]): str(each["agencyName"]) for each in known.get("Agency", ())}
        lines = {line.text("agency"): line for line in self._lines()}
        for code in sorted(filed.keys() | lines.keys()):
            line = lines.get(code)
            if line is None:
                yield Reporter(code, filed[code])
            else:
                name = filed.get(code) or line.text("subject")
                yield Reporter(code, name, line.state, line.text("day"), line.number)

    def _lines(self) -> Iterator[CaseLine]:
        page, pages = 1, 1
        while page <= pages:
            search = Search({"kind": REPORT, "words": self.year}, (), "number", page, _PAGE)
            found = self.work.line.cases(SYSTEM_NAME, search)
            yield from found.cases
            page, pages = page + 1, found.pages

    def text(self, item: Reporter, key: str) -> str:
        """What stands in a cell."""
        if key == "state":
            return _STATES[item.state].in_language(self.language)
        return str(getattr(item, key))

    def name_of(self, item: Reporter) -> object:
        """The agency's code: it stays the same whatever becomes of its report."""
        return item.code

    def tone(self, item: Reporter, key: str) -> str:
        """Who is missing stands out."""
        if key != "state":
            return ""
        return "good" if item.state == REPORTED else "warn"

    def on_paged_table_came(self) -> None:
        """How many there are of each."""
        count = {state: sum(each.state == state for each in self._all) for state in _STATES}
        parts = [(words, count[state]) for state, words in _STATES.items()]
        self.query_one(".reports--sum", Saying).say(
            Words(
                f"{self.year} 年：" + "，".join(f"{words.zh} {number}" for words, number in parts),
                f"{self.year}: " + ", ".join(f"{words.en} {number}" for words, number in parts),
            )
        )

    # -- actions

    def _options(self) -> list[Option]:
        item = self.table.item if self.is_mounted else None
        return [
            Option("view", both("query-view"), "ctrl+o", item is not None and item.number != ""),
            Option("call", both("reports-call"), "ctrl+r", self.is_mounted and bool(self._uncalled())),
            Option("call_all", both("reports-call-all"), "ctrl+e", _NOT_CALLED in _states(self._all)),
        ]

    def _uncalled(self) -> tuple[str, ...]:
        """Those of the marked ones, or the one under the cursor, that were not called on."""
        return tuple(each.code for each in self.table.chosen if not each.number)

    def picked(self) -> None:
        """Enter shows a report, or calls for it."""
        item = self.table.item
        if item is not None and not item.number:
            self.action_call()
        else:
            self.action_view()

    def action_view(self) -> None:
        """The report under the cursor, and what it was called for with."""
        item = self.table.item
        if item is not None and item.number != "":
            self.anew(partial(self._view, item.number), "open")

    async def _view(self, number: str) -> None:
        try:
            found = await asyncio.to_thread(self.work.line.case, SYSTEM_NAME, number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is not None:
            await self.terminal.open("inspection.case", found=found)

    def action_call(self) -> None:
        """Call on the chosen ones; the form of one that is not listed begins empty."""
        self._call(self._uncalled())

    def action_call_all(self) -> None:
        """Call on all that were not."""
        self._call(tuple(each.code for each in self._all if not each.number))

    def _call(self, to: tuple[str, ...]) -> None:
        self.terminal.open_soon("inspection.call-report", year=self.year, to=to)


def _states(reporters: Sequence[Reporter]) -> set[str]:
    return {each.state for each in reporters}


def _sorted(reporter: Reporter, column: str) -> str:
    """What is put in order; states in the order in which they come."""
    if column == "state":
        return str(list(_STATES).index(reporter.state))
    return str(getattr(reporter, column))
