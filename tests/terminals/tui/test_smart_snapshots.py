"""The screens of unattended declaring look as they did: both sizes, in Chinese and English.

`pytest tests/terminals/tui/test_smart_snapshots.py --update-snapshots` writes them anew; the change is then
read as text in the diff.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from messages.annotations import Words
from terminals.tui.app import Terminal
from terminals.tui.menu import SideMenu
from terminals.tui.words import Saying
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.terminals.tui import declarants, gallery
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.declarants import drafted, office
from tests.terminals.tui.gallery import opened
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_smart")
STOPS = ("enable", "closed", "rules", "rule", "run", "query", "record", "batches", "manifest", "check")
_MOMENT = re.compile(r"(?<=0000-00-00 )[\d:]+")
_YEAR = re.compile(r"([IE])20\d\d(?=\d)")
_DAY = re.compile(r"(?<=P)\d{8}|20\d{6}(?!\d)")
Shots = dict[str, list[str]]
Look = Callable[[str], Awaitable[None]]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Shots:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("smart") / "home")
    house.start()
    folder = tmp_path_factory.mktemp("terminals")
    try:
        shots: Shots = {}
        for size in (SMALL, LARGE):
            asyncio.run(before(house, folder, size, shots))
        declared(house)
        for size in (SMALL, LARGE):
            asyncio.run(walk(house, folder, size, shots))
        return shots
    finally:
        house.close()


def declared(house: House) -> None:
    """One batch: three declared, one failed, one waits for its taxes."""
    declarants.enabled(house)
    legal, desk = office(house, "enterprise"), office(house, "customs")
    desk.submit("DEC221", element="voyNo", operator="is", value="BAD1")
    rule = numbered(legal.submit("DEC141", wait="600"))
    legal.submit("DEC141", ieFlag="E", ruleName="深圳出口")
    drafted(house, "DEC111-self")
    drafted(house, "DEC111-marked", voyNo="BAD1")
    for _ in range(3):
        drafted(house, "DEC111-marked")
    run = numbered(legal.submit("DEC161-start", ruleNo=rule))
    while "next" not in legal.run(run):
        pass
    legal.submit("DEC161-stop", caseNo=run)


def plain(row: str) -> str:
    """The row without what differs from day to day."""
    row = _YEAR.sub(r"\g<1>0000", _DAY.sub("00000000", Mask()(row)))
    return _MOMENT.sub(lambda found: re.sub(r"\d", "0", found.group()), row)


@asynccontextmanager
async def looking(
    house: House, folder: Path, role: str, size: tuple[int, int], shots: Shots
) -> AsyncIterator[tuple[Terminal, Pilot[int], Look]]:
    """Somebody's terminal, and what takes a snapshot in both languages."""
    name = f"{role}-{size[0]}-{len(shots)}"
    async with at_work(house, folder / name, role, size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.query_one(SideMenu).add_class("-folded")  # other systems' names are none of it

        async def look(shot: str) -> None:
            for _ in ("zh", "en"):
                terminal.clear_notifications()
                terminal.work.ladders.look()
                terminal.receipts_read()
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(shot, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        yield terminal, pilot, look


async def before(house: House, folder: Path, size: tuple[int, int], shots: Shots) -> None:
    """Nothing is enabled yet."""
    async with looking(house, folder, "operator", size, shots) as (terminal, pilot, look):
        await opened(terminal, pilot, "declaration.enable", lambda page: page.standing and page._kinds)
        await look("enable")
        await opened(terminal, pilot, "declaration.run", lambda page: page.standing and page._kinds)
        await look("closed")


async def walk(house: House, folder: Path, size: tuple[int, int], shots: Shots) -> None:
    """Through the screens, when something has been declared."""
    async with looking(house, folder, "enterprise", size, shots) as (terminal, pilot, look):
        page = await opened(
            terminal, pilot, "declaration.rules", lambda page: page.table.items and page._kind
        )
        await look("rules")
        page.table.grid.focus()
        await pilot.press("enter")
        await until(pilot, lambda: terminal.shell.pages.front is not page)
        entry: Any = terminal.shell.pages.front
        await until(pilot, lambda: entry._kind is not None and entry.standing)
        await pilot.pause()
        await look("rule")
        page = await opened(terminal, pilot, "declaration.run", lambda page: not page.rules.empty)
        legal = office(house, "enterprise")
        (number,) = legal.numbers(kind="run")
        page._run_no = number  # the run that is over
        page.ask()
        await until(pilot, lambda: page.run is not None and len(page.table.items) > 1)
        await until(pilot, lambda: page.query_one(".run--record", Saying).words != Words())
        await look("run")
        page = await opened(terminal, pilot, "declaration.smart-query", lambda page: page._kinds)
        page.criteria.put("day", "2020-01-01", "2099-12-31")
        page.action_run()
        await until(pilot, lambda: page.table.items)
        await until(pilot, lambda: page.text(page.table.items[0], "customs") == "上海海关")
        await pilot.pause()
        await look("query")
        page.table.grid.go([line.state for line in page.table.items].index("暂存"))
        await pilot.press("enter")
        await until(pilot, lambda: type(terminal.shell.pages.front).__name__ == "RecordPage")
        record: Any = terminal.shell.pages.front
        await until(pilot, lambda: record._history)
        await pilot.pause()
        await look("record")
        page = await opened(terminal, pilot, "declaration.smart-desk", lambda page: page.table._total == 0)
        page.criteria.put("began", "2020-01-01", "2099-12-31")
        page.action_run()
        await until(pilot, lambda: page.table.items)
        await pilot.pause()
        await look("batches")
    async with looking(house, folder, "carrier", size, shots) as (terminal, pilot, look):
        await opened(terminal, pilot, "declaration.manifest", lambda page: page._kind is not None)
        await look("manifest")
    async with looking(house, folder, "customs", size, shots) as (terminal, pilot, look):
        page = await opened(terminal, pilot, "declaration.checks", lambda page: page.table.items)
        await pilot.press("enter")
        await until(pilot, lambda: terminal.shell.pages.front is not page)
        check: Any = terminal.shell.pages.front
        await until(pilot, lambda: check._kind is not None and terminal.work.line.codes.known("customs"))
        await pilot.pause()
        await look("check")


@pytest.mark.parametrize("name", STOPS)
def test_a_smart_screen_looks_as_it_did(name: str, taken: Shots, request: pytest.FixtureRequest) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_smart_snapshot_is_of_a_screen(taken: Shots) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
