"""The desk's screens of customs–enterprise cooperation look as they did: two sizes, two languages.

`pytest tests/terminals/tui/test_enterprise_desk_snapshots.py --update-snapshots` writes them anew; the change
is then read as text in the diff.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.menu import SideMenu
from tests.scenarios.house import House
from tests.terminals.tui import enterprises, gallery
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.enterprises import Software
from tests.terminals.tui.gallery import front, opened
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_enterprise_desk")
STOPS = (
    "queue", "review", "renewal", "case", "register", "registration", "questions", "answer", "notice",
    "consultation",
)  # fmt: skip
_MOMENT = re.compile(r"(?<=0000-00-00 )\d\d:\d\d")
_AGE = re.compile(r"\b0:\d\d\b")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    try:
        enterprises.desk(house)
        trader = Software(house, house.person("operator"))
        trader.drain()
        trader.upload("licence.pdf", "decision.pdf")
        second = Software(house, house.person("enterprise", 1))
        second.upload("licence.pdf")
        sent = [
            *trader.submit("ENT111"), *second.submit("ENT121"), *trader.submit("ENT311"),
            *trader.submit("ENT711"),
        ]  # fmt: skip
        mask = Mask(str(receipt.case) for receipt in sent)
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            asyncio.run(walk(house, tmp_path_factory.mktemp("desk"), size, shots, mask))
            asyncio.run(ask(house, tmp_path_factory.mktemp("own"), size, shots, mask))
        return shots
    finally:
        house.close()


async def look(
    name: str, terminal: Terminal, pilot: Pilot[int], size: tuple[int, int], shots: Any, mask: Mask
) -> None:
    """A screen in both languages."""

    def plain(row: str) -> str:
        return _AGE.sub("0:00", _MOMENT.sub("00:00", mask(row)))

    terminal.clear_notifications()
    for _ in ("zh", "en"):
        await pilot.pause()
        heading = f"== {size[0]}×{size[1]} {terminal.language}"
        shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
        await pilot.press("f2")


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], mask: Mask
) -> None:
    """Through the desk's screens."""
    async with at_work(house, folder, "customs", size, lambda: CLOCK) as (terminal, pilot):

        async def seen(name: str) -> None:
            await look(name, terminal, pilot, size, shots, mask)

        terminal.shell.query_one(SideMenu).add_class("-folded")  # other systems' names are none of it
        queue = await opened(terminal, pilot, "enterprise.queue", lambda page: len(page.table.items) == 3)
        await until(pilot, lambda: queue._kind is not None)
        await seen("queue")
        for row, name in enumerate(("review", "renewal")):
            await terminal.open("enterprise.queue")
            queue.table.grid.go(row)
            await pilot.pause()
            await pilot.press("ctrl+r")
            review = await front(terminal, pilot, "ApplicationReview")
            await until(pilot, lambda review=review: review._kind is not None and review._filed is not None)
            await pilot.pause()
            await seen(name)
        await terminal.open("enterprise.queue")
        queue.table.grid.go(0)
        await pilot.pause()
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, "EnterpriseCase")
        await until(pilot, lambda: case._history)
        await seen("case")
        register = await opened(terminal, pilot, "enterprise.filed", lambda page: page.table.items)
        register.table.sort("regCode")
        await until(pilot, lambda: register.table.items[0].text("regCode") == "1100980001")
        register.table.grid.focus()
        await seen("register")
        await pilot.press("enter")
        entry = await front(terminal, pilot, "RegistrationEntry")
        await until(pilot, lambda: entry._kind is not None and pilot.app.focused is entry.view.front)
        await pilot.press("end")  # what is in the field is not chosen
        await seen("registration")
        await opened(terminal, pilot, "enterprise.questions", lambda page: page.table.items)
        await seen("questions")
        await pilot.press("ctrl+r")
        answer = await front(terminal, pilot, "Answer")
        await until(pilot, lambda: answer._kind is not None)
        await pilot.pause()
        await seen("answer")
        entry = await opened(terminal, pilot, "enterprise.publish", lambda page: page._kind is not None)
        entry.view.first()
        await seen("notice")


async def ask(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], mask: Mask
) -> None:
    """An enterprise's consultation."""
    async with at_work(house, folder, "operator", size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.query_one(SideMenu).add_class("-folded")
        await opened(terminal, pilot, "enterprise.consultations", lambda page: page.table.items)
        await pilot.press("enter")
        page = await front(terminal, pilot, "Consultation")
        await until(pilot, lambda: page._kind is not None)
        await pilot.pause()
        await look("consultation", terminal, pilot, size, shots, mask)


@pytest.mark.parametrize("name", STOPS)
def test_a_desk_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_desk_snapshot_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
