"""China's requests at the customs desk and a real gateway: written on three steps, sent, evaluated."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from messages.assistance.table import ASSESSED
from terminals.tui.assistance.chinese_desk import ChineseEntry, ChineseQuery, FeedbackEvaluation
from terminals.tui.pick import PickFile
from terminals.tui.reader import Reader
from terminals.work.model import FormModel
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.work.forms import type_in

HEAD = {
    "country": "KOR", "reqDept": "缉私局", "reqSender": "王核", "reqMail": "desk@customs.example",
    "reqType": "1", "reqBackground": "1", "reqMatter": "1",
}  # fmt: skip
BILL = {
    "billType": "1", "ieFlag": "E", "declCustoms": "2200", "billDate": "20240803", "loadPort": "Shanghai",
    "destPort": "Busan", "transMode": "2",
}  # fmt: skip
GOODS = {"gName": "Smart phones", "grossWt": "820.5", "qty": "2000", "total": "365000", "currency": "USD"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("assistance") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


def attached(model: FormModel, count: int) -> bool:
    """Whether a form has so many files."""
    return len(model.rows("Attachment")) == count


@pytest.mark.asyncio
async def test_a_chinese_request_is_kept_with_its_faults_completed_and_sent(
    house: House, tmp_path: Path
) -> None:
    """保存 says what is missing; the agreement is filled in; with its files it goes to that country."""
    (tmp_path / "attachments").mkdir()
    for name in ("letter.pdf", "declaration.pdf"):
        shutil.copy(assisted.FILES / name, tmp_path / "attachments" / name)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.write")
        assert isinstance(page, ChineseEntry)
        await until(pilot, lambda: page._kind is not None and pilot.app.focused is page.view.front)
        model = page.model
        type_in(model, model.head, HEAD)
        page.view.follow()
        await page.ask_owed()
        assert model.head.text("agreementNo") == "KOR-1"
        await pilot.press("ctrl+s")
        said = await closed(pilot)
        assert "保存成功" in said
        assert "协查函编号" in said
        model.set(model.head, "letterNo", assisted.letter())
        bill = model.add("Bill")
        type_in(model, bill, BILL)
        type_in(model, model.add("Goods", bill), GOODS)
        page.view.load(model)
        for count, name in enumerate(("letter", "declaration"), 1):
            page.view.show_part("Attachment")
            await pilot.pause()
            await pilot.press("ctrl+n")
            await until(pilot, lambda: isinstance(pilot.app.screen, PickFile))
            await pilot.press(*name, "enter")
            await until(pilot, partial(attached, model, count))
            await until(pilot, lambda: pilot.app.screen is terminal.shell)
        for row, kind in zip(model.rows("Attachment"), ("01", "02"), strict=True):
            model.set(row, "docType", kind)
        page.view.follow()
        await pilot.press("ctrl+r")
        assert "发送给所选国家的海关" in await closed(pilot)
        assert await closed(pilot) == "已发送外方。未反馈"
    officer = assisted.Clerk(house, house.person("officer"))
    found = await asyncio.to_thread(officer.client.get, "/v1/cases/assistance", params={"state": "未反馈"})
    assert [each["number"] for each in found.json()["cases"]] == [model.case]


@pytest.mark.asyncio
async def test_foreign_feedback_is_read_and_evaluated_once(house: House, tmp_path: Path) -> None:
    """The list shows what was fed back first; the evaluation goes out, and is not offered again."""
    case, number = await asyncio.to_thread(assisted.replied, house)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.chinese")
        assert isinstance(page, ChineseQuery)
        await until(pilot, lambda: any(line.number == case for line in page.table.items))
        page.table.grid.go([line.number for line in page.table.items].index(case))
        await pilot.pause()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, FeedbackEvaluation))
        await pilot.pause()
        review = terminal.shell.pages.front
        assert isinstance(review, FeedbackEvaluation)
        await until(pilot, lambda: review._kind is not None)
        read = review.query_one(Reader).text
        for said in (number, "外方反馈", "reply.pdf"):
            assert said in read
        review.model.set(review.model.head, "grade", "5")
        review.model.set(review.model.head, "content", "及时、完整。")
        review.view.follow()
        await pilot.press("ctrl+r")
        assert "只能评价一次" in await closed(pilot)
        await closed(pilot)
        await until(pilot, lambda: review not in list(terminal.shell.pages))
        page.again()
        await until(pilot, lambda: {line.number: line.state for line in page.table.items}[case] == ASSESSED)
        await pilot.pause()
        assert "assess" not in {each.key for each in page._options() if each.open}
