"""The whole terminal at a real gateway: somebody of a role logged in, on a screen without a glass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from textual.pilot import Pilot

from terminals.client import Gateway
from terminals.session import ByCertificate, ByPassword
from terminals.tui.app import Terminal
from terminals.tui.at_work import begin
from terminals.tui.dialogs import Ask, Dialog, Tell
from terminals.tui.holder import Holder
from terminals.tui.place import Place
from terminals.tui.words import Saying
from terminals.work.exchange import INTERACTIVE
from tests.scenarios.house import DESK, House
from tests.terminals.tui.stage import LARGE

PATIENCE = 30.0  # seconds until a test gives up


def now() -> datetime:
    """The time, as terminals have it."""
    return datetime.now(UTC)


@asynccontextmanager
async def at_work(
    house: House,
    state: Path,
    role: str = "operator",
    size: tuple[int, int] = LARGE,
    clock: Callable[[], datetime] = now,
    place: int = 0,
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """A terminal whose person, the `place`-th of that role, is logged in; logged out at the end."""
    person = house.person(role, place)
    desk = Place(
        url=house.url, ca=house.home / "demo" / "ca.pem", state=state / "state", area=state, language="zh",
        remote=False, receiver=DESK,
    )  # fmt: skip
    terminal = Terminal(desk, clock=clock)
    async with terminal.run_test(size=size) as pilot:
        gateway = Gateway(house.url, desk.ca, patience=INTERACTIVE)
        holder = Holder(person.signer, terminal.pins(), terminal.told)
        credentials = ByCertificate(person.signer)
        work = await asyncio.to_thread(begin, desk, gateway, credentials, holder, terminal.told)
        terminal.start(work)
        await until(pilot, lambda: terminal.at_work and terminal.shell.pages.front is not None)
        try:
            yield terminal, pilot
        finally:
            await asyncio.to_thread(work.end)


@asynccontextmanager
async def by_account(
    house: House, folder: Path, size: tuple[int, int] = LARGE, *, role: str = "operator", remote: bool = False
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """The terminal of somebody who came with an account and a password, and no card (无卡用户)."""
    person = house.person(role)
    place = Place(
        url=house.url, ca=house.home / "demo" / "ca.pem", state=folder / "state", area=folder,
        language="zh", remote=remote, receiver=DESK,
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


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    """Let the terminal go on until something holds; fails if it does not within the patience."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await pilot.pause(0.02)


async def told(pilot: Pilot[int]) -> str:
    """Wait for something to read or a question; its words in Chinese, and it stays open."""
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, Tell | Ask) and app.screen.is_mounted)
    await pilot.pause()
    dialog = app.screen
    assert isinstance(dialog, Dialog)
    return "\n".join(saying.words.zh for saying in dialog.query(".dialog--words Saying").results(Saying))


async def closed(pilot: Pilot[int], key: str = "enter") -> str:
    """The same, and answered with a key, which closes it."""
    words = await told(pilot)
    dialog = pilot.app.screen
    await pilot.press(key)
    await until(pilot, lambda: pilot.app.screen is not dialog)
    await pilot.pause()
    return words
