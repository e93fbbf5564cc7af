"""The path of the QP manual (第三篇 第二章), key by key at a real gateway, on a screen of 80×24."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from messages.wire import new_guid
from terminals.tui.app import Terminal
from terminals.tui.entry import EntryPage
from terminals.tui.query import QueryPage
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.stage import SMALL
from tests.terminals.tui.test_entry import number
from tests.terminals.work.desks import PATIENCE, seated
from tests.terminals.work.forms import empty, type_in

pytestmark = pytest.mark.asyncio
SKIP = ""  # Enter on a field that is left as it is


async def typed(pilot: Pilot[int], *fields: str) -> None:
    """Each text and Enter, as somebody types; what is looked up is waited for."""
    for text in fields:
        for letter in text:
            await pilot.press("space" if letter == " " else letter)
        await pilot.press("enter")
    await pilot.pause()


async def entry(terminal: Terminal, pilot: Pilot[int]) -> EntryPage:
    """Alt+1."""
    await pilot.press("alt+1")
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, EntryPage))
    page = terminal.shell.pages.front
    assert isinstance(page, EntryPage)
    await until(pilot, lambda: page._kind is not None and page.work.line.codes.known("enterprise_nature"))
    return page


def at(page: EntryPage) -> str:
    """The field with the cursor, such as Line[2]/unit."""
    place = page.view.place
    return place.path if place is not None else ""


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_stocktake_is_typed_saved_and_declared_with_the_manuals_keys(
    house: House, tmp_path: Path, language: str
) -> None:
    """表头 to 备注, Enter into the 表体, 总库存数量 and Enter to the next line; Ctrl+S; Ctrl+R and yes."""
    own = number()
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        if language == "en":
            await pilot.press("f2")
        page = await entry(terminal, pilot)
        assert at(page) == "etpsInnerNo"
        await typed(pilot, own, "3122260001")
        await until(pilot, lambda: page.model.head.text("etpsName") == "浦东演示进出口有限公司")
        await typed(pilot, SKIP, "20240916")
        await pilot.press("space")
        await typed(pilot, "加贸")
        assert (page.model.head.text("mgmtMode"), at(page)) == ("3", "bookNo")
        await typed(pilot, "B01041234567", *[SKIP] * 6)
        assert at(page) == "etpsNature"
        await pilot.press("space")
        await typed(pilot, "individual" if language == "en" else "个体")
        await typed(pilot, "张三", "100万", SKIP, SKIP, SKIP, SKIP, SKIP)
        assert at(page) == "note"
        await typed(pilot, "备注")
        assert at(page) == "Line[1]/recordNo"
        await typed(pilot, "1", "8542390000", "集成电路", "A1", "007", "10", "2", "3", "1")
        await typed(pilot, SKIP, SKIP, SKIP)
        assert page.model.rows("Line")[0].text("totalQty") == "16"
        await typed(pilot, "20")
        assert at(page) == "Line[2]/recordNo"
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("暂存成功")
        await pilot.press("ctrl+r")
        assert await closed(pilot, "y") == "是否向海关申报？"
        assert (await closed(pilot)).startswith("申报成功")
        await until(pilot, lambda: page.model.state == "入库成功")
        assert page.model.head.text("declDate")
        found = await asyncio.to_thread(terminal.work.line.case, "bonded", page.model.case)
    assert found is not None
    stored = found.body["stored"]
    assert (stored["etpsInnerNo"], stored["note"], stored["contact"]) == (own, "备注", "张三")
    (line,) = stored["Line"]
    assert (line["gName"], line["stockQty"], line["totalQty"]) == ("集成电路", "10", "20")


async def test_the_body_is_closed_until_the_head_is_complete(house: House, tmp_path: Path) -> None:
    """表头未录入完成，不允许录入表体: the cursor goes to what is missing, which is named."""
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        page = await entry(terminal, pilot)
        await typed(pilot, number())
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert (at(page), page.view.part) == ("etpsCode", "")
        said = page.view.query_one(".form--notice", Saying).words
        assert "核查企业代码 不能为空" in said.zh
        assert said.en


async def test_goods_of_a_filed_book_are_pulled_while_somebody_types(house: House, tmp_path: Path) -> None:
    """电子账册: 备案序号 fills what is stepped over then; a number that is not filed is refused in words."""
    book = f"E{new_guid().replace('-', '')[:11].upper()}"
    await asyncio.to_thread(file_book, house, tmp_path / "customs", book)
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        page = await entry(terminal, pilot)
        await typed(pilot, number(), "3122260001")
        await until(pilot, lambda: page.model.head.text("etpsName"))
        await typed(pilot, SKIP, "20240916", "1", book, *[SKIP] * 6, "4", *[SKIP] * 8)
        assert at(page) == "Line[1]/recordNo"
        await typed(pilot, "8")
        await until(pilot, lambda: "不存在" in page.view.query_one(".form--notice", Saying).words.zh)
        await pilot.press("shift+tab")
        assert at(page) == "Line[1]/recordNo"
        await typed(pilot, "7")
        (row,) = page.model.rows("Line")
        await until(pilot, lambda: row.text("gName") == "黄铜板")
        assert (row.text("unit"), row.text("gModel"), at(page)) == ("035", "0.8mm", "Line[1]/gModel")
        await pilot.press("ctrl+a")  # text is added to
        await typed(pilot, "0.9mm")
        assert (row.text("gModel"), at(page)) == ("0.9mm", "Line[1]/stockQty")


async def test_why_customs_returned_a_stocktake_stands_at_its_field(house: House, tmp_path: Path) -> None:
    """退单: a book that has ended is named at 账册编号, at once and when the form is opened again."""
    book = f"E{new_guid().replace('-', '')[:11].upper()}"
    await asyncio.to_thread(file_book, house, tmp_path / "customs", book, validTo="20200101")
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        page = await entry(terminal, pilot)
        await typed(pilot, own := number(), "3122260001")
        await until(pilot, lambda: page.model.head.text("etpsName"))
        await typed(pilot, SKIP, "20240916", "1", book, *[SKIP] * 6, "4", *[SKIP] * 8)
        await typed(pilot, "7")
        await until(pilot, lambda: page.model.rows("Line")[0].text("gName"))
        await typed(pilot, SKIP, "1", "2", "3", *[SKIP] * 5)
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("暂存成功")
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        await closed(pilot)
        await until(pilot, lambda: page.model.state == "退单" and not page.unsaved)
        await until(pilot, lambda: "已过有效期" in page.model.standing(page.model.head, "bookNo").words.zh)
        await pilot.press("f4", "alt+2")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, QueryPage))
        query = terminal.shell.pages.front
        assert isinstance(query, QueryPage)
        await until(pilot, lambda: query._kind is not None)
        await typed(pilot, own)
        await until(pilot, lambda: query.table.item)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, EntryPage))
        again = terminal.shell.pages.front
        assert isinstance(again, EntryPage)
        await until(pilot, lambda: "已过有效期" in again.model.standing(again.model.head, "bookNo").words.zh)


def file_book(house: House, state: Path, number: str, **head: str) -> None:
    """Customs files a book with the one line 7."""
    with seated(house, state, "customs") as desk:
        book = empty("BVS131")
        type_in(book, book.head, {"bookNo": number, "bookType": "1", "etpsCode": "3122260001", **head})
        line = {"recordNo": "7", "codeTs": "7409210000", "gName": "黄铜板", "unit": "035", "gModel": "0.8mm"}
        type_in(book, book.add("BookLine"), line)
        answer = desk.sending.send([desk.sending.piece(book, Purpose.DECLARE)])
        assert answer.accepted, answer
        assert desk.ladders.wait(answer.cop_msg_id, PATIENCE)
