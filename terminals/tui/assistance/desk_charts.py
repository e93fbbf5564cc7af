"""What waits at the customs desk of mutual assistance, drawn: by age, by country, by type of request.

Knows the gateway's statistics and what their values mean; refuses to know how bars are drawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult

from messages.annotations import Words
from messages.assistance.names import SYSTEM_NAME
from messages.assistance.table import PENDING
from messages.forms import own_forms
from messages.wire import parse_wire_time
from terminals.trouble import Trouble
from terminals.tui.ages import waited
from terminals.tui.assistance.lists import COUNTRIES, COUNTRY, TYPE
from terminals.tui.filled import Desk
from terminals.tui.page import Page
from terminals.tui.plots import Bars, Measure
from terminals.tui.told import told
from terminals.tui.words import Saying
from terminals.work.model import FormModel

_QUEUE = f"{SYSTEM_NAME}/{PENDING}"
_HOUR, _DAY = 3600, 86_400
_AGES = Words("待处理请求，按等待时间", "Pending requests, by how long they have waited")
_COUNTRIES = Words("待处理请求，按国家（最早一份已等待）", "Pending requests, by country (the oldest waits)")
_TYPES = Words("待处理请求，按请求类型（最早一份已等待）", "Pending requests, by type (the oldest waits)")
_NOTHING = Words("没有待处理的请求。", "No request is pending.")
_HELP = Words(
    "等待办理的外方请求。按 F5 刷新。", "Foreign requests that wait for an answer. F5 draws them anew."
)


class DeskCharts(Page):
    """Three plots, one under the other."""

    HEADING = Words("协查待办图表", "Pending requests")
    DEFAULT_CSS = """
    DeskCharts > Bars { height: 1fr; min-height: 5; padding: 0 1; }
    DeskCharts > .said { width: 100%; height: auto; padding: 0 1; text-style: bold; }
    DeskCharts > #failed { color: $error; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.figures: dict[str, Mapping[str, Any]] = {}

    def compose(self) -> ComposeResult:
        """The plots."""
        yield Saying(Words(), self.language, id="failed", classes="said")
        yield Saying(_NOTHING, self.language, id="nothing", classes="said")
        yield Bars(_AGES, self.language, id="ages")
        yield Bars(_COUNTRIES, self.language, id="countries")
        yield Bars(_TYPES, self.language, id="types")

    def on_mount(self) -> None:
        """The figures of now."""
        for name in ("#failed", "#nothing"):
            self.query_one(name).display = False
        self.again()

    def help(self) -> Words:
        """What F1 says."""
        return _HELP

    def again(self) -> None:
        """Ask anew."""
        self.run_worker(self._again(), exclusive=True, group="charts")

    async def _again(self) -> None:
        failed = self.query_one("#failed", Saying)
        try:
            self.figures = await asyncio.to_thread(self._ask)
        except Trouble as error:
            failed.say(told(error))
            failed.display = True
            return
        failed.display = False
        self._draw()

    def _ask(self) -> dict[str, Mapping[str, Any]]:
        """In a thread: the queues, the two counts, the names of countries."""
        line = self.work.line
        if line.codes.known(COUNTRIES) is None:
            line.code_list(COUNTRIES)
        found = {"queues": line.ask("/v1/statistics/queues")}
        for by in (COUNTRY, TYPE):
            found[by] = line.ask("/v1/statistics/waiting", [("system", SYSTEM_NAME), ("by", by)])
        return {name: each or {} for name, each in found.items()}

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        if self.figures:
            self._draw()

    def _draw(self) -> None:
        queues: list[Mapping[str, Any]] = self.figures["queues"].get("queues", [])
        queue = next((each for each in queues if each["queue"] == _QUEUE), {})
        self.query_one("#nothing").display = not queue.get("count")
        ages = [Measure(_span(begin, each["within"]), each["count"]) for begin, each in _spans(queue)]
        self.query_one("#ages", Bars).show(ages)
        self.query_one("#countries", Bars).show(self._by(COUNTRY))
        self.query_one("#types", Bars).show(self._by(TYPE))

    def _by(self, column: str) -> list[Measure]:
        """A bar a value of what is pending, with the age of its oldest."""
        told = self.figures[column]
        pending = next((each for each in told.get("states", ()) if each["state"] == PENDING), None)
        if pending is None:
            return []
        model = FormModel(own_forms().form("CMA111"), Desk(self.work, self.terminal.clock))
        measures = []
        for each in pending["values"]:
            model.load({column: each["value"]}, case="", state="")
            meant = model.meaning(model.head, column)
            words = Words(meant.zh or each["value"] or "—", meant.en or each["value"] or "—")
            age = parse_wire_time(told["at"]) - parse_wire_time(each["oldest"])
            written = f"{each['count']} ({waited(age, self.language)})"
            measures.append(Measure(words, each["count"], written))
        return measures


def _spans(queue: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """The spans of age with their beginnings, in seconds; the first hour's short ones as one."""
    spans: list[tuple[int, Mapping[str, Any]]] = []
    begin = within_hour = 0
    for each in queue.get("ages", ()):
        if each["within"] is not None and each["within"] < _HOUR:
            within_hour += each["count"]
        elif each["within"] == _HOUR:
            spans.append((0, {"within": _HOUR, "count": within_hour + each["count"]}))
        else:
            spans.append((begin, each))
        begin = each["within"] or begin
    return spans


def _span(begin: int, end: int | None) -> Words:
    """An age in words."""
    if end is None:
        return Words(f"超过 {begin // _DAY} 天", f"more than {begin // _DAY} days")
    if end <= _HOUR:
        return Words("1 小时内", "up to an hour")
    if end <= _DAY:
        return Words("1 天内", "up to a day")
    return Words(f"{begin // _DAY}–{end // _DAY} 天", f"{begin // _DAY} to {end // _DAY} days")
