"""Enterprises for the tests of their screens: filed registrations, terminals, software of theirs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.opened import OpenedEntry
from terminals.tui.page import Page
from tests.scenarios.house import SAMPLES, House
from tests.scenarios.offices import Office, statuses
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.stage import LARGE

P = TypeVar("P", bound=Page)
SYSTEM = "enterprise"


class Software(Office):
    """Customs' own, or an enterprise's."""

    SYSTEM = SYSTEM

    def refile(self, place: int, **changes: str) -> None:
        """Change one of the registrations of the sample; '' leaves a field out."""
        message = self.person.message(f"{SYSTEM}/ENT511.xml", appType="2")
        namespace = message.nsmap[None]
        for node in [node for at, node in enumerate(message[:3]) if at != place]:
            message.remove(node)
        for name, value in changes.items():
            element = message[0].find(f"{{{namespace}}}{name}")
            assert element is not None, name
            element.text = value
            if not value:
                message[0].remove(element)
        assert statuses(self.submit_tree(message, 1)) == [120]

    def settle(self) -> None:
        """Nothing is under way any more, and all is filed as the sample has it."""
        for case in self.get(f"/v1/cases/{SYSTEM}", state="待审核", size=100)["cases"]:
            form = self.case(case["number"])["body"]["stored"]
            named = {"regCode": form["regCode"], "scc": form["scc"]}
            self.submit("ENT411-refuse", caseNo=case["number"], **named)
        self.submit("ENT511", 3, appType="3")
        assert statuses(self.submit("ENT511", 3)) == [120, 120, 120]


def desk(house: House) -> Software:
    """Customs' software, with everything settled."""
    found = Software(house, house.person("customs"))
    found.settle()
    return found


@asynccontextmanager
async def enterprise(
    house: House,
    folder: Path,
    role: str = "operator",
    size: tuple[int, int] = LARGE,
    place: int = 0,
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """An enterprise's terminal; the samples' files lie in its area."""
    (folder / "attachments").mkdir(parents=True, exist_ok=True)
    for file in (SAMPLES / SYSTEM).glob("*.pdf"):
        shutil.copy(file, folder / "attachments" / file.name)
    async with at_work(house, folder, role, size, place=place) as given:
        yield given


async def asked(terminal: Terminal, pilot: Pilot[int], name: str) -> Any:
    """An application's screen, once the gateway has said whether it may be made."""
    page = await terminal.open(name)
    assert isinstance(page, OpenedEntry)
    await until(pilot, lambda: page._opened is not None and page._kind is not None)
    await pilot.pause()
    return page


async def front(terminal: Terminal, pilot: Pilot[int], kind: type[P]) -> P:
    """Wait for a page of that kind."""
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, kind))
    await pilot.pause()
    page = terminal.shell.pages.front
    assert isinstance(page, kind)
    return page


def put(page: OpenedEntry, values: dict[str, str], row: Any = None) -> None:
    """Type values into the head, or into a line."""
    for name, value in values.items():
        page.model.set(row or page.model.head, name, value)
    page.view.follow()


async def in_thread(work: Any, *given: Any, **named: Any) -> Any:
    """Let the other side do something meanwhile."""
    return await asyncio.to_thread(work, *given, **named)
