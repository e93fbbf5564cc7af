"""Foreign officers for the tests of their screens: a terminal logged in as one, a request typed in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.assistance.request import RequestEntry
from terminals.tui.page import Page
from terminals.work.model import FormModel
from tests.messages.assistance.world import request
from tests.scenarios.house import House
from tests.terminals.tui.assisted import FILES, letter
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.stage import LARGE
from tests.terminals.work.forms import type_in

P = TypeVar("P", bound=Page)


@asynccontextmanager
async def officer(
    house: House, folder: Path, size: tuple[int, int] = LARGE, place: int = 0
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """An officer's terminal; the samples' files lie in the area."""
    (folder / "attachments").mkdir(parents=True, exist_ok=True)
    for file in FILES.glob("*.pdf"):
        shutil.copy(file, folder / "attachments" / file.name)
    async with at_work(house, folder, "officer", size, place=place) as given:
        yield given


async def front(terminal: Terminal, pilot: Pilot[int], kind: type[P]) -> P:
    """Wait for a page of that kind."""
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, kind))
    await pilot.pause()
    page = terminal.shell.pages.front
    assert isinstance(page, kind)
    return page


async def begun(terminal: Terminal, pilot: Pilot[int]) -> RequestEntry:
    """A new request, with what is prefilled."""
    page = await terminal.open("assistance.request")
    assert isinstance(page, RequestEntry)
    await until(pilot, lambda: page._kind is not None and page.model.head.text("agreementNo"))
    await pilot.pause()
    return page


def typed(model: FormModel, **changes: Any) -> str:
    """A whole request but for its files, as if somebody had typed it; its reference number."""
    data = request(**{"letterNo": letter(), **changes})
    number = str(data.get("letterNo", ""))
    bills = data.pop("Bill")
    own = ("letterNo", "reqType", "reqBackground", "reqMatter")
    type_in(model, model.head, {name: str(data[name]) for name in own if data.get(name)})
    for bill in bills:
        lines = bill["Goods"]
        row = model.add("Bill")
        type_in(model, row, {name: value for name, value in bill.items() if name != "Goods"})
        for line in lines:
            type_in(model, model.add("Goods", row), line)
    return number


async def attach(page: RequestEntry, pilot: Pilot[int], file: str, kind: str) -> None:
    """Choose a file by a part of its name, and say what it is."""
    before = len(page.model.rows("Attachment"))
    page.view.show_part("Attachment")
    await pilot.pause()
    await pilot.press("ctrl+n")
    await until(pilot, lambda: pilot.app.screen is not page.terminal.shell)
    await pilot.press(*file, "enter")
    await until(pilot, lambda: len(page.model.rows("Attachment")) == before + 1)
    await until(pilot, lambda: pilot.app.screen is page.terminal.shell)
    page.model.set(page.model.rows("Attachment")[-1], "docType", kind)
    page.view.follow()
