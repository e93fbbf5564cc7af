"""智能辅助申报查询 and 申报台 on their screens, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.records import RecordPage
from terminals.tui.declaration.smart_desk import SmartDesk
from terminals.tui.declaration.smart_query import BatchPage, SmartQuery
from terminals.tui.reader import Reader
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import declarants
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import drafted, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway at which smart-assisted declaration is enabled."""
    house = House(tmp_path_factory.mktemp("query") / "home")
    house.start()
    declarants.enabled(house)
    yield house
    house.close()


def batch(house: House) -> tuple[str, str, str]:
    """One batch in which one is declared and another fails by a check; both numbers, and the batch's."""
    legal, desk = office(house, "enterprise"), office(house, "customs")
    assert statuses(desk.submit("DEC221", element="voyNo", operator="is", value="BAD1")) == [120]
    good, bad = drafted(house, "DEC111-marked"), drafted(house, "DEC111-marked", voyNo="BAD1")
    rule = numbered(legal.submit("DEC141", wait="600"))
    run = numbered(legal.submit("DEC161-start", ruleNo=rule))
    while "next" not in (body := legal.run(run)):
        pass
    legal.submit("DEC161-stop", caseNo=run)
    legal.submit("DEC141-delete", caseNo=rule)
    return good, bad, str(body["batch"]["no"])


async def queried(terminal: Terminal, pilot: Pilot[int]) -> SmartQuery:
    """查询, with what it finds by itself."""
    page = await terminal.open("declaration.smart-query")
    assert isinstance(page, SmartQuery)
    await until(pilot, lambda: page._kinds and page.table.items)
    await pilot.pause()
    return page


@pytest.mark.asyncio
async def test_what_failed_is_found_read_and_put_back(house: House, tmp_path: Path) -> None:
    """By its smart state; the record says why; what was declared is not put back; the answer counts."""
    good, bad, number = await asyncio.to_thread(batch, house)
    unmarked = await asyncio.to_thread(drafted, house)
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await queried(terminal, pilot)

        def found() -> dict[str, str]:
            return {line.number: page.text(line, "smart") for line in page.table.items}

        await until(pilot, lambda: {good, bad} <= set(found()))
        assert (found()[good], found()[bad]) == ("申报成功", "申报失败")
        assert unmarked not in found()
        page.criteria.query_one("#by-4").query("Input").first().value = "申报失败"
        page.action_run()
        await until(pilot, lambda: set(found()) == {bad})
        await pilot.press("enter")
        record = await front(terminal, pilot, RecordPage)
        assert "海关校验不通过" in record.query_one(Reader).text
        await terminal.shell.close(record)
        page.criteria.put("smart", "")
        page.action_run()
        await until(pilot, lambda: {good, bad} <= set(found()))
        page.table.grid.go([line.number for line in page.table.items].index(bad))
        await pilot.press("space")
        assert page.table.grid.marked
        await pilot.press("ctrl+r")
        assert "1 票" in await closed(pilot, "y")
        assert "已重新加入智能辅助申报池 1 条" in await closed(pilot)
        await until(pilot, lambda: found()[bad] == "待申报")
        assert not page.table.grid.marked  # what was done with it is done
        page.criteria.query_one("#by-4").query("Input").first().value = "申报成功"
        page.action_run()
        await until(pilot, lambda: good in found())
        assert not page._of(page.BATCHES[0])
        assert page.table.items[0].text("batch") == number
    legal = office(house, "enterprise")
    body = (await asyncio.to_thread(legal.case, bad))["body"]
    assert body["smart"] == "1"
    assert body["log"][-1]["zh"] == "继续智能辅助申报"
    assert statuses(await asyncio.to_thread(legal.submit, "DEC151-cancel", caseNo=bad)) == [1]


@pytest.mark.asyncio
async def test_what_was_dealt_with_is_found_by_its_rule(house: House, tmp_path: Path) -> None:
    """By part of the rule's name; what waits, or went by another, is not among it."""
    good, bad, _ = await asyncio.to_thread(batch, house)
    waits = await asyncio.to_thread(drafted, house, "DEC111-marked")
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await queried(terminal, pilot)

        def found() -> set[str]:
            return {line.number for line in page.table.items}

        await until(pilot, lambda: {good, bad, waits} <= found())
        page.criteria.query_one("#by-10").query("Input").first().value = "进口"
        page.action_run()
        await until(pilot, lambda: waits not in found() and {good, bad} <= found())
        page.criteria.query_one("#by-10").query("Input").first().value = "出口"
        page.action_run()
        await until(pilot, lambda: not found())
    legal = office(house, "enterprise")
    assert statuses(await asyncio.to_thread(legal.submit, "DEC151-cancel", caseNo=waits)) == [1]


@pytest.mark.asyncio
async def test_the_desk_lists_batches_and_leads_to_their_declarations(house: House, tmp_path: Path) -> None:
    """Counts of each; Enter shows what was declared and what failed in it."""
    good, bad, number = await asyncio.to_thread(batch, house)
    async with at_work(house, tmp_path, "enterprise", SMALL) as (terminal, pilot):
        desk = await terminal.open("declaration.smart-desk")
        assert isinstance(desk, SmartDesk)
        await until(pilot, lambda: number in {each["no"] for each in desk.table.items})
        line = next(each for each in desk.table.items if each["no"] == number)
        assert (line["declared"], line["failed"]) == (1, 1)
        assert number in shown(terminal)
        desk.table.grid.focus()
        desk.table.grid.go([each["no"] for each in desk.table.items].index(number))
        await pilot.press("enter")
        page = await front(terminal, pilot, BatchPage)
        await until(pilot, lambda: {each.number for each in page.table.items} == {good, bad})
        assert number in page.heading.zh


def nothing(house: House) -> str:
    """A batch in which the only one there is goes on waiting for its manifest; its number."""
    legal = office(house, "enterprise")
    waits = drafted(house, "DEC111-marked", billNo="NOMANIFEST1")
    rule = numbered(legal.submit("DEC141", wait="600", manifest="1"))
    run = numbered(legal.submit("DEC161-start", ruleNo=rule))
    while "next" not in (body := legal.run(run)):
        pass
    legal.submit("DEC161-stop", caseNo=run)
    legal.submit("DEC141-delete", caseNo=rule)
    legal.submit("DEC151-cancel", caseNo=waits)
    return str(body["batch"]["no"])


@pytest.mark.asyncio
async def test_the_desk_begins_with_the_batches_of_these_days_that_did_something(
    house: House, tmp_path: Path
) -> None:
    """Empty ones are listed when all are asked for; of another day there are none."""
    _, _, number = await asyncio.to_thread(batch, house)
    empty = await asyncio.to_thread(nothing, house)
    async with at_work(house, tmp_path, "enterprise", SMALL) as (terminal, pilot):
        desk = await terminal.open("declaration.smart-desk")
        assert isinstance(desk, SmartDesk)

        def found() -> set[str]:
            return {str(each["no"]) for each in desk.table.items} if desk.table._asked is None else set()

        await until(pilot, lambda: number in found())
        assert empty not in found()
        assert "仅有结果的批次" in shown(terminal)
        desk.criteria.put("results", "全部批次")
        desk.action_run()
        await until(pilot, lambda: {number, empty} <= found())
        desk.criteria.put("results", "")
        desk.criteria.put("began", "2026-01-01", "2026-01-31")
        desk.action_run()
        await until(pilot, lambda: desk.table._asked is None and not desk.table.items)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: {number, empty} <= found())
