"""Books filed by customs at a real gateway: from a spreadsheet, and fetched to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from messages.wire import new_guid
from terminals.tui.bonded.book import BookEntry
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.work.forms import type_in

BOOK_LINE = {"recordNo": "1", "codeTs": "8542390000", "gName": "集成电路", "unit": "007"}


def sheet(folder: Path) -> None:
    """Two lines under the form's own headings."""
    book = Workbook()
    rows = book.active
    assert rows is not None
    rows.append(["备案序号", "商品编码", "商品名称", "计量单位", "备注"])
    rows.append([1, "8542390000", "集成电路", "007", "x"])
    rows.append([2, "8542310000", "处理器", "007", ""])
    book.save(folder / "book.xlsx")


@pytest.mark.asyncio
async def test_a_withdrawal_that_had_to_wait_is_told_as_one(tmp_path: Path) -> None:
    """Signed while the gateway was away, closed and taken up again; nothing says that it is filed."""
    own = House(tmp_path / "home")
    own.start()
    number = f"H{new_guid().replace('-', '')[:11].upper()}"
    try:
        async with at_work(own, tmp_path, "customs") as (terminal, pilot):
            page = await terminal.open("bonded.book")
            assert isinstance(page, BookEntry)
            await until(pilot, lambda: page._kind is not None)
            type_in(
                page.model, page.model.head, {"bookNo": number, "bookType": "1", "etpsCode": "3122260001"}
            )
            type_in(page.model, page.model.add("BookLine"), BOOK_LINE)
            page.view.load(page.model)
            await pilot.press("ctrl+r")
            await closed(pilot)
            assert await closed(pilot) == "账册已备案。"
            page.model.set(page.model.head, "etpsCode", "3122260009")
            page.view.follow()
            own.kill()
            await pilot.press("ctrl+d")
            await closed(pilot, "y")
            assert "已签名的报文已保留" in await closed(pilot)
            [draft] = page.drafts()
            terminal.run_worker(terminal.shell.close(page))
            await closed(pilot, "y")
            await until(pilot, lambda: page not in list(terminal.shell.pages))
            again = await terminal.open("bonded.book", draft=draft)
            assert isinstance(again, BookEntry)
            own.start()
            terminal.work.line.retry()
            assert await closed(pilot) == "账册备案已撤销。"
            assert again.model.head.text("bookNo") == ""
    finally:
        own.close()


@pytest.mark.asyncio
async def test_a_book_is_loaded_from_a_spreadsheet_filed_changed_and_withdrawn(
    house: House, tmp_path: Path
) -> None:
    """导入 says what was read and what not; 备案 files it; 调出 brings it back; 删除 withdraws it."""
    sheet(tmp_path)
    number = f"H{new_guid().replace('-', '')[:11].upper()}"
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("bonded.book")
        assert isinstance(page, BookEntry)
        await until(pilot, lambda: page._kind is not None)
        head = {"bookNo": number, "bookType": "1", "etpsCode": "3122260001"}
        type_in(page.model, page.model.head, head)
        page.view.follow()
        await pilot.press("ctrl+o")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*"book.xlsx", "enter")
        said = await closed(pilot)
        assert "已导入 2 条记录" in said
        assert "备注" in said
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否备案该账册？"
        assert await closed(pilot) == "账册已备案。"
        assert not page.unsaved
        await pilot.press("ctrl+e")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*number, "enter")
        await until(pilot, lambda: page._filed == number and len(page.model.rows("BookLine")) == 2)
        page.model.set(page.model.rows("BookLine")[1], "gName", "中央处理器")
        page.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "账册已备案。"
        await pilot.press("ctrl+e")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*number, "enter")
        await until(pilot, lambda: page._filed == number and not page.unsaved)
        page.view.first()
        await pilot.press("ctrl+d")
        assert f"是否撤销账册 {number} 的备案" in await closed(pilot, "y")
        assert await closed(pilot) == "账册备案已撤销。"
        assert (page.model.head.text("bookNo"), page._filed) == ("", "")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*number, "enter")
        assert await closed(pilot) == f"账册 {number} 未备案。"
