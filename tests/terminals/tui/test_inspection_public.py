"""What agencies and enterprises both have at a real gateway: notices, what waits for them, public queries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from terminals.tui.app import Terminal
from terminals.tui.inspection.accepting import Acceptance, InspectionResult
from terminals.tui.inspection.entrusting import EntrustmentEntry
from terminals.tui.inspection.notices import Notices, Regulations
from terminals.tui.inspection.public import AgencyQuery, Known, RuleQuery
from terminals.tui.inspection.waiting import Waiting
from terminals.tui.publications import NewsItem
from terminals.tui.reader import Reader
from terminals.tui.searching import SearchPage
from tests.scenarios.house import House
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.inspected import agency_at_work, enterprise_at_work, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with a filed agency, an announcement, a regulation and two rules."""
    house = House(tmp_path_factory.mktemp("public") / "home")
    house.start()
    inspected.filed(house)
    desk = office(house, "customs", "policy.pdf")
    desk.submit("PSI221", 2)
    desk.submit("PSI231", 2)
    yield house
    house.close()


async def opened(terminal: Terminal, pilot: Pilot[int], name: str) -> Any:
    """A list, once it shows something."""
    page = await terminal.open(name)
    assert isinstance(page, SearchPage)
    await until(pilot, lambda: page.table.items and page.table.grid.has_focus)
    return page


async def searched(page: SearchPage[Any], pilot: Pilot[int], text: str, by: int = 0) -> None:
    """Type this for the criterion at that place, and search."""
    await pilot.press("ctrl+f", *["up"] * 5, *["down"] * by)
    line = pilot.app.focused
    assert isinstance(line, Input)
    line.value = text
    await pilot.press("enter")


def column(page: SearchPage[Any], key: str) -> list[str]:
    """A column of the list."""
    return [page.text(item, key) for item in page.table.items]


@pytest.mark.asyncio
async def test_an_agency_sees_the_notices_first(house: House, tmp_path: Path) -> None:
    """The first page is 公告消息: what everybody is told and what this agency was; Enter reads."""
    async with agency_at_work(house, tmp_path, SMALL) as (terminal, pilot):
        page = await front(terminal, pilot, Notices)
        await until(pilot, lambda: len(page.table.items) > 1)
        assert set(column(page, "kind")) == {"公告", "通知"}
        await searched(page, pilot, "上线")
        await until(pilot, lambda: column(page, "title") == ["关于系统上线的公告"])
        await pilot.press("enter")
        item = await front(terminal, pilot, NewsItem)
        assert "自即日起上线运行" in item.query_one(Reader).text


@pytest.mark.asyncio
async def test_an_enterprise_sees_announcements_and_nobody_else_s_notices(
    house: House, tmp_path: Path
) -> None:
    """What the agency was told is its own."""
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.notices")
        assert "关于系统上线的公告" in column(page, "title")
        assert not any("备案" in title for title in column(page, "title"))


@pytest.mark.asyncio
async def test_regulations_are_found_by_title_and_day_with_their_files(house: House, tmp_path: Path) -> None:
    """法规及政策文件: Ctrl+T fetches what is attached."""
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.regulations")
        assert isinstance(page, Regulations)
        assert column(page, "title") == ["进口旧机电产品检验监督管理办法"]
        await searched(page, pilot, "20200101", by=1)  # from that day on
        await until(pilot, lambda: len(page.table.items) == 1)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: (tmp_path / "materials" / "policy.pdf").exists())
        await closed(pilot)
        await searched(page, pilot, "没有这样的标题")
        await until(pilot, lambda: not page.table.items)


@pytest.mark.asyncio
async def test_rules_are_found_by_code_or_name_and_read(house: House, tmp_path: Path) -> None:
    """A longer HS code finds the rule of its first digits; all of it is read."""
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.rules")
        assert isinstance(page, RuleQuery)
        await searched(page, pilot, "9022140000")
        await until(pilot, lambda: column(page, "ruleCode") == ["9022"])
        await searched(page, pilot, "加工", by=1)
        await until(pilot, lambda: column(page, "ruleCode") == ["8457"])
        await pilot.press("enter")
        read = (await front(terminal, pilot, Known)).query_one(Reader).text
        assert "须由备案机构实施装运前检验" in read
        assert "须装运前检验" in read
        await pilot.press("ctrl+n")  # nobody but customs files one
        await pilot.pause()
        assert isinstance(terminal.shell.pages.front, Known)


@pytest.mark.asyncio
async def test_agencies_are_found_with_what_is_imposed_on_them(house: House, tmp_path: Path) -> None:
    """By name or certificate number: the disposal's kind and when it ends, and nothing once it is lifted."""
    desk = office(house, "customs")
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.agencies")
        assert isinstance(page, AgencyQuery)
        (number,) = column(page, "certNo")
        assert column(page, "state") == ["正常"]
        disposal = str((await asyncio.to_thread(desk.submit, "PSI191"))[0].case)
        await searched(page, pilot, "欧洲")
        await until(pilot, lambda: column(page, "state") == ["不予认可装运前检验结果"])
        assert column(page, "endTime") == ["2098-12-31 23:59"]
        await pilot.press("enter")
        read = (await front(terminal, pilot, Known)).query_one(Reader).text
        assert "2098-12-31 23:59" in read
        assert "Hamburg" in read
        await asyncio.to_thread(desk.submit, "PSI191-lift", caseNo=disposal)
        await terminal.open("inspection.agencies")
        await searched(page, pilot, number[-3:], by=1)
        await until(pilot, lambda: column(page, "state") == ["正常"])
        assert column(page, "endTime") == [""]
        await searched(page, pilot, "亚洲")
        await until(pilot, lambda: not page.table.items)


@pytest.mark.asyncio
async def test_what_waits_is_listed_and_done_from_there(house: House, tmp_path: Path) -> None:
    """待办事项 of an agency: an entrustment to be accepted leads to its screen; done, a result waits."""
    number = await asyncio.to_thread(inspected.entrusted, house)
    async with agency_at_work(house, tmp_path, SMALL) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.waiting")
        assert isinstance(page, Waiting)

        def task() -> str:
            return next((page.text(each, "task") for each in page.table.items if each.number == number), "")

        assert task() == "业务委托待受理"
        page.table.grid.go([each.number for each in page.table.items].index(number))
        await pilot.press("enter")
        answer = await front(terminal, pilot, Acceptance)
        await until(pilot, lambda: answer._kind is not None)
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        await terminal.open("inspection.waiting")
        await until(pilot, lambda: task() == "检验结果待录入")
        page.table.grid.go([each.number for each in page.table.items].index(number))
        await pilot.press("enter")
        await front(terminal, pilot, InspectionResult)


@pytest.mark.asyncio
async def test_what_somebody_else_has_done_meanwhile_waits_no_more(house: House, tmp_path: Path) -> None:
    """待办事项 of an enterprise: a returned entrustment that was submitted by another is said to be so."""
    number = await asyncio.to_thread(inspected.entrusted, house)
    agency, trader = office(house, "agency"), office(house, "enterprise", "photos.pdf")
    await asyncio.to_thread(agency.submit, "PSI141-return", caseNo=number)
    draft = str((await asyncio.to_thread(trader.submit, "PSI131-draft"))[0].case)
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.waiting")
        tasks = {each.number: page.text(each, "task") for each in page.table.items}
        assert tasks[number] == "委托被退回，补充材料"
        assert tasks[draft] == "委托暂存，尚未提交"
        assert [each.changed for each in page.table.items] == sorted(
            each.changed for each in page.table.items
        )
        await asyncio.to_thread(trader.submit, "PSI131-change", caseNo=number)
        await until(pilot, lambda: number not in {each.number for each in page.table.items})
        page.table.grid.go([each.number for each in page.table.items].index(draft))
        await pilot.press("enter")
        entry = await front(terminal, pilot, EntrustmentEntry)
        assert entry.model.case == draft


@pytest.mark.asyncio
async def test_what_waits_for_customs_is_what_it_has_to_review(house: House, tmp_path: Path) -> None:
    """A check on the spot, until it is passed; nothing that agencies and enterprises have to do."""
    number = await asyncio.to_thread(inspected.called, house, "PSI161-visit")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        page = await opened(terminal, pilot, "inspection.waiting")
        assert {page.text(each, "task") for each in page.table.items} == {"实地检查待审核"}
        assert number in {each.number for each in page.table.items}
        await pilot.press("f2")
        await pilot.pause()
        assert "On-site check to be reviewed" in shown(terminal)
