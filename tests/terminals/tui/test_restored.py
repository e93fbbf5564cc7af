"""Forms that were not finished, answers that come late, cards that go: nothing typed or signed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from textual.pilot import Pilot

from hardware.virtual.stack import Stack
from terminals.tui import posting
from terminals.tui.app import Terminal
from terminals.tui.bonded.desk import StocktakeReview
from terminals.tui.entry import EntryPage
from terminals.tui.gone import Gone
from terminals.tui.grid import Grid
from terminals.tui.offered import TABLE
from terminals.tui.offering import Offer
from terminals.tui.pin import PinPrompt
from terminals.work.checks import Purpose
from tests.hardware.stack import PIN
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.test_entry import entry, filled, number
from tests.terminals.tui.test_login import AT_DESK, card_of, in_front, person, ways
from tests.terminals.tui.test_review import declared
from tests.terminals.tui.toys import give, place_of, showing

P = TypeVar("P", EntryPage, StocktakeReview)
pytestmark = pytest.mark.asyncio


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway that may be killed."""
    house = House(tmp_path_factory.mktemp("own") / "home")
    house.start()
    yield house
    house.close()


async def taken_back(terminal: Terminal, pilot: Pilot[int], kind: type[P]) -> P:
    """Open what is offered after the login."""
    await until(pilot, lambda: isinstance(terminal.screen, Offer))
    await pilot.pause()
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(terminal.shell.pages.front, kind))
    await pilot.pause()
    page = terminal.shell.pages.front
    assert isinstance(page, kind)
    return page


async def test_a_form_that_was_not_saved_is_offered_at_the_next_login(house: House, tmp_path: Path) -> None:
    """All that was typed, also what is wrong, unsaved as it was; once it is saved it is offered no more."""
    own = number()
    async with entry(house, tmp_path) as (terminal, pilot, page):
        filled(page, lines=2, etpsInnerNo=own)
        page.model.set(page.model.head, "bookNo", "wrong!")
        page.view.follow()
        await pilot.pause()
        terminal.keeper.flush()
    async with at_work(house, tmp_path) as (terminal, pilot):
        page = await taken_back(terminal, pilot, EntryPage)
        head = page.model.head
        assert (head.text("etpsInnerNo"), head.text("bookNo"), page.unsaved) == (own, "wrong!", True)
        assert len(page.model.rows("Line")) == 2
        page.model.set(head, "bookNo", "")
        page.view.follow()
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("暂存成功")
    async with at_work(house, tmp_path) as (terminal, pilot):
        await pilot.pause(0.3)
        assert terminal.left == []


async def test_a_half_written_review_is_offered_with_its_comparison(house: House, tmp_path: Path) -> None:
    """The reason stands as far as it was written, the differences are fetched anew, and it can be sent."""
    case = await asyncio.to_thread(declared, house, tmp_path / "operator")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        found = await asyncio.to_thread(terminal.work.line.case, "bonded", case)
        review = await terminal.open("bonded.review", found=found)
        assert isinstance(review, StocktakeReview)
        await pilot.pause()
        review.model.set(review.model.head, "reviewResult", "0")
        review.model.set(review.model.head, "reviewInfo", "料件盘")
        review.view.follow()
        await pilot.pause()
        terminal.keeper.flush()
        assert [draft.title for draft in review.drafts()] == [case]
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        left = await taken_back(terminal, pilot, StocktakeReview)
        await until(pilot, lambda: left.objection(Purpose.DECLARE) is None)
        assert left.model.head.text("reviewInfo") == "料件盘"
        assert left.query_one(Grid).rows.text(0, "difference").startswith("▲▲▲ +100")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "审批完成：审批不通过"
        assert not left.unsaved


async def test_a_form_whose_signed_message_waits_is_not_sent_again(own: House, tmp_path: Path) -> None:
    """Taken back, it says that it was sent; its answer settles it, whoever has delivered the message."""
    async with entry(own, tmp_path) as (terminal, pilot, page):
        filled(page)
        own.kill()
        await pilot.press("ctrl+s")
        await closed(pilot)
        (draft,) = page.drafts()
        again = await terminal.open("bonded.entry", draft=draft)
        assert isinstance(again, EntryPage)
        await pilot.pause()
        assert (again.state_words().zh, again.objection(Purpose.SAVE) is None) == ("已发送，等待应答", False)
        own.start()
        terminal.work.line.retry()
        assert (await closed(pilot)).startswith("暂存成功")
        await until(pilot, lambda: again.model.state == "暂存")
        assert not again.unsaved


async def test_a_receipt_that_comes_late_settles_the_form(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for it: the screen goes on, says that it was sent, and says 暂存成功 when it comes."""
    monkeypatch.setattr(posting, "PATIENCE", 0.0)
    async with entry(house, tmp_path) as (_, pilot, page):
        filled(page)
        await pilot.press("ctrl+s")
        said = [await closed(pilot)]
        if "暂存成功" not in said[0]:
            assert said == ["已发送，回执尚未到达；到达后会显示。"]
            said.append(await closed(pilot))
        assert said[-1].startswith("暂存成功")
        await until(pilot, lambda: page.model.state == "暂存")
        assert (page.unsaved, page.objection(Purpose.DECLARE)) == (False, None)


async def test_a_card_that_goes_while_a_form_is_signed_leaves_the_form_as_it_was(
    house: House, stack: Stack, tmp_path: Path
) -> None:
    """Nothing was sent and nothing waits; with the card back the same form is saved."""
    card = card_of(person(house), tmp_path / "operator.card")
    stack.insert(card)
    async with showing(place_of(house, tmp_path, wish=AT_DESK), TABLE) as (terminal, pilot):
        await ways(terminal, pilot, "操作员 李录")
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        await give(pilot, PIN)
        await until(pilot, lambda: terminal.at_work)
        page = await terminal.open("bonded.entry")
        assert isinstance(page, EntryPage)
        await until(pilot, lambda: page._kind is not None)
        filled(page)
        await pilot.press("ctrl+s")
        await in_front(pilot, PinPrompt)
        stack.remove()
        await in_front(pilot, Gone)
        stack.insert(card)
        await in_front(pilot, PinPrompt)
        await give(pilot, PIN)
        await until(pilot, lambda: terminal.screen is terminal.shell)
        assert (page.unsaved, terminal.work.sending.kept, page._waits) == (True, 0, None)
        await pilot.press("ctrl+s")
        await in_front(pilot, PinPrompt)
        await give(pilot, PIN)
        assert (await closed(pilot)).startswith("暂存成功")
        assert page.state_words().zh == "暂存"
