"""启用 and 预配置 on their screens, at a real gateway: the legal person's card, and an operator's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.enabling import EnablingPage
from terminals.tui.declaration.rules import RuleEntry, RuleList
from terminals.tui.declaration.running import RunPage
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from tests.messages.declaration.world import RULE
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.terminals.tui import declarants
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import LARGE, SMALL, shown
from tests.terminals.work.forms import type_in


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway at which nothing is enabled yet."""
    house = House(tmp_path_factory.mktemp("rules") / "home")
    house.start()
    yield house
    house.close()


def gate(page: Page) -> Saying:
    """The line that says why a screen is closed."""
    return page.query_one(".smart--closed", Saying)


async def enabling(terminal: Terminal, pilot: Pilot[int]) -> EnablingPage:
    """启用, once it knows."""
    page = await terminal.open("declaration.enable")
    assert isinstance(page, EnablingPage)
    await until(pilot, lambda: page.standing and page._kinds)
    return page


async def rule(terminal: Terminal, pilot: Pilot[int]) -> RuleEntry:
    """A new rule."""
    page = await terminal.open("declaration.rule")
    assert isinstance(page, RuleEntry)
    await until(pilot, lambda: page._kind is not None and page.standing)
    await pilot.pause()
    return page


async def listed(terminal: Terminal, pilot: Pilot[int]) -> RuleList:
    """预配置查询."""
    page = await terminal.open("declaration.rules")
    assert isinstance(page, RuleList)
    await until(pilot, lambda: page._kind is not None and page.standing)
    await pilot.pause()
    return page


@pytest.mark.asyncio
async def test_the_legal_person_enables_it_once_and_the_other_screens_open(
    house: House, tmp_path: Path
) -> None:
    """An operator is told so before anything is sent; until then every other screen says why it is closed."""
    async with at_work(house, tmp_path / "operator", "operator", SMALL) as (terminal, pilot):
        page = await enabling(terminal, pilot)
        await pilot.press("ctrl+r")
        said = await closed(pilot)
        assert "操作员卡不能启用" in said
        assert "须用法人卡签名" in said
        assert not terminal.work.ladders.all()  # nothing went out
        for name in ("smart-query", "smart-desk", "rules", "rule", "marks", "run"):
            closed_page = await terminal.open(f"declaration.{name}")
            line = gate(closed_page)
            await until(pilot, lambda line=line: line.display)
            assert "智能辅助申报尚未启用" in line.words.zh
        assert "未在执行" in shown(terminal)  # what is empty takes no room from the rest
        await pilot.press("ctrl+r")
        assert "立即启用" in await closed(pilot)
    async with at_work(house, tmp_path / "legal", "enterprise", SMALL) as (terminal, pilot):
        run = await terminal.open("declaration.run")
        assert isinstance(run, RunPage)
        await until(pilot, lambda: gate(run).display)
        page = await enabling(terminal, pilot)
        text = page.query_one(Reader).text
        assert "标记即授权系统申报" in text.replace("\n", "").replace(" ", "")
        assert "一次启用智能辅助申报功能使用权限" in text
        await pilot.press("ctrl+r")
        assert "用户须知" in await closed(pilot, "y")
        assert "已启用" in await closed(pilot)
        assert "启用" in page.query_one(".enabling--state", Saying).words.zh
        assert not gate(run).display
        await pilot.press("ctrl+r")
        assert "陈立" in await closed(pilot)  # by whom, and nothing is sent again
    legal = office(house, "enterprise")
    assert legal.get("/v1/lookups/declaration/standing")["values"]["enabled"] == "1"


@pytest.mark.asyncio
async def test_a_rule_is_set_changed_and_deleted(house: House, tmp_path: Path) -> None:
    """A new one begins enabled, for this enterprise, with a minute; a second for the same is refused."""
    await asyncio.to_thread(declarants.enabled, house)
    async with at_work(house, tmp_path, "enterprise", SMALL) as (terminal, pilot):
        page = await rule(terminal, pilot)
        head = page.model.head
        assert (head.text("enabled"), head.text("wait"), head.text("agentCode")) == ("1", "60", "3122260001")
        options = ("confirm", "agreement", "manifest", "arrival", "compare")
        assert [head.text(name) for name in options] == ["0"] * 5
        assert not page.unsaved
        type_in(page.model, head, {**RULE, "ruleName": "规则甲"})
        page.view.follow()
        assert page.objection(Purpose.DECLARE) is None
        await pilot.press("ctrl+s")
        assert await closed(pilot, "y") == "是否保存该配置？"
        assert await closed(pilot) == "保存成功，该配置已启用。"
        number = page.model.case
        page.begin()
        type_in(page.model, page.model.head, {**RULE, "ruleName": "规则乙"})
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert "该申报单位下存在相同的境内收发货人、相同进出口标志且启动状态的数据" in await closed(pilot)
        page.model.set(page.model.head, "enabled", "0")
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert await closed(pilot) == "保存成功，该配置已停用。"
        found = await listed(terminal, pilot)
        await until(pilot, lambda: len(found.table.items) == 2)
        found.query_one("Criteria").query("Input").first().focus()
        await pilot.press(*"规则乙", "enter")
        await until(pilot, lambda: [line.text("billNo") for line in found.table.items] == ["规则乙"])
        assert "停用" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: terminal.shell.pages.front is page)
        await pilot.press("ctrl+d")
        await closed(pilot, "y")
        await closed(pilot)
    legal = office(house, "enterprise")
    assert legal.numbers(kind="rule-I", state="启用") == {number}
    legal.submit("DEC141-delete", caseNo=number)


@pytest.mark.asyncio
async def test_an_operators_card_reads_rules_only(house: House, tmp_path: Path) -> None:
    """新增 says why not; a rule is open for reading, and says it; 企业承诺 can be read."""
    await asyncio.to_thread(declarants.enabled, house)
    legal = office(house, "enterprise")
    number = numbered(await asyncio.to_thread(legal.submit, "DEC141"))
    async with at_work(house, tmp_path, "operator", LARGE) as (terminal, pilot):
        page = await listed(terminal, pilot)
        await until(pilot, lambda: number in {line.number for line in page.table.items})
        await pilot.press("ctrl+n")
        assert "只有法人卡可以新增、修改、删除预配置" in await closed(pilot)
        await pilot.press("ctrl+t")
        assert "法律责任" in await closed(pilot)
        await pilot.press("enter")
        entry = await front(terminal, pilot, RuleEntry)
        await until(pilot, lambda: entry.closed)
        assert "只有法人卡" in entry.query_one(".form--remark", Saying).words.zh
        against = entry.objection(Purpose.DECLARE)
        assert against is not None
        assert "须用法人卡签名" in against.zh
        await pilot.pause()
        footer = shown(terminal).splitlines()[-1]
        assert " F1 " in footer
        for key in ("Ctrl+R", "Ctrl+D", "Ctrl+N", "Ctrl+S"):
            assert f" {key} " not in footer
    await asyncio.to_thread(legal.submit, "DEC141-delete", caseNo=number)
