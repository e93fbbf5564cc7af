"""Requests imported from a workbook at a real gateway: all of it or nothing, and marked where it is wrong."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.assistance.intake import RequestImport
from terminals.tui.assistance.progress import RequestProgress
from terminals.tui.batches import Fates
from terminals.tui.pick import PickFile
from terminals.tui.progress import Progress
from tests.messages.assistance.world import request
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.officers import officer
from tests.terminals.tui.stage import shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("intake") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


async def template(terminal: Terminal, pilot: Pilot[int], folder: Path) -> Path:
    """The template of 原产地核查, fetched into the area."""
    page = await terminal.open("assistance.import")
    assert isinstance(page, RequestImport)
    await pilot.press("ctrl+t")
    await until(pilot, lambda: terminal.screen is not terminal.shell)
    await pilot.pause()
    await pilot.press("2")
    file = folder / "templates" / "CMA111-2.xlsx"
    await until(pilot, file.exists)
    await until(pilot, lambda: terminal.screen is terminal.shell)
    await until(pilot, lambda: "模板已存入本人文件区" in shown(terminal))  # type: ignore[arg-type]
    return file


def fill(file: Path, numbers: list[str], **changes: dict[str, str]) -> None:
    """Fill in one request a number, with one bill and one line of goods each; `changes` by sheet."""
    book = load_workbook(file)
    data: dict[str, Any] = request()
    bill = data["Bill"][0]
    goods = bill["Goods"][0]
    own = ("reqBackground", "reqMatter")
    heads = [{"letterNo": number, "reqType": "1", **{name: data[name] for name in own}} for number in numbers]
    plain = {name: value for name, value in bill.items() if name != "Goods"}
    for sheet, rows in zip(
        book.worksheets[:3],
        (heads, [plain] * len(numbers), [goods] * len(numbers)),
        strict=True,
    ):
        places = {cell.value: cell.column for cell in sheet[1]}
        for row, values in enumerate(rows, 3):
            for name, place in places.items():
                if str(name).startswith("#"):
                    sheet.cell(row, place, str(row - 2) if name == "#0" or name == "#1" else "1")
            for name, value in {**values, **(changes.get(sheet.title, {}) if row == 3 else {})}.items():
                place = next(at for key, at in places.items() if str(key).rpartition("/")[2] == name)
                sheet.cell(row, place, value)
    book.save(file)


async def upload(terminal: Terminal, pilot: Pilot[int], name: str) -> None:
    """Import a file of the area."""
    await until(pilot, lambda: terminal.screen is terminal.shell)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(terminal.screen, PickFile) and terminal.screen.is_mounted)
    await pilot.press(*name, "enter")


@pytest.mark.asyncio
async def test_a_filled_template_becomes_drafts(house: House, tmp_path: Path) -> None:
    """What the account knows may be left out; the drafts are in the progress list, agreement and all."""
    async with officer(house, tmp_path) as (terminal, pilot):
        file = await template(terminal, pilot, tmp_path)
        assert load_workbook(file).worksheets[0].data_validations.dataValidation
        numbers = [assisted.letter(), assisted.letter()]
        await asyncio.to_thread(fill, file, numbers)
        await upload(terminal, pilot, "CMA111-2")
        await until(pilot, lambda: isinstance(terminal.screen, Fates))
        await pilot.pause()
        assert "成功 2 条　未成功 0 条" in shown(terminal)  # type: ignore[arg-type]
        await pilot.press("enter")
        page = await terminal.open("assistance.progress")
        assert isinstance(page, RequestProgress)
        await until(pilot, lambda: {line.inner for line in page.table.items} >= set(numbers))
        line = next(line for line in page.table.items if line.inner == numbers[0])
        assert line.state == "草稿"
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", line.number)
        assert found is not None
        entered = found.body["entered"]
        assert (entered["country"], entered["agreementNo"], entered["reqSender"]) == (
            "KOR", "KOR-1", "Officer A. Moreau",
        )  # fmt: skip
        assert entered["Bill"][0]["Goods"][0]["gName"] == "phones"


@pytest.mark.asyncio
async def test_one_wrong_cell_and_nothing_is_imported(house: House, tmp_path: Path) -> None:
    """A check digit, a net weight above the gross one: both cells come back marked and explained."""
    async with officer(house, tmp_path) as (terminal, pilot):
        file = await template(terminal, pilot, tmp_path)
        numbers = [assisted.letter(), assisted.letter()]
        await asyncio.to_thread(
            fill, file, numbers, 票据={"containerNo": "CSQU3054380"}, 货物信息={"netWt": "11"}
        )
        await upload(terminal, pilot, "CMA111-2")
        said = await closed(pilot)
        assert "未导入任何数据：共 2 处错误" in said
        marked = load_workbook(tmp_path / "exports" / "CMA111-2-marked.xlsx")
        comments = {
            (sheet.title, cell.value): cell.comment.text
            for sheet in marked.worksheets[:3]
            for row in sheet.iter_rows(min_row=3)
            for cell in row
            if cell.comment is not None
        }
        assert set(comments) == {("票据", "CSQU3054380"), ("货物信息", "11")}
        assert "校验码不正确" in comments["票据", "CSQU3054380"]
        assert "大于毛重" in comments["货物信息", "11"]
        page = await terminal.open("assistance.progress")
        assert isinstance(page, RequestProgress)
        await until(pilot, lambda: page.table._asked is None and page.table._total is not None)
        assert not {line.inner for line in page.table.items} & set(numbers)


@pytest.mark.asyncio
async def test_a_thousand_rows_are_checked_and_stopped_when_wanted(house: House, tmp_path: Path) -> None:
    """1,000 requests of which the first is wrong: checked behind a bar; and Escape leaves nothing behind."""
    most = float(os.environ.get("EPORT_TEST_SECONDS", "30"))  # other tests share the machine
    async with officer(house, tmp_path) as (terminal, pilot):
        file = await template(terminal, pilot, tmp_path)
        numbers = [f"{assisted.letter()}/{at}" for at in range(1_000)]
        await asyncio.to_thread(fill, file, numbers, 票据={"containerNo": "CSQU3054380"})
        begun = time.monotonic()
        await upload(terminal, pilot, "CMA111-2")
        assert "共 1 处错误" in await closed(pilot)
        print(f"1,000 requests checked in {time.monotonic() - begun:.1f} s")
        terminal.clear_notifications()
        uploading = asyncio.create_task(upload(terminal, pilot, "CMA111-2.xlsx"))
        async with asyncio.timeout(most):  # not the pilot's `until`, which waits until the work is done
            while not isinstance(terminal.screen, Progress):
                await asyncio.sleep(0.005)
        terminal.simulate_key("escape")
        await uploading
        await until(pilot, lambda: "已中止" in str([each.message for each in terminal._notifications]))
        assert len(list((tmp_path / "exports").iterdir())) == 1


@pytest.mark.asyncio
async def test_a_thousand_requests_become_drafts(house: House, tmp_path: Path) -> None:
    """Checked, signed, sent some to a message, and each has its receipt."""
    most = 3 * float(os.environ.get("EPORT_TEST_SECONDS", "30"))
    async with officer(house, tmp_path) as (terminal, pilot):
        file = await template(terminal, pilot, tmp_path)
        numbers = [f"{assisted.letter()}/{at}" for at in range(1_000)]
        await asyncio.to_thread(fill, file, numbers)
        begun = time.monotonic()
        await upload(terminal, pilot, "CMA111-2")
        async with asyncio.timeout(most):  # not the pilot's `until`, which waits until the work is done
            while not isinstance(terminal.screen, Fates):
                await asyncio.sleep(0.02)
        print(f"1,000 drafts in {time.monotonic() - begun:.1f} s")
        assert [each.title for each in terminal.screen._fates if each.good] == numbers
        await pilot.pause()
        await pilot.press("enter")


@pytest.mark.asyncio
async def test_what_is_no_workbook_is_said_to_be_none(house: House, tmp_path: Path) -> None:
    """A file that is called .xlsx and is none."""
    async with officer(house, tmp_path) as (terminal, pilot):
        (tmp_path / "attachments" / "no.xlsx").write_bytes(b"PK\x03\x04 nothing")
        await terminal.open("assistance.import")
        await upload(terminal, pilot, "no.xlsx")
        assert "no.xlsx" in await closed(pilot)
