"""An agency's filing on its screens at a real gateway: kept, completed, applied for, changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.inspection.agency_lists import FilingList
from terminals.tui.inspection.case import InspectionCase
from terminals.tui.inspection.filing import FilingEntry
from terminals.tui.parting import HEAD
from terminals.tui.reader import Reader
from terminals.work.checks import Purpose
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.inspected import agency_at_work, chosen, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL
from tests.terminals.work.forms import type_in

HEADER = {
    "agencyName": "欧洲检验有限公司", "country": "DEU", "address": "Am Sandtorkai 1, Hamburg",
    "legalRep": "H. Meier", "contact": "孙理", "idNumber": "11010519491231002X", "phone": "+49 40 1234567",
    "mail": "office@inspection.example",
}  # fmt: skip
TABLES = {
    "Department": {"deptName": "机电检测部", "duty": "装运前检验", "staff": "12"},
    "Equipment": {"equipName": "激光干涉仪", "equipModel": "XL-80", "equipQty": "2"},
    "QualitySystem": {"standard": "ISO/IEC 17020", "sysCertNo": "DE-17020-1", "sysValidTo": "20991231"},
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A demo gateway at which no agency is filed."""
    house = House(tmp_path / "home")
    house.start()
    yield house
    house.close()


async def listed(terminal: Terminal, pilot: Pilot[int]) -> FilingList:
    """备案管理."""
    page = await terminal.open("inspection.filings")
    assert isinstance(page, FilingList)
    await until(pilot, lambda: page._kind is not None)
    return page


async def begun(terminal: Terminal, pilot: Pilot[int]) -> FilingEntry:
    """新增: a new application, once the gateway has said that there may be one."""
    page = await listed(terminal, pilot)
    page.table.grid.focus()
    await pilot.press("ctrl+n")
    entry = await front(terminal, pilot, FilingEntry)
    await until(pilot, lambda: entry._kind is not None and not entry.shut)
    await pilot.pause()
    return entry


def typed(entry: FilingEntry, **changes: str) -> None:
    """The head of an application."""
    type_in(entry.model, entry.model.head, {**HEADER, **changes})
    entry.view.follow()


async def kept(terminal: Terminal, pilot: Pilot[int]) -> FilingEntry:
    """A draft at the gateway."""
    entry = await begun(terminal, pilot)
    typed(entry)
    await pilot.press("ctrl+s")
    assert "暂存成功" in await closed(pilot)
    return entry


async def edited(
    page: FilingList, pilot: Pilot[int], case: str, state: str, key: str = "enter"
) -> FilingEntry:
    """A case in the list, opened to be typed."""
    await chosen(page, pilot, case, state)
    await pilot.press(key)
    entry = await front(page.terminal, pilot, FilingEntry)
    await until(pilot, lambda: entry._kind is not None and entry.model.case == case)
    return entry


@pytest.mark.asyncio
async def test_a_filing_is_saved_then_completed_then_applied_for(house: House, tmp_path: Path) -> None:
    """Tables stay closed until the head is kept, which is checked; lines are added, ticked, deleted."""
    async with agency_at_work(house, tmp_path, SMALL) as (terminal, pilot):
        entry = await begun(terminal, pilot)
        assert entry.model.standing(entry.model.head, "certNo").locked
        typed(entry, mail="nobody", idNumber="110105194912310021")
        await pilot.press("ctrl+t")
        assert entry.view.part == HEAD
        assert "请先暂存" in str(entry.view.query_one(".form--help").render()) + str(
            entry.view.query_one(".form--notice").render()
        )
        await pilot.press("ctrl+s")
        assert "电子邮件" in await closed(pilot)
        typed(entry)
        entry.model.set(entry.model.head, "idNumber", "110105194912310021")
        await pilot.press("ctrl+s")
        assert "校验码" in await closed(pilot)
        typed(entry)
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "请先暂存：暂存后才能申请。"
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        for group, line in TABLES.items():
            assert entry.view.show_part(group)
            await pilot.pause()
            type_in(entry.model, entry.model.rows(group)[0], line)
            await pilot.press("ctrl+n")
            await until(pilot, lambda group=group: len(entry.model.rows(group)) == 2)  # type: ignore[misc]
            type_in(entry.model, entry.model.rows(group)[1], line)
        await pilot.press("escape", "space", "ctrl+d")
        await closed(pilot, "y")
        assert len(entry.model.rows("QualitySystem")) == 1
        entry.view.show_part("Attachment")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press(*"licence", "enter")
        await until(pilot, lambda: entry.model.rows("Attachment") and terminal.screen is terminal.shell)
        entry.view.first()
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否提交备案申请？"
        assert await closed(pilot) == "提交成功。待审核"
        assert entry.closed
        case = entry.model.case
    found = await asyncio.to_thread(lambda: office(house, "customs").case(case)["body"]["stored"])
    assert [len(found[group]) for group in (*TABLES, "Attachment")] == [2, 2, 1, 1]


@pytest.mark.asyncio
async def test_a_filing_that_lacks_something_is_applied_for_again(house: House, tmp_path: Path) -> None:
    """补充材料: the reason stands above the form; it may be kept, and is applied for again, and accepted."""
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        entry = await kept(terminal, pilot)
        case = entry.model.case
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        desk = await asyncio.to_thread(office, house, "customs")
        await asyncio.to_thread(desk.submit, "PSI121-supplement", caseNo=case)
        await until(pilot, lambda: entry.model.state == "备案补充材料")
        reason = desk.case(case)["body"]["answer"]["content"]
        await until(pilot, lambda: entry._remark().zh == f"海关要求补充材料：{reason}")
        entry.model.set(entry.model.head, "contact", "王方")
        entry.view.follow()
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert "修改未申报" in entry.state_words().zh
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。待审核"
        assert statuses(await asyncio.to_thread(desk.submit, "PSI121-accept", caseNo=case)) == [399]
        number = desk.case(case)["body"]["certNo"]
        await until(pilot, lambda: entry.model.head.text("certNo") == number)
        assert entry.closed


@pytest.mark.asyncio
async def test_what_is_filed_is_changed_when_customs_approves(house: House, tmp_path: Path) -> None:
    """Found by its certificate; nothing to ask for where nothing is changed; refused, it stays as it was."""
    case = await asyncio.to_thread(inspected.filed, house)
    desk = await asyncio.to_thread(office, house, "customs")
    number = desk.case(case)["body"]["certNo"]
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot)
        await pilot.press("ctrl+f", *"PSI9", "enter")
        await until(pilot, lambda: page.table._asked is None and page.table._total == 0)
        await pilot.press("ctrl+f", "ctrl+l", *number[-4:], "enter")
        entry = await edited(page, pilot, case, "已受理")
        assert entry.model.head.text("certNo") == number
        assert entry.event_of(Purpose.SAVE) == ""
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "没有任何改动。"
        entry.model.set(entry.model.head, "address", "Am Sandtorkai 2, Hamburg")
        entry.view.follow()
        await pilot.press("ctrl+r")
        assert "海关审核通过前，已受理的备案信息不变" in await closed(pilot)
        assert await closed(pilot) == "提交成功。变更待审核"
        await asyncio.to_thread(desk.submit, "PSI121-refuse", caseNo=case)
        await until(pilot, lambda: entry.model.state == "已受理")
        await until(pilot, lambda: entry._remark().zh.startswith("变更未通过："))
        assert entry.model.head.text("address") == "Am Sandtorkai 1, Hamburg"
        assert entry.closed
        again = await listed(terminal, pilot)
        await chosen(again, pilot, case, "已受理")
        await pilot.press("ctrl+o")
        read = (await front(terminal, pilot, InspectionCase)).query_one(Reader).text
        assert number in read
        assert "激光干涉仪" in read


@pytest.mark.asyncio
async def test_an_agency_is_not_filed_anew_while_a_disposal_is_in_force(house: House, tmp_path: Path) -> None:
    """新增 is refused in the manual's words for either disposal, and for an agency that is filed."""
    await asyncio.to_thread(inspected.filed, house)
    desk = await asyncio.to_thread(office, house, "customs")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):

        async def refused(sentence: str) -> None:
            page = await listed(terminal, pilot)
            page.table.grid.focus()
            await pilot.press("ctrl+n")
            entry = await front(terminal, pilot, FilingEntry)
            await until(pilot, lambda: sentence in entry._unopened.zh)

        await refused("该机构已备案")
        disposal = str((await asyncio.to_thread(desk.submit, "PSI191"))[0].case)
        await refused("不予认可处置期间不予重新备案")
        await asyncio.to_thread(desk.submit, "PSI191-lift", caseNo=disposal)
        await asyncio.to_thread(desk.submit, "PSI191-rectify")
        await refused("请完成限期整改后重新备案")


@pytest.mark.asyncio
async def test_a_revoked_agency_is_filed_anew(house: House, tmp_path: Path) -> None:
    """撤销备案: the filing is only read, nothing of it can be changed, and a new application is open."""
    case = await asyncio.to_thread(inspected.filed, house)
    await asyncio.to_thread(inspected.called, house, "PSI191-revoke")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot)
        await chosen(page, pilot, case, "备案已撤销")
        assert {each.key for each in page._options() if each.open} == {"new", "view"}
        await pilot.press("enter")
        await front(terminal, pilot, InspectionCase)
        entry = await begun(terminal, pilot)
        assert entry.model.head.text("certNo") == ""
        assert not entry.closed
