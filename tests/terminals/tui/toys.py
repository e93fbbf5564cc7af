"""A small system for tests of the shell: a page to type on, one to look at, and a terminal that has them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input

from messages.annotations import Words
from terminals.tui.app import Terminal
from terminals.tui.page import Page
from terminals.tui.pin import PinBox
from terminals.tui.place import Place
from terminals.tui.systems import CUSTOMS, GENERAL, OPERATOR, Entry, System
from terminals.tui.words import Saying
from terminals.work.drafts import Draft
from terminals.work.receipts import Step
from tests.scenarios.house import DESK, House
from tests.terminals.tui.at_house import until
from tests.terminals.tui.stage import LARGE


class Notes(Page):
    """One line to type on; what stands there is a draft until it is put away."""

    made = 0

    def __init__(self, text: str = "", draft: Draft | None = None) -> None:
        super().__init__()
        Notes.made += 1
        self._id = draft.id if draft else f"note-{Notes.made}"
        self._text = str(draft.dump["text"]) if draft else text
        self._revision = 0
        self.seen: list[object] = []

    def compose(self) -> ComposeResult:
        """Words and the line."""
        yield Saying(Words("请输入", "Type here"), self.language)
        line = Input(self._text, select_on_focus=False)
        line.cursor_blink = False
        yield line

    @property
    def line(self) -> Input:
        """The line."""
        return self.query_one(Input)

    @property
    def heading(self) -> Words:
        """With what is typed."""
        return Words(f"笔记 {self._text}".rstrip(), f"Notes {self._text}".rstrip())

    @property
    def unsaved(self) -> bool:
        """Anything typed is."""
        return bool(self._text)

    def drafts(self) -> Sequence[Draft]:
        """What is typed."""
        if not self._text:
            return ()
        dump = {"text": self._text, "revision": self._revision}
        return (Draft(self._id, "toys", "TOY111", self._text, self.terminal.clock(), dump),)

    def help(self) -> Words:
        """A sentence."""
        return Words("这里写笔记", "Notes are written here")

    def first(self) -> Widget:
        """The line."""
        return self.line

    def again(self) -> None:
        """Remember it."""
        self.seen.append("again")

    def came(self, steps: Sequence[Step]) -> None:
        """Remember them."""
        self.seen += steps

    def reached(self, up: bool) -> None:
        """Remember it."""
        self.seen.append(up)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Have it kept."""
        if event.value != self._text:
            self._text = event.value
            self._revision += 1
            self.keep()
            self.post_message(self.Headed())


class Board(Page):
    """Something to look at."""

    HEADING = Words("公告", "Board")

    def __init__(self, number: int = 0) -> None:
        super().__init__()
        self.number = number

    def compose(self) -> ComposeResult:
        """A word."""
        yield Saying(self.HEADING, self.language)


class Leaking(Page):
    """What it does beside the screen breaks: in a thread, and in a callback."""

    HEADING = Words("漏页", "Leaking")

    def on_mount(self) -> None:
        """Break twice."""

        def fail() -> None:
            raise RuntimeError("on purpose, beside")

        threading.Thread(target=fail, name="leak").start()
        asyncio.get_running_loop().call_soon(fail)


class Broken(Page):
    """It breaks while a secret is at hand."""

    def on_mount(self) -> None:
        """Break."""
        secret = "PIN 481516"
        raise RuntimeError("on purpose" if secret else "")


_HERE = "tests.terminals.tui.toys"
TOYS = System(
    "toys",
    Words("玩具", "Toys"),
    (
        Entry("toys.notes", Words("笔记", "Notes"), f"{_HERE}:Notes", key="alt+1", codes=("TOY111",)),
        Entry("toys.board", Words("公告", "Board"), f"{_HERE}:Board", frozenset({OPERATOR}), "alt+2"),
        Entry("toys.desk", Words("审核", "Review"), f"{_HERE}:Board", frozenset({CUSTOMS}), "alt+2"),
        Entry("toys.leaf", Words("散页", "Leaf"), f"{_HERE}:Notes", single=False, listed=False),
        Entry("toys.leaking", Words("漏页", "Leaking"), f"{_HERE}:Leaking", key="alt+8", listed=False),
        Entry("toys.broken", Words("坏页", "Broken"), f"{_HERE}:Broken", key="alt+9", listed=False),
    ),
)
TABLE = (TOYS, GENERAL)


def place_of(house: House, folder: Path, account: str = "operator1", **given: Any) -> Place:
    """A place at that gateway where an account is known, and nothing else."""
    place = Place(
        url=house.url, ca=house.home / "demo" / "ca.pem", state=folder / "state", area=folder, language="zh",
        remote=False, receiver=DESK, account=account,
    )  # fmt: skip
    return replace(place, **given)


@asynccontextmanager
async def showing(
    place: Place, table: tuple[System, ...] = TABLE, size: tuple[int, int] = LARGE
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """A terminal at its first screen; ended with whoever logs in."""
    terminal = Terminal(place, table)
    async with terminal.run_test(size=size) as pilot:
        try:
            yield terminal, pilot
        finally:
            terminal.end()


@asynccontextmanager
async def logged_in(
    house: House,
    folder: Path,
    *,
    size: tuple[int, int] = LARGE,
    account: str = "operator1",
    table: tuple[System, ...] = TABLE,
    **given: Any,
) -> AsyncIterator[tuple[Terminal, Pilot[int]]]:
    """A terminal whose account has logged in with its password."""
    person = next(one for one in house.people() if one.account == account)
    place = place_of(house, folder, account, **given)
    async with showing(place, table, size) as (terminal, pilot):
        await pilot.press("down", "enter")
        await until(pilot, lambda: type(terminal.screen).__name__ == "NameAndSecret")
        await give(pilot, person.account_password)
        await until(pilot, lambda: terminal.at_work)
        await pilot.pause()
        yield terminal, pilot


async def give(pilot: Pilot[int], secret: str) -> None:
    """Paste a secret into the box that is open, and Enter."""
    box = pilot.app.screen.query_one(PinBox)
    box.focus()
    box.post_message(events.Paste(secret))
    await pilot.press("enter")
