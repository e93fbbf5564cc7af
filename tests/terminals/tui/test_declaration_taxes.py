"""Taxes of self-assessed drafts are looked at and confirmed by hand, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.taxes import TaxList, TaxPage
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import drafted, enabled, office, rated
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with a tariff and rates."""
    house = House(tmp_path_factory.mktemp("taxes") / "home")
    house.start()
    enabled(house)
    rated(house)
    yield house
    house.close()


async def listed(terminal: Terminal, pilot: Pilot[int], bill: str) -> TaxList:
    """税费确认查询 with one declaration."""
    page = await terminal.open("declaration.tax-list")
    assert isinstance(page, TaxList)
    await until(pilot, lambda: page._kind is not None and page.table._asked is None)
    page.criteria.put("billNo.contains", bill)
    page.action_run()
    await until(pilot, lambda: len(page.table.items) == 1 and page.table._asked is None)
    await pilot.pause()
    return page


@pytest.mark.asyncio
async def test_taxes_are_looked_at_line_by_line_and_confirmed(house: House, tmp_path: Path) -> None:
    """Yellow until then; the sums stand above the lines; confirmed after the question, and printed."""
    number = await asyncio.to_thread(drafted, house, "DEC111-self", billNo="TAXED001")
    await asyncio.to_thread(drafted, house, "DEC111-draft", billNo="TAXED002")
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await listed(terminal, pilot, "TAXED")  # what is not self-assessed is not in it
        (line,) = page.table.items
        assert (page.text(line, "taxes"), page.tone(line, "number")) == ("未确认", "warn")
        await pilot.press("enter")
        taxes = await front(terminal, pilot, TaxPage)
        await until(pilot, lambda: "86549.31" in shown(terminal))
        assert "便携式电脑" in shown(terminal)
        assert "USD 712.34" in shown(terminal)
        (row,) = taxes._rows()
        said = dict(zip([column.key for column in taxes.COLUMNS], row, strict=True))
        assert (said["dutyRate"], said["vatRate"], said["exciseRate"]) == ("10%", "13%", "")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.rglob(f"{number}-taxes.pdf")))
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "是否确认应缴税费合计 86549.31 元？确认后方可申报。"
        assert await closed(pilot) == "税费已确认 86549.31 元"
        await until(pilot, lambda: "【已确认】" in shown(terminal))
        await terminal.open("declaration.tax-list")
        page.again()
        await until(pilot, lambda: [page.text(each, "taxes") for each in page.table.items] == ["已确认"])
        assert page.tone(page.table.items[0], "number") == ""
        assert taxes.is_attached
    body = (await asyncio.to_thread(office(house, "enterprise").case, number))["body"]
    assert body["taxes"]["total"] == "86549.31"


@pytest.mark.asyncio
async def test_why_taxes_cannot_be_calculated_is_said(house: House, tmp_path: Path) -> None:
    """No tariff for the goods: nothing to be confirmed, and the reason in place of the sums."""
    await asyncio.to_thread(drafted, house, "DEC111-self", billNo="UNKNOWN1", codeTs="0101210010")
    async with at_work(house, tmp_path, "operator") as (terminal, pilot):
        await listed(terminal, pilot, "UNKNOWN")
        await pilot.press("enter")
        page = await front(terminal, pilot, TaxPage)
        await until(pilot, lambda: "税则中没有商品编号 0101210010" in shown(terminal))
        assert [option.open for option in page._options()] == [False, True, False]


@pytest.mark.asyncio
async def test_what_was_confirmed_is_confirmed_again_where_the_tariff_has_changed(
    house: House, tmp_path: Path
) -> None:
    """The page calls it unconfirmed, with the new sum, and offers the button."""
    number = await asyncio.to_thread(drafted, house, "DEC111-self", billNo="DEARER01")
    await asyncio.to_thread(confirmed, house, number)
    desk = await asyncio.to_thread(office, house, "customs")
    assert statuses(await asyncio.to_thread(desk.submit, "DEC201", dutyRate="20")) == [120]
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        await listed(terminal, pilot, "DEARER")
        await pilot.press("enter")
        page = await front(terminal, pilot, TaxPage)
        await until(pilot, lambda: "【未确认】" in shown(terminal))
        assert page._options()[0].open
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "税费已确认" in await closed(pilot)
        await until(pilot, lambda: "【已确认】" in shown(terminal))
    assert statuses(await asyncio.to_thread(desk.submit, "DEC201")) == [120]


@pytest.mark.asyncio
async def test_a_returned_declaration_is_among_those_to_confirm(house: House, tmp_path: Path) -> None:
    """It was changed since: until its taxes are confirmed it cannot be declared again."""
    number = await asyncio.to_thread(returned, house, "BACK0001")
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await listed(terminal, pilot, "BACK")
        (line,) = page.table.items
        assert (page.text(line, "taxes"), page.tone(line, "number")) == ("未确认", "warn")
        await pilot.press("enter")
        await front(terminal, pilot, TaxPage)
        await until(pilot, lambda: "便携式电脑" in shown(terminal))
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "税费已确认" in await closed(pilot)
        await until(pilot, lambda: "【已确认】" in shown(terminal))
    legal = await asyncio.to_thread(office, house, "enterprise")
    form = {"caseNo": number, "selfTax": "1", "billNo": "BACK0001", "codeTs": "8471300000", "packNo": "11"}
    assert statuses(await asyncio.to_thread(legal.submit, "DEC111-change", 2, **form)) == [2, 120]


def confirmed(house: House, number: str) -> None:
    """By the enterprise's software, as they are calculated now."""
    legal = office(house, "enterprise")
    taxes = legal.get("/v1/lookups/declaration/taxes", caseNo=number)["values"]
    said = {"draftDigest": taxes["draftDigest"], "taxTotal": taxes["total"]}
    assert statuses(legal.submit("DEC191-taxes", caseNo=number, **said)) == [1]


def returned(house: House, bill: str) -> str:
    """A self-assessed declaration that customs has returned, and that was changed since."""
    number = drafted(house, billNo=bill)
    legal, desk = office(house, "enterprise"), office(house, "customs")
    form = {"caseNo": number, "selfTax": "1", "billNo": bill, "codeTs": "8471300000"}
    assert statuses(legal.submit("DEC111-change", appStatus="1", **form)) == [1]
    confirmed(house, number)
    assert statuses(legal.submit("DEC111-change", 2, **form)) == [2, 120]
    assert statuses(desk.submit("DEC121-return", caseNo=number)) == [100]
    assert statuses(legal.submit("DEC111-change", appStatus="1", packNo="11", **form)) == [1]
    return number
