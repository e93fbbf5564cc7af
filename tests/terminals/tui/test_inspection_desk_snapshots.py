"""The desk's screens of pre-shipment inspection look as they did: both sizes, in Chinese and English.

`pytest tests/terminals/tui/test_inspection_desk_snapshots.py --update-snapshots` writes them anew; the change
is then read as text in the diff.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from messages.annotations import Words
from messages.wire import CST
from terminals.tui.menu import SideMenu
from terminals.tui.words import Saying
from tests.scenarios.house import House
from tests.terminals.tui import gallery, inspected
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.gallery import front, opened
from tests.terminals.tui.inspected import office
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_inspection_desk")
STOPS = (
    "filings", "change", "entrustments", "entrustment", "problem", "checks", "check", "disposals", "disposal",
    "reports", "report-call", "published", "rules", "rule",
)  # fmt: skip
_MOMENT = re.compile(r"(?<=0000-00-00 )\d\d:\d\d")
_SHORT = re.compile(r"(?<![\d-])\d\d-\d\d \d\d?:?\d{0,2}")  # it may end where the screen does
_AGE = re.compile(r"\b0:\d\d\b")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("inspection") / "home")
    house.start()
    try:
        cases = told(house)
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            folder = tmp_path_factory.mktemp("desk")
            asyncio.run(walk(house, folder, size, shots, Mask(cases)))
        return shots
    finally:
        house.close()


def told(house: House) -> list[str]:
    """Let it happen; the case numbers, in the order of their being given."""
    cases = [inspected.filed(house), inspected.entrusted(house)]
    agency = office(house, "agency", "improved.pdf")
    agency.submit("PSI111-change", caseNo=cases[0], agencyName="欧洲机电检验有限公司", phone="+49 40 7654321")
    cases += [inspected.called(house, f"PSI161-{kind}") for kind in ("problem", "documents", "visit")]
    agency.submit("PSI171", caseNo=cases[3])
    cases.append(inspected.called(house, "PSI191-rectify"))
    agency.submit("PSI171", caseNo=cases[5])
    cases.append(inspected.called(house, "PSI201", year=str(CLOCK.astimezone(CST).year - 1)))
    desk = office(house, "customs")
    cases += [str(receipt.case) for receipt in desk.submit("PSI221", 2)]
    desk.submit("PSI231", 2)
    return cases


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], mask: Mask
) -> None:
    """Through the desk's screens, each looked at in both languages."""

    def plain(row: str) -> str:
        row = _SHORT.sub(lambda found: re.sub(r"\d", "0", found.group()), _MOMENT.sub("00:00", mask(row)))
        return _AGE.sub("0:00", row)

    async with at_work(house, folder, "customs", size, lambda: CLOCK) as (terminal, pilot):

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        terminal.shell.query_one(SideMenu).add_class("-folded")  # other systems' names are none of it
        queue = await opened(terminal, pilot, "inspection.filings-to-review", lambda page: page.table.items)
        await until(pilot, lambda: queue._kind is not None)
        await look("filings")
        await pilot.press("ctrl+r")
        review = await front(terminal, pilot, "FilingReview")
        await until(pilot, lambda: review._kind is not None and terminal.work.line.codes.known("country"))
        await pilot.pause()
        await look("change")
        listed = await opened(terminal, pilot, "inspection.entrustments", lambda page: page.table.items)
        await until(pilot, lambda: listed.text(listed.table.items[0], "destPlace") == "上海市")
        await look("entrustments")
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, "InspectionCase")
        await until(pilot, lambda: case._history)
        await look("entrustment")
        listed = await opened(terminal, pilot, "inspection.problems", lambda page: page.table.items)
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, "CallEntry")
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        entry.model.set(entry.model.head, "agencyCode", "1100980001")
        entry.view.follow()
        await look("problem")
        listed = await opened(terminal, pilot, "inspection.checks", lambda page: page.table.items)
        await until(pilot, lambda: listed._kind is not None)
        await look("checks")
        listed.table.grid.go([line.state for line in listed.table.items].index("检查待审核"))
        await pilot.press("ctrl+r")
        review = await front(terminal, pilot, "ReplyReview")
        await until(pilot, lambda: review._kind is not None)
        await look("check")
        listed = await opened(terminal, pilot, "inspection.disposals", lambda page: page.table.items)
        await until(pilot, lambda: listed._kind is not None)
        await until(pilot, lambda: listed.query_one(".desk--period", Saying).words != Words())
        await look("disposals")
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, "DisposalEntry")
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        await look("disposal")
        await opened(terminal, pilot, "inspection.reports", lambda page: page.table.items)
        await look("reports")
        entry = await opened(terminal, pilot, "inspection.call-report", lambda page: page._kind is not None)
        await until(pilot, lambda: entry.agencies)
        await look("report-call")
        listed = await opened(terminal, pilot, "inspection.published", lambda page: page.table.items)
        await until(pilot, lambda: listed._kind is not None)
        await look("published")
        await opened(terminal, pilot, "inspection.rule-register", lambda page: page.table.items)
        await look("rules")
        await pilot.press("enter")
        entry = await front(terminal, pilot, "RuleEntry")
        await until(pilot, lambda: entry._kind is not None)
        await look("rule")


@pytest.mark.parametrize("name", STOPS)
def test_a_desk_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_desk_snapshot_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
