"""智能辅助申报执行 on its screen, at a real gateway that declares unattended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.declaration.records import RecordPage
from terminals.tui.declaration.running import RunPage
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from terminals.work.found import CaseFound
from tests.scenarios.declaring import numbered
from tests.scenarios.house import House
from tests.terminals.tui import declarants
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.declarants import drafted, office
from tests.terminals.tui.officers import front
from tests.terminals.tui.stage import LARGE, SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway at which smart-assisted declaration is enabled, with one rule."""
    house = House(tmp_path_factory.mktemp("smart") / "home")
    house.start()
    declarants.enabled(house)
    legal = office(house, "enterprise")
    numbered(legal.submit("DEC141", wait="600"))
    yield house
    house.close()


@pytest.fixture
def halted(house: House) -> Iterator[None]:
    """Nothing runs, before and after."""
    stop(house)
    yield
    stop(house)


def stop(house: House) -> None:
    """Stop what runs, as another terminal would."""
    legal = office(house, "enterprise")
    run = legal.get("/v1/lookups/declaration/standing")["values"].get("runNo")
    if run:
        legal.submit("DEC161-stop", caseNo=run)


async def opened(terminal: Terminal, pilot: Pilot[int]) -> RunPage:
    """执行, with its rules."""
    page = await terminal.open("declaration.run")
    assert isinstance(page, RunPage)
    await until(pilot, lambda: not page.rules.empty and page._kinds)
    await pilot.pause()
    return page


def says(page: RunPage, selector: str) -> str:
    """What stands in one of its lines."""
    return page.query_one(selector, Saying).words.zh


@pytest.mark.asyncio
@pytest.mark.usefixtures("halted")
async def test_a_run_is_started_by_a_ticked_rule_watched_and_stopped(house: House, tmp_path: Path) -> None:
    """Space and Ctrl+R; bar, counts of the batch and in all, the countdown, each with its record; Ctrl+T."""
    marked = [await asyncio.to_thread(drafted, house, "DEC111-marked") for _ in range(3)]
    async with at_work(house, tmp_path, "operator", SMALL) as (terminal, pilot):
        page = await opened(terminal, pilot)
        await until(pilot, lambda: {line.number for line in page.table.items} >= set(marked))
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "请先勾选预配置规则。"
        await pilot.press("space")
        assert len(page.rules.ticked) == 1
        await pilot.press("ctrl+r")
        asked = await closed(pilot, "y")
        assert asked.startswith("是否按“申报单位”的 1 条预配置规则开始无人值守申报？\n  ")
        assert f"{page.rules._rules[0].text('billNo')} (进口)" in asked
        await until(pilot, lambda: "倒计时" in says(page, ".run--next"))
        assert says(page, "#batch") == "第 1 批次已执行完成，本批次智能申报成功 3 票，失败 0 票"
        assert says(page, "#every") == "累计智能申报共 1 批次，共智能申报成功 3 票，失败 0 票，仍待申报 0 票"
        assert "3 / 3" in shown(terminal)
        left = says(page, ".run--next")
        assert left.startswith("计划执行下一批次，倒计时 0")
        await until(pilot, lambda: says(page, ".run--next") != left)  # it ticks
        await until(pilot, lambda: "申报成功（自动）" in says(page, ".run--record"))
        smart = {page.text(line, "smart") for line in page.table.items if line.number in marked}
        assert smart == {"申报成功"}
        await pilot.press("ctrl+r")
        assert "正在执行" in await closed(pilot)
        await pilot.press("ctrl+t")
        assert "是否停止申报" in await closed(pilot, "y")
        await until(pilot, lambda: not page.running)
        assert says(page, ".run--next").startswith("已停止：")
        page.table.grid.focus()
        await pilot.press("enter")
        record = await front(terminal, pilot, RecordPage)
        assert "申报成功（自动）" in record.query_one(Reader).text


@pytest.mark.asyncio
@pytest.mark.usefixtures("halted")
async def test_a_run_started_elsewhere_is_followed_and_goes_on_when_the_screen_is_left(
    house: House, tmp_path: Path
) -> None:
    """Found by itself; nothing is asked while another screen is in front; stopped elsewhere, it says so."""
    legal = office(house, "enterprise")
    rule = next(iter(legal.numbers(kind="rule-I")))
    async with at_work(house, tmp_path, "enterprise", LARGE) as (terminal, pilot):
        page = await opened(terminal, pilot)
        assert not page.running
        await asyncio.to_thread(legal.submit, "DEC161-start", ruleNo=rule)
        await until(pilot, lambda: page.running)
        assert page.rules.ticked == [rule]
        await terminal.open("receipts")
        await until(pilot, lambda: not page._asks)
        asked = page.run
        await asyncio.to_thread(stop, house)
        for _ in range(3):
            page.ask()
            await pilot.pause()
        assert not page._asks
        assert page.run is asked
        await terminal.open("declaration.run")
        await until(pilot, lambda: not page.running)
        assert "已停止" in says(page, ".run--next")


@pytest.mark.asyncio
@pytest.mark.usefixtures("halted")
async def test_two_questions_are_never_on_their_way_at_once(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long an answer takes, the next question waits for it."""
    legal = office(house, "enterprise")
    rule = next(iter(legal.numbers(kind="rule-I")))
    await asyncio.to_thread(legal.submit, "DEC161-start", ruleNo=rule)
    async with at_work(house, tmp_path, "operator", LARGE) as (terminal, pilot):
        page = await opened(terminal, pilot)
        await until(pilot, lambda: page.running)
        line, asked, go_on = terminal.work.line, [], Event()
        case = line.case

        def slow(system: str, number: str) -> CaseFound | None:
            if number.startswith("X"):
                asked.append(number)
                go_on.wait(10)
            return case(system, number)

        monkeypatch.setattr(line, "case", slow)
        await until(pilot, lambda: asked)
        for _ in range(5):
            page.ask()
            await pilot.pause()
        assert len(asked) == 1
        go_on.set()
        await until(pilot, lambda: len(asked) > 1)


@pytest.mark.asyncio
async def test_a_lost_gateway_is_said_and_the_run_is_followed_again(tmp_path: Path) -> None:
    """The line says since when; after the restart the same run is shown."""
    house = House(tmp_path / "home")
    house.start()
    try:
        await asyncio.to_thread(declarants.enabled, house)
        legal = office(house, "enterprise")
        rule = numbered(await asyncio.to_thread(legal.submit, "DEC141", wait="600"))
        await asyncio.to_thread(legal.submit, "DEC161-start", ruleNo=rule)
        async with at_work(house, tmp_path, "operator", LARGE) as (terminal, pilot):
            page = await opened(terminal, pilot)
            await until(pilot, lambda: page.running)
            house.kill()
            await until(pilot, lambda: page.query_one(".run--lost").display)
            assert "执行不受影响" in says(page, ".run--lost")
            await asyncio.to_thread(house.start)
            terminal.work.line.retry()
            await until(pilot, lambda: not page.query_one(".run--lost").display)
            assert page.running
    finally:
        house.close()


@pytest.mark.asyncio
async def test_what_waits_for_its_taxes_is_yellow(house: House, tmp_path: Path) -> None:
    """A self-assessed one that is not confirmed: its row, and the word; shown alone by the scope."""
    number = await asyncio.to_thread(drafted, house, "DEC111-self")
    async with at_work(house, tmp_path, "operator", LARGE) as (terminal, pilot):
        page = await opened(terminal, pilot)
        page._scope = "unconfirmed"
        page.table.start()
        await until(pilot, lambda: number in {line.number for line in page.table.items})
        line = next(line for line in page.table.items if line.number == number)
        assert page.tone(line, "number") == "warn"
        assert page.text(line, "taxes") == "未确认"
