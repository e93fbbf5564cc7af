"""Marks are added and cancelled on their screen, for one or for many, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from textual.pilot import Pilot

from messages.forms import own_forms
from terminals.tui.app import Terminal
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import marking
from terminals.tui.declaration.lists import FLAG, MODE, TYPE
from terminals.tui.declaration.marking import MarkList
from terminals.tui.declaration.periods import three_months_before
from terminals.tui.progress import Report
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import drafted, enabled, office
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway where smart-assisted declaration is enabled."""
    house = House(tmp_path_factory.mktemp("marking") / "home")
    house.start()
    enabled(house)
    yield house
    house.close()


async def found_by_bill(terminal: Terminal, pilot: Pilot[int], bill: str, count: int) -> MarkList:
    """标记操作, with the declarations of these bills of lading."""
    page = await terminal.open("declaration.marks")
    assert isinstance(page, MarkList)
    await until(pilot, lambda: page._kind is not None and page.table._asked is None)
    page.criteria.put("billNo.contains", bill)
    page.action_run()
    await until(pilot, lambda: len(page.table.items) == count and page.table._asked is None)
    await pilot.pause()
    return page


@pytest.mark.asyncio
async def test_marks_are_added_to_many_and_cancelled(house: House, tmp_path: Path) -> None:
    """After the manual's questions; what the gateway counted is told, and the list shows it."""
    numbers = [await asyncio.to_thread(drafted, house, billNo=f"MANY000{each}") for each in range(3)]
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await found_by_bill(terminal, pilot, "MANY", 3)
        await pilot.press("space", "down", "space", "ctrl+r")
        assert await closed(pilot) == "是否确认添加选中数据？共 2 条"
        assert await closed(pilot) == "添加智能辅助申报成功，共 2 条"
        await until(
            pilot, lambda: [page.text(each, "mark") for each in page.table.items].count("有标记") == 2
        )
        assert "有标记" in shown(terminal)
        await pilot.press("alt+a")
        await until(pilot, lambda: page.table.grid.marked == {0, 1, 2})
        await pilot.press("ctrl+d")
        assert await closed(pilot, "y") == "是否确认取消智能辅助申报？共 2 条"
        assert await closed(pilot) == "本次成功取消标记 2 条"
        await until(pilot, lambda: {page.text(each, "mark") for each in page.table.items} == {"无标记"})
    bodies = [(await asyncio.to_thread(office(house, "operator").case, each))["body"] for each in numbers]
    assert not any("mark" in body for body in bodies)


@pytest.mark.asyncio
async def test_more_than_a_message_names_are_sent_in_several(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message's count is told."""
    monkeypatch.setattr(marking, "ROOM", 2)
    for each in range(3):
        await asyncio.to_thread(drafted, house, billNo=f"ROOM000{each}")
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        await found_by_bill(terminal, pilot, "ROOM", 3)
        await pilot.press("alt+a")
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.pause()
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否确认添加选中数据？共 3 条"
        told = "添加智能辅助申报成功，共 {} 条"
        assert await closed(pilot) == f"{told.format(2)}\n{told.format(1)}"


@pytest.mark.asyncio
async def test_what_was_changed_since_it_was_listed_is_not_marked_unseen(
    house: House, tmp_path: Path
) -> None:
    """Its digest is not named, so the gateway says that it is to be looked at; listed anew, it is named."""
    number = await asyncio.to_thread(drafted, house, billNo="SEEN0001")
    trader, report = office(house, "enterprise"), Report(lambda done, total, words: None)
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await found_by_bill(terminal, pilot, "SEEN", 1)
        (before,) = page.table.items
        named = await asyncio.to_thread(page._draft, before, marking._ADD, 0, 1, report)
        assert named == {"caseNo": number, **await asyncio.to_thread(trader.draft, number)}
        change = {"caseNo": number, "appStatus": "1", "billNo": "SEEN0001"}
        await asyncio.to_thread(lambda: trader.submit("DEC111-change", **change))
        named = await asyncio.to_thread(page._draft, before, marking._ADD, 0, 1, report)
        assert named == {"caseNo": number}
        page.again()
        await until(pilot, lambda: [each.revision for each in page.table.items] != [before.revision])
        (now,) = page.table.items
        named = await asyncio.to_thread(page._draft, now, marking._ADD, 0, 1, report)
        assert named == {"caseNo": number, **await asyncio.to_thread(trader.draft, number)}
    refused = await asyncio.to_thread(lambda: trader.submit("DEC151-cancel", action="1", caseNo=number))
    assert refused[0].status == -151113
    assert "草稿已变化，请重新查看" in refused[0].info


@pytest.mark.asyncio
async def test_a_mark_of_what_is_declared_cannot_be_cancelled(house: House, tmp_path: Path) -> None:
    """The gateway's refusal is told in the manual's words."""
    trader = office(house, "enterprise")
    number = await asyncio.to_thread(drafted, house, "DEC111-marked", billNo="GONE0001")
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await found_by_bill(terminal, pilot, "GONE", 1)
        assert page.text(page.table.items[0], "mark") == "有标记"
        await asyncio.to_thread(
            lambda: trader.submit("DEC111-change", 2, caseNo=number, appStatus="2", billNo="GONE0001")
        )
        await pilot.press("ctrl+d")
        await closed(pilot, "y")
        assert "请求参数均不符合取消条件" in await closed(pilot)


@pytest.mark.asyncio
async def test_ticks_stay_while_pages_are_turned(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two pages of two: what is ticked on the first counts on the second, and is there on the way back."""
    for each in range(3):
        await asyncio.to_thread(drafted, house, billNo=f"PAGE000{each}")
    monkeypatch.setattr(MarkList, "ROWS", 2)
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await found_by_bill(terminal, pilot, "PAGE", 2)
        await pilot.press("space", "pagedown", "down")
        await until(pilot, lambda: len(page.table.items) == 1)
        await pilot.press("space")
        assert len(page._of(page.BATCHES[0])) == 2
        page.table.turn(1)
        await until(pilot, lambda: len(page.table.items) == 2)
        await pilot.pause()
        assert page.table.grid.marked == {0}


@pytest.mark.asyncio
async def test_declarations_are_found_by_all_criteria_together(house: House, tmp_path: Path) -> None:
    """Kind, role, direction, customs, mark, state, number, consignee, bill, transport, operator, time."""
    wanted = await asyncio.to_thread(drafted, house, billNo="FOUND001", trafMode="5")
    others = [
        await asyncio.to_thread(drafted, house, billNo="FOUND002", trafMode="2"),
        await asyncio.to_thread(drafted, house, "DEC111-marked", billNo="FOUND003", trafMode="5"),
        await asyncio.to_thread(drafted, house, billNo="FOUND004", trafMode="5", decType="2"),
    ]
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await found_by_bill(terminal, pilot, "FOUND", 1 + len(others))
        for column, text in (
            ("decType", "一般报关单"), ("unit", "报关申报单位"), ("ieFlag", "进口"), ("customs", "2200"),
            ("mark", "无标记"), ("state", "暂存"), ("number.contains", wanted[-6:]),
            ("trade.contains", "4403160002"), ("trafMode", "5"), ("holder.contains", "陈立"),
        ):  # fmt: skip
            page.criteria.put(column, text)
        page.action_run()
        await until(pilot, lambda: [each.number for each in page.table.items] == [wanted])
        page.criteria.put("number.contains", "")
        page.criteria.put("unit", "境内收发货人")
        page.action_run()
        await until(pilot, lambda: page.table._asked is None and not page.table.items)


@pytest.mark.asyncio
async def test_a_search_has_a_time_or_a_criterion_that_needs_none(house: House, tmp_path: Path) -> None:
    """Three months to begin with; a shortcut by its key; with neither, nothing is asked."""
    await asyncio.to_thread(drafted, house, billNo="TIME0001")
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await terminal.open("declaration.marks")
        assert isinstance(page, MarkList)
        await until(pilot, lambda: page.table.items)
        today = terminal.clock().astimezone().date()
        assert page.search()["day.from"] == f"{three_months_before(today):%Y%m%d}"
        await pilot.press("ctrl+t")
        assert page.search()["day.from"] == page.search()["day.to"] == f"{today:%Y%m%d}"
        await until(pilot, lambda: page.table._asked is None and page.table.items)
        await pilot.press("ctrl+l")
        assert not page.table.items
        page.action_run()
        await pilot.pause()
        assert page.table._asked is None
        assert not page.table.items
        page.criteria.put("billNo.contains", "TIME")
        page.action_run()
        await until(pilot, lambda: page.table.items)


@pytest.mark.parametrize(
    ("day", "before"),
    [("2026-05-31", "2026-02-28"), ("2026-01-15", "2025-10-15"), ("2024-05-30", "2024-02-29")],
)
def test_three_months_before_is_the_same_day_or_the_months_last(day: str, before: str) -> None:
    """May 31 has no February 31."""
    assert three_months_before(date.fromisoformat(day)) == date.fromisoformat(before)


@pytest.mark.parametrize("criterion", [MODE, TYPE, FLAG], ids=lambda each: each.column)
def test_the_codes_of_a_criterion_are_those_of_the_schema(criterion: Criterion) -> None:
    """It offers what a declaration can say, by the same names."""
    field = own_forms().form("DEC111").node.child(criterion.column)
    assert field is not None
    assert [(code.code, code.label) for code in criterion.codes] == [
        (choice.value, choice.label) for choice in field.choices
    ]
