"""The overview (运行概况): gateways, what waits and how long, what came and went, by the hour.

Knows what somebody on watch looks at first, and which screen does something about it; refuses to do it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST, parse_wire_time
from terminals.trouble import Trouble, Unreachable
from terminals.tui.ages import waited
from terminals.tui.cells import fit
from terminals.tui.columns import Column, Items
from terminals.tui.dialogs import NOTHING
from terminals.tui.grid import Grid
from terminals.tui.operations.alarms import joined, standing
from terminals.tui.operations.watched import RENEWS, clock, under_way
from terminals.tui.page import Page
from terminals.tui.plots import Curve, Curves
from terminals.tui.told import told
from terminals.tui.words import Saying, both
from terminals.work.operated import Node, Seen

MOST_NODES = 6  # gateways that are seen at once; more are scrolled
LATE = 4.0  # seconds without an answer, after which what is shown is told as old
SEEN, FEW, ROOMY = 6, 1, 30  # alarms that are told: where the page has so many lines, and where it has not
_GROUP = "overview"
_LINES = 5  # kinds of things that wait
_STATES = {"serving": "good", "silent": "bad", "stopped": "quiet"}
_NODES = (
    Column("name", both("operations-node"), most=16),
    Column("state", both("operations-state"), most=10),
    Column("since", both("operations-since"), cells=9),
    Column("seen", both("operations-seen"), cells=11),
    Column("version", both("operations-version"), most=16),
)
_WAITING = (
    Column("what", both("operations-waits"), most=36),
    Column("count", both("operations-count"), number=True, most=9),
    Column("age", both("operations-oldest"), cells=9),
    Column("remark", both("operations-remark"), most=60),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One kind of thing that waits, and the screen that does something about it."""

    words: Words
    count: int
    oldest: datetime | None = None
    remark: Words = NOTHING
    tone: str = ""
    opens: str = ""


class Overview(Page):
    """Alarms in a line; gateways; what waits; the traffic."""

    HEADING = both("operations-overview")
    DEFAULT_CSS = """
    Overview > .line { width: 100%; height: 1; padding: 0 1; text-style: bold; }
    Overview > #alarms, Overview > #failed { height: auto; }
    Overview > #alarms.-bad { background: $error; color: $bar-ink; }
    Overview > #alarms.-taken { color: $warning; }
    Overview > #alarms.-fine { color: $success; }
    Overview > #failed { color: $error; }
    Overview > #hours { background: $panel; }
    Overview > #waiting { margin-top: 1; }
    Overview > Curves { height: 1fr; min-height: 6; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "alarms", "operations-to-alarms")]

    def __init__(self) -> None:
        super().__init__()
        self.seen: Seen | None = None
        self.hours: Sequence[Mapping[str, Any]] = ()
        self._lines: tuple[_Line, ...] = ()
        self._began = 0.0  # of the question that is under way
        self._silent: datetime | None = None  # since when no question was answered

    def compose(self) -> ComposeResult:
        """From the top to the bottom."""
        yield Saying(Words(), self.language, id="failed", classes="line")
        yield Saying(both("operations-looking"), self.language, id="alarms", classes="line")
        yield Grid(_NODES, self.language, id="nodes")
        yield Grid(_WAITING, self.language, id="waiting")
        yield Saying(Words(), self.language, id="hours", classes="line")
        yield Curves(both("charts-traffic"), self.language)

    def on_mount(self) -> None:
        """As it is now, and from then on by itself."""
        self.query_one("#failed").display = False
        self.query_one("#nodes").styles.height = 2
        self.query_one("#waiting").styles.height = _LINES + 1
        self.again()
        self.set_interval(RENEWS, self.renew)

    def on_show(self) -> None:
        """In front again."""
        self.renew()

    def first(self) -> Widget:
        """What waits."""
        return self.query_one("#waiting")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-operations-overview")

    def renew(self) -> None:
        """As it is now, while somebody looks at it."""
        if not self.terminal.in_front(self):
            return
        if not under_way(self, _GROUP):
            self.again()
        elif time.monotonic() - self._began >= LATE:
            self._unanswered()

    def again(self) -> None:
        """Ask anew."""
        self.anew(self._again, _GROUP)

    async def _again(self) -> None:
        self._began = time.monotonic()
        self._silent = self._silent or datetime.now(UTC)
        try:
            seen = await asyncio.to_thread(self.work.line.operations)
            traffic = await asyncio.to_thread(self.work.line.ask, "/v1/statistics/traffic")
        except Unreachable as error:
            if error.key == "no-answer":
                self._unanswered()
            else:
                self._stale(told(error))
            return
        except Trouble as error:  # an answer, though none with figures
            self._silent = None
            self._stale(told(error))
            return
        self._silent = None
        self.query_one("#failed").display = False
        self.seen, self.hours = seen, (traffic or {}).get("hours", [])
        self._draw()

    def _unanswered(self) -> None:
        """Nobody has to ask anew: that is what a screen is for."""
        self._stale(both("operations-unanswered", since=clock(self._silent)))

    def _stale(self, reason: Words) -> None:
        """Why what is shown is old, and how old."""
        failed = self.query_one("#failed", Saying)
        shown = both("operations-stale", reason=reason, at=clock(self.seen.at)) if self.seen else reason
        failed.say(shown)
        failed.display = True

    def retell(self, language: str) -> None:
        """The same in another language."""
        super().retell(language)
        self._draw()

    # -- drawing

    def _draw(self) -> None:
        seen = self.seen
        if seen is None:
            return
        free = sum(standing(each) == "open" for each in seen.alarms)
        alarms = self.query_one("#alarms", Saying)
        alarms.say(self._alarms(seen, free))
        for name, wanted in (("-bad", free > 0), ("-taken", not free and bool(seen.alarms))):
            alarms.set_class(wanted, name)
        alarms.set_class(not seen.alarms, "-fine")
        nodes = self.query_one("#nodes", Grid)
        nodes.styles.height = min(MOST_NODES, len(seen.nodes)) + 1
        nodes.show(Items(seen.nodes, self._node, _node_tone), max(0, nodes.row))
        self._lines = _lines(seen)
        waiting = self.query_one("#waiting", Grid)
        waiting.show(Items(self._lines, self._waiting, _line_tone), max(0, waiting.row))
        self.query_one("#hours", Saying).say(_hours(self.hours))
        curves = [
            Curve(both(f"charts-{key}"), [sum(each[key].values()) for each in self.hours])
            for key in ("messages", "receipts")
        ]
        self.query_one(Curves).show([_clock(each["hour"]) for each in self.hours], curves)

    def _alarms(self, seen: Seen, free: int) -> Words:
        """How many there are, and the first of those that nobody looks after."""
        first = [each.words for each in seen.alarms if standing(each) == "open"]
        room = SEEN if self.size.height >= ROOMY else FEW
        taken = len(seen.alarms) - free
        if not free:
            return both("operations-alarms-taken", taken=taken) if taken else both("operations-alarms-none")
        return joined([both("operations-alarms-open", free=free, taken=taken), *map(self._cut, first[:room])])

    def _cut(self, words: Words) -> Words:
        """In one line."""
        cells = max(0, self.size.width - 4)
        return Words(f"  {fit(words.zh, cells)}", f"  {fit(words.en, cells)}")

    def _age(self, since: datetime | None) -> str:
        return "" if since is None or self.seen is None else waited(self.seen.at - since, self.language)

    def _node(self, node: Node, key: str) -> str:
        match key:
            case "name":
                return node.name
            case "state":
                return both(f"operations-{node.state}").in_language(self.language)
            case "since":
                return self._age(node.started) if node.state == "serving" else ""
            case "seen":
                return clock(node.seen)
        return node.version

    def _waiting(self, line: _Line, key: str) -> str:
        match key:
            case "what":
                return line.words.in_language(self.language)
            case "count":
                return str(line.count)
            case "age":
                return self._age(line.oldest)
        return line.remark.in_language(self.language)

    # -- going on

    def action_alarms(self) -> None:
        """The alarms."""
        self.terminal.open_soon("operations.alarms")

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """Enter opens what does something about it."""
        if event.grid.id == "waiting" and self._lines[event.row].opens:
            self.terminal.open_soon(self._lines[event.row].opens)


def _lines(seen: Seen) -> tuple[_Line, ...]:
    """What waits, in the order of the way that a message goes; and people at the end."""
    calls = seen.callbacks
    broken = calls.get("broken", 0) + calls.get("stopped", 0)
    remark = both("operations-callbacks-broken", broken=broken, paused=calls.get("paused", 0))
    work, error = "operations.work", seen.failing[0].error if seen.failing else ""
    return (
        _Line(both("operations-due"), seen.work.count, seen.work.oldest),
        _Line(
            both("operations-failed"), seen.failed, None, Words(error, error), "bad" if seen.failed else "",
            work,
        ),
        _Line(both("operations-notices"), seen.notices.count, seen.notices.oldest),
        _Line(
            both("operations-pushes"), seen.pushes.count, seen.pushes.oldest,
            remark if broken or calls.get("paused", 0) else Words(), "bad" if broken else "",
        ),
        _Line(
            both("operations-applicants"), seen.registrations.count, seen.registrations.oldest,
            tone="warn" if seen.registrations.count else "", opens="operations.registrations",
        ),
    )  # fmt: skip


def _line_tone(line: _Line, key: str) -> str:
    if not line.count and not line.tone:
        return "quiet"
    return line.tone if key != "what" else ""


def _node_tone(node: Node, key: str) -> str:
    return _STATES.get(node.state, "") if key == "state" or node.state == "stopped" else ""


def _hours(hours: Sequence[Mapping[str, Any]]) -> Words:
    """Of this hour, the one before it, and all."""
    if not hours:
        return Words()
    counted = [
        (sum(each["messages"].values()), sum(each["receipts"].values()), each["refusals"]) for each in hours
    ]
    values: dict[str, Any] = {"hours": len(counted)}
    this, before = counted[-1], counted[-2] if len(counted) > 1 else (0, 0, 0)
    whole = tuple(sum(each[at] for each in counted) for at in range(3))
    for name, numbers in (("this", this), ("before", before), ("whole", whole)):
        for what, number in zip(("messages", "receipts", "refused"), numbers, strict=True):
            values[f"{name}_{what}"] = number
    return both("operations-hours", **values)


def _clock(time: str) -> str:
    return parse_wire_time(time).astimezone(CST).strftime("%H")
