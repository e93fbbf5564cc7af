"""Cases that customs knows, at a real gateway: what is in force, what is only saved, what was decided."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.bonded.stocktake import StocktakeDetail, StocktakeEntry
from terminals.tui.grid import Grid
from terminals.tui.receipts import Receipts
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, told, until
from tests.terminals.tui.stage import SMALL, shown
from tests.terminals.tui.test_review import declared
from tests.terminals.work.desks import seated
from tests.terminals.work.forms import empty

pytestmark = pytest.mark.asyncio
LONG = "账面数量与盘点数量不一致，" * 12 + "请附盘点表"


def review(house: House, state: Path, case: str, result: str, reason: str = "") -> None:
    """Customs decides."""
    with seated(house, state, "customs", listening=False) as seat:
        model = empty("BVS121")
        model.settled(case=case)
        model.set(model.head, "reviewResult", result)
        model.set(model.head, "reviewInfo", reason)
        answer = seat.sending.send([seat.sending.piece(model, Purpose.DECLARE)])
        assert answer.accepted, answer


def found(terminal: Terminal, case: str) -> CaseFound:
    """The case as the gateway has it now."""
    told_of = terminal.work.line.case("bonded", case)
    assert told_of is not None
    return told_of


async def entry(terminal: Terminal, pilot: Pilot[int], case: str) -> StocktakeEntry:
    """The case as 修改 or 库存重新申报 opens it."""
    page = await terminal.open("bonded.entry", found=found(terminal, case))
    assert isinstance(page, StocktakeEntry)
    await until(pilot, lambda: page._kind is not None)
    return page


async def changed(page: StocktakeEntry, pilot: Pilot[int], phone: str) -> None:
    """Type another number into a field and save."""
    page.view.changed(None, page.model.set(page.model.head, "etpsTel", phone))
    await pilot.pause()
    await pilot.press("ctrl+s")


async def test_a_saved_change_is_said_not_to_be_declared(house: House, tmp_path: Path) -> None:
    """The notice, the title, and the details: what is in force first, the draft by a key, told apart."""
    case = await asyncio.to_thread(declared, house, tmp_path / "before")
    async with at_work(house, tmp_path) as (terminal, pilot):
        page = await entry(terminal, pilot, case)
        assert page.state_words().zh == "入库成功"
        await changed(page, pilot, "021-1")
        assert "修改尚未申报" in await closed(pilot)
        assert page.state_words().zh == "入库成功，修改未申报"
        detail = await terminal.open("bonded.detail", found=found(terminal, case))
        assert isinstance(detail, StocktakeDetail)
        await pilot.pause()
        assert detail.state_words().zh == "查看数据 入库成功，另有修改未申报"
        assert detail.model.head.text("etpsTel") != "021-1"
        await pilot.press("ctrl+l")
        assert detail.model.head.text("etpsTel") == "021-1"
        assert detail.state_words().zh == "查看数据 修改未申报（草稿，未生效）"
        await pilot.press("ctrl+l")
        assert detail.model.head.text("etpsTel") != "021-1"


async def test_a_case_has_one_tab(house: House, tmp_path: Path) -> None:
    """修改 of what is open goes there, with what was typed since; details likewise."""
    case = await asyncio.to_thread(declared, house, tmp_path / "before")
    async with at_work(house, tmp_path) as (terminal, pilot):
        page = await entry(terminal, pilot, case)
        page.view.changed(None, page.model.set(page.model.head, "etpsTel", "021-2"))
        await terminal.open("home")
        assert await entry(terminal, pilot, case) is page
        assert terminal.shell.pages.front is page
        assert page.model.head.text("etpsTel") == "021-2"
        detail = await terminal.open("bonded.detail", found=found(terminal, case))
        assert await terminal.open("bonded.detail", found=found(terminal, case)) is detail


async def test_what_was_changed_at_another_desk_is_not_written_over_unasked(
    house: House, tmp_path: Path
) -> None:
    """Asked before it is sent, no keeps what is typed; a form where nothing is typed shows what is new."""
    case = await asyncio.to_thread(declared, house, tmp_path / "before")
    async with at_work(house, tmp_path) as (terminal, pilot):
        page = await entry(terminal, pilot, case)
        page.view.changed(None, page.model.set(page.model.head, "etpsTel", "021-3"))
        await asyncio.to_thread(declared, house, tmp_path / "other", case)
        last = found(terminal, case).body["appTime"]
        await pilot.press("ctrl+s")
        assert "已在别处暂存或申报" in await closed(pilot, "n")
        await pilot.pause()
        assert (page.model.head.text("etpsTel"), page.unsaved) == ("021-3", True)
        assert found(terminal, case).body["appTime"] == last
        await pilot.press("ctrl+s")
        assert "已在别处暂存或申报" in await closed(pilot, "y")
        assert (await closed(pilot)).startswith("暂存成功")
        await asyncio.to_thread(declared, house, tmp_path / "other", case)
        await pilot.press("f5")
        inner = found(terminal, case).line.inner
        await until(pilot, lambda: page.inner == inner)
        assert page.state_words().zh == "入库成功"


async def test_an_open_form_that_is_approved_is_for_reading_until_it_is_chosen_again(
    house: House, tmp_path: Path
) -> None:
    """库存重新申报 is begun by somebody, said to be the only one, and then gone."""
    case = await asyncio.to_thread(declared, house, tmp_path / "before")
    async with at_work(house, tmp_path) as (terminal, pilot):
        page = await entry(terminal, pilot, case)
        await asyncio.to_thread(review, house, tmp_path / "customs", case, "1")
        await until(pilot, lambda: page.model.state == "审批通过")
        assert page.state_words().zh == "查看数据 审批通过"
        await pilot.press(*"abc")
        assert not page.unsaved
        await pilot.press("ctrl+r")
        assert "此处只能查看" in await closed(pilot)
        assert await entry(terminal, pilot, case) is page
        assert page.state_words().zh == "库存重新申报 审批通过"
        assert not page.view.reading
        await pilot.press("ctrl+r")
        question = await closed(pilot, "n")
        assert "只能重新申报一次" in question
        assert "没有任何改动" in question
        await changed(page, pilot, "021-4")
        assert (await closed(pilot)).startswith("暂存成功")
        await pilot.press("ctrl+r")
        question = await closed(pilot)
        assert "没有任何改动" not in question
        assert (await closed(pilot)).startswith("申报成功")
        await until(pilot, lambda: page.model.state == "入库成功")
        await asyncio.to_thread(review, house, tmp_path / "customs", case, "1")
        await until(pilot, lambda: page.model.state == "审批通过")
        assert page.state_words().zh == "查看数据 审批通过"
        assert page.view.reading


async def test_why_customs_refused_is_read_to_its_end_where_it_is_narrow(
    house: House, tmp_path: Path
) -> None:
    """Above the form and the details, whole by a key; and behind Enter on the step in the receipts."""
    case = await asyncio.to_thread(declared, house, tmp_path / "before")
    await asyncio.to_thread(review, house, tmp_path / "customs", case, "0", LONG)
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        for name in ("bonded.entry", "bonded.detail"):
            page = await terminal.open(name, found=found(terminal, case))
            await pilot.pause()
            remark = page.query_one(".form--remark", Saying)
            assert remark.display
            assert "审批意见：账面数量" in shown(terminal)
            await pilot.press("alt+r")
            assert (await closed(pilot)).endswith("请附盘点表")
        receipts = await terminal.open("receipts")
        assert isinstance(receipts, Receipts)
        await until(pilot, lambda: any(step.bad for ladder in receipts._ladders for step in ladder.steps))
        at = next(at for at, ladder in enumerate(receipts._ladders) if any(each.bad for each in ladder.steps))
        receipts.query_one("#ladders", Grid).go(at)
        await pilot.press("enter")
        await pilot.press("enter")
        assert (await told(pilot)).endswith("请附盘点表")
        await pilot.press("escape", "escape")
        assert receipts.query_one("#ladders", Grid).has_focus
