"""A foreign officer's list of requests at a real gateway: searching, states, many at once, another one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.assistance.case import AssistanceCase
from terminals.tui.assistance.evaluation import RequestEvaluation, SaidPage
from terminals.tui.assistance.progress import RequestProgress
from terminals.tui.assistance.request import RequestEntry
from terminals.tui.batches import Fates
from terminals.tui.dossiers import CasePage
from terminals.tui.grid import Grid
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import closed, told, until
from tests.terminals.tui.officers import front, officer
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("progress") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


def drafts(house: House, count: int, **changes: str) -> list[str]:
    """Drafts of the first officer's that lack only a reference number; their cases."""
    clerk = assisted.Clerk(house, house.person("officer"))
    clerk.upload(*assisted.NAMES)
    return [str(clerk.submit("CMA111-draft", **changes)[0].case) for _ in range(count)]


async def listed(terminal: Terminal, pilot: Pilot[int], *cases: str) -> RequestProgress:
    """The list, once it has these cases."""
    page = await terminal.open("assistance.progress")
    assert isinstance(page, RequestProgress)
    await until(pilot, lambda: page._kind is not None)
    await until(pilot, lambda: {line.number for line in page.table.items} >= set(cases))
    return page


async def at(page: RequestProgress, pilot: Pilot[int], case: str) -> None:
    """Put the cursor on a case."""
    page.table.grid.focus()
    page.table.grid.go([line.number for line in page.table.items].index(case))
    await pilot.pause()


@pytest.mark.asyncio
async def test_the_list_is_there_at_once_with_the_columns_of_the_manual(house: House, tmp_path: Path) -> None:
    """Number, state, reference, types in words, date, bills, sender, matter; ten a page."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, case)
        line = next(line for line in page.table.items if line.number == case)
        cells = [page._cell(line, column.key, 1) for column in page.COLUMNS]
        assert cells[:4] == ["1", "待处理", number, "单证核查、原产地核查"]
        assert cells[5] == "2"
        assert page.table.wanted.size == 10
        headings = ("序号", "状态", "外方协查编号", "请求类型", "申请日期", "票数", "发函人", "请求备注")
        for heading in headings:
            assert heading in shown(terminal)


@pytest.mark.asyncio
async def test_all_criteria_count_together_and_are_reset(house: House, tmp_path: Path) -> None:
    """Reference number, type by Space, from–to as people write days; 清空 begins anew."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, case)
        assert "已填写的条件同时生效" in page.help().zh
        await pilot.press("ctrl+f", *number, "enter")
        await until(pilot, lambda: [line.number for line in page.table.items] == [case])
        await pilot.press("ctrl+f", "down", "space")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.pause()
        await pilot.press(*"价格", "enter")
        await until(pilot, lambda: page.criteria.values["reqType.contains"] == "3")
        await pilot.press("enter")
        await until(pilot, lambda: not page.table.items)
        await pilot.press("ctrl+f", "backspace", "2", "enter")
        await until(pilot, lambda: [line.number for line in page.table.items] == [case])
        await pilot.press("ctrl+f", "down", *"2020-01-31", "enter", *"2020/2/1", "enter")
        assert page.criteria.values["reqDate.from"] == "20200131"
        assert page.criteria.values["reqDate.to"] == "20200201"
        await until(pilot, lambda: not page.table.items)
        await pilot.press("ctrl+l")
        assert set(page.criteria.values.values()) == {""}
        await pilot.press("enter")
        await until(pilot, lambda: case in {line.number for line in page.table.items})


@pytest.mark.asyncio
async def test_many_drafts_are_submitted_together_and_each_has_its_fate(house: House, tmp_path: Path) -> None:
    """Two lack nothing, one its reference number: two go in one message, the third says what it lacks."""
    first, second = assisted.letter(), assisted.letter()
    cases = [
        *await asyncio.to_thread(drafts, house, 1),
        *await asyncio.to_thread(changed, house, first),
        *await asyncio.to_thread(changed, house, second),
    ]
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, *cases)
        page.table.grid.focus()
        for case in cases:
            await at(page, pilot, case)
            await pilot.press("space")
        await pilot.press("ctrl+r")
        question, names = (await closed(pilot)).split("\n")
        assert question == "是否向中方海关提交 3 份请求？"
        assert set(names.split("、")) == {cases[0], first, second}
        await until(pilot, lambda: isinstance(terminal.screen, Fates))
        await pilot.pause()
        seen = shown(terminal)
        assert "成功 2 条　未成功 1 条" in seen
        assert "外方协查函编号" in seen
        assert first in seen
        await pilot.press("enter")
        await until(
            pilot,
            lambda: (
                {line.number: line.state for line in page.table.items if line.number in cases}
                == dict(zip(cases, ("草稿", "待处理", "待处理"), strict=True))
            ),
        )
        ladders = terminal.work.ladders.all()
        sent = [ladder.cop_msg_id for ladder in ladders if ladder.sent and ladder.case in cases[1:]]
        assert len(sent) == 2
        assert len(set(sent)) == 1


@pytest.mark.asyncio
async def test_a_returned_request_is_submitted_with_others_only_if_it_is_marked(
    house: House, tmp_path: Path
) -> None:
    """Under the cursor alone it is not; marked, the question tells it apart, and Enter says no."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    desk = assisted.Clerk(house, house.person("customs"))
    await asyncio.to_thread(lambda: desk.submit("CMA121-return", caseNo=case))
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, case)
        await at(page, pilot, case)
        await until(pilot, lambda: page._kind is not None)
        assert "submit" not in {each.key for each in page._finding() if each.open}
        await pilot.press("ctrl+r")
        await until(pilot, lambda: any("空格键勾选" in each.message for each in terminal._notifications))
        await pilot.press("space")
        await until(pilot, lambda: "submit" in {each.key for each in page._finding() if each.open})
        await pilot.press("ctrl+r")
        question = await closed(pilot)
        assert "其中 1 份为退回的请求" in question
        assert question.endswith(number)
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", case)
        assert found is not None
        assert found.line.state == "退回"


def changed(house: House, number: str) -> list[str]:
    """A draft that lacks nothing."""
    clerk = assisted.Clerk(house, house.person("officer"))
    clerk.upload(*assisted.NAMES)
    message = clerk.person.message("assistance/CMA111.xml", letterNo=number)
    return [clerk.save(message)]


@pytest.mark.asyncio
async def test_drafts_alone_are_deleted_together(house: House, tmp_path: Path) -> None:
    """Of a marked draft and a marked request that waits the draft is deleted, after a question."""
    waiting, _ = await asyncio.to_thread(assisted.requested, house)
    (draft,) = await asyncio.to_thread(drafts, house, 1)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, waiting, draft)
        for case in (waiting, draft):
            await at(page, pilot, case)
            await pilot.press("space")
        await pilot.press("ctrl+d")
        assert "是否删除 1 份草稿" in await told(pilot)
        await pilot.press("y")
        await until(pilot, lambda: isinstance(terminal.screen, Fates))
        await pilot.pause()
        assert "成功 1 条　未成功 0 条" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: draft not in {line.number for line in page.table.items})
        assert waiting in {line.number for line in page.table.items}


@pytest.mark.asyncio
async def test_each_state_offers_what_it_allows(house: House, tmp_path: Path) -> None:
    """A draft is changed by Enter; what waits is viewed only; what is fed back is read and evaluated once."""
    (draft,) = await asyncio.to_thread(drafts, house, 1)
    waiting, _ = await asyncio.to_thread(assisted.requested, house)
    answered, _ = await asyncio.to_thread(assisted.requested, house)
    customs = assisted.Clerk(house, house.person("customs"))
    await asyncio.to_thread(customs.upload, "findings.pdf")
    await asyncio.to_thread(customs.submit, "CMA121-answer", caseNo=answered)
    async with officer(house, tmp_path, SMALL) as (terminal, pilot):
        page = await listed(terminal, pilot, draft, waiting, answered)
        offered = {}
        for case in (draft, waiting, answered):
            await at(page, pilot, case)
            offered[case] = {each.key for each in page._options() if each.open}
        assert offered == {
            draft: {"view", "change"}, waiting: {"view"}, answered: {"view", "said", "evaluate"},
        }  # fmt: skip
        await at(page, pilot, draft)
        await pilot.press("enter")
        entry = await front(terminal, pilot, RequestEntry)
        assert entry.model.case == draft
        assert len([each for each in terminal.shell.pages if isinstance(each, CasePage)]) == 0
        page = await listed(terminal, pilot, answered)
        await at(page, pilot, answered)
        await pilot.press("ctrl+b")
        said = (await front(terminal, pilot, SaidPage)).query_one(Reader).text
        assert "findings.pdf" in said
        assert "外方协查请求" not in said
        for _ in range(2):  # which is one tab
            page = await listed(terminal, pilot, answered)
            await at(page, pilot, answered)
            await pilot.press("enter")
            await front(terminal, pilot, AssistanceCase)
        assert len([each for each in terminal.shell.pages if type(each) is AssistanceCase]) == 1
        page = await listed(terminal, pilot, answered)
        await at(page, pilot, answered)
        await pilot.press("ctrl+t")
        opinion = await front(terminal, pilot, RequestEvaluation)
        await until(pilot, lambda: opinion._kind is not None)
        for name, value in {"grade": "5", "content": "very helpful"}.items():
            opinion.model.set(opinion.model.head, name, value)
        opinion.view.follow()
        await pilot.press("ctrl+r")
        assert "发送后不能修改" in await closed(pilot)
        assert await closed(pilot) == "发送成功。当前状态：已评价"
        await until(pilot, lambda: opinion not in list(terminal.shell.pages))
        page = await listed(terminal, pilot, answered)
        await until(
            pilot, lambda: {each.number: each.state for each in page.table.items}[answered] == "已评价"
        )
        await at(page, pilot, answered)
        assert {each.key for each in page._options() if each.open} == {"view", "said"}


@pytest.mark.asyncio
async def test_the_list_is_exported_as_it_is_searched(house: House, tmp_path: Path) -> None:
    """导出: the rows that were found, with their headings, in the own area."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await listed(terminal, pilot, case)
        await pilot.press("ctrl+f", *number, "enter")
        await until(pilot, lambda: [line.number for line in page.table.items] == [case])
        await pilot.press("ctrl+y")
        await until(pilot, lambda: [each for each in terminal._notifications if ".xlsx" in each.message])
        (file,) = tmp_path.rglob("*.xlsx")
        sheet = load_workbook(file).active
        assert sheet is not None
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        assert number in values
        assert "外方协查编号" in values


@pytest.mark.asyncio
async def test_another_country_s_officer_sees_none_of_it(house: House, tmp_path: Path) -> None:
    """Neither in the list, nor by its number, whatever is searched."""
    case, number = await asyncio.to_thread(assisted.requested, house)
    await asyncio.to_thread(drafts, house, 1)
    async with officer(house, tmp_path, place=1) as (terminal, pilot):
        page = await terminal.open("assistance.progress")
        assert isinstance(page, RequestProgress)
        await until(pilot, lambda: "没有数据" in shown(terminal) or page.table._total == 0)
        assert page.table.total == 0
        for text in (number, "T", ""):
            await pilot.press("ctrl+l", *text, "enter")
            await until(pilot, lambda: page.table._asked is None and page.table._total == 0)
        assert isinstance(page.table.grid, Grid)
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", case)
        assert found is None
