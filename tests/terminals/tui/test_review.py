"""The customs desk at a real gateway: the queue, the comparison with its differences, the decision."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from openpyxl import load_workbook
from textual.pilot import Pilot

from terminals.tui.bonded.desk import StocktakeQueue, difference
from terminals.tui.grid import Grid
from terminals.tui.query import QueryPage
from terminals.tui.review import ReviewPage
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from terminals.work.found import CaseLine
from terminals.work.model import FormModel
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.stage import shown
from tests.terminals.tui.test_entry import number
from tests.terminals.work.desks import PATIENCE, seated
from tests.terminals.work.forms import stocktake


def declared(house: House, state: Path, case: str = "") -> str:
    """A stored stocktake of three lines, the second off by 2, the third by 100; its case number.

    With `case` that one is declared anew, without a difference.
    """
    with seated(house, state) as seat:
        model = stocktake(3, etpsInnerNo=number())
        rows = model.rows("Line")
        if case:
            found = seat.line.case("bonded", case)
            assert found is not None
            model.case, model.app_time = case, str(found.body["appTime"])
        else:
            model.set(rows[1], "totalQty", "8")
            model.set(rows[2], "totalQty", "106")
        answer = seat.sending.send([seat.sending.piece(model, Purpose.DECLARE)])
        assert answer.accepted, answer
        while True:
            steps = seat.ladders.wait(answer.cop_msg_id, PATIENCE)
            if any(step.status == 120 for step in steps):
                return steps[-1].case


def line_of(page: QueryPage, case: str) -> CaseLine | None:
    """The queue's line of a case."""
    return next((line for line in page.table.items if line.number == case), None)


async def opened(page: QueryPage, pilot: Pilot[int], case: str) -> ReviewPage:
    """The review of a case in the queue."""
    await until(pilot, lambda: line_of(page, case))
    line = line_of(page, case)
    assert line is not None
    page.table.grid.go(list(page.table.items).index(line))
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(page.terminal.shell.pages.front, ReviewPage))
    await pilot.pause()
    review = page.terminal.shell.pages.front
    assert isinstance(review, ReviewPage)
    return review


@pytest.mark.parametrize(
    ("text", "total", "shown"),
    [
        ("0", "5", ("=", "quiet")),
        ("1", "100", ("▲ +1 (1.0%)", "warn")),
        ("-50", "100", ("▼▼▼ -50 (50.0%)", "bad")),
        ("2", "0", ("▲▲▲ +2 (100.0%)", "bad")),
        ("", "5", ("", "")),
    ],
)
def test_differences_are_told_apart_by_mark_and_colour(text: str, total: str, shown: tuple[str, str]) -> None:
    """▲ more, ▼ less, three of them for a large part of the total; = for none."""
    assert difference(text, total) == shown


@pytest.mark.asyncio
async def test_a_stored_stocktake_is_compared_and_approved(house: House, tmp_path: Path) -> None:
    """In the queue; the largest difference first; a decision is asked for, signed and taken."""
    case = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.queue")
        assert isinstance(page, QueryPage)
        await until(pilot, lambda: line_of(page, case))
        line = line_of(page, case)
        assert line is not None
        assert (page._text(line, "worst"), page.tone(line, "worst")) == ("▲▼ 100", "bad")
        review = await opened(page, pilot, case)
        grid = review.query_one(Grid)
        assert [grid.rows.text(row, "seqNo") for row in range(3)] == ["3", "2", "1"]
        assert grid.rows.text(0, "difference").startswith("▲▲▲ +100")
        assert [grid.rows.tone(row, "difference") for row in range(3)] == ["bad", "bad", "quiet"]
        assert "最大差异 100" in review.query_one(".review--sum", Saying).words.zh
        await pilot.press("ctrl+y")
        await until(pilot, lambda: list(tmp_path.glob(f"{case}*.xlsx")))
        sheet = load_workbook(next(tmp_path.glob(f"{case}*.xlsx"))).active
        assert sheet is not None
        assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["序号", 3, 2, 1]
        await decide(pilot, review, "1")
        assert await closed(pilot) == "审批完成：审批通过"
        await until(pilot, lambda: terminal.shell.pages.front is page and review not in terminal.shell.pages)
        await until(pilot, lambda: line_of(page, case) is None)


@pytest.mark.asyncio
async def test_without_a_reason_nothing_is_refused(house: House, tmp_path: Path) -> None:
    """审批不通过 needs 审批意见: said before anything is sent; with one it is refused."""
    case = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.queue")
        assert isinstance(page, QueryPage)
        review = await opened(page, pilot, case)
        review.model.set(review.model.head, "reviewResult", "0")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "审批意见 不能为空"
        await decide(pilot, review, "0", "数量不符")
        assert await closed(pilot) == "审批完成：审批不通过"


@pytest.mark.asyncio
async def test_the_queue_grows_by_itself_and_the_cursor_stays_with_its_case(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored while somebody looks at the queue appears; the row that was chosen stays chosen."""
    monkeypatch.setattr(StocktakeQueue, "RENEWS", 0.1)
    first = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.queue")
        assert isinstance(page, StocktakeQueue)
        await until(pilot, lambda: line_of(page, first))
        line = line_of(page, first)
        assert line is not None
        page.table.grid.go(list(page.table.items).index(line))
        page.table._order = "-changed"
        second = await asyncio.to_thread(declared, house, tmp_path / "operator")
        await until(pilot, lambda: line_of(page, second))
        assert page.table.items[0].number == second
        assert page.table.item is not None
        assert page.table.item.number == first


@pytest.mark.asyncio
async def test_a_second_review_tells_of_the_first(house: House, tmp_path: Path) -> None:
    """Refused and declared anew: the earlier result and its reason stand above the comparison."""
    case = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.queue")
        assert isinstance(page, QueryPage)
        review = await opened(page, pilot, case)
        assert not review.query_one(".review--earlier", Saying).display
        await decide(pilot, review, "0", "数量不符")
        await closed(pilot)
        await until(pilot, lambda: terminal.shell.pages.front is page)
        await asyncio.to_thread(declared, house, tmp_path / "operator", case)
        await pilot.press("f5")
        again = await opened(page, pilot, case)
        assert "上次审批：审批不通过；审批意见：数量不符" in shown(terminal)
        assert again is not review


@pytest.mark.asyncio
async def test_what_was_declared_anew_is_looked_at_again(house: House, tmp_path: Path) -> None:
    """Between look and decision the enterprise declares anew: refused, shown as it is now, then approved."""
    case = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.queue")
        assert isinstance(page, QueryPage)
        review = await opened(page, pilot, case)
        await asyncio.to_thread(declared, house, tmp_path / "operator", case)
        await decide(pilot, review, "1")
        assert "企业已重新申报" in await closed(pilot)
        await until(pilot, lambda: "没有差异" in review.query_one(".review--sum", Saying).words.zh)
        await decide(pilot, review, "1")
        assert await closed(pilot) == "审批完成：审批通过"


async def decide(pilot: Pilot[int], review: ReviewPage, result: str, reason: str = "") -> None:
    """Fill in a decision and send it, with the question answered by yes."""
    model: FormModel = review.model
    model.set(model.head, "reviewResult", result)
    model.set(model.head, "reviewInfo", reason)
    review.view.follow()
    await pilot.press("ctrl+r")
    assert (await closed(pilot)).startswith("是否发送审批结果")
