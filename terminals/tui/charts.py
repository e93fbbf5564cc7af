"""Charts (统计图表): messages and receipts by the hour, refusals by reason, what waits and how long.

Knows the gateway's statistics and which plot shows which of them; refuses to know any system: what a queue or
a reason is called comes with the figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult

from messages.annotations import Words
from messages.wire import CST, parse_wire_time
from terminals.trouble import Trouble
from terminals.tui.page import Page
from terminals.tui.plots import Bars, Curve, Curves, Measure
from terminals.tui.told import told
from terminals.tui.words import Saying, both

_WHAT = ("traffic", "refusals", "queues")
_COUNTED = ("messages", "receipts")
_MINUTE, _HOUR = 60, 3600


class Charts(Page):
    """Three plots, one under the other; F5 draws them anew."""

    HEADING = both("charts-title")
    DEFAULT_CSS = """
    Charts > Curves { height: 2fr; min-height: 8; }
    Charts > Bars { height: 1fr; min-height: 4; padding: 0 1; }
    Charts > #failed { width: 100%; height: auto; color: $error; text-style: bold; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.figures: dict[str, Mapping[str, Any]] = {}

    def compose(self) -> ComposeResult:
        """The plots."""
        yield Saying(Words(), self.language, id="failed")
        yield Curves(both("charts-traffic"), self.language)
        yield Bars(both("charts-refusals"), self.language, none=both("charts-no-refusals"), id="refusals")
        yield Bars(both("charts-queues"), self.language, none=both("charts-no-queues"), id="queues")

    def on_mount(self) -> None:
        """The figures of now."""
        self.query_one("#failed").display = False
        self.again()

    def help(self) -> Words:
        """What F1 says."""
        return both("help-charts")

    def again(self) -> None:
        """Ask anew."""
        self.anew(self._again, "charts")

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
        self._traffic(self.figures["traffic"])
        self._refusals(self.figures["refusals"])
        self._queues(self.figures["queues"])

    def _traffic(self, figures: Mapping[str, Any]) -> None:
        hours = figures.get("hours", [])
        curves = [
            Curve(both(f"charts-{key}"), [sum(each[key].values()) for each in hours]) for key in _COUNTED
        ]
        self.query_one(Curves).show([_clock(each["hour"]) for each in hours], curves)

    def _refusals(self, figures: Mapping[str, Any]) -> None:
        reasons = figures.get("reasons", [])
        self.query_one("#refusals", Bars).show([Measure(_named(each), each["count"]) for each in reasons])

    def _queues(self, figures: Mapping[str, Any]) -> None:
        """The oldest first: whatever waits longest is the one to look at."""
        waiting = [(_age(str(figures["at"]), each["oldest"]), each) for each in figures.get("queues", [])]
        waiting.sort(key=lambda each: -each[0])
        self.query_one("#queues", Bars).show(
            [Measure(_named(each), age, f"{_long(age)} ({each['count']})") for age, each in waiting]
        )


def _clock(time: str) -> str:
    return parse_wire_time(time).astimezone(CST).strftime("%H")


def _age(now: str, oldest: str | None) -> float:
    """In seconds; 0 for nothing that waits."""
    return 0.0 if oldest is None else (parse_wire_time(now) - parse_wire_time(oldest)).total_seconds()


def _long(age: float) -> str:
    """1:05 for an hour and five minutes."""
    return f"{int(age // _HOUR)}:{int(age % _HOUR // _MINUTE):02}"


def _named(each: Mapping[str, Any]) -> Words:
    code = f"{each['code']} " if "code" in each else ""
    return Words(f"{code}{each['zh']}", f"{code}{each['en']}")
