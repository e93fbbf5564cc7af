"""What an agency does on its screens at a real gateway: entrustments, problems, checks, disposals, years."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.inspection.accepting import Acceptance, InspectionResult
from terminals.tui.inspection.agency_lists import (
    AgencyList,
    CheckList,
    DisposalList,
    EntrustmentList,
    ProblemList,
    ReportList,
)
from terminals.tui.inspection.answering import AgencyReply, ReportEntry
from terminals.tui.inspection.case import InspectionCase
from terminals.tui.reader import Reader
from terminals.tui.worked import WorkedPage
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.inspected import agency_at_work, attach, chosen, office, typed
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL

LISTS = {
    EntrustmentList: "inspection.entrusted", ProblemList: "inspection.problems",
    CheckList: "inspection.checks", DisposalList: "inspection.disposals", ReportList: "inspection.reports",
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway at which the agency is filed."""
    house = House(tmp_path_factory.mktemp("agency") / "home")
    house.start()
    inspected.filed(house)
    yield house
    house.close()


async def opened(
    terminal: Terminal, pilot: Pilot[int], kind: type[AgencyList], case: str, state: str, key: str = "enter"
) -> Any:
    """A case of a list, opened from there."""
    page = await terminal.open(LISTS[kind])
    assert isinstance(page, kind)
    await chosen(page, pilot, case, state)
    await pilot.press(key)
    await until(pilot, lambda: terminal.shell.pages.front is not page)
    await pilot.pause()
    found = terminal.shell.pages.front
    if isinstance(found, WorkedPage):
        await until(pilot, lambda: found._kind is not None)
    return found


@pytest.mark.asyncio
async def test_an_entrustment_is_accepted_and_inspected(house: House, tmp_path: Path) -> None:
    """Searched by number, enterprise, state; read whole; 受理中; then the result with a file: 检验完成."""
    case = await asyncio.to_thread(inspected.entrusted, house)
    async with agency_at_work(house, tmp_path, SMALL) as (terminal, pilot):
        page = await opened(terminal, pilot, EntrustmentList, case, "待受理")
        assert isinstance(page, Acceptance)
        assert "photos.pdf" in page.query_one(Reader).text
        await pilot.press("ctrl+r")
        assert "委托企业 浦东演示进出口有限公司" in " ".join(page.query_one(Reader).text.split())
        assert (await closed(pilot)).startswith("是否接受该委托？\n委托企业：")
        assert await closed(pilot) == "操作成功。状态：受理中"
        await pilot.press("ctrl+t")
        result = await front(terminal, pilot, InspectionResult)
        await until(pilot, lambda: result._kind is not None)
        await pilot.press("ctrl+r")
        assert "检验机构证书编号、证书有效期" in await closed(pilot)
        typed(result, resultNo="EU-2026-7", resultValidTo="20991231")
        await pilot.press("ctrl+r")
        assert "附件" in await closed(pilot)
        await attach(result, pilot, "certificate")
        await pilot.press("ctrl+r")
        assert "EU-2026-7" in await closed(pilot)
        assert await closed(pilot) == "提交成功。状态：检验完成"
        found = await opened(terminal, pilot, EntrustmentList, case, "检验完成")
        assert isinstance(found, InspectionCase)
        assert "EU-2026-7" in found.query_one(Reader).text


@pytest.mark.asyncio
async def test_an_entrustment_is_returned_with_the_reason(house: House, tmp_path: Path) -> None:
    """退回 wants a reason; the enterprise reads it, and the list says 补充材料."""
    case = await asyncio.to_thread(inspected.entrusted, house)
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, EntrustmentList, case, "待受理", "ctrl+r")
        await pilot.press("ctrl+b")
        assert await closed(pilot) == "退回原因 不能为空"
        typed(page, content="缺少设备铭牌照片。")
        await pilot.press("ctrl+b")
        assert "退回企业" in await closed(pilot)
        assert await closed(pilot) == "操作成功。状态：补充材料"
    trader = await asyncio.to_thread(office, house, "enterprise")
    assert trader.case(case)["body"]["answer"]["content"] == "缺少设备铭牌照片。"


@pytest.mark.asyncio
async def test_entrustments_are_searched(house: House, tmp_path: Path) -> None:
    """By a part of the number, of the enterprise, by state and days, all of them together."""
    case = await asyncio.to_thread(inspected.entrusted, house)
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("inspection.entrusted")
        assert isinstance(page, EntrustmentList)
        await until(pilot, lambda: page.table.items)
        (line,) = (each for each in page.table.items if each.number == case)
        day = line.text("day")
        for keys, found in (
            ([*case[-3:], "down", *"浦东", "down", *"待受理"], True),
            (["down", "down", *"受理中"], False),
            (["down", *"无此企业"], False),
            (["down", "down", "down", *day, "enter", *day], True),
            (["down", "down", "down", *"2020-01-01", "enter", *"2020-12-31"], False),
        ):
            await pilot.press("ctrl+l", *keys, "enter")
            await until(pilot, lambda: page.table._asked is None)
            assert (case in {each.number for each in page.table.items}) is found, keys


@pytest.mark.asyncio
async def test_nothing_is_accepted_while_a_disposal_is_in_force(house: House, tmp_path: Path) -> None:
    """The gateway's sentence is said; 退回 works; the disposal is read with its kind and its end."""
    case = await asyncio.to_thread(inspected.entrusted, house)
    desk = await asyncio.to_thread(office, house, "customs")
    number = await asyncio.to_thread(inspected.called, house, "PSI191")
    try:
        async with agency_at_work(house, tmp_path) as (terminal, pilot):
            page = await opened(terminal, pilot, EntrustmentList, case, "待受理")
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert "不予认可处置期间" in await closed(pilot)
            typed(page, content="本机构暂不能受理。")
            await pilot.press("ctrl+r")
            assert "仍要接受" in await closed(pilot, "escape")
            await pilot.press("ctrl+b")
            await closed(pilot)
            assert await closed(pilot) == "操作成功。状态：补充材料"
            found = await opened(terminal, pilot, DisposalList, number, "不予认可")
            assert isinstance(found, InspectionCase)
            read = found.query_one(Reader).text
            assert "不予认可装运前检验结果" in read
            assert "2098-12-31 23:59:59" in read
    finally:
        await asyncio.to_thread(desk.submit, "PSI191-lift", caseNo=number)


@pytest.mark.asyncio
async def test_a_quality_problem_is_answered_and_found_by_the_answer(house: House, tmp_path: Path) -> None:
    """Text and a file; answered once more; found by what was answered and by the day."""
    number = await asyncio.to_thread(inspected.called, house, "PSI161-problem")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, ProblemList, number, "待反馈")
        assert isinstance(page, AgencyReply)
        assert "检验证书与实物不符" in page.query_one(Reader).text
        typed(page, content="证书编号录入有误，已更正。")
        await pilot.press("ctrl+r")
        assert "未添加任何附件" in await closed(pilot, "escape")
        await attach(page, pilot, "improved")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否提交给海关？"
        assert await closed(pilot) == "提交成功。状态：已反馈"
        listed = await terminal.open("inspection.problems")
        assert isinstance(listed, ProblemList)
        for text, found in (("已更正", True), ("没有说过", False)):
            await pilot.press("ctrl+f", "ctrl+l", *text, "enter")
            await until(pilot, lambda: listed.table._asked is None)
            assert (number in {each.number for each in listed.table.items}) is found
            for line in listed.table.items if found else ():
                assert "检验证书与实物不符" in listed.text(line, "purpose")
        await pilot.press("ctrl+l")
        listed.action_run()
        again = await opened(terminal, pilot, ProblemList, number, "已反馈", "ctrl+r")
        assert "证书编号录入有误" in again.query_one(Reader).text


@pytest.mark.asyncio
async def test_a_check_of_documents_is_submitted_until_it_is_passed(house: House, tmp_path: Path) -> None:
    """待提交, 待审核, 补充材料 with the reason, 待审核, 已完成; in between there is nothing to submit."""
    number = await asyncio.to_thread(inspected.called, house, "PSI161-documents")
    desk = await asyncio.to_thread(office, house, "customs")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, CheckList, number, "待提交")
        typed(page, content="检验原始记录见附件。")
        await attach(page, pilot, "improved")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。状态：待审核"
        await pilot.press("ctrl+r")
        assert "不能反馈" in await closed(pilot)
        await asyncio.to_thread(desk.submit, "PSI181-supplement", caseNo=number)
        reason = desk.case(number)["body"]["review"]["content"]
        await until(pilot, lambda: reason in page.query_one(Reader).text)
        typed(page, content="补充见附件。")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。状态：待审核"
        assert statuses(await asyncio.to_thread(desk.submit, "PSI181-pass", caseNo=number)) == [399]
        found = await opened(terminal, pilot, CheckList, number, "已完成")
        assert isinstance(found, InspectionCase)


@pytest.mark.asyncio
async def test_a_check_on_the_spot_wants_nothing_unless_customs_asks(house: House, tmp_path: Path) -> None:
    """It is read only; 补充材料 opens the form."""
    number = await asyncio.to_thread(inspected.called, house, "PSI161-visit")
    desk = await asyncio.to_thread(office, house, "customs")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        found = await opened(terminal, pilot, CheckList, number, "实地检查")
        assert isinstance(found, InspectionCase)
        page = await terminal.open("inspection.checks")
        assert isinstance(page, CheckList)
        await chosen(page, pilot, number, "实地检查")
        await pilot.press("ctrl+r")
        assert "不能" in await closed(pilot)
        await asyncio.to_thread(desk.submit, "PSI181-supplement", caseNo=number)
        reply = await opened(terminal, pilot, CheckList, number, "检查补充材料")
        assert isinstance(reply, AgencyReply)


@pytest.mark.asyncio
async def test_what_was_put_right_is_submitted_and_the_disposal_lifted(house: House, tmp_path: Path) -> None:
    """限期整改, 整改待审核, 整改补充材料, 整改待审核, 已撤销: each is seen in the list."""
    number = await asyncio.to_thread(inspected.called, house, "PSI191-rectify")
    desk = await asyncio.to_thread(office, house, "customs")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        page = await opened(terminal, pilot, DisposalList, number, "限期整改")
        assert isinstance(page, AgencyReply)
        for outcome, state in (("PSI181-supplement", "整改补充材料"), ("PSI181-pass", "已撤销处置")):
            typed(page, content="已完成整改，材料见附件。")
            if not page.model.rows("Attachment"):
                await attach(page, pilot, "improved")
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert await closed(pilot) == "提交成功。状态：整改待审核"
            await asyncio.to_thread(desk.submit, outcome, caseNo=number)
            await until(pilot, lambda state=state: page.model.state == state)  # type: ignore[misc]


@pytest.mark.asyncio
async def test_a_year_s_report_is_kept_and_submitted(house: House, tmp_path: Path) -> None:
    """Found by its year; what customs asks for stands above the form; 填报暂存, 已提交, then it is read."""
    number = await asyncio.to_thread(inspected.called, house, "PSI201")
    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        listed = await terminal.open("inspection.reports")
        assert isinstance(listed, ReportList)
        await until(pilot, lambda: listed.table.items)
        year = listed.table.items[0].text("words")
        for text, found in (("1999", False), (year, True)):
            await pilot.press("ctrl+f", "ctrl+l", *text, "enter")
            await until(pilot, lambda: listed.table._asked is None)
            assert (number in {each.number for each in listed.table.items}) is found
        page = await opened(terminal, pilot, ReportList, number, "待填报")
        assert isinstance(page, ReportEntry)
        assert "请填报年度工作报告" in page._remark().zh
        assert year in page.heading.zh
        assert {each.key for each in page.options()} == {"save", "declare"}
        typed(page, batches="12", amount="3400000", failed="1", staff="9", content="完成检验 12 批。")
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        await pilot.press("ctrl+r")
        assert "提交后不能修改" in await closed(pilot)
        assert await closed(pilot) == "提交成功。状态：已提交"
        assert page.closed
        found = await opened(terminal, pilot, ReportList, number, "已提交")
        assert "完成检验 12 批。" in found.query_one(Reader).text
