"""A foreign request through an officer's screens, from login to the evaluated feedback; customs by messages.

And a request of China's, fed back on the same screens; what another country's officer sees of both: nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.assistance.chinese import ChineseRequests, ForeignFeedback
from terminals.tui.assistance.evaluation import RequestEvaluation
from terminals.tui.assistance.lists import CaseList
from terminals.tui.assistance.progress import RequestProgress
from terminals.tui.assistance.request import RequestEntry
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.officers import attach, begun, front, officer, typed


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A gateway of its own."""
    return House(tmp_path / "home")


async def chosen(page: CaseList, pilot: Pilot[int], case: str, state: str) -> None:
    """Put the cursor on a case, once it is in that state."""
    await until(pilot, lambda: page._kind is not None)
    await until(pilot, lambda: (case, state) in {(line.number, line.state) for line in page.table.items})
    page.table.grid.focus()
    page.table.grid.go([line.number for line in page.table.items].index(case))
    await pilot.pause()


async def submitted(terminal: Terminal, pilot: Pilot[int]) -> str:
    """A request on its three steps: saved as it is, completed, submitted; its case number."""
    page = await begun(terminal, pilot)
    await pilot.press("ctrl+s")
    assert "外方协查函编号不能为空" in await closed(pilot)
    typed(page.model)
    page.view.follow()
    await attach(page, pilot, "letter", "01")
    await attach(page, pilot, "declaration", "02")
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert await closed(pilot) == "提交成功。待处理"
    return page.model.case


async def corrected(terminal: Terminal, pilot: Pilot[int], case: str) -> None:
    """What China has returned is changed and submitted again."""
    page = await terminal.open("assistance.progress")
    assert isinstance(page, RequestProgress)
    await chosen(page, pilot, case, "退回")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, RequestEntry))
    assert "cannot be read" in await closed(pilot)
    entry = await front(terminal, pilot, RequestEntry)
    await until(pilot, lambda: entry._kind is not None)
    entry.model.set(entry.model.head, "reqMatter", "2")
    entry.view.follow()
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert await closed(pilot) == "提交成功。待处理"


@pytest.mark.asyncio
async def test_a_request_goes_its_whole_way_on_the_officer_s_screens(house: House, tmp_path: Path) -> None:
    """草稿, 待处理, 退回, 待处理, 已反馈, 已评价: each step is seen where the officer looks."""
    await asyncio.to_thread(house.start)
    try:
        await asyncio.to_thread(assisted.filed, house)
        customs = await asyncio.to_thread(assisted.Clerk, house, house.person("customs"))
        async with officer(house, tmp_path) as (terminal, pilot):
            case = await submitted(terminal, pilot)
            await asyncio.to_thread(customs.submit, "CMA121-return", caseNo=case)
            await corrected(terminal, pilot, case)
            await asyncio.to_thread(customs.upload, "findings.pdf")
            await asyncio.to_thread(customs.submit, "CMA121-answer", caseNo=case)
            page = await terminal.open("assistance.progress")
            assert isinstance(page, RequestProgress)
            await chosen(page, pilot, case, "已反馈")
            await pilot.press("ctrl+t")
            opinion = await front(terminal, pilot, RequestEvaluation)
            await until(pilot, lambda: opinion._kind is not None)
            for name, value in {"grade": "5", "content": "Quick and complete."}.items():
                opinion.model.set(opinion.model.head, name, value)
            opinion.view.follow()
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert "已评价" in await closed(pilot)
        seen = await asyncio.to_thread(customs.client.get, f"/v1/cases/assistance/{case}")
        assert seen.json()["body"]["evaluation"]["content"] == "Quick and complete."
        async with officer(house, tmp_path / "other", place=1) as (terminal, pilot):
            page = await terminal.open("assistance.progress")
            assert isinstance(page, RequestProgress)
            await until(pilot, lambda: page.table._asked is None and page.table._total == 0)
    finally:
        await asyncio.to_thread(house.close)


@pytest.mark.asyncio
async def test_a_request_of_china_is_fed_back_and_its_evaluation_read(house: House, tmp_path: Path) -> None:
    """未反馈, 已反馈, 已评价."""
    await asyncio.to_thread(house.start)
    try:
        await asyncio.to_thread(assisted.filed, house)
        customs = await asyncio.to_thread(assisted.Clerk, house, house.person("customs"))
        await asyncio.to_thread(customs.upload, *assisted.NAMES)
        (receipt,) = await asyncio.to_thread(customs.submit, "CMA141", letterNo=assisted.letter())
        case = str(receipt.case)
        async with officer(house, tmp_path) as (terminal, pilot):
            page = await terminal.open("assistance.asked")
            assert isinstance(page, ChineseRequests)
            await chosen(page, pilot, case, "未反馈")
            await pilot.press("ctrl+r")
            feedback = await front(terminal, pilot, ForeignFeedback)
            await until(pilot, lambda: feedback._kind is not None)
            for name, value in {"conclusion": "1", "content": "As declared."}.items():
                feedback.model.set(feedback.model.head, name, value)
            feedback.view.follow()
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert "已反馈" in await closed(pilot)
            await asyncio.to_thread(customs.submit, "CMA161", caseNo=case)
            again = await terminal.open("assistance.asked")
            assert isinstance(again, ChineseRequests)
            await chosen(again, pilot, case, "中方已评价")
        async with officer(house, tmp_path / "other", place=1) as (terminal, pilot):
            other = await terminal.open("assistance.asked")
            assert isinstance(other, ChineseRequests)
            await until(pilot, lambda: other.table._asked is None and other.table._total == 0)
    finally:
        await asyncio.to_thread(house.close)
