"""An agency's screens look as they did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_inspection_agency_snapshots.py --update-snapshots` writes them anew; the
change is then read as text in the diff.
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
from tests.terminals.tui import gallery, inspected
from tests.terminals.tui.at_house import until
from tests.terminals.tui.inspected import agency_at_work, chosen, office
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_inspection_agency")
STOPS = (
    "filings", "filing", "filing-departments", "entrusted", "answer", "result", "problems", "reply", "checks",
    "disposals", "put-right", "disposal", "reports", "report",
)  # fmt: skip
_MOMENT = re.compile(r"(?<=0000-00-00 )\d\d:\d\d")
_SECOND = re.compile(r"(?<=00000000)\d{6}")


def told(house: House) -> list[str]:
    """Let it happen; the cases, in the order of their being made."""
    agency, desk = office(house, "agency", "licence.pdf"), office(house, "customs", "policy.pdf")
    cases = [str(agency.submit("PSI111-draft")[0].case)]
    cases += [inspected.filed(house), *(inspected.entrusted(house) for _ in range(3))]
    agency.submit("PSI141-accept", caseNo=cases[3])
    agency.submit("PSI141-return", caseNo=cases[4])
    for sample in ("PSI161-problem", "PSI161-documents", "PSI161-visit"):
        cases.append(inspected.called(house, sample))
    cases.append(inspected.called(house, "PSI191"))
    desk.submit("PSI191-lift", caseNo=cases[-1])
    cases += [inspected.called(house, sample) for sample in ("PSI191-rectify", "PSI201")]
    return cases


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("agency") / "home")
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
    """Through an agency's screens, each looked at in both languages."""
    mask = Mask(cases)

    def plain(row: str) -> str:
        return _SECOND.sub("000000", _MOMENT.sub("00:00", mask(row)))

    async with agency_at_work(house, folder, size, lambda: CLOCK) as (terminal, pilot):
        terminal.shell.query_one(SideMenu).add_class("-folded")  # other systems' names are none of it

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        page = await listed(terminal, pilot, "inspection.filings", cases[1], "已受理")
        await look("filings")
        await acted(terminal, pilot, page, "enter")
        await until(pilot, lambda: terminal.work.line.codes.known("country"))
        await look("filing")
        await pilot.press("ctrl+t")
        await look("filing-departments")
        page = await listed(terminal, pilot, "inspection.entrusted", cases[2], "待受理")
        await look("entrusted")
        await acted(terminal, pilot, page, "enter")
        await look("answer")
        page = await listed(terminal, pilot, "inspection.entrusted", cases[3], "受理中")
        await acted(terminal, pilot, page, "enter")
        await look("result")
        page = await listed(terminal, pilot, "inspection.problems", cases[5], "待反馈")
        await look("problems")
        await acted(terminal, pilot, page, "enter")
        await look("reply")
        await listed(terminal, pilot, "inspection.checks", cases[6], "待提交")
        await look("checks")
        page = await listed(terminal, pilot, "inspection.disposals", cases[9], "限期整改")
        await look("disposals")
        await acted(terminal, pilot, page, "enter")
        await look("put-right")
        page = await listed(terminal, pilot, "inspection.disposals", cases[8], "已撤销处置")
        case = await acted(terminal, pilot, page, "enter")
        await until(pilot, lambda: case._history)
        await look("disposal")
        page = await listed(terminal, pilot, "inspection.reports", cases[10], "待填报")
        await look("reports")
        await acted(terminal, pilot, page, "enter")
        await look("report")


async def listed(terminal: Terminal, pilot: Pilot[int], name: str, case: str, state: str) -> Any:
    """A list, the cursor on a case."""
    page: Any = await terminal.open(name)
    await chosen(page, pilot, case, state)
    return page


async def acted(terminal: Terminal, pilot: Pilot[int], page: Any, key: str) -> Any:
    """What a key opens from a list, once it has what it shows."""
    await pilot.press(key)
    await until(pilot, lambda: terminal.shell.pages.front is not page)
    opened: Any = terminal.shell.pages.front
    await until(pilot, lambda: getattr(opened, "_kind", True) is not None)
    await pilot.pause()
    return opened


@pytest.mark.parametrize("name", STOPS)
def test_an_agency_s_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_snapshot_of_an_agency_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
