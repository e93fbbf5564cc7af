"""Smart-assisted declaration through the screens: a rule, a draft, its mark, taxes, a manifest, a run.

Each person at a terminal, all at one gateway; customs' tariff comes by messages.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TypeVar

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.agreements import AgreementList
from terminals.tui.declaration.declared import DeclarationQuery
from terminals.tui.declaration.declaring import DeclarationEntry
from terminals.tui.declaration.desk import DecisionQueue, DeclarationDecision
from terminals.tui.declaration.enabling import EnablingPage
from terminals.tui.declaration.logistics import ManifestEntry
from terminals.tui.declaration.marking import MarkList
from terminals.tui.declaration.rules import RuleEntry
from terminals.tui.declaration.running import RunPage
from terminals.tui.declaration.smart_desk import SmartDesk
from terminals.tui.declaration.taxes import TaxList, TaxPage
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from tests.messages.declaration.world import FORM, GOODS, RULE
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import rated
from tests.terminals.tui.inspected import chosen, typed
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import shown
from tests.terminals.work.forms import type_in

P = TypeVar("P", bound=Page)
BILL = "CHAIN001"
STRICT = {**RULE, "ruleName": "有舱单进口", "manifest": "1", "compare": "1", "wait": "600"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A gateway of its own."""
    return House(tmp_path / "home")


async def opened(terminal: Terminal, name: str, kind: type[P]) -> P:
    """A screen of the menu."""
    page = await terminal.open(f"declaration.{name}")
    assert isinstance(page, kind)
    return page


async def enabled_with_a_rule(terminal: Terminal, pilot: Pilot[int]) -> None:
    """启用, 预配置: the legal person's part."""
    page = await opened(terminal, "enable", EnablingPage)
    await until(pilot, lambda: page.standing and page._kinds)
    await pilot.press("ctrl+r")
    assert "用户须知" in await closed(pilot, "y")
    assert "已启用" in await closed(pilot)
    rule = await opened(terminal, "rule", RuleEntry)
    await until(pilot, lambda: rule._kind is not None and rule.standing)
    type_in(rule.model, rule.model.head, STRICT)
    rule.view.follow()
    await pilot.press("ctrl+r")
    await closed(pilot, "y")
    assert await closed(pilot) == "保存成功，该配置已启用。"


async def drafted_and_marked(terminal: Terminal, pilot: Pilot[int]) -> str:
    """录入, 标记操作: a self-assessed import; its number."""
    page = await opened(terminal, "entry", DeclarationEntry)
    await until(pilot, lambda: page._kind is not None)
    await pilot.pause()
    type_in(page.model, page.model.head, {**FORM, "billNo": BILL, "selfTax": "1"})
    type_in(page.model, page.model.add("Goods"), GOODS)
    page.view.follow()
    await page.ask_owed()
    await pilot.press("ctrl+s")
    assert "暂存成功" in await closed(pilot)
    number = page.model.case
    marks = await opened(terminal, "marks", MarkList)
    await until(pilot, lambda: marks._kind is not None and marks.table._asked is None)
    marks.again()
    await chosen(marks, pilot, number, "暂存")
    await pilot.press("space", "ctrl+r")
    assert await closed(pilot) == "是否确认添加选中数据？共 1 条"
    assert "添加智能辅助申报成功" in await closed(pilot)
    return number


async def run(terminal: Terminal, pilot: Pilot[int], declared: int, left: int) -> RunPage:
    """执行 by the one rule until a batch is over, then 停止申报; what is said of it."""
    page = await opened(terminal, "run", RunPage)
    await until(pilot, lambda: not page.rules.empty and page._kinds)
    if not page.rules.ticked:
        page.rules.grid.focus()
        await pilot.press("space")
    await pilot.press("ctrl+r")
    assert "有舱单进口 (进口)" in await closed(pilot, "y")
    await until(pilot, lambda: "倒计时" in page.query_one(".run--next", Saying).words.zh)
    said = page.query_one("#every", Saying).words.zh
    assert said.endswith(f"共智能申报成功 {declared} 票，失败 0 票，仍待申报 {left} 票")
    await pilot.press("ctrl+t")
    await closed(pilot, "y")
    await until(pilot, lambda: not page.running)
    return page


async def recorded(page: RunPage, pilot: Pilot[int], words: str) -> None:
    """The record under the list says so."""
    page.again()
    await until(pilot, lambda: words in page.query_one(".run--record", Saying).words.zh)


async def manifested(terminal: Terminal, pilot: Pilot[int], packages: str) -> None:
    """舱单报送."""
    page = await opened(terminal, "manifest", ManifestEntry)
    await until(pilot, lambda: page._kind is not None)
    values = {"ieFlag": "I", "trafMode": "2", "billNo": BILL, "packNo": packages, "grossWet": "260"}
    type_in(page.model, page.model.head, values)
    page.view.follow()
    await pilot.press("ctrl+r")
    await closed(pilot, "y")
    assert await closed(pilot) == "报送成功，已接收。"


async def confirmed(terminal: Terminal, pilot: Pilot[int], number: str) -> None:
    """税费确认."""
    page = await opened(terminal, "tax-list", TaxList)
    await chosen(page, pilot, number, "暂存")
    await pilot.press("enter")
    taxes = await front(terminal, pilot, TaxPage)
    await until(pilot, lambda: "【未确认】" in shown(terminal))
    await pilot.press("ctrl+r")
    assert "86549.31" in await closed(pilot)
    assert "税费已确认" in await closed(pilot)
    await until(pilot, lambda: taxes._confirmed)


async def concluded(terminal: Terminal, pilot: Pilot[int], number: str) -> None:
    """报关单处理."""
    queue = await opened(terminal, "to-decide", DecisionQueue)
    await chosen(queue, pilot, number, "入库")
    await pilot.press("enter")
    page = await front(terminal, pilot, DeclarationDecision)
    assert BILL in page.query_one(Reader).text
    typed(page, result="1")
    await pilot.press("ctrl+r")
    assert "审结" in await closed(pilot, "y")
    assert "审结" in await closed(pilot)


async def seen(terminal: Terminal, pilot: Pilot[int], number: str) -> None:
    """What the enterprise sees at the end: 审结, the one batch that did something, the agreement."""
    query = await opened(terminal, "query", DeclarationQuery)
    await chosen(query, pilot, number, "审结")
    desk = await opened(terminal, "smart-desk", SmartDesk)
    await until(pilot, lambda: [(each["declared"], each["failed"]) for each in desk.table.items] == [(1, 0)])
    agreements = await opened(terminal, "agreements", AgreementList)
    await until(pilot, lambda: len(agreements.table.items) == 1)
    assert "深圳演示电子有限公司" in shown(terminal)


@pytest.mark.asyncio
async def test_a_declaration_goes_its_whole_way_on_the_screens(house: House, tmp_path: Path) -> None:
    """It waits for its taxes, then for a manifest that agrees, each with the reason; then 入库 and 审结."""
    await asyncio.to_thread(house.start)
    try:
        await asyncio.to_thread(rated, house)
        async with at_work(house, tmp_path / "legal", "enterprise") as (terminal, pilot):
            await enabled_with_a_rule(terminal, pilot)
        async with at_work(house, tmp_path / "operator", "operator") as (terminal, pilot):
            number = await drafted_and_marked(terminal, pilot)
            page = await run(terminal, pilot, declared=0, left=1)
            await recorded(page, pilot, "税费未确认")
            await confirmed(terminal, pilot, number)
        for packages, declared, said in (("11", 0, "件数"), ("10", 1, "申报成功（自动）")):
            async with at_work(house, tmp_path / "carrier", "carrier") as (terminal, pilot):
                await manifested(terminal, pilot, packages)
            async with at_work(house, tmp_path / "operator", "operator") as (terminal, pilot):
                page = await run(terminal, pilot, declared, left=1 - declared)
                await recorded(page, pilot, said)
        async with at_work(house, tmp_path / "desk", "customs") as (terminal, pilot):
            await concluded(terminal, pilot, number)
        async with at_work(house, tmp_path / "legal", "enterprise") as (terminal, pilot):
            await seen(terminal, pilot, number)
    finally:
        await asyncio.to_thread(house.close)
