"""The query screen at a real gateway: criteria, the list, and what is offered for a line of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from openpyxl import load_workbook
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.detail import DetailPage
from terminals.tui.entry import EntryPage
from terminals.tui.help import help_of
from terminals.tui.query import QueryPage
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.test_entry import filled, number

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def query(house: House, folder: Path) -> AsyncIterator[tuple[Terminal, Pilot[int], QueryPage, str]]:
    """An operator with one saved stocktake, found by its inner number."""
    own = number()
    async with at_work(house, folder) as (terminal, pilot):
        entry = await terminal.open("bonded.entry")
        assert isinstance(entry, EntryPage)
        filled(entry, etpsInnerNo=own)
        await pilot.press("ctrl+s")
        await closed(pilot)
        page = await terminal.open("bonded.query")
        assert isinstance(page, QueryPage)
        await until(pilot, lambda: page._kind is not None)
        await pilot.press(*own, "enter")
        await until(pilot, lambda: page.table.items)
        yield terminal, pilot, page, own


async def test_a_case_is_found_by_its_own_number_and_looked_at(house: House, tmp_path: Path) -> None:
    """One line in the manual's columns; 查看明细 shows it, and nothing can be typed there."""
    async with query(house, tmp_path) as (terminal, pilot, page, own):
        (line,) = page.table.items
        assert [page._text(line, key) for key in ("seq", "etpsInnerNo", "state")] == ["1", own, "暂存"]
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, DetailPage))
        detail = terminal.shell.pages.front
        assert isinstance(detail, DetailPage)
        await pilot.pause()
        assert (detail.view.reading, detail.model.head.text("etpsInnerNo")) == (True, own)
        assert detail.state_words().zh == "查看数据 暂存"


async def test_a_case_is_opened_to_be_changed(house: House, tmp_path: Path) -> None:
    """修改: all of it on an entry form, clean, under its number."""
    async with query(house, tmp_path) as (terminal, pilot, page, own):
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, EntryPage))
        entry = terminal.shell.pages.front
        assert isinstance(entry, EntryPage)
        assert (entry.model.case, entry.inner, entry.unsaved) == (page.table.items[0].number, own, False)
        assert len(entry.model.rows("Line")) == 1


async def test_what_the_state_forbids_is_not_offered_and_says_why(house: House, tmp_path: Path) -> None:
    """库存重新申报 is for what is approved only."""
    async with query(house, tmp_path) as (_, pilot, page, _own):
        assert [option.open for option in page._options()] == [True, True, False]
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "数据状态为“暂存”，不能库存重新申报。"


async def test_clearing_empties_criteria_and_list(house: House, tmp_path: Path) -> None:
    """清空; the cursor is back in the criterion."""
    async with query(house, tmp_path) as (_, pilot, page, _own):
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert (page.search(), len(page.table.items)) == ({"etpsInnerNo": ""}, 0)


async def test_only_the_criterion_with_the_cursor_counts(house: House, tmp_path: Path) -> None:
    """One of the four: what was typed in another one is left out; 申报日期 is asked from–to."""
    async with query(house, tmp_path) as (_, pilot, page, _own):
        await pilot.press("ctrl+f", "down", "down", "down")
        await pilot.press(*"20240101", "enter", *"20240102", "enter")
        assert page.search() == {"declDate.from": "20240101", "declDate.to": "20240102"}
        await until(pilot, lambda: not page.table.items)


async def test_what_was_found_is_printed_and_exported_in_the_columns_that_are_shown(
    house: House, tmp_path: Path
) -> None:
    """打印 and 导出 of the list: headings, states in words, without hidden columns."""
    async with query(house, tmp_path) as (_, pilot, page, own):
        page.table.grid.hide({"etpsName"})
        keys = help_of(pilot.app.screen).zh
        assert "Ctrl+P     打印" in keys  # the footer has no room for them
        assert "Ctrl+Y     导出" in keys
        await pilot.press("ctrl+y")
        await until(pilot, lambda: list(tmp_path.glob("保税核查查询-*.xlsx")))
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.glob("保税核查查询-*.pdf")))
        sheet = load_workbook(next(tmp_path.glob("保税核查查询-*.xlsx"))).active
        assert sheet is not None
        headings, first = list(sheet.iter_rows(values_only=True))
        assert headings == ("序号", "统一编号", "企业内部编号", "盘库日期", "数据状态")
        assert (first[0], first[2], first[4]) == (1, own, "暂存")


async def test_pages_are_of_what_was_searched_whatever_is_typed_since(house: House, tmp_path: Path) -> None:
    """Another number in the criterion changes nothing before 查询 is pressed again."""
    async with query(house, tmp_path) as (_, pilot, page, own):
        await pilot.press("ctrl+f", *"NOTHING")
        page.again()
        await until(pilot, lambda: page.table._asked is None)
        assert [line.inner for line in page.table.items] == [own]
