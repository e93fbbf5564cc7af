"""An enterprise's screens of declarations look as they did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_declaration_snapshots.py --update-snapshots` writes them anew; the change is
then read as text in the diff. The side menu is folded: what other systems have in it is not theirs.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.work.rows import Place
from tests.messages.declaration.world import FORM, GOODS
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.terminals.tui import gallery
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.declarants import drafted, enabled, office, rated
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK
from tests.terminals.tui.test_inspection_agency_snapshots import acted, listed
from tests.terminals.work.forms import type_in

KEPT = Path(__file__).with_name("snapshots_declaration")
STOPS = (
    "query", "returned", "case", "new", "goods", "criteria", "marks", "taxes-unconfirmed", "taxes",
    "agreements", "agreement",
)  # fmt: skip
_NUMBER = re.compile(r"([IE])20\d\d(?=\d)")
_TIME = re.compile(
    r"[02]0\d\d-[\d-]*(?: \d\d?(?::[\d:]*)?(?![\d-]))?"
)  # cut off at the edge of a list, perhaps


def told(house: House) -> str:
    """Let it happen; the number of what customs has returned."""
    enabled(house)
    rated(house)
    trader, desk = office(house, "enterprise"), office(house, "customs")
    returned = drafted(house, "DEC111")
    desk.submit("DEC121-return", caseNo=returned)
    drafted(house, "DEC111-self", billNo="BL20261102")
    number = drafted(house, billNo="BL20261103")
    drafted(house, "DEC111-marked", billNo="BL20261104")
    digest = trader.draft(number)["draftDigest"]
    numbered(trader.submit("DEC191-agreement", caseNo=number, draftDigest=digest))
    return returned


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("declaring") / "home")
    house.start()
    try:
        returned = told(house)
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            asyncio.run(walk(house, tmp_path_factory.mktemp("seat"), size, shots, returned))
        return shots
    finally:
        house.close()


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], returned: str
) -> None:
    """Through an enterprise's screens, each looked at in both languages."""
    mask = Mask()

    def plain(row: str) -> str:
        row = _NUMBER.sub(r"\g<1>2000", mask(row))
        return _TIME.sub(lambda found: re.sub(r"\d", "0", found.group()), row)

    async with at_work(house, folder, "operator", size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.action_menu()

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        query = await listed(terminal, pilot, "declaration.query", returned, "退单")
        await look("query")
        await acted(terminal, pilot, query, "enter")
        await look("returned")
        query = await listed(terminal, pilot, "declaration.query", returned, "退单")
        case = await acted(terminal, pilot, query, "ctrl+o")
        await until(pilot, lambda: case._history)
        await look("case")
        entry: Any = await terminal.open("declaration.entry")
        await until(pilot, lambda: entry._kind is not None)
        await look("new")
        type_in(entry.model, entry.model.head, FORM)
        row = entry.model.add("Goods")
        type_in(entry.model, row, GOODS)
        entry.view.follow()
        entry.show_state()
        entry.view.go(Place(row, "declPrice"))
        await look("goods")
        marks: Any = await terminal.open("declaration.marks")
        await found(pilot, marks, 4)
        marks.action_criteria()
        await look("criteria")
        await pilot.press(*["down"] * 12, "space")
        await look("marks")
        taxes: Any = await terminal.open("declaration.tax-list")
        await found(pilot, taxes, 1)
        await look("taxes-unconfirmed")
        page = await acted(terminal, pilot, taxes, "enter")
        await until(pilot, lambda: page._came)
        await look("taxes")
        agreements: Any = await terminal.open("declaration.agreements")
        await until(pilot, lambda: agreements.table.items and agreements.table.grid.has_focus)
        await look("agreements")
        page = await acted(terminal, pilot, agreements, "enter")
        await until(pilot, lambda: page._history)
        await look("agreement")


async def found(pilot: Pilot[int], page: Any, count: int) -> None:
    """What has these bills of lading, whenever it was."""
    await until(pilot, lambda: page._kind is not None and page.table._asked is None)
    page.criteria.put("day", "", "")
    page.criteria.put("billNo.contains", "BL2026")
    page.action_run()
    await until(pilot, lambda: page.table._asked is None and len(page.table.items) == count)
    await pilot.pause()


@pytest.mark.parametrize("name", STOPS)
def test_a_declarant_s_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_snapshot_of_a_declarant_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
