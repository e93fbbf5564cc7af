"""The part of the walk that a foreign officer goes: requests, progress, workbooks, China's requests, news.

What there is before it is sent as another program of the same customs would: a draft, a request that waits,
one that China has returned, one that was fed back, and news.
"""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.assistance.chinese import ForeignFeedback
from terminals.tui.assistance.progress import RequestProgress
from terminals.tui.pick import PickFile
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.assisted import FILES, Clerk
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.officers import begun, front, typed
from tests.terminals.tui.story import CLOCK

if TYPE_CHECKING:
    from tests.terminals.tui.tour import Visit

STOPS = (
    "officer-home", "request", "request-bill", "request-file", "progress", "request-import", "asked",
    "feedback", "news",
)  # fmt: skip


def tell(house: House) -> list[str]:
    """Let it happen; the case numbers, in the order of their being given."""
    assisted.filed(house)
    customs, office = Clerk(house, house.person("customs")), Clerk(house, house.person("officer"))
    office.upload(*assisted.NAMES)
    customs.upload(*assisted.NAMES, "manual.pdf", "findings.pdf")
    cases = [str(office.submit("CMA111-draft")[0].case)]
    cases += [str(office.submit("CMA111", letterNo=f"KR/2024/000{at}")[0].case) for at in (1, 2, 3)]
    customs.submit("CMA121-return", caseNo=cases[2])
    customs.submit("CMA121-answer", caseNo=cases[3])
    cases.append(str(customs.submit("CMA141", letterNo="CN/2024/0001")[0].case))
    cases += [str(receipt.case) for receipt in customs.submit("CMA171", 2)]
    return cases


async def at_officers(visit: Visit, look: Callable[[str, Terminal, Pilot[int]], Awaitable[None]]) -> None:
    """From the menu through every screen of an officer's."""
    (visit.folder / "attachments").mkdir(exist_ok=True)
    for file in FILES.glob("*.pdf"):
        shutil.copy(file, visit.folder / "attachments")
    async with at_work(visit.house, visit.folder, "officer", visit.size, lambda: CLOCK) as (terminal, pilot):
        await pilot.pause()
        await look("officer-home", terminal, pilot)
        page = await begun(terminal, pilot)
        await until(pilot, lambda: not page.unsaved)
        await look("request", terminal, pilot)
        typed(page.model, letterNo="KR/2024/0004")
        page.model.set(page.model.rows("Bill")[0], "billDate", "20240801")
        page.view.follow()
        await pilot.press("alt+n")
        await pilot.pause()
        await look("request-bill", terminal, pilot)
        await pilot.press("alt+n", "ctrl+n")
        await until(pilot, lambda: isinstance(terminal.screen, PickFile))
        await look("request-file", terminal, pilot)
        await pilot.press("escape")
        progress = await terminal.open("assistance.progress")
        assert isinstance(progress, RequestProgress)
        await until(pilot, lambda: progress._kind is not None and len(progress.table.items) == 4)
        await until(pilot, lambda: "KR/2024" in str(progress.table.items[0].inner))
        await until(pilot, lambda: terminal.focused is progress.table.grid)
        await look("progress", terminal, pilot)
        await terminal.open("assistance.import")
        await pilot.pause()
        await look("request-import", terminal, pilot)
        asked = await terminal.open("assistance.asked")
        await until(pilot, lambda: asked._kind is not None and asked.table.items)  # type: ignore[attr-defined]
        await pilot.pause()
        await look("asked", terminal, pilot)
        await pilot.press("ctrl+r")
        feedback = await front(terminal, pilot, ForeignFeedback)
        await until(pilot, lambda: feedback._kind is not None)
        await pilot.pause()
        await look("feedback", terminal, pilot)
        news = await terminal.open("assistance.news")
        await until(pilot, lambda: news.table.items)  # type: ignore[attr-defined]
        await pilot.pause()
        await look("news", terminal, pilot)
