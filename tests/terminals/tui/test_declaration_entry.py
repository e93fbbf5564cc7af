"""An enterprise types declarations, declares them by hand and finds them again, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from textual.pilot import Pilot
from textual.widgets import Input

from messages.forms import own_forms
from terminals.tui.app import Terminal
from terminals.tui.declaration.agreements import AgreementList, AgreementPage
from terminals.tui.declaration.case import DeclarationCase
from terminals.tui.declaration.declared import DeclarationQuery
from terminals.tui.declaration.declaring import DeclarationEntry
from terminals.tui.declaration.documents import PAPERS
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from terminals.work.rows import Place
from tests.messages.declaration.world import FORM, GOODS
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import drafted, enabled, office
from tests.terminals.tui.inspected import chosen
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL, shown
from tests.terminals.work.forms import type_in

REGISTERED = "91310115MA1K3X7Q2J"
"""The first enterprise's social credit code in the registration that the sample files."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway."""
    house = House(tmp_path_factory.mktemp("declaring") / "home")
    house.start()
    yield house
    house.close()


async def begun(terminal: Terminal, pilot: Pilot[int]) -> DeclarationEntry:
    """A new declaration."""
    page = await terminal.open("declaration.entry")
    assert isinstance(page, DeclarationEntry)
    await until(pilot, lambda: page._kind is not None)
    await pilot.pause()
    return page


async def typed(page: DeclarationEntry, **changes: str) -> None:
    """A whole declaration with one line of goods."""
    type_in(page.model, page.model.head, {**FORM, **changes})
    type_in(page.model, page.model.add("Goods"), GOODS)
    page.view.follow()
    await page.ask_owed()


async def queried(terminal: Terminal, pilot: Pilot[int]) -> DeclarationQuery:
    """报关单查询, once its list is there."""
    page = await terminal.open("declaration.query")
    assert isinstance(page, DeclarationQuery)
    await until(pilot, lambda: page.table.items)
    return page


@pytest.mark.asyncio
async def test_a_declaration_is_typed_kept_and_declared_by_hand(house: House, tmp_path: Path) -> None:
    """The declaring unit and the usual flags stand there; kept first; declared after the question: 入库."""
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await begun(terminal, pilot)
        head = page.model.head
        assert [head.text(name) for name in ("agentCode", "decType", "smartMark")] == ["3122260001", "0", "0"]
        assert not page.unsaved
        await typed(page)
        assert ("总价", "50000 USD") in [(words.zh, text) for words, text in page.facts()]
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        number = page.model.case
        assert number.startswith("I2026")
        await pilot.press("ctrl+r")
        assert "是否申报" in await closed(pilot)
        assert "申报成功" in await closed(pilot)
        await until(pilot, lambda: page.model.state == "入库")
    assert (await asyncio.to_thread(office(house, "customs").case, number))["state"] == "入库"


@pytest.mark.asyncio
async def test_units_are_named_by_their_codes(tmp_path: Path) -> None:
    """The own one as customs has registered it, else as it named itself last; a consignee by its own code."""
    house = House(tmp_path / "home")
    await asyncio.to_thread(house.start)
    try:
        async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
            page = await begun(terminal, pilot)
            head = page.model.head
            assert head.text("agentScc") == ""
            page.view.go(Place(head, "tradeCode"))
            await pilot.press(*"4403160002", "enter")
            await until(pilot, lambda: head.text("tradeName") == "深圳演示电子有限公司")
            page.model.settled()  # nobody minds losing it
            await asyncio.to_thread(drafted, house)
            page.begin()
            await until(pilot, lambda: page.model.head.text("agentScc") == FORM["agentScc"])
            assert not page.unsaved
            assert FORM["agentScc"] != REGISTERED
            desk = office(house, "customs")
            filed = desk.person.message("enterprise/ENT511.xml")
            assert statuses(await asyncio.to_thread(desk.submit_tree, filed, 3)) == [120] * 3
            page.begin()
            await until(pilot, lambda: page.model.head.text("agentScc") == REGISTERED)
            names = ("agentCode", "agentName")
            assert [page.model.head.text(name) for name in names] == ["3122260001", "浦东演示进出口有限公司"]
            page.view.go(Place(page.model.head, "ownerCode"))
            await pilot.press(*"3122260001", "enter")
            await until(pilot, lambda: page.model.head.text("ownerScc") == REGISTERED)
            assert page.model.head.text("ownerName") == "浦东演示进出口有限公司"
    finally:
        await asyncio.to_thread(house.close)


@pytest.mark.asyncio
async def test_a_total_follows_price_and_quantity_until_it_is_typed_over(
    house: House, tmp_path: Path
) -> None:
    """Key by key in a new line, and in one that was kept; a total of one's own stays."""
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await typed(page)
        (row,) = page.model.rows("Goods")
        await pilot.press("ctrl+s")
        await closed(pilot)
        page.view.go(Place(row, "gQty"))
        await pilot.press("end", "0")
        await until(pilot, lambda: row.text("declTotal") == "500000")
        page.view.go(Place(row, "declTotal"))
        await pilot.press("end", "1")
        page.view.go(Place(row, "gQty"))
        await pilot.press("end", "backspace")
        await until(pilot, lambda: row.text("gQty") == "100")
        await pilot.pause()
        assert row.text("declTotal") == "5000001"
        page.view.show_part("Goods")
        await pilot.pause()
        await pilot.press("ctrl+n")
        second = page.model.rows("Goods")[1]
        page.view.go(Place(second, "gQty"))
        await pilot.press("3", "enter")
        page.view.go(Place(second, "declPrice"))
        await pilot.press(*"0.335")
        await until(pilot, lambda: second.text("declTotal") == "1.01")


@pytest.mark.asyncio
async def test_goods_are_imported_from_a_sheet(house: House, tmp_path: Path) -> None:
    """Numbered by themselves, with the totals that the sheet has."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    names = [name for name in GOODS if name != "gNo"]
    fields = {field.name: field for field in own_forms().form("DEC111").node.child("Goods").children}
    sheet.append([fields[name].label.zh for name in names])
    for _ in range(2):
        sheet.append([GOODS[name] for name in names])
    book.save(tmp_path / "goods.xlsx")
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await begun(terminal, pilot)
        type_in(page.model, page.model.head, FORM)
        page.view.follow()
        await pilot.press("ctrl+o")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*"goods", "enter")
        assert "2" in await closed(pilot)
        rows = page.model.rows("Goods")
        await until(pilot, lambda: [row.text("declTotal") for row in rows] == ["50000", "50000"])
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        number = page.model.case
    body = (await asyncio.to_thread(office(house, "operator").case, number))["body"]
    assert [line["gNo"] for line in body["entered"]["Goods"]] == ["1", "2"]


@pytest.mark.asyncio
async def test_a_mark_that_could_not_be_added_is_told_with_the_reason(house: House, tmp_path: Path) -> None:
    """The draft is kept all the same: a two-step declaration is not declared by the engine."""
    await asyncio.to_thread(enabled, house)
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await begun(terminal, pilot)
        await typed(page, twoStep="1", smartMark="1")
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        assert "两步申报不支持" in await closed(pilot)
        page.model.set(page.model.head, "twoStep", "0")
        page.view.follow()
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        number = page.model.case
    assert (await asyncio.to_thread(office(house, "operator").case, number))["body"]["smart"] == "1"


@pytest.mark.asyncio
async def test_what_customs_returned_says_why_and_is_declared_again(house: House, tmp_path: Path) -> None:
    """退单: its reason above the form; the list offers to change it, and it is declared anew."""
    desk = office(house, "customs")
    number = await asyncio.to_thread(drafted, house, "DEC111")
    assert statuses(await asyncio.to_thread(lambda: desk.submit("DEC121-return", caseNo=number))) == [100]
    reason = (await asyncio.to_thread(desk.case, number))["body"]["answer"]["content"]
    async with at_work(house, tmp_path, "enterprise") as (terminal, pilot):
        page = await queried(terminal, pilot)
        await chosen(page, pilot, number, "退单")
        await pilot.press("enter")
        entry = await front(terminal, pilot, DeclarationEntry)
        await until(pilot, lambda: entry._kind is not None)
        assert entry.query_one(".form--remark", Saying).words.zh == f"海关退单：{reason}"
        entry.model.set(entry.model.head, "noteS", "已更正")
        entry.view.follow()
        await pilot.press("ctrl+s")
        assert "申报" in await closed(pilot)
        assert entry.model.state == "退单"
        assert entry.undeclared(entry.remarked())
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "申报成功" in await closed(pilot)
        found = await asyncio.to_thread(terminal.work.line.case, "declaration", number)
        assert "answer" in found.body
        assert "DEC121" not in {each.code for each in PAPERS.documents(found)}
    assert (await asyncio.to_thread(desk.case, number))["body"]["stored"]["noteS"] == "已更正"


@pytest.mark.asyncio
async def test_the_ordinary_query_shows_no_smart_state(house: House, tmp_path: Path) -> None:
    """Found by number, bill, consignee, customs, direction, state and day; of a mark nothing is seen."""
    await asyncio.to_thread(enabled, house)
    number = await asyncio.to_thread(drafted, house, "DEC111-marked", billNo="SEEN0001")
    async with at_work(house, tmp_path, "enterprise") as (terminal, pilot):
        page = await queried(terminal, pilot)
        for downs, text in ((1, "SEEN"), (2, "4403160002"), (3, "2200"), (4, "进口"), (5, "暂存")):
            await pilot.press("ctrl+f", *["up"] * 8, *["down"] * downs)
            line = pilot.app.focused
            assert isinstance(line, Input)
            line.value = text
        await pilot.press("enter")
        await until(pilot, lambda: {line.number for line in page.table.items} == {number})
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, DeclarationCase)
        await until(pilot, lambda: case._history)
        await pilot.pause()
        text = case.query_one(Reader).text
        assert number in text
        assert "SEEN0001" in text
        for seen in (shown(terminal), text):
            assert "待申报" not in seen
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.rglob(f"{number}.pdf")))


@pytest.mark.asyncio
async def test_reminders_and_an_agreement_are_confirmed_by_hand(house: House, tmp_path: Path) -> None:
    """On the case; then the agreement is read by either party."""
    number = await asyncio.to_thread(drafted, house)
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        page = await queried(terminal, pilot)
        await chosen(page, pilot, number, "暂存")
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, DeclarationCase)
        await pilot.press("ctrl+r")
        assert "温馨提示" in await closed(pilot)
        assert "温馨提示已确认" in await closed(pilot)
        await until(pilot, lambda: case.found.body.get("reminders"))
        await pilot.press("ctrl+k")
        assert "深圳演示电子有限公司 委托 浦东演示进出口有限公司" in await closed(pilot)
        assert "代理报关委托协议" in await closed(pilot)
    async with at_work(house, tmp_path, "enterprise", place=1) as (terminal, pilot):
        found = await terminal.open("declaration.agreements")
        assert isinstance(found, AgreementList)
        await until(pilot, lambda: found.table.items)
        found.table.grid.focus()
        await pilot.press("enter")
        agreement = await front(terminal, pilot, AgreementPage)
        await until(pilot, lambda: "91310115MA1K000003" in agreement.query_one(Reader).text)
        await pilot.press("ctrl+p")
        made = agreement.found.line.number
        await until(pilot, lambda: list(tmp_path.rglob(f"{made}.pdf")))
