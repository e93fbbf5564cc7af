"""What customs publishes for pre-shipment inspection, at its desk and a real gateway: texts, files, rules."""

from __future__ import annotations

import asyncio
import copy
import shutil
from pathlib import Path

import pytest

from messages.wire import new_guid
from terminals.tui.inspection.desk_published import PublishedList, PublishEntry, RuleEntry, RuleRegister
from terminals.tui.pick import PickFile
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.inspected import FILES, office
from tests.terminals.tui.officers import front


@pytest.mark.asyncio
async def test_a_regulation_is_published_with_a_file_and_withdrawn(house: House, tmp_path: Path) -> None:
    """Enterprises read it at once, with its file; from the list it is opened and withdrawn."""
    trader = await asyncio.to_thread(office, house, "enterprise")

    def titles() -> list[str]:
        return [one["title"] for one in trader.get("/v1/bulletins", kind="regulation")["bulletins"]]

    (tmp_path / "attachments").mkdir()
    shutil.copy(FILES / "policy.pdf", tmp_path / "attachments")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("inspection.publish")
        assert isinstance(page, PublishEntry)
        await until(pilot, lambda: page._kind is not None and pilot.app.focused is page.view.front)
        for name, value in {"kind": "regulation", "title": "管理办法", "content": "正文。"}.items():
            page.model.set(page.model.head, name, value)
        page.view.follow()
        page.view.show_part("Attachment")
        await pilot.pause()
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickFile))
        await pilot.press(*"policy", "enter")
        await until(pilot, lambda: len(page.model.rows("Attachment")) == 1)
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        assert "所有检验机构和企业" in await closed(pilot)
        assert "已发布" in await closed(pilot)
        assert await asyncio.to_thread(titles) == ["管理办法"]
        assert await asyncio.to_thread(trader.file, "policy.pdf") == 200
        listed = await terminal.open("inspection.published")
        assert isinstance(listed, PublishedList)
        await until(pilot, lambda: listed.table.items and listed._kind is not None)
        await pilot.press("ctrl+e")
        page = await front(terminal, pilot, PublishEntry)
        await until(pilot, lambda: page.model.state != "" and page._kind is not None)
        page.view.first()
        await pilot.press("ctrl+d")
        assert "是否撤回" in await closed(pilot, "y")
        assert "已撤回" in await closed(pilot)
        assert await asyncio.to_thread(titles) == []


@pytest.mark.asyncio
async def test_a_rule_is_published_found_changed_and_withdrawn(house: House, tmp_path: Path) -> None:
    """The register has all rules, finds them by code and name, and shows each change at once."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await terminal.open("inspection.rule-register")
        assert isinstance(register, RuleRegister)
        await until(pilot, lambda: register.has_focus_within)
        await pilot.press("ctrl+n")
        entry = await front(terminal, pilot, RuleEntry)
        await until(pilot, lambda: entry._kind is not None)
        head = {"ruleCode": "8457", "gName": "加工中心", "inspect": "1", "content": "须装运前检验。"}
        for name, value in head.items():
            entry.model.set(entry.model.head, name, value)
        entry.view.follow()
        await pilot.press("ctrl+r")
        assert "是否发布" in await closed(pilot)
        assert await closed(pilot) == "规则已发布。"
        await until(pilot, lambda: [each["ruleCode"] for each in register.filed] == ["8457"])
        assert register.text(register.filed[0], "inspect") == "须装运前检验"
        for at, typed, found in ((0, "8457101000", 1), (0, "9022", 0), (1, "加工", 1), (1, "机床", 0)):
            register.criteria._choose(at)
            register.criteria._lines(at)[0].value = typed
            register.action_run()
            await until(pilot, lambda found=found: len(register.filed) == found)
        register.criteria.clear()
        register.action_run()
        await until(pilot, lambda: register.filed)
        entry.model.set(entry.model.head, "inspect", "2")
        entry.view.follow()
        entry.view.first()
        await pilot.pause()
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        await until(pilot, lambda: register.filed and register.filed[0]["inspect"] == "2")
        entry.view.first()
        await pilot.press("ctrl+d")
        assert await closed(pilot, "y") == "是否撤销 HS编码 8457 的规则？"
        assert await closed(pilot) == "规则已撤销。"
        await until(pilot, lambda: not register.filed)


@pytest.mark.asyncio
async def test_of_more_rules_than_an_answer_has_it_is_said_how_many_there_are(
    house: House, tmp_path: Path
) -> None:
    """None is left out in silence; those that are not among the first are found by their code."""
    await asyncio.to_thread(ruled, house, 205)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await terminal.open("inspection.rule-register")
        assert isinstance(register, RuleRegister)
        await until(pilot, lambda: register.filed)
        await until(pilot, lambda: terminal._notifications)
        (said,) = [each.message for each in terminal._notifications]
        assert "205 条中的前 200 条" in said
        register.criteria._lines(0)[0].value = "1204"
        register.action_run()
        await until(pilot, lambda: [each["ruleCode"] for each in register.filed] == ["1204"])


def ruled(house: House, count: int) -> None:
    """Customs publishes so many rules, in messages of as many as one may have."""
    desk = office(house, "customs")
    for start in range(0, count, 100):
        message = desk.person.message("inspection/PSI231.xml")
        first, *others = message.iterfind("{*}Rule")
        for other in others:
            message.remove(other)
        wanted = range(start, min(start + 100, count))
        nodes = [copy.deepcopy(first) for _ in wanted]
        for number, node in zip(wanted, nodes, strict=True):
            node.find("{*}guid").text = new_guid()
            node.find("{*}ruleCode").text = str(1000 + number)
            first.addprevious(node)
        message.remove(first)
        desk.submit_tree(message, len(nodes))
