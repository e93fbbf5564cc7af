"""An inspection agency through its screens, from its filing to a result; everybody else by messages.

Then a disposal: what waits cannot be accepted any more, until what had to be put right is, and it is lifted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.inspection.accepting import Acceptance, InspectionResult
from terminals.tui.inspection.agency_lists import DisposalList, EntrustmentList, FilingList
from terminals.tui.inspection.answering import AgencyReply
from terminals.tui.inspection.filing import FilingEntry
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.inspected import agency_at_work, attach, chosen, office, typed
from tests.terminals.tui.officers import front

HEAD = {
    "agencyName": "欧洲检验有限公司", "country": "DEU", "address": "Am Sandtorkai 1, Hamburg",
    "legalRep": "H. Meier", "contact": "孙理", "idNumber": "11010519491231002X", "phone": "+49 40 1234567",
    "mail": "office@inspection.example",
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A gateway of its own."""
    house = House(tmp_path / "home")
    house.start()
    yield house
    house.close()


async def applied(terminal: Terminal, pilot: Pilot[int]) -> str:
    """新增, 暂存, the tables and a file, 申请; the case."""
    page = await terminal.open("inspection.filings")
    assert isinstance(page, FilingList)
    page.table.grid.focus()
    await pilot.press("ctrl+n")
    entry = await front(terminal, pilot, FilingEntry)
    await until(pilot, lambda: entry._kind is not None and not entry.shut)
    typed(entry, **HEAD)
    await pilot.press("ctrl+s")
    assert "暂存成功" in await closed(pilot)
    entry.view.show_part("Department")
    await pilot.pause()
    for name, value in {"deptName": "机电检测部", "duty": "装运前检验", "staff": "12"}.items():
        entry.model.set(entry.model.rows("Department")[0], name, value)
    await attach(entry, pilot, "licence")
    await pilot.press("ctrl+s")
    assert "暂存成功" in await closed(pilot)
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert await closed(pilot) == "提交成功。待审核"
    return entry.model.case


async def answering(terminal: Terminal, pilot: Pilot[int], case: str) -> Acceptance:
    """An entrustment that waits, opened from the list."""
    page = await terminal.open("inspection.entrusted")
    assert isinstance(page, EntrustmentList)
    await chosen(page, pilot, case, "待受理")
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, Acceptance))
    found = terminal.shell.pages.front
    assert isinstance(found, Acceptance)
    await until(pilot, lambda: found._kind is not None and found.model.case == case)
    return found


async def inspected(terminal: Terminal, pilot: Pilot[int]) -> None:
    """What was accepted gets its result."""
    await pilot.press("ctrl+t")
    result = await front(terminal, pilot, InspectionResult)
    await until(pilot, lambda: result._kind is not None)
    typed(result, resultNo="EU-2026-7", resultValidTo="20991231")
    await attach(result, pilot, "certificate")
    await pilot.press("ctrl+r")
    await closed(pilot)
    assert await closed(pilot) == "提交成功。状态：检验完成"


@pytest.mark.asyncio
async def test_an_agency_is_filed_entrusted_and_disposed_of_on_its_screens(
    house: House, tmp_path: Path
) -> None:
    """待审核, 已受理; 待受理, 受理中, 检验完成; a disposal refuses the next one until it is lifted."""
    desk = await asyncio.to_thread(office, house, "customs")
    trader = await asyncio.to_thread(office, house, "enterprise", "photos.pdf")

    async def entrust() -> str:
        (receipt,) = await asyncio.to_thread(trader.submit, "PSI131")
        assert receipt.status == 120, receipt
        return str(receipt.case)

    async with agency_at_work(house, tmp_path) as (terminal, pilot):
        filing = await applied(terminal, pilot)
        assert statuses(await asyncio.to_thread(desk.submit, "PSI121-accept", caseNo=filing)) == [399]
        first, second = await entrust(), await entrust()
        await answering(terminal, pilot, first)
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "操作成功。状态：受理中"
        await inspected(terminal, pilot)
        assert trader.case(first)["body"]["result"]["resultNo"] == "EU-2026-7"
        disposal = str((await asyncio.to_thread(desk.submit, "PSI191-rectify"))[0].case)
        page = await answering(terminal, pilot, second)
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "处于限期整改期间" in await closed(pilot)
        listed = await terminal.open("inspection.disposals")
        assert isinstance(listed, DisposalList)
        await chosen(listed, pilot, disposal, "限期整改")
        await pilot.press("enter")
        reply = await front(terminal, pilot, AgencyReply)
        await until(pilot, lambda: reply._kind is not None)
        typed(reply, content="已完成整改。")
        await attach(reply, pilot, "improved")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。状态：整改待审核"
        await asyncio.to_thread(desk.submit, "PSI181-pass", caseNo=disposal)
        await until(pilot, lambda: reply.model.state == "已撤销处置")
        await answering(terminal, pilot, second)
        assert terminal.shell.pages.front is page
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "操作成功。状态：受理中"
