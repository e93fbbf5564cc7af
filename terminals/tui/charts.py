"""Charts (统计图表): messages and receipts by the hour, refusals by reason, what waits and how long.

Knows the gateway's statistics and how they are drawn; refuses to know any system: what a queue or a reason is
called comes with the figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual_plotext import PlotextPlot

from messages.annotations import Words
from messages.wire import CST, parse_wire_time
from terminals.trouble import Trouble
from terminals.tui.page import Page
from terminals.tui.told import told
from terminals.tui.words import Saying, both

MOST = 8  # reasons that are drawn
_WHAT = ("traffic", "refusals", "queues")
_HOUR = 3600


class Charts(Page):
    """Three charts, one under the other; F5 draws them anew."""

    HEADING = both("charts-title")
    DEFAULT_CSS = """
    Charts PlotextPlot { height: 1fr; min-height: 6; }
    Charts #failed { width: 100%; height: auto; color: $error; text-style: bold; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.figures: dict[str, Mapping[str, Any]] = {}

    def compose(self) -> ComposeResult:
        """The charts."""
        yield Saying(Words(), self.language, id="failed")
        for what in _WHAT:
            yield PlotextPlot(id=what)

    def on_mount(self) -> None:
        """The figures of now."""
        self.query_one("#failed").display = False
        self.again()

    def help(self) -> Words:
        """What F1 says."""
        return both("help-charts")

    def again(self) -> None:
        """Ask anew."""
        self.run_worker(self._again(), exclusive=True, group="charts")

    def retell(self, language: str) -> None:
        """The same in another language."""
        super().retell(language)
        self._draw()

    async def _again(self) -> None:
        failed = self.query_one("#failed", Saying)
        try:
            for what in _WHAT:
                answer = await asyncio.to_thread(self.work.line.ask, f"/v1/statistics/{what}")
                self.figures[what] = answer or {}
        except Trouble as error:
            failed.say(told(error))
            failed.display = True
            return
        failed.display = False
        self._draw()

    def _draw(self) -> None:
        for what, draw in (
            ("traffic", self._traffic),
            ("refusals", self._refusals),
            ("queues", self._queues),
        ):
            if what in self.figures:
                plot = self.query_one(f"#{what}", PlotextPlot)
                plot.plt.clear_figure()
                plot.plt.title(both(f"charts-{what}").in_language(self.language))
                draw(plot.plt, self.figures[what])
                plot.refresh()

    def _traffic(self, plt: Any, figures: Mapping[str, Any]) -> None:
        hours = figures.get("hours", [])
        if not hours:
            return
        at = list(range(len(hours)))
        for key in ("messages", "receipts"):
            counts = [sum(each[key].values()) for each in hours]
            plt.plot(at, counts, label=both(f"charts-{key}").in_language(self.language), marker="braille")
        ticks = at[:: max(1, len(at) // 8)]
        plt.xticks(ticks, [_clock(hours[each]["hour"]) for each in ticks])

    def _refusals(self, plt: Any, figures: Mapping[str, Any]) -> None:
        reasons = list(figures.get("reasons", []))[:MOST]
        if reasons:
            names = [f"{each['code']} {_named(each, self.language)}" for each in reasons]
            counts = [each["count"] for each in reasons]
            plt.bar(names[::-1], counts[::-1], orientation="horizontal", width=0.4)

    def _queues(self, plt: Any, figures: Mapping[str, Any]) -> None:
        queues = list(figures.get("queues", []))
        if queues:
            names = [f"{_named(each, self.language)} ({each['count']})" for each in queues]
            ages = [_age(str(figures["at"]), each["oldest"]) for each in queues]
            plt.bar(names[::-1], ages[::-1], orientation="horizontal", width=0.4)


def _clock(time: str) -> str:
    return parse_wire_time(time).astimezone(CST).strftime("%H:%M")


def _age(now: str, oldest: str | None) -> float:
    """In hours; 0 for nothing that waits."""
    if oldest is None:
        return 0.0
    return (parse_wire_time(now) - parse_wire_time(oldest)).total_seconds() / _HOUR


def _named(each: Mapping[str, Any], language: str) -> str:
    return str(each[language])
