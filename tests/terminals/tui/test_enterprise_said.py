"""What customs and enterprises say to each other, at a real gateway: notices, and consultations in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.tui.enterprise.consultations import Answer, Consultation, OwnConsultations, QuestionQueue
from terminals.tui.enterprise.notices import NoticeEntry, NoticeList, PublishedNotices
from terminals.tui.offering import Offer
from terminals.tui.publications import NewsItem
from terminals.tui.reader import Reader
from terminals.work.checks import Purpose
from tests.scenarios.house import SAMPLES, House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.enterprises import Software, enterprise, front, in_thread
from tests.terminals.tui.stage import SMALL


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


def titles(of: Software) -> list[str]:
    """The notices that somebody is shown, the newest first."""
    return [each["title"] for each in of.get("/v1/bulletins", kind="notice")["bulletins"]]


@pytest.mark.asyncio
async def test_a_question_is_asked_answered_and_asked_on(house: House, tmp_path: Path) -> None:
    """Each side reads all that was said; while it waits for the answer nothing more is asked."""
    (tmp_path / "ours").mkdir()
    async with enterprise(house, tmp_path / "own", size=SMALL) as (own, pilot):
        mine = await own.open("enterprise.consultations")
        assert isinstance(mine, OwnConsultations)
        await pilot.pause()
        await pilot.press("ctrl+n")
        page = await front(own, pilot, Consultation)
        await until(pilot, lambda: page._kind is not None and pilot.app.focused is page.view.front)
        assert not page.query_one(Reader).display
        await pilot.press(*"Renewal", "enter", *"When", "ctrl+j", *"and where?")
        page.view.show_part("Attachment")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: pilot.app.screen is not own.shell)
        await pilot.press(*"licence", "enter")
        await until(pilot, lambda: len(page.model.rows("Attachment")) == 1)
        await until(pilot, lambda: pilot.app.screen is own.shell)
        await pilot.press("ctrl+r")
        assert "是否向海关提交" in await closed(pilot)
        assert "等待海关答复" in await closed(pilot)
        assert page.model.state == "待答复"
        assert (page.model.head.text("title"), page.model.head.text("content")) == ("Renewal", "")
        assert not page.model.rows("Attachment")
        assert page.objection(Purpose.DECLARE) is not None
        number = page.model.case

        async with at_work(house, tmp_path / "ours", "customs", SMALL) as (desk, their):
            queue = await desk.open("enterprise.questions")
            assert isinstance(queue, QuestionQueue)
            await until(their, lambda: [line.number for line in queue.table.items] == [number])
            await their.press("ctrl+r")
            answer = await front(desk, their, Answer)
            await until(their, lambda: answer._kind is not None)
            read = answer.query_one(Reader).text
            for said in ("Renewal", "and where?", "licence.pdf", "操作员 李录"):
                assert said in read
            assert "浦东演示进出口有限公司" in [text for _, text in answer.facts()]
            await their.press("ctrl+g")
            assert "licence.pdf" in await closed(their)
            answer.model.set(answer.model.head, "content", "有效期内均可办理。")
            answer.view.follow()
            await their.press("ctrl+r")
            assert "是否发送答复" in await closed(their)
            assert "答复已发送" in await closed(their)
            queue.again()
            await until(their, lambda: not queue.table.items)

        await until(pilot, lambda: page.model.state == "已答复")
        await until(pilot, lambda: "有效期内均可办理。" in page.query_one(Reader).text)
        assert page.objection(Purpose.DECLARE) is None
        page.model.set(page.model.head, "content", "Thank you. And branches?")
        page.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "等待海关答复" in await closed(pilot)
        read = page.query_one(Reader).text
        assert read.index("and where?") < read.index("有效期内") < read.index("And branches?")
        mine.again()
        await until(pilot, lambda: [line.state for line in mine.table.items] == ["待答复"])


@pytest.mark.asyncio
async def test_a_half_written_question_comes_back_with_what_was_said(house: House, tmp_path: Path) -> None:
    """The next login brings it, and above it the consultation that it goes on with."""
    trader = Software(house, house.person("operator"))
    trader.drain()
    (receipt,) = await in_thread(trader.submit, "ENT711")
    desk = Software(house, house.person("customs"))
    desk.drain()
    await in_thread(desk.submit, "ENT721", caseNo=str(receipt.case))
    async with enterprise(house, tmp_path) as (terminal, pilot):
        mine = await terminal.open("enterprise.consultations")
        assert isinstance(mine, OwnConsultations)
        await until(pilot, lambda: mine.table.items and mine.table.items[0].number == receipt.case)
        await pilot.press("enter")
        page = await front(terminal, pilot, Consultation)
        await until(pilot, lambda: page._kind is not None)
        assert not page.unsaved
        page.model.set(page.model.head, "content", "还有一个问题")
        page.view.follow()
        page.keep()
        terminal.keeper.flush()
    async with enterprise(house, tmp_path) as (terminal, pilot):
        await until(pilot, lambda: isinstance(pilot.app.screen, Offer))
        await pilot.press("enter")
        again = await front(terminal, pilot, Consultation)
        await until(pilot, lambda: "有效期内均可申请换证" in again.query_one(Reader).text)
        assert again.model.head.text("content") == "还有一个问题"


@pytest.mark.asyncio
async def test_a_notice_is_published_to_one_or_all_changed_and_withdrawn(
    house: House, tmp_path: Path
) -> None:
    """Whoever is addressed reads it with its file, nobody else does; and nobody once it is withdrawn."""
    enterprises.desk(house)
    trader = Software(house, house.person("operator"))
    other = Software(house, house.person("enterprise", 1))
    (tmp_path / "attachments").mkdir()
    shutil.copy(SAMPLES / "enterprise" / "notice.pdf", tmp_path / "attachments")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        page = await terminal.open("enterprise.publish")
        assert isinstance(page, NoticeEntry)
        await until(pilot, lambda: page._kind is not None and pilot.app.focused is page.view.front)
        head = {"regCode": "3122260001", "title": "请更新联系电话", "content": "联系电话无人接听。"}
        for name, value in head.items():
            page.model.set(page.model.head, name, value)
        page.view.follow()
        page.view.show_part("Attachment")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: pilot.app.screen is not terminal.shell)
        await pilot.press(*"notice", "enter")
        await until(pilot, lambda: len(page.model.rows("Attachment")) == 1)
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        question = await closed(pilot)
        assert question.startswith("是否发布？企业 3122260001 浦东演示进出口有限公司将看到。"), question
        assert "已发布" in await closed(pilot)
        assert (titles(trader), titles(other)) == (["请更新联系电话"], [])
        listed = await terminal.open("enterprise.published")
        assert isinstance(listed, PublishedNotices)
        await until(pilot, lambda: listed.table.items)
        assert listed.text(listed.table.items[0], "regCode") == "3122260001"
        page.model.set(page.model.head, "regCode", "")
        page.view.follow()
        terminal.open_soon("enterprise.publish")
        await front(terminal, pilot, NoticeEntry)
        await pilot.press("ctrl+r")
        assert "所有企业" in await closed(pilot)
        await closed(pilot)
        assert (titles(trader), titles(other)) == (["请更新联系电话"], ["请更新联系电话"])
        async with enterprise(house, tmp_path / "own", "enterprise", place=1) as (own, their):
            read = await own.open("enterprise.notices")
            assert isinstance(read, NoticeList)
            await until(their, lambda: read.table.items)
            await their.press("enter")
            item = await front(own, their, NewsItem)
            assert "联系电话无人接听。" in item.query_one(Reader).text
            await their.press("ctrl+g")
            assert "notice.pdf" in await closed(their)
            terminal.open_soon("enterprise.publish")
            await front(terminal, pilot, NoticeEntry)
            page.view.first()
            await pilot.press("ctrl+d")
            assert "是否撤回" in await closed(pilot, "y")
            assert "已撤回" in await closed(pilot)
            read.again()
            await until(their, lambda: not read.table.items)
        listed.again()
        await until(pilot, lambda: [line.state for line in listed.table.items] == ["已撤回"])
