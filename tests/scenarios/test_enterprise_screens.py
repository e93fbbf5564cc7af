"""A change of a registration through everybody's screens: drafted without a card, declared, approved.

The enterprise's terminal and the customs desk's are at one gateway at the same time; each sees what the other
has done where it looks.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.enterprise.applications import ApplicationQuery
from terminals.tui.enterprise.change import Confirmation, RegistrationChange
from terminals.tui.enterprise.desk import ApplicationQueue
from terminals.tui.enterprise.review import ApplicationReview
from terminals.tui.offering import Offer
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import at_work, by_account, closed, until
from tests.terminals.tui.enterprises import asked, enterprise, front, put


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A gateway of its own."""
    return House(tmp_path / "home")


async def drafted(terminal: Terminal, pilot: Pilot[int]) -> None:
    """By account: typed table by table; 申报 names the card, and nothing is lost."""
    page = await asked(terminal, pilot, "enterprise.change")
    put(page, {"crossTypes": "1 4", "website": "pudong.example"})
    await pilot.press("alt+s")
    await until(pilot, lambda: page.view.part == "Manager")
    put(page, {"mobile": "13900000002"}, page.model.rows("Manager")[1])
    await pilot.press("ctrl+r")
    assert "须插入法人 IC 卡、操作员 IC 卡或 Ikey" in await closed(pilot)
    assert not page.model.state


async def declared(terminal: Terminal, pilot: Pilot[int]) -> str:
    """With the card: what was drafted is offered, compared with the filing, declared; its case."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Offer) and pilot.app.screen.is_mounted)
    await pilot.pause()
    await pilot.press("enter")
    page = await front(terminal, pilot, RegistrationChange)
    await until(pilot, lambda: page._kind is not None and page._opened is not None)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirmation))
    await pilot.pause()
    assert "13800000002 → 13900000002" in pilot.app.screen.query_one(Reader).text
    await pilot.press("enter")
    words = await closed(pilot)
    assert "待审核" in words
    assert "变更为支付企业" in words
    return str(page.model.case)


async def approved(terminal: Terminal, pilot: Pilot[int], case: str) -> None:
    """The customs desk opens it from its queue and approves it."""
    queue = await terminal.open("enterprise.queue")
    assert isinstance(queue, ApplicationQueue)
    await until(pilot, lambda: queue._kind is not None)
    await until(pilot, lambda: case in {line.number for line in queue.table.items})
    await pilot.pause()
    await pilot.press("enter")
    review = await front(terminal, pilot, ApplicationReview)
    await until(pilot, lambda: review._kind is not None and review._filed is not None)
    review.model.set(review.model.head, "reviewResult", "1")
    review.view.follow()
    await pilot.press("ctrl+r")
    assert "写入备案" in await closed(pilot, "y")
    assert "审核通过" in await closed(pilot)


@pytest.mark.asyncio
async def test_a_change_goes_from_a_draft_without_a_card_to_the_filing(house: House, tmp_path: Path) -> None:
    """暂存, 申报, 待审核, 审核通过: the registration says it, and so does the list of applications."""
    await asyncio.to_thread(house.start)
    try:
        await asyncio.to_thread(enterprises.desk, house)
        own = tmp_path / "own"
        async with by_account(house, own) as (terminal, pilot):
            await drafted(terminal, pilot)
        async with enterprise(house, own) as (terminal, pilot):
            case = await declared(terminal, pilot)
            second = await terminal.open("enterprise.registration")
            await until(pilot, lambda: case in second.query_one(Reader).text)
            async with at_work(house, tmp_path / "desk", "customs") as (desk, desk_pilot):
                await approved(desk, desk_pilot, case)
            listed = await terminal.open("enterprise.applications")
            assert isinstance(listed, ApplicationQuery)
            states = lambda: {(line.number, line.state) for line in listed.table.items}  # noqa: E731
            await until(pilot, lambda: (case, "审核通过") in states())
            await terminal.open("enterprise.registration")
            await until(pilot, lambda: "pudong.example" in second.query_one(Reader).text)
            assert "支付企业" in second.query_one(Reader).text
            assert case not in second.query_one(Reader).text
        async with enterprise(house, tmp_path / "other", "enterprise", place=1) as (terminal, pilot):
            other = await terminal.open("enterprise.applications")
            assert isinstance(other, ApplicationQuery)
            await until(pilot, lambda: other.table._asked is None and other.table._total == 0)
    finally:
        await asyncio.to_thread(house.close)
