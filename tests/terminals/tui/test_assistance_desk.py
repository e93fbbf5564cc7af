"""The customs desk of mutual assistance at a real gateway: the queue, the case, feedback, return."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.assistance.desk import RequestAnswer, RequestQuery, RequestQueue
from terminals.tui.dossiers import CasePage
from terminals.tui.reader import Reader
from terminals.work.found import CaseLine
from terminals.work.standing import Kind
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.stage import SMALL


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("assistance") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


async def chosen(page: RequestQueue | RequestQuery, pilot: Pilot[int], case: str) -> CaseLine:
    """The line of a case, with the cursor on it."""

    def there() -> CaseLine | None:
        return next((line for line in page.table.items if line.number == case), None)

    await until(pilot, there)
    line = there()
    assert line is not None
    page.table.grid.go(list(page.table.items).index(line))
    await pilot.pause()
    return line


async def answering(page: RequestQueue, pilot: Pilot[int], case: str) -> RequestAnswer:
    """The answer to a case in the queue, begun."""
    await chosen(page, pilot, case)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: isinstance(page.terminal.shell.pages.front, RequestAnswer))
    await pilot.pause()
    answer = page.terminal.shell.pages.front
    assert isinstance(answer, RequestAnswer)
    await until(pilot, lambda: answer._kind is not None)
    return answer


def fill(answer: RequestAnswer, **values: str) -> None:
    """Type into the form's head."""
    for name, value in values.items():
        answer.model.set(answer.model.head, name, value)
    answer.view.follow()


@pytest.mark.asyncio
async def test_a_request_is_read_whole_and_fed_back(house: House, tmp_path: Path) -> None:
    """The queue has it with its country and types in words; all of it is read; feedback is sent once."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        page = await terminal.open("assistance.queue")
        assert isinstance(page, RequestQueue)
        line = await chosen(page, pilot, case)
        await until(pilot, lambda: page.text(line, "country") == "韩国")
        assert page.text(line, "reqType") == "单证核查、原产地核查"
        assert page.text(line, "bills") == "2"
        answer = await answering(page, pilot, case)
        read = answer.query_one(Reader).text
        for said in (number, "letter.pdf", "货物信息 2", "Chargers, 20 W", "KOR 韩国"):
            assert said in read
        fill(answer, result="1", content="属实。")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "结论代码 不能为空"
        fill(answer, conclusion="1")
        await pilot.press("ctrl+r")
        assert "是否向外方发送反馈？结论：属实" in await closed(pilot)
        assert await closed(pilot) == "已发送外方，状态：已反馈"
        await until(pilot, lambda: answer not in list(terminal.shell.pages))
        page.again()
        await until(pilot, lambda: all(each.number != case for each in page.table.items))


@pytest.mark.asyncio
async def test_a_request_is_returned_with_the_reason(house: House, tmp_path: Path) -> None:
    """退回 takes no conclusion, whatever was chosen before, but a reason; the officer's receipt has it."""
    case, _ = await asyncio.to_thread(assisted.requested, house)
    officer = assisted.Clerk(house, house.person("officer"))
    await asyncio.to_thread(officer.drain)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.queue")
        assert isinstance(page, RequestQueue)
        answer = await answering(page, pilot, case)
        fill(answer, result="1", conclusion="2")
        fill(answer, result="0")
        assert answer.model.standing(answer.model.head, "conclusion").kind is Kind.HIDDEN
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "反馈内容或退回原因 不能为空"
        fill(answer, content="原产地证书看不清。")
        await pilot.press("ctrl+r")
        assert "退回外方" in await closed(pilot)
        assert await closed(pilot) == "已发送外方，状态：退回"
        assert not terminal.work.ladders.all()[0].steps[-1].bad, "customs wanted just that"
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", case)
        assert found is not None
        assert "conclusion" not in found.body["answer"]
    (receipt,) = await asyncio.to_thread(officer.until, 1)
    assert "原产地证书看不清。" in str(receipt)


@pytest.mark.asyncio
async def test_the_requester_s_files_are_fetched(house: House, tmp_path: Path) -> None:
    """取附件 puts all of them into the own area, as they were sent."""
    case, _ = await asyncio.to_thread(assisted.requested, house)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.queue")
        assert isinstance(page, RequestQueue)
        await answering(page, pilot, case)
        await pilot.press("ctrl+g")
        said = await closed(pilot)
        for name in assisted.NAMES:
            assert name in said
            (found,) = tmp_path.rglob(name)
            assert found.read_bytes() == (assisted.FILES / name).read_bytes()


@pytest.mark.asyncio
async def test_a_case_is_printed_whole(house: House, tmp_path: Path) -> None:
    """From the screen with all of it, and what became of it: request, goods, documents, history."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.requests")
        assert isinstance(page, RequestQuery)
        await pilot.press("enter")
        await chosen(page, pilot, case)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, CasePage))
        view = terminal.shell.pages.front
        assert isinstance(view, CasePage)
        await until(pilot, lambda: "办理经过" in view.query_one(Reader).text)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.glob(f"{case}*.pdf")))
    text = subprocess.run(
        ["pdftotext", "-layout", str(next(tmp_path.glob(f"{case}*.pdf"))), "-"],
        capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    for said in (number, "Chargers, 20 W", "certificate.pdf", "办理经过"):
        assert said in text
