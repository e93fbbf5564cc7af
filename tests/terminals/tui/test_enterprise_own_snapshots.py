"""An enterprise's own screens look as they did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_enterprise_own_snapshots.py --update-snapshots` writes them anew; the change
is then read as text in the diff.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from terminals.tui.enterprise.change import Confirmation
from terminals.tui.menu import SideMenu
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import enterprises, gallery
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.enterprises import Software, asked, put
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_enterprise_own")
STOPS = ("refused", "basics", "managers", "differences", "objection", "applications", "registration")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    try:
        enterprises.desk(house)
        own = Software(house, house.person("operator"))
        own.upload("decision.pdf")
        case = str(own.submit("ENT311")[0].case)
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            asyncio.run(walk(house, tmp_path_factory.mktemp("own"), size, shots, Mask([case])))
        return shots
    finally:
        house.close()


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], mask: Mask
) -> None:
    """Through the screens, each looked at in both languages."""
    async with at_work(house, folder, "operator", size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.query_one(SideMenu).add_class("-folded")  # other systems' names are none of it

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, mask), ""])
                await pilot.press("f2")

        await asked(terminal, pilot, "enterprise.renewal")
        await look("refused")
        page = await asked(terminal, pilot, "enterprise.change")
        await until(pilot, lambda: terminal.work.line.codes.known("education"))
        await until(pilot, lambda: terminal.work.line.codes.known("country"))
        await until(pilot, lambda: terminal.work.line.codes.known("customs"))
        await look("basics")
        put(page, {"crossTypes": "1 4", "contactMobile": "13900000009"})
        page.view.show_part("Manager")
        put(page, {"mobile": "13900000002"}, page.model.rows("Manager")[1])
        await look("managers")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirmation))
        await look("differences")
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        page = await asked(terminal, pilot, "enterprise.objection")
        put(page, {"objectionType": "3"})
        await look("objection")
        listed = await terminal.open("enterprise.applications")
        await until(pilot, lambda: listed.table.items and listed._kind)
        await look("applications")
        filed = await terminal.open("enterprise.registration")
        await until(pilot, lambda: "陈立" in filed.query_one(Reader).text)
        await look("registration")


@pytest.mark.parametrize("name", STOPS)
def test_an_own_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_own_snapshot_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
