"""The entry screen at a real gateway: typed, saved, declared, deleted, refused, kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from openpyxl import Workbook, load_workbook
from textual.pilot import Pilot

from messages.wire import new_guid
from terminals.tui.app import Terminal
from terminals.tui.entry import EntryPage
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from tests.scenarios.house import House
from tests.terminals.tui.at_house import PATIENCE, at_work, closed, told, until
from tests.terminals.work.forms import HEAD, LINE, type_in

pytestmark = pytest.mark.asyncio


def number() -> str:
    """An inner number that nothing has yet."""
    return new_guid().replace("-", "")[:20]


def filled(page: EntryPage, lines: int = 1, **values: str) -> None:
    """As if somebody had typed all of a form."""
    type_in(page.model, page.model.head, {**HEAD, "etpsInnerNo": number(), **values})
    for _ in range(lines):
        type_in(page.model, page.model.add("Line"), LINE)
    page.view.load(page.model)
    page.view.follow()


@asynccontextmanager
async def entry(house: House, folder: Path) -> AsyncIterator[tuple[Terminal, Pilot[int], EntryPage]]:
    """An operator with a new form in front."""
    async with at_work(house, folder) as (terminal, pilot):
        page = await terminal.open("bonded.entry")
        assert isinstance(page, EntryPage)
        await until(pilot, lambda: page._kind is not None)
        yield terminal, pilot, page


async def test_a_form_is_saved_then_declared_and_its_title_says_so(house: House, tmp_path: Path) -> None:
    """新建未暂存 → 暂存 → 申报中 or 入库成功; 申报 asks first, and is closed before 暂存."""
    async with entry(house, tmp_path) as (_, pilot, page):
        assert page.state_words().zh == "新建未暂存"
        filled(page)
        await pilot.pause()
        assert page.objection(Purpose.DECLARE) is not None
        await pilot.press("ctrl+r")
        assert "请先暂存" in await closed(pilot)
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("暂存成功。统一编号：Z")
        assert (page.state_words().zh, page.unsaved) == ("暂存", False)
        assert page.work.ladders.unread == 0, "what was just said is no news"
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否向海关申报？"
        assert (await closed(pilot)).startswith("申报成功")
        await until(pilot, lambda: page.model.state == "入库成功")


async def test_the_menu_opens_a_new_form_once_the_one_there_is_finished(house: House, tmp_path: Path) -> None:
    """What is typed or only saved is gone back to; what is declared makes room for a new form."""
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page)
        own = page.inner
        await pilot.press("alt+1")
        await pilot.pause()
        assert page.inner == own
        await pilot.press("ctrl+s")
        await closed(pilot)
        await pilot.press("alt+1")
        await pilot.pause()
        assert (page.inner, page.state_words().zh) == (own, "暂存")
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        await until(pilot, lambda: page.model.state == "入库成功")
        await pilot.press("alt+1")
        await until(pilot, lambda: page.state_words().zh == "新建未暂存")
        assert page.inner == ""


async def test_no_sends_nothing(house: House, tmp_path: Path) -> None:
    """否 goes back to the form, which is as it was."""
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page)
        await pilot.press("ctrl+s")
        await closed(pilot)
        await pilot.press("ctrl+r")
        await closed(pilot, "n")
        assert (page.model.state, page._waits) == ("暂存", None)


async def test_what_is_missing_is_said_and_the_cursor_goes_there(house: House, tmp_path: Path) -> None:
    """暂存 names the first empty field, in the manual's words; nothing is cleared."""
    async with entry(house, tmp_path) as (_, pilot, page):
        page.model.set(page.model.head, "etpsInnerNo", "PD7")
        await pilot.press("ctrl+s")
        assert await closed(pilot) == "核查企业代码 不能为空"
        place = page.view.place
        assert place is not None
        assert (place.name, page.model.head.text("etpsInnerNo")) == ("etpsCode", "PD7")


async def test_what_customs_refuses_is_shown_with_its_reason(house: House, tmp_path: Path) -> None:
    """The same 企业内部编号 twice: the receipt's words, and the form is still unsaved."""
    async with entry(house, tmp_path) as (_, pilot, page):
        own = number()
        filled(page, etpsInnerNo=own)
        await pilot.press("ctrl+s")
        await closed(pilot)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: page.model.case == "")
        filled(page, etpsInnerNo=own)
        await pilot.press("ctrl+s")
        assert f"企业内部编号 {own} 已存在" in await closed(pilot)
        place = page.view.place
        assert place is not None
        assert place.name == "etpsInnerNo"
        assert page.unsaved


async def test_the_whole_form_is_deleted_after_a_question(house: House, tmp_path: Path) -> None:
    """Ctrl+D in the head; a new form takes its place."""
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page)
        await pilot.press("ctrl+s")
        await closed(pilot)
        await pilot.press("ctrl+d")
        assert page.model.case in await told(pilot)
        await closed(pilot, "y")
        assert await closed(pilot) == "删除成功。"
        assert (page.model.case, page.state_words().zh) == ("", "新建未暂存")


async def test_ctrl_n_in_the_head_asks_before_it_throws_anything_away(house: House, tmp_path: Path) -> None:
    """No keeps the form; in the body the same key is a new line."""
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page)
        await pilot.press("ctrl+n")
        await closed(pilot, "n")
        assert page.unsaved
        page.view.show_part("Line")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert len(page.model.rows("Line")) == 2


async def test_what_is_typed_is_kept_until_the_gateway_has_it(house: House, tmp_path: Path) -> None:
    """A draft on disk while it is unsaved, none after 暂存."""
    async with entry(house, tmp_path) as (terminal, pilot, page):
        filled(page)
        await pilot.pause()
        terminal.keeper.flush()
        assert [draft.title for draft in page.drafts()] == [page.inner]
        assert list(tmp_path.rglob("drafts/*/*.json"))
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert not list(tmp_path.rglob("drafts/*/*.json"))
        assert page.drafts() == ()


async def test_what_was_signed_while_the_gateway_was_away_goes_out_by_itself(tmp_path: Path) -> None:
    """Said at once, the form closed for sending; the gateway comes back, and the form is saved."""
    own = House(tmp_path / "home")
    own.start()
    try:
        async with entry(own, tmp_path) as (terminal, pilot, page):
            filled(page)
            own.kill()
            await pilot.press("ctrl+s")
            assert "已签名的报文已保留" in await closed(pilot)
            assert page.objection(Purpose.SAVE) is not None
            own.start()
            terminal.work.line.retry()
            assert (await closed(pilot)).startswith("暂存成功")
            assert page.model.state == "暂存"
    finally:
        own.close()


async def test_the_form_is_printed_and_exported_into_the_own_area(house: House, tmp_path: Path) -> None:
    """A PDF and a spreadsheet by the form's name; a second one does not write over the first."""
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page, etpsInnerNo="PD3")
        await pilot.press("ctrl+p", "ctrl+y")
        await until(pilot, lambda: len(list(tmp_path.glob("PD3.*"))) == 2)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: (tmp_path / "PD3-2.xlsx").exists())
        assert (tmp_path / "PD3.pdf").read_bytes().startswith(b"%PDF")
        sheet = load_workbook(tmp_path / "PD3.xlsx").active
        assert sheet is not None
        assert next(sheet.iter_rows(values_only=True)) == ("数据状态", "新建未暂存")


@pytest.mark.parametrize("folder", [".", "attachments"])
async def test_lines_are_imported_once_the_head_is_complete(
    house: House, tmp_path: Path, folder: str
) -> None:
    """导入 before that goes to what is missing in the head; then a file's lines take the body's place.

    It lies at the top of the area, or where files are uploaded to.
    """
    async with entry(house, tmp_path) as (terminal, pilot, page):
        await pilot.press("ctrl+o")
        await pilot.pause()
        place = page.view.place
        assert terminal.screen is terminal.shell
        assert place is not None
        assert place.name == "etpsInnerNo"
        filled(page)
        book = Workbook()
        rows = book.active
        assert rows is not None
        rows.append(
            [
                "备案序号",
                "商品编码",
                "商品名称",
                "计量单位",
                "料件库存数量",
                "料件在线数量",
                "料件转进未申报数量",
            ]
        )
        for record in range(1, 301):
            rows.append([record, "8542390000", f"集成电路{record}", "007", 1.5, 2, 0])
        (tmp_path / folder).mkdir(exist_ok=True)
        book.save(tmp_path / folder / "lines.xlsx")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press(*"lines.xlsx", "enter")
        assert "将被文件中的 300 条记录替换" in await closed(pilot, "y")
        said = await closed(pilot)
        assert "已导入 300 条记录" in said
        assert "规格型号" in said  # left empty
        assert "序号" not in said.replace("备案序号", "")  # filled in here, as the total is
        assert "总库存数量" not in said
        lines = page.model.rows("Line")
        assert (len(lines), lines[299].text("gName"), lines[299].text("totalQty")) == (
            300,
            "集成电路300",
            "3.5",
        )
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("暂存成功")


async def test_an_import_replaces_nothing_unasked_and_wants_the_columns_that_lines_need(
    house: House, tmp_path: Path
) -> None:
    """No keeps the typed line; a file without a required column is refused, and the line is there still."""
    async with entry(house, tmp_path) as (terminal, pilot, page):
        filled(page)
        whole = [
            "备案序号",
            "商品编码",
            "商品名称",
            "计量单位",
            "料件库存数量",
            "料件在线数量",
            "料件转进未申报数量",
        ]
        for name, headings in (("whole", whole), ("part", whole[:-1])):
            book = Workbook()
            rows = book.active
            assert rows is not None
            rows.append(headings)
            rows.append([7, "8542390000", "集成电路", "007", 1, 2, 0][: len(headings)])
            book.save(tmp_path / f"{name}.xlsx")
        typed = page.model.rows("Line")[0].text("gName")
        for name, said, key in (
            ("whole", "替换，是否继续", "n"),
            ("part", "缺少必填的列：料件转进", "enter"),
        ):
            await pilot.press("ctrl+o")
            await until(pilot, lambda: terminal.screen is not terminal.shell)
            await pilot.press(*f"{name}.xlsx", "enter")
            assert said in await closed(pilot, key)
            await until(pilot, lambda: terminal.screen is terminal.shell)
            assert [row.text("gName") for row in page.model.rows("Line")] == [typed]


async def test_what_is_typed_between_a_command_and_its_question_goes_into_no_field(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the gateway is slow to say how the case stands, keys wait; the question takes none of them."""
    async with entry(house, tmp_path) as (terminal, pilot, page):
        filled(page)
        await pilot.press("ctrl+s")
        await closed(pilot)
        asked, line, slow = Event(), terminal.work.line, Event()
        case = line.case

        def late(*given: str) -> CaseFound | None:
            asked.set()
            slow.wait(PATIENCE)
            return case(*given)

        monkeypatch.setattr(line, "case", late)
        await pilot.press("ctrl+r")
        await until(pilot, asked.is_set)
        await pilot.press(*"y7")
        slow.set()
        assert await closed(pilot, "n") == "是否向海关申报？"
        await pilot.pause()
        assert (page.unsaved, page.model.state) == (False, "暂存")
