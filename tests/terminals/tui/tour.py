"""A walk through every screen of the terminal, which stops wherever there is something to look at.

The snapshots and the guide's pictures are taken on it, so that none of them can show a screen that nobody
gets to. What is typed is typed by key; nothing is sent, so that everybody who walks sees the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from hardware.file import keys
from hardware.virtual.stack import Stack
from terminals.trouble import Unreachable
from terminals.tui.app import Terminal
from terminals.tui.bonded.book import BookEntry
from terminals.tui.charts import Charts
from terminals.tui.detail import DetailPage
from terminals.tui.entry import EntryPage
from terminals.tui.gone import Gone
from terminals.tui.offering import Offer
from terminals.tui.page import Page
from terminals.tui.pin import PinPrompt
from terminals.tui.query import QueryPage
from terminals.tui.review import ReviewPage
from terminals.tui.secret import NameAndSecret
from terminals.work.drafts import Draft
from terminals.work.events import Down
from tests.hardware.stack import PIN, make_card
from tests.scenarios.house import House
from tests.terminals.tui import tour_officers
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.story import BOOK, CLOCK, LINES, typed
from tests.terminals.tui.test_login import AT_DESK, person
from tests.terminals.tui.toys import give, place_of

at_officers = tour_officers.at_officers
Look = Callable[[str, Terminal, Pilot[int]], Awaitable[None]]
"""Somebody stops at a screen of this name and looks."""

STOPS = (
    "login", "login-over-ssh-without-an-agent", "login-certificate-file", "login-account", "login-refused",
    "pin", "card-out",
    "home", "menu", "entry-empty", "code-list", "entry-wrong", "entry-not-right", "question", "functions",
    "about", "help", "entry-filled", "lines", "lines-menu", "quit", "gateway-lost",
    "query", "list-menu", "details", "windows", "kept-forms", "receipts",
    "customs-home", "queue", "comparison", "book-which", "book", "charts",
    *tour_officers.STOPS,
)  # fmt: skip
"""The screens, in the order in which they are come to."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where somebody walks: what an operator's terminal has kept is in `folder`; the readers are empty."""

    house: House
    folder: Path
    size: tuple[int, int]
    cards: Stack


SERIAL = "88ede03c2d2062f90000000000000000"
HOURS = (3, 1, 0, 0, 0, 2, 14, 41, 66, 58, 72, 31, 28, 64, 80, 77, 52, 19, 8, 6, 4, 5, 2, 1)
FIGURES: dict[str, Mapping[str, Any]] = {
    "traffic": {
        "hours": [
            {
                "hour": f"2024-09-{16 if at < 8 else 17}T{(at + 16) % 24:02d}:00:00Z",
                "messages": {"BVS111": count}, "receipts": {"BVS112": count * 2}, "refused": count // 20,
            }
            for at, count in enumerate(HOURS)
        ]
    },
    "refusals": {
        "reasons": [
            {"of": "reply", "code": "0005", "zh": "报文格式错误", "en": "malformed message", "count": 12},
            {"of": "receipt", "code": "-111003", "zh": "企业内部编号重复", "en": "number in use", "count": 7},
            {"of": "reply", "code": "1002", "zh": "签名无效", "en": "signature invalid", "count": 2},
        ]
    },
    "queues": {
        "at": "2024-09-17T00:30:00Z",
        "queues": [
            {"zh": "待处理", "en": "to be processed", "count": 3, "oldest": "2024-09-17T00:29:00Z"},
            {"zh": "待审核", "en": "to be reviewed", "count": 18, "oldest": "2024-09-16T18:10:00Z"},
        ],
    },
}  # fmt: skip
"""What the gateway tells of a day at customs."""


def clock() -> datetime:
    """The time on the walk."""
    return CLOCK


async def behind(terminal: Terminal, pilot: Pilot[int]) -> None:
    """Wait until something is in front of the pages."""
    await until(pilot, lambda: terminal.screen is not terminal.shell)


async def front(pilot: Pilot[int], kind: type[Screen[Any]]) -> None:
    """Wait for a dialog."""
    await until(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.is_mounted)


async def page(terminal: Terminal, pilot: Pilot[int], kind: type[Page]) -> Any:
    """Wait for a page of that kind."""
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, kind))
    await pilot.pause()
    return terminal.shell.pages.front


async def logging_in(visit: Visit, look: Look) -> None:
    """All that is seen before the menu, with and without a card; and the card taken out behind it."""
    house, folder = visit.house, visit.folder
    terminal = Terminal(place_of(house, folder, remote=True, account="", agent=""), clock=clock)
    async with terminal.run_test(size=visit.size) as pilot:
        await look("login-over-ssh-without-an-agent", terminal, pilot)
    operator = person(house)
    key, certificate = keys(operator.p12, operator.password)
    visit.cards.insert(make_card(folder / "card", key=key, certificate=certificate, serial=SERIAL))
    terminal = Terminal(place_of(house, folder, wish=AT_DESK), clock=clock)
    async with terminal.run_test(size=visit.size) as pilot:
        grid = terminal.screen.query_one("#ways")
        await until(pilot, lambda: len(grid.rows) == 3)  # type: ignore[attr-defined]
        await look("login", terminal, pilot)
        await pilot.press("down", "enter")
        await front(pilot, NameAndSecret)
        await pilot.press(*"operator1.p12", "tab", *"secret")
        await look("login-certificate-file", terminal, pilot)
        await pilot.press("escape", "down", "enter")
        await front(pilot, NameAndSecret)
        await look("login-account", terminal, pilot)
        await give(pilot, "wrong")
        await until(pilot, lambda: str(terminal.screen_stack[0].query_one("#said").render()))
        await until(pilot, lambda: "…" not in str(terminal.screen_stack[0].query_one("#said").render()))
        await look("login-refused", terminal, pilot)
        await pilot.press("up", "up", "enter")
        await front(pilot, PinPrompt)
        await pilot.press(*PIN[:4])
        await look("pin", terminal, pilot)
        await pilot.press(*PIN[4:], "enter")
        await until(pilot, lambda: terminal.at_work)
        visit.cards.remove()
        await front(pilot, Gone)
        await look("card-out", terminal, pilot)
        terminal.end()


async def entering(visit: Visit, look: Look) -> None:
    """The operator's desk: menu, entry, and what stands in front of them."""
    async with at_work(visit.house, visit.folder, "operator", visit.size, clock) as (terminal, pilot):
        await pilot.pause()
        await look("home", terminal, pilot)
        await pilot.press("f6")
        await pilot.pause()
        await look("menu", terminal, pilot)
        await pilot.press("f6", "alt+1")
        entry = await page(terminal, pilot, EntryPage)
        await until(pilot, lambda: entry._kind is not None)
        await look("entry-empty", terminal, pilot)
        await pilot.press(*"PD20240917", "enter", *"3122260001", "enter")
        await until(pilot, lambda: entry.model.head.text("etpsName"))
        await pilot.press("enter", *"2024091", "enter")
        await pilot.press("space")
        await behind(terminal, pilot)
        await look("code-list", terminal, pilot)
        await pilot.press("escape", "shift+tab", "enter")
        await look("entry-wrong", terminal, pilot)
        await pilot.press("ctrl+s")
        await behind(terminal, pilot)
        await look("entry-not-right", terminal, pilot)
        await pilot.press("enter", "ctrl+n")
        await behind(terminal, pilot)
        await look("question", terminal, pilot)
        await pilot.press("escape", "alt+3")
        await behind(terminal, pilot)
        await look("functions", terminal, pilot)
        await pilot.press("e")
        await behind(terminal, pilot)
        await look("about", terminal, pilot)
        await pilot.press("enter", "f1")
        await behind(terminal, pilot)
        await look("help", terminal, pilot)
        await pilot.press("escape")
        entry.put(entry.fresh())
        typed(entry.model, "PD20240917", lines=len(LINES))
        entry.view.load(entry.model)
        entry.view.follow()
        entry.view.first()
        await entry.ask_owed()
        await pilot.pause()
        await look("entry-filled", terminal, pilot)
        await pilot.press("ctrl+t")
        await pilot.pause()
        await look("lines", terminal, pilot)
        await pilot.press("alt+m")
        await behind(terminal, pilot)
        await look("lines-menu", terminal, pilot)
        await pilot.press("escape", "f10")
        await behind(terminal, pilot)
        await look("quit", terminal, pilot)
        await pilot.press("escape")
        terminal.told(Down(Unreachable("no-answer", origin=visit.house.url, reason="-", seconds=8), 8.0))
        await until(pilot, lambda: not terminal.shell.status._up)
        terminal.shell.status._count_no_more()
        terminal.shell.status._again = 7.0
        await look("gateway-lost", terminal, pilot)


async def looking(visit: Visit, look: Look) -> None:
    """The operator looks up what was sent: query, details, windows, kept forms, receipts."""
    async with at_work(visit.house, visit.folder, "operator", visit.size, clock) as (terminal, pilot):
        await pilot.press("alt+2")
        query = await page(terminal, pilot, QueryPage)
        await until(pilot, lambda: query._kind is not None)
        await pilot.press("down", "down", *"20240916", "enter")
        await until(pilot, lambda: len(query.table.items) == 4)
        await pilot.press("down")
        await pilot.pause()
        await look("query", terminal, pilot)
        await pilot.press("alt+m")
        await behind(terminal, pilot)
        await look("list-menu", terminal, pilot)
        await pilot.press("escape", "enter")
        await page(terminal, pilot, DetailPage)
        await look("details", terminal, pilot)
        await pilot.press("f3")
        await behind(terminal, pilot)
        await look("windows", terminal, pilot)
        await pilot.press("escape")
        kept = Draft("1", "bonded", "BVS111", "PD20240916E", CLOCK, {})
        offer = Offer([kept], lambda _: terminal.menu.find("bonded.entry")[1].words, terminal.language)
        terminal.push_screen(offer)
        await front(pilot, Offer)
        await look("kept-forms", terminal, pilot)
        await pilot.press("escape")
        await pilot.press("f9")
        await until(pilot, lambda: terminal.shell.pages.front.heading.en == "Receipts")  # type: ignore[union-attr]
        await pilot.pause()
        await look("receipts", terminal, pilot)


async def at_customs(visit: Visit, look: Look) -> None:
    """The customs desk: queue, comparison, decision, books, charts."""
    async with at_work(visit.house, visit.folder, "customs", visit.size, clock) as (terminal, pilot):
        await pilot.pause()
        await look("customs-home", terminal, pilot)
        await pilot.press("alt+1")
        queue = await page(terminal, pilot, QueryPage)
        await until(pilot, lambda: queue.table.items and queue._kind is not None)
        await pilot.pause()
        await look("queue", terminal, pilot)
        await pilot.press("ctrl+r")
        await page(terminal, pilot, ReviewPage)
        await look("comparison", terminal, pilot)
        await pilot.press("alt+2")
        book: BookEntry = await page(terminal, pilot, BookEntry)
        await pilot.press("ctrl+e")
        await behind(terminal, pilot)
        await pilot.press(*BOOK)
        await look("book-which", terminal, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(book.model.rows("BookLine")) == 4)
        await pilot.pause()
        await look("book", terminal, pilot)
        terminal.work.line.ask = lambda path: FIGURES[path.rpartition("/")[2]]  # type: ignore[method-assign]
        charts = await terminal.open("charts")
        assert isinstance(charts, Charts)
        await until(pilot, lambda: set(charts.figures) == set(FIGURES))
        await pilot.pause()
        await look("charts", terminal, pilot)
