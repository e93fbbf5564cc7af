"""What China asks and publishes, on a foreign officer's screens at a real gateway."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.tui.assistance.chinese import ChineseRequests, ForeignFeedback
from terminals.tui.assistance.evaluation import SaidPage
from terminals.tui.assistance.news import Material, News
from terminals.tui.publications import NewsItem
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.assisted import FILES
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.officers import front, officer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("chinese") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


def asked(house: House) -> tuple[str, str]:
    """A request of China to the first officer's customs; its case number and reference number."""
    customs = assisted.Clerk(house, house.person("customs"))
    customs.upload(*assisted.NAMES)
    number = assisted.letter()
    (receipt,) = customs.submit("CMA141", letterNo=number)
    return str(receipt.case), number


@pytest.mark.asyncio
async def test_a_request_of_china_is_found_read_and_fed_back_once(house: House, tmp_path: Path) -> None:
    """By number and day; text, conclusion and a file; then it cannot be fed back again."""
    case, number = await asyncio.to_thread(asked, house)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("assistance.asked")
        assert isinstance(page, ChineseRequests)
        await until(pilot, lambda: page._kind is not None and page.table.items)
        await pilot.press("ctrl+f", *number, "enter")
        await until(pilot, lambda: [line.number for line in page.table.items] == [case])
        await until(pilot, lambda: {each.key for each in page._options() if each.open} == {"view", "feed"})
        await pilot.press("ctrl+r")
        feedback = await front(terminal, pilot, ForeignFeedback)
        await until(pilot, lambda: feedback._kind is not None)
        assert number in feedback.query_one(Reader).text
        for name, value in {"conclusion": "1", "content": "As declared."}.items():
            feedback.model.set(feedback.model.head, name, value)
        feedback.view.follow()
        feedback.view.show_part("Attachment")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press(*"reply", "enter")
        await until(pilot, lambda: feedback.model.rows("Attachment"))
        await until(pilot, lambda: terminal.screen is terminal.shell)
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "发送成功。当前状态：已反馈"
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", case)
        assert found is not None
        assert found.body["answer"]["Attachment"][0]["name"] == "reply.pdf"
        await until(pilot, lambda: feedback not in list(terminal.shell.pages))


@pytest.mark.asyncio
async def test_china_s_evaluation_is_read(house: House, tmp_path: Path) -> None:
    """评价查看: what was fed back and what is thought of it, without the request."""
    case, _ = await asyncio.to_thread(assisted.replied, house)
    customs = assisted.Clerk(house, house.person("customs"))
    await asyncio.to_thread(customs.submit, "CMA161", caseNo=case)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("assistance.asked")
        assert isinstance(page, ChineseRequests)
        await until(pilot, lambda: case in {line.number for line in page.table.items})
        page.table.grid.go([line.number for line in page.table.items].index(case))
        page.table.grid.focus()
        await pilot.pause()
        assert {each.key for each in page._options() if each.open} == {"view", "said"}
        await pilot.press("ctrl+b")
        read = (await front(terminal, pilot, SaidPage)).query_one(Reader).text
        assert "中方评价" in read
        assert read.lstrip().startswith("外方反馈")


@pytest.mark.asyncio
async def test_another_country_sees_no_request_to_this_one(house: House, tmp_path: Path) -> None:
    """The list is empty, whatever is searched."""
    _, number = await asyncio.to_thread(asked, house)
    async with officer(house, tmp_path, place=1) as (terminal, pilot):
        page = await terminal.open("assistance.asked")
        assert isinstance(page, ChineseRequests)
        for text in ("", number):
            await pilot.press("ctrl+l", *text, "enter")
            await until(pilot, lambda: page.table._asked is None and page.table._total == 0)


@pytest.mark.asyncio
async def test_news_are_read_and_material_is_fetched(house: House, tmp_path: Path) -> None:
    """Each list has its own kind; a file arrives in the area as it was published."""
    customs = assisted.Clerk(house, house.person("customs"))
    await asyncio.to_thread(customs.upload, "manual.pdf")
    await asyncio.to_thread(customs.submit, "CMA171", 2)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("assistance.news")
        assert isinstance(page, News)
        await until(pilot, lambda: len(page.table.items) == 1)
        title = page.table.items[0].title
        await pilot.press("enter")
        item = await front(terminal, pilot, NewsItem)
        assert title in item.query_one(Reader).text
        material = await terminal.open("assistance.material")
        assert isinstance(material, Material)
        await until(pilot, lambda: len(material.table.items) == 1)
        assert material.table.items[0].title != title
        await pilot.pause()
        await pilot.press("ctrl+t")
        assert "materials/manual.pdf" in await closed(pilot)
        fetched = (tmp_path / "materials" / "manual.pdf").read_bytes()
        assert (
            hashlib.sha256(fetched).digest() == hashlib.sha256((FILES / "manual.pdf").read_bytes()).digest()
        )
