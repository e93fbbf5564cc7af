"""The screens of those who run the gateway look as they did: 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_operations_snapshots.py --update-snapshots` writes them anew; the change is
then read as text in the diff.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.scenarios.house import House
from tests.terminals.tui import gallery, watched
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.gallery import opened
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_operations")
STOPS = ("overview", "alarms", "work", "registrations", "which")
_SAME = (
    (re.compile(r"\b\d\d-\d\d \d\d:\d\d\b"), "00-00 00:00"),
    (re.compile(r"(?<![\d:])\d:\d\d(?![\d:])"), "0:00"),
    (re.compile(r"^( *(?:│|\d?)) {2,}\d\d(?: +\d\d){5,}$"), r"\1 hours"),
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("operations") / "home", EPORT_ALARMS__DISK_PERCENT="0")
    watched.trouble(house)
    house.start()
    try:
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            asyncio.run(walk(house, tmp_path_factory.mktemp("watch"), size, shots))
        return shots
    finally:
        house.close()


async def walk(house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]]) -> None:
    """Through the screens, each looked at in both languages."""
    mask = Mask()

    def plain(row: str) -> str:
        row = mask(row).rstrip()
        for pattern, same in _SAME:
            row = pattern.sub(same, row)
        return row

    async with at_work(house, folder, "operations", size, lambda: CLOCK) as (terminal, pilot):

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        await opened(
            terminal, pilot, "operations.overview", lambda page: page.hours and len(page.seen.alarms) == 3
        )
        await look("overview")
        await opened(terminal, pilot, "operations.alarms", lambda page: len(page.table.items) == 4)
        await look("alarms")
        await opened(terminal, pilot, "operations.work", lambda page: page.table.items)
        await look("work")
        await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        await pilot.press("down")
        await look("registrations")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "Choose")
        await look("which")
        await pilot.press("escape")


@pytest.mark.parametrize("name", STOPS)
def test_a_screen_of_the_watch_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_snapshot_of_the_watch_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
