"""Pre-shipment inspection for the tests of its screens: an agency that is filed, entrusted, disposed of."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.query import QueryPage
from tests.scenarios import offices
from tests.scenarios.house import SAMPLES, House
from tests.scenarios.offices import statuses
from tests.terminals.tui.at_house import at_work, now, until
from tests.terminals.tui.stage import LARGE

FILES = SAMPLES / "inspection"


class Office(offices.Office):
    """An agency's, an enterprise's or customs' own software."""

    SYSTEM = "inspection"

    @property
    def agency_filed(self) -> bool:
        """Whether any agency is."""
        return bool(self.get("/v1/lookups/inspection/agencies")["values"]["Agency"])


def office(house: House, role: str, *files: str, place: int = 0) -> Office:
    """Somebody's software, with these files at the gateway."""
    found = Office(house, house.person(role, place))
    found.upload(*files)
    return found


def filed(house: House) -> str:
    """The agency is filed; the case of its filing."""
    agency, desk = office(house, "agency", "licence.pdf"), office(house, "customs")
    if agency.agency_filed:
        (number,) = agency.numbers(kind="filing", state="已受理")
        return number
    case = str(agency.submit("PSI111")[0].case)
    assert statuses(desk.submit("PSI121-accept", caseNo=case)) == [399]
    return case


def entrusted(house: House) -> str:
    """An entrustment that waits for the agency, which is filed; its number."""
    filed(house)
    trader = office(house, "enterprise", "photos.pdf")
    (receipt,) = trader.submit("PSI131")
    assert receipt.status == 120, receipt
    return str(receipt.case)


def called(house: House, sample: str, **changes: str) -> str:
    """What customs calls the agency for by this sample; its case."""
    desk = office(house, "customs", "policy.pdf")
    return str(desk.submit(sample, **changes)[0].case)


@asynccontextmanager
async def agency_at_work(
    house: House,
    folder: Path,
    size: tuple[int, int] = LARGE,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """An agency's terminal; the samples' files lie in the area."""
    _lay_out(folder)
    async with at_work(house, folder, "agency", size, clock) as given:
        yield given


@asynccontextmanager
async def enterprise_at_work(
    house: House,
    folder: Path,
    size: tuple[int, int] = LARGE,
    clock: Callable[[], datetime] = now,
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """An entrusting enterprise's terminal; the same files lie in its area."""
    _lay_out(folder)
    async with at_work(house, folder, "enterprise", size, clock) as given:
        yield given


def _lay_out(folder: Path) -> None:
    (folder / "attachments").mkdir(parents=True, exist_ok=True)
    for file in FILES.glob("*.pdf"):
        shutil.copy(file, folder / "attachments" / file.name)


async def chosen(page: QueryPage, pilot: Pilot[int], case: str, state: str) -> None:
    """Put the cursor on a case of a list, once it is in that state."""
    await until(pilot, lambda: page._kind is not None)

    def there() -> bool:
        return (case, state) in {(line.number, line.state) for line in page.table.items}

    if not there():
        page.again()
    await until(pilot, there)
    page.table.grid.focus()
    page.table.grid.go([line.number for line in page.table.items].index(case))
    await pilot.pause()


def typed(page: Any, **values: str) -> None:
    """Type into the head of a form."""
    for name, value in values.items():
        page.model.set(page.model.head, name, value)
    page.view.follow()


async def attach(page: Any, pilot: Pilot[int], file: str) -> None:
    """Choose a file by a part of its name."""
    before = len(page.model.rows("Attachment"))
    page.view.show_part("Attachment")
    await pilot.pause()
    await pilot.press("ctrl+n")
    await until(pilot, lambda: pilot.app.screen is not page.terminal.shell)
    await pilot.press(*file, "enter")
    await until(pilot, lambda: len(page.model.rows("Attachment")) == before + 1)
    await until(pilot, lambda: pilot.app.screen is page.terminal.shell)
