"""A stocktake on the screens, from entry to its second declaration: operator and customs at one gateway."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.entry import EntryPage
from terminals.tui.query import QueryPage
from terminals.tui.review import ReviewPage
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.test_entry import filled, number


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A gateway of its own."""
    return House(tmp_path / "home")


async def declare(pilot: Pilot[int], page: EntryPage) -> None:
    """暂存, 申报, and wait until it is stored."""
    await pilot.press("ctrl+s")
    assert (await closed(pilot)).startswith("暂存成功")
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert (await closed(pilot)).startswith("申报成功")
    await until(pilot, lambda: page.model.state == "入库成功")


async def approve(terminal: Terminal, pilot: Pilot[int], case: str) -> None:
    """Customs approves the case in its queue."""
    queue = await terminal.open("bonded.queue")
    assert isinstance(queue, QueryPage)
    await until(pilot, lambda: [line.number for line in queue.table.items] == [case])
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, ReviewPage))
    review = terminal.shell.pages.front
    assert isinstance(review, ReviewPage)
    await pilot.pause()
    review.model.set(review.model.head, "reviewResult", "1")
    review.view.follow()
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert await closed(pilot) == "审批完成：审批通过"


async def again(terminal: Terminal, pilot: Pilot[int], own: str) -> None:
    """The operator looks the case up and wants 库存重新申报."""
    query = await terminal.open("bonded.query")
    assert isinstance(query, QueryPage)
    await pilot.press("ctrl+l", *own, "enter")
    await until(pilot, lambda: [line.state for line in query.table.items] == ["审批通过"])
    await pilot.press("ctrl+r")


@pytest.mark.asyncio
async def test_an_approved_stocktake_is_declared_again_once_and_never_twice(
    house: House, tmp_path: Path
) -> None:
    """库存重新申报 works once; after the second approval the screen says why there is no other one."""
    house.start()
    own = number()
    try:
        async with at_work(house, tmp_path / "operator") as (terminal, pilot):
            page = await terminal.open("bonded.entry")
            assert isinstance(page, EntryPage)
            filled(page, etpsInnerNo=own)
            await declare(pilot, page)
            case = page.model.case
        async with at_work(house, tmp_path / "customs", "customs") as (terminal, pilot):
            await approve(terminal, pilot, case)
        async with at_work(house, tmp_path / "operator") as (terminal, pilot):
            await again(terminal, pilot, own)
            await until(pilot, lambda: isinstance(terminal.shell.pages.front, EntryPage))
            changed = terminal.shell.pages.front
            assert isinstance(changed, EntryPage)
            await pilot.pause()
            changed.model.set(changed.model.head, "note", "again")
            changed.view.follow()
            await declare(pilot, changed)
        async with at_work(house, tmp_path / "customs", "customs") as (terminal, pilot):
            await approve(terminal, pilot, case)
        async with at_work(house, tmp_path / "operator") as (terminal, pilot):
            await again(terminal, pilot, own)
            assert "只可变更一次" in await closed(pilot)
    finally:
        house.close()
