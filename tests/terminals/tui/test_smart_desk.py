"""The customs desk of declarations and a carrier's screens, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.desk import DecisionQueue, DeclarationDecision, DeskQuery
from terminals.tui.declaration.loading import (
    CheckEntry,
    CheckRegister,
    RateRegister,
    RatesEntry,
    TariffEntry,
    TariffRegister,
)
from terminals.tui.declaration.logistics import ArrivalEntry, ManifestEntry, ManifestRegister
from terminals.tui.query import QueryPage
from terminals.tui.reader import Reader
from terminals.tui.registers import RegisterPage
from terminals.work.checks import Purpose
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import office
from tests.terminals.tui.inspected import typed
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import LARGE, SMALL, shown
from tests.terminals.work.forms import type_in

MANIFEST = {"ieFlag": "I", "trafMode": "2", "packNo": "10", "grossWet": "260"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway."""
    house = House(tmp_path_factory.mktemp("desk") / "home")
    house.start()
    yield house
    house.close()


def stored(house: House, **changes: str) -> str:
    """A declaration that customs has, declared by hand; its number."""
    receipts = office(house, "enterprise").submit("DEC111", 2, **changes)
    assert [each.status for each in receipts] == [2, 120]
    return numbered(receipts[:1])


async def listed(terminal: Terminal, pilot: Pilot[int], name: str, case: str) -> QueryPage:
    """A list of the desk, the cursor on a declaration."""
    page = await terminal.open(name)
    assert isinstance(page, QueryPage)
    await until(pilot, lambda: page._kind is not None)
    if not page.AT_ONCE:
        page.action_run()
    await until(pilot, lambda: case in {line.number for line in page.table.items})
    page.table.grid.focus()
    page.table.grid.go([line.number for line in page.table.items].index(case))
    await pilot.pause()
    return page


async def registered(terminal: Terminal, pilot: Pilot[int], name: str, key: str = "") -> RegisterPage:
    """A register, with what is found under a key."""
    page = await terminal.open(name)
    assert isinstance(page, RegisterPage)
    await pilot.pause()
    if key:
        page.criteria.query_one("Input").value = key  # type: ignore[attr-defined]
    page.action_run()
    await until(pilot, lambda: page.filed)
    return page


@pytest.mark.asyncio
async def test_customs_concludes_what_is_stored(house: House, tmp_path: Path) -> None:
    """All of it is read above; 审结; it is gone from what waits, and found among all."""
    number = await asyncio.to_thread(stored, house)
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        queue = await listed(terminal, pilot, "declaration.to-decide", number)
        assert isinstance(queue, DecisionQueue)
        assert "智能" not in shown(terminal)  # the enterprise's own
        await pilot.press("enter")
        page = await front(terminal, pilot, DeclarationDecision)
        assert "便携式电脑" in page.query_one(Reader).text
        typed(page, result="1")
        await pilot.press("ctrl+r")
        assert "审结" in await closed(pilot, "y")
        assert "审结" in await closed(pilot)
        await until(pilot, lambda: number not in {line.number for line in queue.table.items})
        query = await listed(terminal, pilot, "declaration.all", number)
        assert isinstance(query, DeskQuery)
        assert query.table.item is not None
        assert query.table.item.state == "审结"


@pytest.mark.asyncio
async def test_a_return_has_a_reason(house: House, tmp_path: Path) -> None:
    """Without one it is not sent; with it the enterprise reads it."""
    number = await asyncio.to_thread(stored, house)
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        await listed(terminal, pilot, "declaration.to-decide", number)
        await pilot.press("enter")
        page = await front(terminal, pilot, DeclarationDecision)
        typed(page, result="0")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "退单须填写处理意见。"
        typed(page, content="毛重与舱单不符")
        await pilot.press("ctrl+r")
        assert "退单" in await closed(pilot, "y")
        await closed(pilot)
    case = await asyncio.to_thread(office(house, "enterprise").case, number)
    assert (case["state"], case["body"]["answer"]["content"]) == ("退单", "毛重与舱单不符")


@pytest.mark.asyncio
async def test_tariff_and_rates_are_loaded_by_form_and_looked_up(house: House, tmp_path: Path) -> None:
    """The receipt counts them; the registers show what is in force."""
    async with at_work(house, tmp_path, "customs", LARGE) as (terminal, pilot):
        tariff = await terminal.open("declaration.load-tariff")
        assert isinstance(tariff, TariffEntry)
        await until(pilot, lambda: tariff._kind is not None)
        type_in(tariff.model, tariff.model.head, {"validFrom": "20260101"})
        line = {"codeTs": "8471300000", "gName": "便携式电脑", "dutyRate": "10", "vatRate": "13"}
        type_in(tariff.model, tariff.model.add("TariffLine"), line)
        tariff.view.follow()
        await pilot.press("ctrl+r")
        assert "是否装载" in await closed(pilot, "y")
        assert "已装载 1 条" in await closed(pilot)
        assert not tariff.unsaved
        page = await registered(terminal, pilot, "declaration.tariff", "8471")
        assert isinstance(page, TariffRegister)
        assert "便携式电脑" in shown(terminal)
        rates = await terminal.open("declaration.load-rates")
        assert isinstance(rates, RatesEntry)
        await until(pilot, lambda: rates._kind is not None)
        type_in(rates.model, rates.model.head, {"validFrom": "20260101"})
        type_in(rates.model, rates.model.add("Currency"), {"currency": "USD", "rate": "712.34"})
        rates.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert "已装载 1 条" in await closed(pilot)
        assert isinstance(await registered(terminal, pilot, "declaration.rates"), RateRegister)
        assert "712.34" in shown(terminal)


@pytest.mark.asyncio
async def test_a_check_is_set_and_withdrawn(house: House, tmp_path: Path) -> None:
    """The register shows it in words, leads to it, and has it no more."""
    check = {"checkCode": "T1", "element": "voyNo", "operator": "is", "value": "X", "content": "须人工"}
    async with at_work(house, tmp_path, "customs", LARGE) as (terminal, pilot):
        page = await terminal.open("declaration.check")
        assert isinstance(page, CheckEntry)
        await until(pilot, lambda: page._kind is not None)
        type_in(page.model, page.model.head, check)
        page.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert await closed(pilot) == "校验已生效。"
        register = await registered(terminal, pilot, "declaration.checks")
        assert isinstance(register, CheckRegister)
        assert "等于" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: terminal.shell.pages.front is not register)
        opened = await front(terminal, pilot, CheckEntry)
        await until(pilot, lambda: opened._kind is not None)
        assert opened.objection(Purpose.DELETE) is None
        await pilot.press("ctrl+d")
        assert "T1" in await closed(pilot, "y")
        assert await closed(pilot) == "校验已撤销。"
        await until(pilot, lambda: not register.filed)


@pytest.mark.asyncio
async def test_a_carrier_sends_changes_and_takes_back_a_manifest(house: House, tmp_path: Path) -> None:
    """And an arrival; what it has sent is found by the bill of lading."""
    async with at_work(house, tmp_path, "carrier", SMALL) as (terminal, pilot):
        page = await terminal.open("declaration.manifest")
        assert isinstance(page, ManifestEntry)
        await until(pilot, lambda: page._kind is not None)
        type_in(page.model, page.model.head, {**MANIFEST, "billNo": "BLTEST1"})
        page.view.follow()
        await pilot.press("ctrl+r")
        assert await closed(pilot, "y") == "是否报送？"
        assert await closed(pilot) == "报送成功，已接收。"
        typed(page, packNo="12")
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert await closed(pilot) == "报送成功，已接收。"
        register = await registered(terminal, pilot, "declaration.manifests", "BLTEST1")
        assert isinstance(register, ManifestRegister)
        assert [each["packNo"] for each in register.filed] == ["12"]
        assert "水路运输" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: terminal.shell.pages.front is not register)
        opened = await front(terminal, pilot, ManifestEntry)
        await until(pilot, lambda: opened._kind is not None)
        await pilot.press("ctrl+d")
        assert "BLTEST1" in await closed(pilot, "y")
        assert await closed(pilot) == "已删除。"
        await until(pilot, lambda: not register.filed)
        arrival = await terminal.open("declaration.arrival")
        assert isinstance(arrival, ArrivalEntry)
        await until(pilot, lambda: arrival._kind is not None)
        values = {"ieFlag": "I", "trafMode": "2", "billNo": "BLTEST1", "arrivalTime": "20261119080000"}
        type_in(arrival.model, arrival.model.head, values)
        arrival.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert await closed(pilot) == "报送成功，已接收。"


@pytest.mark.asyncio
async def test_a_carrier_s_list_opens_with_its_own_and_says_when_none_of_them_fits(
    house: House, tmp_path: Path
) -> None:
    """By a part of the bill of lading, too; a search without a hit never says that nothing was sent."""

    def send(bill: str) -> None:
        values = {**MANIFEST, "billNo": bill}
        assert statuses(office(house, "carrier").submit("DEC171", **values)) == [120]

    for bill in ("OWNLIST1", "OWNLIST2"):
        await asyncio.to_thread(send, bill)
    async with at_work(house, tmp_path, "carrier", SMALL) as (terminal, pilot):
        page = await terminal.open("declaration.manifests")
        assert isinstance(page, ManifestRegister)

        def bills() -> list[str]:
            return [str(each["billNo"]) for each in page.filed] if page.table._asked is None else []

        await until(pilot, lambda: {"OWNLIST1", "OWNLIST2"} <= set(bills()))
        assert bills().index("OWNLIST2") < bills().index("OWNLIST1")  # the newest first
        page.criteria.put("billNo", "list1")
        page.action_run()
        await until(pilot, lambda: bills() == ["OWNLIST1"])
        page.criteria.put("billNo", "NOSUCH")
        page.action_run()
        await until(pilot, lambda: page.table._asked is None and not page.filed)
        await pilot.pause()
        assert "没有符合条件的数据" in shown(terminal)
        assert page.EMPTY.zh[:8] not in shown(terminal)
        assert "尚无备案" not in shown(terminal)
