"""An entrusting enterprise's screens look as they did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_inspection_enterprise_snapshots.py --update-snapshots` writes them anew; the
change is then read as text in the diff. The side menu is folded: what other systems have in it is not theirs.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.searching import SearchPage
from terminals.work.rows import Place
from tests.messages.inspection.world import ENTRUSTMENT, GOODS
from tests.scenarios.house import House
from tests.terminals.tui import gallery, inspected
from tests.terminals.tui.at_house import until
from tests.terminals.tui.inspected import enterprise_at_work, office
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK
from tests.terminals.tui.test_inspection_agency_snapshots import acted, listed
from tests.terminals.work.forms import type_in

KEPT = Path(__file__).with_name("snapshots_inspection_enterprise")
STOPS = (
    "entrustments", "returned", "inspected", "new", "goods", "notices", "waiting", "rules", "agencies",
    "agency", "regulations",
)  # fmt: skip
_MOMENT = re.compile(r"(?<=0000-00-00 )\d\d:\d\d")


def told(house: House) -> list[str]:
    """Let it happen; the cases, in the order of their being made."""
    desk, agency = office(house, "customs", "policy.pdf"), office(house, "agency", "certificate.pdf")
    cases = [inspected.filed(house), *(inspected.entrusted(house) for _ in range(3))]
    agency.submit("PSI141-return", caseNo=cases[1])
    agency.submit("PSI141-accept", caseNo=cases[2])
    agency.submit("PSI151", caseNo=cases[2])
    desk.submit("PSI221", 2)
    desk.submit("PSI231", 2)
    cases.append(inspected.called(house, "PSI191"))
    return cases


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    try:
        cases = told(house)
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            folder = tmp_path_factory.mktemp("seat")
            asyncio.run(walk(house, folder, size, shots, cases))
        return shots
    finally:
        house.close()


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], cases: list[str]
) -> None:
    """Through an enterprise's screens, each looked at in both languages."""
    mask = Mask(cases)

    def plain(row: str) -> str:
        return _MOMENT.sub("00:00", mask(row))

    async with enterprise_at_work(house, folder, size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.action_menu()

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        page = await listed(terminal, pilot, "inspection.entrustments", cases[1], "委托补充材料")
        await until(pilot, lambda: page.text(page.table.item, "agency") == "欧洲检验有限公司")
        await pilot.pause()
        await look("entrustments")
        await acted(terminal, pilot, page, "enter")
        await look("returned")
        page = await listed(terminal, pilot, "inspection.entrustments", cases[2], "检验完成")
        case = await acted(terminal, pilot, page, "enter")
        await until(pilot, lambda: case._history)
        await look("inspected")
        entry: Any = await terminal.open("inspection.entrust")
        entry.begin()
        await until(pilot, lambda: entry._kind is not None)
        await look("new")
        entry.model.settled(case="P000000000000000009", state="委托暂存")
        type_in(entry.model, entry.model.head, {**ENTRUSTMENT, "agencyCode": ""})
        for qty in ("0.1", "0.2"):
            type_in(entry.model, entry.model.add("Goods"), {**GOODS, "qty": qty})
        entry.view.follow()
        entry.show_state()
        entry.view.go(Place(entry.model.rows("Goods")[1], "amount"))
        await look("goods")
        for name in ("notices", "waiting", "rules", "agencies"):
            await filled(terminal, pilot, f"inspection.{name}")
            await look(name)
        await acted(terminal, pilot, terminal.shell.pages.front, "enter")
        await look("agency")
        await filled(terminal, pilot, "inspection.regulations")
        await look("regulations")


async def filled(terminal: Terminal, pilot: Pilot[int], name: str) -> None:
    """A list of the menu, once it shows something."""
    page = await terminal.open(name)
    assert isinstance(page, SearchPage)
    await until(pilot, lambda: page.table.items and page.table.grid.has_focus)
    await pilot.pause()


@pytest.mark.parametrize("name", STOPS)
def test_an_enterprise_s_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_snapshot_of_an_enterprise_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
