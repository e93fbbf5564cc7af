"""Enterprises for the tests of their screens: filed registrations, terminals, software of theirs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from textual.pilot import Pilot

from terminals.client import Gateway
from terminals.session import ByPassword
from terminals.tui.app import Terminal
from terminals.tui.at_work import begin
from terminals.tui.opened import OpenedEntry
from terminals.tui.page import Page
from terminals.tui.place import Place
from terminals.work.exchange import INTERACTIVE
from tests.scenarios.house import DESK, SAMPLES, House
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


@asynccontextmanager
async def by_account(
    house: House, folder: Path, size: tuple[int, int] = LARGE
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """The same enterprise's terminal for whoever has an account and a password, and no card (无卡用户)."""
    person = house.person("operator")
    place = Place(
        url=house.url, ca=house.home / "demo" / "ca.pem", state=folder / "state", area=folder,
        language="zh", remote=False, receiver=DESK,
    )  # fmt: skip
    terminal = Terminal(place)
    async with terminal.run_test(size=size) as pilot:
        gateway = Gateway(house.url, place.ca, patience=INTERACTIVE)
        credentials = ByPassword(person.account, person.account_password)
        work = await asyncio.to_thread(begin, place, gateway, credentials, None, terminal.told)
        terminal.start(work)
        await until(pilot, lambda: terminal.at_work and terminal.shell.pages.front is not None)
        try:
            yield terminal, pilot
        finally:
            await asyncio.to_thread(work.end)


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
