"""An enterprise entrusts an inspection agency on its screens, at a real gateway with a filed agency."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from terminals.tui.app import Terminal
from terminals.tui.inspection.case import InspectionCase
from terminals.tui.inspection.entrusting import EntrustmentEntry, EntrustmentList
from terminals.tui.parting import HEAD as HEAD_PART
from terminals.tui.picker import CodePicker
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from tests.messages.inspection.world import ENTRUSTMENT, GOODS
from tests.scenarios.house import House
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.inspected import chosen, enterprise_at_work, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL, shown
from tests.terminals.work.forms import type_in

HEAD = [
    *"浦东演示", "enter", *"陈立", "enter", *"021-12345678", "enter", "enter", "enter", "1", "enter",
]  # fmt: skip
"""From 收货人 to the drop-down of agencies."""
AGENCY = "欧洲检验有限公司"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway at which the agency is filed."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    inspected.filed(house)
    yield house
    house.close()


async def begun(terminal: Terminal, pilot: Pilot[int]) -> EntrustmentEntry:
    """A new entrustment."""
    page = await terminal.open("inspection.entrust")
    assert isinstance(page, EntrustmentEntry)
    await until(pilot, lambda: page._kind is not None)
    await pilot.pause()
    return page


async def listed(terminal: Terminal, pilot: Pilot[int]) -> EntrustmentList:
    """业务委托, once its list is there."""
    page = await terminal.open("inspection.entrustments")
    assert isinstance(page, EntrustmentList)
    await until(pilot, lambda: page.table.items)
    return page


async def typed(page: EntrustmentEntry, pilot: Pilot[int]) -> None:
    """A whole head, and the agency looked up."""
    type_in(page.model, page.model.head, ENTRUSTMENT)
    page.view.follow()
    await page.ask_owed()
    assert page.model.head.text("agencyName") == AGENCY


def totals(page: EntrustmentEntry) -> tuple[str, str]:
    """总数量 and 总金额."""
    return page.model.head.text("totalQty"), page.model.head.text("totalAmount")


@pytest.mark.asyncio
async def test_an_entrustment_is_typed_key_by_key_and_submitted(house: House, tmp_path: Path) -> None:
    """The agency out of the drop-down by a part of its name; 暂存 leads to the goods, where Enter behind the
    last box adds a line and the totals follow every key; a marked line is deleted; a file; 提交: 待受理.
    """
    async with enterprise_at_work(house, tmp_path, SMALL) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await pilot.press(*HEAD, "space")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodePicker) and AGENCY in shown(terminal))
        await pilot.press(*"检验", "enter")
        await until(pilot, lambda: page.model.head.text("agencyName") == AGENCY)
        await pilot.press(*"2200", "enter", *"310000", "enter", *"2200", "enter", *"EUR", "enter")
        assert page.view.part != "Goods"  # before it is kept
        assert "请先暂存" in shown(terminal)
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        await until(pilot, lambda: page.view.part == "Goods")
        assert not page.unsaved
        await pilot.press(*"8457101000", "enter", *"机床", "enter", "enter", *"0.1", "enter", *"001", "enter")
        assert totals(page) == ("0.1", "")
        await pilot.press(*"1000.5")
        assert totals(page) == ("0.1", "1000.5")
        assert "总金额 1000.5" in shown(terminal)
        await pilot.press("enter", "enter", "enter")
        assert len(page.model.rows("Goods")) == 2
        await pilot.press(*"84622990", "enter", *"折弯机", "enter", "enter", *"0.2")
        assert totals(page) == ("0.3", "1000.5")
        await pilot.press("enter", "escape", "space", "delete")
        assert "删除" in await closed(pilot, "y")
        assert totals(page) == ("0.1", "1000.5")
        page.view.show_part("Attachment")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*"photos", "enter")
        await until(pilot, lambda: page.model.rows("Attachment"))
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否将委托提交给该检验机构？"
        assert await closed(pilot) == "提交成功，待受理。"
        number = page.model.case
    body = (await asyncio.to_thread(office(house, "agency").case, number))["body"]
    assert (body["stored"]["totalQty"], body["stored"]["totalAmount"]) == ("0.1", "1000.5")
    assert [line["gName"] for line in body["stored"]["Goods"]] == ["机床"]
    assert body["stored"]["Attachment"][0]["name"] == "photos.pdf"


@pytest.mark.asyncio
async def test_only_agencies_that_may_be_entrusted_now_are_offered(house: House, tmp_path: Path) -> None:
    """While results are not recognised, the drop-down is empty, and the code is refused; then it is back."""
    desk = office(house, "customs")
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        disposal = str((await asyncio.to_thread(desk.submit, "PSI191"))[0].case)
        await pilot.press(*HEAD, "space")
        await until(pilot, lambda: "0 / 0" in shown(terminal))
        await pilot.press("escape", *"1100980001", "enter")
        await until(pilot, lambda: not page.model.questions())
        await pilot.press(*"2200", "enter", *"310000", "enter", *"2200", "enter", *"EUR", "ctrl+s")
        assert "装运前检验机构" in await closed(pilot)
        assert not page.model.case
        await asyncio.to_thread(desk.submit, "PSI191-lift", caseNo=disposal)
        page.view.go(page.model.problems(Purpose.SAVE)[0].place)
        await pilot.pause()
        await pilot.press("space")
        await until(pilot, lambda: AGENCY in shown(terminal))
        await pilot.press("enter")
        await until(pilot, lambda: page.model.head.text("agencyName") == AGENCY)
        assert page.model.problems(Purpose.SAVE) == []


@pytest.mark.asyncio
async def test_a_returned_entrustment_says_why_and_is_submitted_again(house: House, tmp_path: Path) -> None:
    """补充材料: the agency's reason stands above the form until then; a change may be kept first."""
    number = await asyncio.to_thread(inspected.entrusted, house)
    await asyncio.to_thread(office(house, "agency").submit, "PSI141-return", caseNo=number)
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot)
        await chosen(page, pilot, number, "委托补充材料")
        await pilot.press("enter")
        entry = await front(terminal, pilot, EntrustmentEntry)
        await until(pilot, lambda: entry._kind is not None)
        remark = entry.query_one(".form--remark", Saying)
        assert remark.words.zh == "检验机构退回：请补充设备铭牌照片"
        assert remark.display
        assert totals(entry) == ("3", "230000.5")
        entry.model.set(entry.model.rows("Goods")[0], "qty", "5")
        entry.view.follow()
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert entry.undeclared(entry.remarked())
        assert remark.display
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功，待受理。"
        assert "请补充设备铭牌照片" not in remark.words.zh
    body = (await asyncio.to_thread(office(house, "agency").case, number))["body"]
    assert body["stored"]["totalQty"] == "6"


@pytest.mark.asyncio
async def test_entrustments_are_found_by_all_that_is_typed(house: House, tmp_path: Path) -> None:
    """By number, consignee, customs, place, use, agency and state; what does not fit all is not shown."""
    trader = office(house, "enterprise", "photos.pdf")
    number = str((await asyncio.to_thread(trader.submit, "PSI131", consignee="临港重工"))[0].case)
    other = str((await asyncio.to_thread(trader.submit, "PSI131-draft", consignee="临港轻工"))[0].case)
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot)

        def found() -> set[str]:
            return {line.number for line in page.table.items}

        await until(pilot, lambda: {number, other} <= found())
        await until(pilot, lambda: page.text(page.table.items[0], "agency") == AGENCY)
        await pilot.press("ctrl+f", "down", *"临港", "enter")
        await until(pilot, lambda: found() == {number, other})
        for downs, text in ((2, "2200"), (3, "上海市"), (4, "自用"), (5, "1100980001"), (6, "待受理")):
            await pilot.press("ctrl+f", *["up"] * 8, *["down"] * downs)
            line = pilot.app.focused
            assert isinstance(line, Input)
            line.value = text
        await pilot.press("enter")
        await until(pilot, lambda: found() == {number})
        await pilot.press("ctrl+l")
        await pilot.press(*number[-4:], "enter")
        await until(pilot, lambda: found() == {number})


@pytest.mark.asyncio
async def test_the_agency_is_searched_by_those_that_are_filed(house: House, tmp_path: Path) -> None:
    """Space on the criterion shows them by name."""
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("inspection.entrustments")
        assert isinstance(page, EntrustmentList)
        await until(pilot, lambda: page.table.grid.has_focus)
        await pilot.press("ctrl+f", *["down"] * 5, "space")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodePicker) and AGENCY in shown(terminal))
        await pilot.press("enter")
        await pilot.pause()
        line = pilot.app.focused
        assert isinstance(line, Input)
        assert line.value == "1100980001"


@pytest.mark.asyncio
async def test_an_inspected_entrustment_is_read_whole(house: House, tmp_path: Path) -> None:
    """The entrustment, the agency's answer, the result with its file, and the history; files and print."""
    number = await asyncio.to_thread(inspected.entrusted, house)
    agency = office(house, "agency", "certificate.pdf")
    await asyncio.to_thread(agency.submit, "PSI141-accept", caseNo=number)
    await asyncio.to_thread(agency.submit, "PSI151", caseNo=number)
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot)
        await chosen(page, pilot, number, "检验完成")
        await pilot.press("enter")
        case = await front(terminal, pilot, InspectionCase)
        await until(pilot, lambda: case._history)
        await pilot.pause()
        text = case.query_one(Reader).text
        assert all(said in text for said in (number, "EU-2026-1", "certificate.pdf", "photos.pdf", "受理中"))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: list(tmp_path.rglob("materials/certificate.pdf")))
        await closed(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.rglob(f"{number}.pdf")))


@pytest.mark.asyncio
async def test_a_draft_is_deleted_with_what_was_typed(house: House, tmp_path: Path) -> None:
    """A new form is in its place, and the list has it no more."""
    async with enterprise_at_work(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await typed(page, pilot)
        await pilot.press("ctrl+s")
        await closed(pilot)
        await until(pilot, lambda: page.view.part == "Goods")
        number = page.model.case
        type_in(page.model, page.model.rows("Goods")[0], GOODS)
        page.view.show_part(HEAD_PART)
        await pilot.pause()
        await pilot.press("ctrl+d")
        assert number in await closed(pilot, "y")
        assert "删除" in await closed(pilot)
        assert page.model.case == ""
        found = await terminal.open("inspection.entrustments")
        assert isinstance(found, EntrustmentList)
        await until(pilot, lambda: found._kind is not None)
        await pilot.pause()
        assert number not in {line.number for line in found.table.items}
