"""The screen of receipts, at a real gateway: ladders that grow while one looks, and what counts as read."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.widgets import Input

from terminals.tui.grid import Grid
from terminals.tui.receipts import Receipts
from tests.scenarios.house import Desk, House
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.stage import SMALL, shown
from tests.terminals.tui.toys import Notes, logged_in


def send(house: House, number: str, **changes: str) -> str:
    """Another program of the same party sends a stocktake; its CopMsgId."""
    operator = house.person("operator")
    body = operator.envelope(operator.signed(etpsInnerNo=number, **changes))
    reply = Desk(house, operator).send(body)
    assert reply.code == "0000", reply
    return reply.head.cop_msg_id if reply.head else ""


async def test_receipts_come_while_one_works(house: House, tmp_path: Path) -> None:
    """The status bar counts them, every page hears of them, and no key that is typed meanwhile is lost."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("toys.notes")
        assert isinstance(page, Notes)
        await until(pilot, lambda: terminal.work.line.up)
        await pilot.press("a")
        await asyncio.to_thread(send, house, "RECEIPTS01")
        await until(pilot, lambda: "新回执" in shown(terminal).splitlines()[-2])
        await pilot.press("b")
        assert page.query_one(Input).value == "ab"
        assert page.seen
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Receipts))


async def test_a_ladder_shows_each_step_with_its_time(house: House, tmp_path: Path) -> None:
    """The newest submission first; below it what became of it, to its end; Enter goes there, Esc back."""
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        await terminal.open("receipts")
        await asyncio.to_thread(send, house, "LADDER01")
        await until(pilot, lambda: "LADDER01" in shown(terminal) or "入库" in shown(terminal))
        page = terminal.shell.pages.front
        assert isinstance(page, Receipts)
        steps = page.query_one("#steps", Grid)
        await until(pilot, lambda: len(page.work.ladders.all()[0].steps) >= 2)
        await pilot.press("home")
        await pilot.pause()
        labels = [step.label.zh for step in page.work.ladders.all()[0].steps]
        assert all(label in shown(terminal) for label in labels)
        await pilot.press("enter")
        assert steps.has_focus
        await pilot.press("escape", "f2")
        assert page.query_one("#ladders", Grid).has_focus
        assert "Case no." in shown(terminal)


async def test_what_was_looked_at_is_read(house: House, tmp_path: Path) -> None:
    """After a moment in front it is marked no more, the status bar counts it no more; Ctrl+L reads all."""
    async with at_work(house, tmp_path) as (terminal, pilot):
        ladders = terminal.work.ladders
        await asyncio.to_thread(send, house, "READ01")
        await asyncio.to_thread(send, house, "READ02")
        await until(
            pilot,
            lambda: (
                len({step.cop_msg_id for each in ladders.all() for step in each.steps if not step.read}) == 2
            ),
        )
        await terminal.open("receipts")
        before = ladders.unread
        await until(pilot, lambda: 0 < ladders.unread < before)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: not ladders.unread)
        assert "新回执" not in shown(terminal)
        assert "*" not in shown(terminal)
