"""What customs calls agencies for, at its desk and a real gateway: problems, checks, disposals, reports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from messages.inspection import SYSTEM
from messages.system import CUSTOMS
from messages.wire import CST, app_time
from terminals.tui.batches import Fates
from terminals.tui.inspection.case import InspectionCase
from terminals.tui.inspection.desk_calls import CallEntry
from terminals.tui.inspection.desk_disposals import DisposalEntry
from terminals.tui.inspection.desk_lists import CheckQuery, DisposalQuery, ProblemQuery
from terminals.tui.inspection.desk_report_calls import ReportCallEntry
from terminals.tui.inspection.desk_reports import ReportsOfYear
from terminals.tui.inspection.desk_reviews import ReplyReview
from terminals.tui.offered import TABLE
from terminals.tui.picker import CodePicker
from terminals.tui.reader import Reader
from terminals.tui.systems import Menu
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.inspected import chosen, office
from tests.terminals.tui.officers import front

AGENCY = "1100980001"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with a filed agency."""
    house = House(tmp_path_factory.mktemp("inspection") / "home")
    house.start()
    inspected.filed(house)
    yield house
    house.close()


def fill(page: Any, **values: str) -> None:
    """Type into the form's head."""
    for name, value in values.items():
        page.model.set(page.model.head, name, value)
    page.view.follow()


async def sent(pilot: Pilot[int]) -> str:
    """Ctrl+R, the question, what is said then; the case's number."""
    await pilot.press("ctrl+r")
    await closed(pilot)
    said = await closed(pilot)
    assert "P0" in said, said
    return "P" + said.partition("P")[2][:18]


@pytest.mark.asyncio
async def test_a_problem_is_raised_with_an_agency_that_is_chosen_by_its_name(
    house: House, tmp_path: Path
) -> None:
    """Space offers who is filed; a part of the name finds it; the question names it; the answer is read."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.problems")
        assert isinstance(page, ProblemQuery)
        await until(pilot, lambda: page._kind is not None)
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, CallEntry)
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        assert entry.model.head.text("kind") == "1"
        assert entry.model.standing(entry.model.head, "kind").locked
        entry.view.first()
        await pilot.press("space")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodePicker))
        await pilot.pause()
        await pilot.press(*"欧洲检")
        await until(pilot, lambda: len(pilot.app.screen._found) == 1)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until(pilot, lambda: entry.model.head.text("agencyCode") == AGENCY)
        fill(entry, content="检验证书与到货不符。")
        await pilot.press("ctrl+r")
        asked = await closed(pilot)
        assert "质量问题" in asked
        assert "欧洲检验有限公司" in asked
        case = "P" + (await closed(pilot)).partition("P")[2][:18]
        assert entry.model.head.text("content") == ""
        agency = await asyncio.to_thread(office, house, "agency", "improved.pdf")
        await asyncio.to_thread(agency.submit, "PSI171", caseNo=case)
        await terminal.open("inspection.problems")
        await chosen(page, pilot, case, "已反馈")
        await pilot.press("enter")
        view = await front(terminal, pilot, InspectionCase)
        read = view.query_one(Reader)
        await until(pilot, lambda: "机构反馈" in read.text and "improved.pdf" in read.text)


@pytest.mark.asyncio
async def test_a_document_check_is_ordered_reviewed_and_completed(house: House, tmp_path: Path) -> None:
    """What is submitted waits in the list; more is wanted with a reason, then it passes."""
    agency = await asyncio.to_thread(office, house, "agency", "improved.pdf")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.checks")
        assert isinstance(page, CheckQuery)
        await until(pilot, lambda: page._kind is not None)
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, CallEntry)
        await until(pilot, lambda: entry._kind is not None)
        assert entry.model.head.text("kind") == "2"
        fill(entry, kind="1")
        assert "文件检查" in entry.model.standing(entry.model.head, "kind").words.zh
        fill(entry, kind="2")
        fill(entry, agencyCode=AGENCY, content="请提交检验记录。")
        case = await sent(pilot)
        for result, content, state in (("0", "缺照片。", "检查补充材料"), ("1", "", "已完成")):
            await asyncio.to_thread(agency.submit, "PSI171", caseNo=case)
            await terminal.open("inspection.checks")
            await chosen(page, pilot, case, "检查待审核")
            await pilot.press("ctrl+r")
            review = await front(terminal, pilot, ReplyReview)
            await until(pilot, lambda review=review: review._kind is not None)
            assert "improved.pdf" in review.query_one(Reader).text
            fill(review, result=result, content=content)
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert "审批完成" in await closed(pilot)
            assert (await asyncio.to_thread(agency.case, case))["state"] == state


@pytest.mark.asyncio
async def test_an_on_site_check_is_completed_without_anything_submitted(house: House, tmp_path: Path) -> None:
    """实地检查 is reviewed as it stands."""
    case = await asyncio.to_thread(inspected.called, house, "PSI161-visit")
    desk = await asyncio.to_thread(office, house, "customs")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.checks")
        assert isinstance(page, CheckQuery)
        await chosen(page, pilot, case, "实地检查")
        await pilot.press("ctrl+r")
        review = await front(terminal, pilot, ReplyReview)
        await until(pilot, lambda: review._kind is not None)
        fill(review, result="1")
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
    assert (await asyncio.to_thread(desk.case, case))["state"] == "已完成"


@pytest.mark.asyncio
async def test_a_disposal_is_imposed_to_the_second_and_lifted(house: House, tmp_path: Path) -> None:
    """The question says from when to when; in force it is told to the public; lifted it is over."""
    trader = await asyncio.to_thread(office, house, "enterprise")
    end = datetime.now(UTC) + timedelta(days=30)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.disposals")
        assert isinstance(page, DisposalQuery)
        await until(pilot, lambda: page._kind is not None)
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, DisposalEntry)
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        fill(entry, agencyCode=AGENCY, kind="1", content="检验结果失实。")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "处置到期时间 不能为空"
        fill(entry, endTime=app_time(end))
        await pilot.press("ctrl+r")
        asked = await closed(pilot)
        assert "欧洲检验有限公司" in asked
        assert "自即刻至 " in asked
        assert "29 天 23:" in asked
        case = "P" + (await closed(pilot)).partition("P")[2][:18]
        (told,) = (await asyncio.to_thread(trader.get, "/v1/lookups/inspection/agencies"))["values"]["Agency"]
        assert (told["state"], told["endTime"]) == ("不予认可装运前检验结果", app_time(end))
        await terminal.open("inspection.disposals")
        await chosen(page, pilot, case, "不予认可")
        until_then = f"至 {end.astimezone(CST):%Y-%m-%d %H:%M:%S}"
        await until(pilot, lambda: until_then in page.query_one(".desk--period", Saying).words.zh)
        await pilot.press("ctrl+e")
        entry = await front(terminal, pilot, DisposalEntry)
        await until(pilot, lambda: entry._kind is not None)
        assert entry.model.case == case
        assert entry.objection(Purpose.DECLARE) is not None
        await pilot.press("ctrl+d")
        assert "是否撤销处置" in await closed(pilot, "y")
        assert await closed(pilot) == f"处置 {case} 已撤销。"
        assert entry.objection(Purpose.DELETE) is not None
    (told,) = (await asyncio.to_thread(trader.get, "/v1/lookups/inspection/agencies"))["values"]["Agency"]
    assert told["state"] == "正常"


@pytest.mark.asyncio
async def test_what_was_put_right_is_reviewed_and_lifts_the_disposal(house: House, tmp_path: Path) -> None:
    """限期整改: the question says that the disposal ends with the approval."""
    case = await asyncio.to_thread(inspected.called, house, "PSI191-rectify")
    agency = await asyncio.to_thread(office, house, "agency", "improved.pdf")
    assert statuses(await asyncio.to_thread(agency.submit, "PSI171", caseNo=case)) == [120]
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.disposals")
        assert isinstance(page, DisposalQuery)
        await chosen(page, pilot, case, "整改待审核")
        await pilot.press("enter")
        review = await front(terminal, pilot, ReplyReview)
        await until(pilot, lambda: review._kind is not None)
        fill(review, result="1")
        await pilot.press("ctrl+r")
        assert "处置将立即撤销" in await closed(pilot)
        await closed(pilot)
    assert (await asyncio.to_thread(agency.case, case))["state"] == "已撤销处置"


@pytest.mark.asyncio
async def test_of_a_year_customs_sees_who_was_not_called_and_who_is_missing(
    house: House, tmp_path: Path
) -> None:
    """Ctrl+E calls on all that were not; the list says who is called and who has reported what."""
    agency = await asyncio.to_thread(office, house, "agency")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.reports")
        assert isinstance(page, ReportsOfYear)
        await until(pilot, lambda: page.table.items)
        assert page.year == str(datetime.now(UTC).year - 1)
        page.criteria._lines(0)[0].value = "2023"
        page.action_run()
        await until(pilot, lambda: page.table.items and page.year == "2023")
        assert [each.state for each in page.table.items] == ["-"]
        await pilot.press("ctrl+e")
        entry = await front(terminal, pilot, ReportCallEntry)
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        assert (entry.model.head.text("year"), entry.model.head.text("agencyCode")) == ("2023", AGENCY)
        await until(pilot, lambda: entry.view.place is not None and entry.view.place.name == "content")
        fill(entry, content="请填报。", deadline="20991231")
        case = await sent(pilot)
        await terminal.open("inspection.reports")
        await until(pilot, lambda: [each.state for each in page.table.items] == ["待填报"])
        await asyncio.to_thread(agency.submit, "PSI211", caseNo=case)
        page.again()
        await until(pilot, lambda: [each.state for each in page.table.items] == ["已提交"])
        page.table.grid.focus()
        await pilot.press("enter")
        view = await front(terminal, pilot, InspectionCase)
        await until(pilot, lambda: "实施检验批次" in view.query_one(Reader).text)


@pytest.mark.asyncio
async def test_one_form_calls_on_many_and_says_what_became_of_each(house: House, tmp_path: Path) -> None:
    """One that cannot be called is named with the reason and stays on the form; the others are called."""
    desk = await asyncio.to_thread(office, house, "customs")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        given = (AGENCY, "9999999999")
        entry = await terminal.open("inspection.call-report", year="2022", to=given)
        assert isinstance(entry, ReportCallEntry)
        await until(pilot, lambda: entry._kind is not None and entry.agencies)
        assert entry.many == given
        fill(entry, content="请填报。")
        await pilot.press("ctrl+r")
        asked = await closed(pilot)
        assert "9999999999（未备案）" in asked
        assert "欧洲检验有限公司" in asked
        await until(pilot, lambda: isinstance(pilot.app.screen, Fates))
        fates = pilot.app.screen
        assert isinstance(fates, Fates)
        assert [each.good for each in fates._fates] == [False, True]
        assert "没有代码为 9999999999 的检验机构" in fates._fates[0].words.zh
        await pilot.press("enter")
        assert "没有代码为 9999999999 的检验机构" in await closed(pilot)
        await until(pilot, lambda: pilot.app.screen is fates)
        await pilot.press("escape")
        await until(pilot, lambda: entry.model.head.text("agencyCode") == "9999999999")
        assert entry.many == ()
        assert entry.model.head.text("content") == "请填报。"
    found = await asyncio.to_thread(desk.numbers, kind="report", words="2022")
    assert len(found) == 1


def test_every_message_that_customs_may_send_has_its_screen() -> None:
    """What was typed of it and not sent is opened there again."""
    menu = Menu(TABLE, CUSTOMS)
    codes = {kind.code for kind in SYSTEM.types if CUSTOMS in kind.senders.roles}
    assert {code for code in codes if menu.for_draft(SYSTEM.name, code) is None} == set()
    assert codes == {"PSI121", "PSI161", "PSI181", "PSI191", "PSI201", "PSI221", "PSI231"}
