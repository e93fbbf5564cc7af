"""The customs desk of pre-shipment inspection at a real gateway: filings and their changes, entrustments."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.inspection.case import InspectionCase
from terminals.tui.inspection.desk_lists import EntrustmentQuery, FilingQuery, FilingQueue
from terminals.tui.inspection.desk_reviews import FilingReview
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import inspected
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.inspected import chosen, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A demo gateway at which no agency is filed."""
    house = House(tmp_path / "home")
    house.start()
    yield house
    house.close()


def applied(house: House) -> str:
    """An application that waits; its case."""
    return str(office(house, "agency", "licence.pdf").submit("PSI111")[0].case)


async def reviewing(terminal: Terminal, pilot: Pilot[int], case: str, state: str) -> FilingReview:
    """From the queue, the review of a case."""
    page = await terminal.open("inspection.filings-to-review")
    assert isinstance(page, FilingQueue)
    await chosen(page, pilot, case, state)
    await pilot.press("ctrl+r")
    review = await front(terminal, pilot, FilingReview)
    await until(pilot, lambda: review._kind is not None)
    return review


def decide(page: Any, **values: str) -> None:
    """Type into the form's head."""
    for name, value in values.items():
        page.model.set(page.model.head, name, value)
    page.view.follow()


@pytest.mark.asyncio
async def test_an_application_is_read_whole_and_accepted(house: House, tmp_path: Path) -> None:
    """With its sub-tables, its files and its country in words; accepted, its tab closes and it is filed."""
    case = await asyncio.to_thread(applied, house)
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        review = await reviewing(terminal, pilot, case, "备案待审核")
        reader = review.query_one(Reader)
        await until(pilot, lambda: "DEU 德国" in reader.text)
        for said in ("欧洲检验有限公司", "主要部门情况 2", "激光干涉仪", "近三年实施", "licence.pdf"):
            assert said in reader.text
        decide(review, result="1")
        await pilot.press("ctrl+r")
        assert "受理" in await closed(pilot)
        assert "已受理" in await closed(pilot)
        queue = await front(terminal, pilot, FilingQueue)
        await until(pilot, lambda: not queue.table.items)
        query = await terminal.open("inspection.filings")
        assert isinstance(query, FilingQuery)
        await until(pilot, lambda: query.table.items)
        assert query.table.items[0].text("words").startswith("PSI")
    assert (await asyncio.to_thread(office, house, "customs")).agency_filed


@pytest.mark.asyncio
@pytest.mark.parametrize(("result", "state"), [("2", "不予受理"), ("3", "备案补充材料")])
async def test_what_is_not_accepted_needs_a_reason_and_is_no_failure(
    house: House, tmp_path: Path, result: str, state: str
) -> None:
    """不予受理 and 补充材料 are said as done, not as refused; the agency's receipt has the reason."""
    case = await asyncio.to_thread(applied, house)
    agency = await asyncio.to_thread(office, house, "agency")
    await asyncio.to_thread(agency.drain)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        review = await reviewing(terminal, pilot, case, "备案待审核")
        decide(review, result=result)
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "审核意见 不能为空"
        decide(review, content="请附营业执照。")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "审批完成" in await closed(pilot)
        await front(terminal, pilot, FilingQueue)
    (receipt,) = await asyncio.to_thread(agency.until, 1)
    assert "请附营业执照。" in str(receipt)
    assert (await asyncio.to_thread(agency.case, case))["state"] == state


@pytest.mark.asyncio
async def test_a_change_is_seen_beside_what_is_filed(house: House, tmp_path: Path) -> None:
    """What differs is read first, field by field; refused, the filing stays as it was."""
    case = await asyncio.to_thread(inspected.filed, house)
    agency = await asyncio.to_thread(office, house, "agency", "licence.pdf")
    change = await asyncio.to_thread(agency.submit, "PSI111-change", caseNo=case, agencyName="改名检验")
    assert statuses(change) == [120]
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        review = await reviewing(terminal, pilot, case, "变更待审核")
        read = review.query_one(Reader).text
        assert "欧洲检验有限公司 → 改名检验" in read.split("备案内容")[0]
        decide(review, result="2", content="名称不符。")
        await pilot.press("ctrl+r")
        assert "现有备案保持不变" in await closed(pilot)
        await closed(pilot)
        await front(terminal, pilot, FilingQueue)
    shown = await asyncio.to_thread(agency.case, case)
    assert (shown["state"], shown["body"]["stored"]["agencyName"]) == ("已受理", "欧洲检验有限公司")


@pytest.mark.asyncio
async def test_a_decision_is_about_what_was_seen(house: House, tmp_path: Path) -> None:
    """Where the agency has sent something newer meanwhile, nothing is decided, and the newer one is shown."""
    case = await asyncio.to_thread(applied, house)
    desk = await asyncio.to_thread(office, house, "customs")
    agency = await asyncio.to_thread(office, house, "agency")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        review = await reviewing(terminal, pilot, case, "备案待审核")

        supplement = await asyncio.to_thread(desk.submit, "PSI121-supplement", caseNo=case)
        assert statuses(supplement) == [100]
        await until(pilot, lambda: review.model.state == "备案补充材料")  # customs has a receipt of that
        change = await asyncio.to_thread(agency.submit, "PSI111-change", caseNo=case, agencyName="改名检验")
        assert statuses(change) == [120]
        decide(review, result="1")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "又有提交" in await closed(pilot)
        await until(pilot, lambda: "改名检验" in review.query_one(Reader).text)
    assert (await asyncio.to_thread(agency.case, case))["state"] == "备案待审核"


@pytest.mark.asyncio
async def test_entrustments_are_found_by_what_their_codes_mean_and_printed(
    house: House, tmp_path: Path
) -> None:
    """Customs sees them once they are sent; a state is asked for by its name; one is printed whole."""
    case = await asyncio.to_thread(inspected.entrusted, house)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.entrustments")
        assert isinstance(page, EntrustmentQuery)
        await until(pilot, lambda: page.table.items)
        (line,) = page.table.items
        await until(pilot, lambda: page.text(line, "purpose") == "自用")
        states = next(at for at, each in enumerate(page.CRITERIA) if each.column == "state")
        page.criteria._lines(states)[0].value = "受理中"
        page.action_run()
        await until(pilot, lambda: not page.table.items)
        page.criteria._lines(states)[0].value = "待受理"
        page.action_run()
        await until(pilot, lambda: page.table.items)
        await pilot.press("ctrl+o")
        view = await front(terminal, pilot, InspectionCase)
        await until(pilot, lambda: "办理经过" in view.query_one(Reader).text)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.glob(f"{case}*.pdf")))
    text = subprocess.run(
        ["pdftotext", "-layout", str(next(tmp_path.glob(f"{case}*.pdf"))), "-"],
        capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    for said in (case, "photos.pdf", "办理经过"):
        assert said in text
