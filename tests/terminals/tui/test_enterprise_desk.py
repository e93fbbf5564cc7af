"""The customs desk of customs–enterprise cooperation at a real gateway: queue, differences, review, print."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.enterprise.desk import ApplicationQuery, ApplicationQueue, ObjectionDesk
from terminals.tui.enterprise.review import ApplicationReview
from terminals.tui.grid import Grid
from terminals.tui.query import QueryPage
from terminals.tui.reader import Reader
from terminals.tui.words import Saying
from tests.scenarios.house import SAMPLES, House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import at_work, closed, told, until
from tests.terminals.tui.enterprises import Software, front, in_thread
from tests.terminals.tui.stage import SMALL

MANY = 20  # differences of the sample's change


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture
def desk(house: House) -> Software:
    """Customs' software; what is filed is as the sample has it, and nothing is under way."""
    return enterprises.desk(house)


def office(house: House, role: str = "operator", place: int = 0) -> Software:
    """An enterprise's software, with the samples' files."""
    found = Software(house, house.person(role, place))
    found.drain()
    found.upload("licence.pdf", "decision.pdf")
    return found


def applied(of: Software, sample: str) -> str:
    """An application that waits; its case."""
    (receipt,) = of.submit(sample)
    assert receipt.status == 300, receipt
    return str(receipt.case)


async def chosen(page: QueryPage, pilot: Pilot[int], case: str) -> None:
    """The cursor is on a case."""

    def at() -> list[int]:
        return [at for at, line in enumerate(page.table.items) if line.number == case]

    await until(pilot, at)
    page.table.grid.go(at()[0])
    await pilot.pause()


async def reviewing(terminal: Any, pilot: Pilot[int], case: str) -> ApplicationReview:
    """A case's review, opened from the queue, with what is filed now."""
    page = await terminal.open("enterprise.queue")
    assert isinstance(page, ApplicationQueue)
    page.again()
    await chosen(page, pilot, case)
    await pilot.press("ctrl+r")
    review = await front(terminal, pilot, ApplicationReview)
    await until(pilot, lambda: review._kind is not None and review._filed is not None)
    await pilot.pause()
    return review


def fill(review: ApplicationReview, **values: str) -> None:
    """Type into the decision."""
    for name, value in values.items():
        review.model.set(review.model.head, name, value)
    review.view.follow()


def rows(review: ApplicationReview) -> list[list[str]]:
    """What the list of differences shows."""
    grid = review.query_one(Grid)
    shown = grid.rows
    return [[shown.text(at, column.key) for column in review.COLUMNS] for at in range(len(shown))]


@pytest.mark.asyncio
async def test_a_change_is_shown_field_by_field_and_approved(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Filed beside applied for, by table and person, codes in words; approving asks, and files it."""
    trader = office(house)
    case = applied(trader, "ENT111")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        review = await reviewing(terminal, pilot, case)
        shown = rows(review)
        assert ["", "企业基本信息", "", ""] in shown
        assert ["~", "跨境电子商务企业类型", "1 电子商务企业", "1 4 电子商务企业、支付企业"] in shown
        added = shown.index(["", "企业管理人员 郑宁 新增", "", ""])
        assert shown[added + 1 : added + 3] == [
            ["+", "姓名", "（空）", "郑宁"], ["+", "职务", "（空）", "03 财务负责人"],
        ]  # fmt: skip
        files = shown.index(["", "随附单证 1", "", ""])
        assert [row[-1].split(" ")[0] for row in shown[files + 1 :]] == ["licence.pdf"]
        assert "企业注册信息变更：变更 20 项" in review.query_one(".review--sum", Saying).words.zh
        assert not review.query_one(Reader).display
        review.query_one(Grid).focus()
        review.query_one(Grid).go(1)
        await pilot.press("enter")
        assert "申请变更为：1 4 电子商务企业、支付企业" in await closed(pilot)
        fill(review, reviewResult="1")
        await pilot.press("ctrl+r")
        assert f"{MANY} 项变更将立即写入备案" in await closed(pilot)
        assert "审核完成：审核通过" in await told(pilot)
        review._filed = await in_thread(review._ask_filed, "3122260001")
        review.learned(review._found)
        assert all(row[0] != "!!" for row in rows(review))  # it was filed by this very approval
        assert "审核通过" in await closed(pilot)
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, ApplicationQueue))
        queue = terminal.shell.pages.front
        assert isinstance(queue, ApplicationQueue)
        await until(pilot, lambda: all(line.number != case for line in queue.table.items))
    assert trader.get("/v1/lookups/enterprise/registration")["values"]["crossTypes"] == "1 4"


@pytest.mark.asyncio
async def test_an_application_is_not_approved_without_the_reason(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The reason is asked for before it is sent, and reaches the enterprise; what is filed stays."""
    trader = office(house)
    case = applied(trader, "ENT111")
    trader.drain()
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        review = await reviewing(terminal, pilot, case)
        fill(review, reviewResult="0")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "审核意见 不能为空"
        fill(review, reviewInfo="营业执照看不清。")
        await pilot.press("ctrl+r")
        assert "是否审核不通过" in await closed(pilot)
        assert "审核不通过" in await closed(pilot)
    (receipt,) = await in_thread(trader.until, 1)
    assert "营业执照看不清。" in str(receipt)
    assert trader.get("/v1/lookups/enterprise/registration")["values"]["crossTypes"] == "1"


@pytest.mark.asyncio
async def test_what_customs_has_changed_meanwhile_is_not_approved_and_marked(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The gateway refuses it and names the field; the screen then shows by !! what is filed now."""
    trader = office(house)
    case = applied(trader, "ENT111")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        review = await reviewing(terminal, pilot, case)
        assert all(row[0] != "!!" for row in rows(review))
        await in_thread(desk.refile, 0, bank="招商银行上海分行")
        fill(review, reviewResult="1")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "申报后海关备案已变化" in await closed(pilot)
        await until(pilot, lambda: any(row[0] == "!!" for row in rows(review)))
        (stale,) = (at for at, row in enumerate(rows(review)) if row[0] == "!!")
        assert rows(review)[stale][1] == "开户银行"
        assert "不能审核通过" in review.query_one(".review--sum", Saying).words.zh
        review.query_one(Grid).focus()
        review.query_one(Grid).go(stale)
        await pilot.press("enter")
        assert "现在的备案：招商银行上海分行" in await closed(pilot)
        assert review.model.head.text("reviewResult") == "1"  # what is typed stays


@pytest.mark.asyncio
async def test_a_renewal_is_approved_to_a_day_and_nothing_else_is(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """换证 wants 新的有效期至, and all it says is read; an objection does not have it."""
    second, trader = office(house, "enterprise", 1), office(house)
    renewal, objection = applied(second, "ENT121"), applied(trader, "ENT311")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        review = await reviewing(terminal, pilot, renewal)
        assert not review.query_one(Grid).display
        assert "证书即将到期" in review.query_one(Reader).text
        assert ("20200101–20981231") in [text for _, text in review.facts()]
        fill(review, reviewResult="1")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "新的有效期至 不能为空"
        fill(review, validTo="20991231")
        await pilot.press("ctrl+r")
        assert "备案有效期将改为 20991231" in await closed(pilot)
        await closed(pilot)
        review = await reviewing(terminal, pilot, objection)
        fill(review, reviewResult="1", validTo="20991231")
        await pilot.press("ctrl+r")
        assert await closed(pilot) == "新的有效期至 仅在换证、延续审核通过时填写"
        fill(review, validTo="")
        await pilot.press("ctrl+r")
        assert "备案信息不因此改变" in await closed(pilot)
        await closed(pilot)
    assert second.get("/v1/lookups/enterprise/registration")["values"]["validTo"] == "20991231"
    assert trader.case(objection)["state"] == "审核通过"


@pytest.mark.asyncio
async def test_applications_are_found_by_type_state_and_either_code(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """A type by its name, an enterprise by its registration or credit code; objections by kind."""
    change, objection = applied(office(house), "ENT111"), applied(office(house), "ENT311")
    renewal = applied(office(house, "enterprise", 1), "ENT121")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("enterprise.all")
        assert isinstance(page, ApplicationQuery)

        async def finds(expected: set[str], *typed: str) -> None:
            await pilot.press("ctrl+l")
            for text in typed:
                await pilot.press(*text, "down")
            page.action_run()
            await until(pilot, lambda: {line.number for line in page.table.items} == expected)

        await finds({renewal}, "企业换证申请", "待审核")
        await finds({renewal}, "", "待审核", "", "91440300MA5D8W4R1X")
        await finds({change, objection}, "", "待审核", "", "312226")
        await finds({change, objection, renewal}, "", "待审核")
        objections = await terminal.open("enterprise.objections")
        assert isinstance(objections, ObjectionDesk)
        await until(pilot, lambda: objections.table.items)
        line = next(line for line in objections.table.items if line.number == objection)
        assert objections.text(line, "objectionType") == "行政处罚信息"
        assert change not in {line.number for line in objections.table.items}


@pytest.mark.asyncio
async def test_what_waits_long_stands_out(house: House, desk: Software, tmp_path: Path) -> None:
    """After three days by !, after seven by !!, in its colour."""
    case = applied(office(house), "ENT111")
    later = timedelta()

    def clock() -> datetime:
        return datetime.now(UTC) + later

    async with at_work(house, tmp_path, "customs", clock=clock) as (terminal, pilot):
        page = await terminal.open("enterprise.queue")
        assert isinstance(page, ApplicationQueue)
        await chosen(page, pilot, case)
        line = page.table.item
        assert line is not None
        assert (page.text(line, "changed"), page.tone(line, "changed")) == ("0:00", "")
        later = timedelta(days=3, minutes=5)
        assert (page.text(line, "changed"), page.tone(line, "changed")) == ("! 3天0时", "warn")
        later = timedelta(days=8, hours=2)
        assert (page.text(line, "changed"), page.tone(line, "changed")) == ("!! 8天2时", "bad")


@pytest.mark.asyncio
async def test_a_case_is_printed_with_its_differences_and_its_files_are_fetched(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """From the review itself; and the same case read through, with what became of it."""
    case = applied(office(house), "ENT111")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        await reviewing(terminal, pilot, case)
        await pilot.press("ctrl+g")
        assert "licence.pdf" in await closed(pilot)
        (fetched,) = tmp_path.rglob("licence.pdf")
        assert fetched.read_bytes() == (SAMPLES / "enterprise" / "licence.pdf").read_bytes()
        await pilot.press("ctrl+p")
        await until(pilot, lambda: list(tmp_path.glob(f"{case}*.pdf")))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: terminal.shell.pages.front.__class__.__name__ == "EnterpriseCase")
        view: Any = terminal.shell.pages.front
        await until(pilot, lambda: "办理经过" in view.query_one(Reader).text)
        assert view.query_one(Reader).text.index("变更对比") < view.query_one(Reader).text.index("郑宁")
        assert "变更为支付企业" in view.query_one(Reader).text
    text = subprocess.run(
        ["pdftotext", "-layout", str(next(tmp_path.glob(f"{case}*.pdf"))), "-"],
        capture_output=True, text=True, timeout=30, check=True,
    ).stdout  # fmt: skip
    for said in ("变更对比", "1 电子商务企业 → 1 4", "licence.pdf"):
        assert said in text
