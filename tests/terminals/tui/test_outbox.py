"""What was signed while the gateway did not answer goes out by itself, told on whatever page is open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.trouble import Unreachable
from terminals.tui.app import Terminal
from terminals.tui.page import Page
from terminals.work.checks import Purpose
from terminals.work.submission import Answer
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.stage import shown
from tests.terminals.work.forms import stocktake


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway that may be killed."""
    house = House(tmp_path_factory.mktemp("own") / "home")
    house.start()
    yield house
    house.close()


def said(terminal: Terminal) -> str:
    """What was told in passing."""
    return "\n".join(each.message for each in terminal._notifications)


async def kept(terminal: Terminal, pilot: Pilot[int], owner: House, **values: str) -> None:
    """Sign a stocktake for a gateway that is away."""
    owner.kill()
    sending = terminal.work.sending
    piece = sending.piece(stocktake(1, etpsInnerNo="PD0042", **values), Purpose.SAVE)
    with pytest.raises(Unreachable):
        await asyncio.to_thread(sending.send, [piece])
    await until(pilot, lambda: "待发 1" in shown(terminal))


async def test_what_is_kept_goes_out_when_the_line_is_up_again(own: House, tmp_path: Path) -> None:
    """Its number is in the status bar until then; that it was taken is told, and the number is gone."""
    async with at_work(own, tmp_path) as (terminal, pilot):
        await kept(terminal, pilot, own)
        own.start()
        terminal.work.line.retry()
        await until(pilot, lambda: "PD0042：此前已签名并保留，现已由网关接收" in said(terminal))
        await until(pilot, lambda: "待发" not in shown(terminal))
        assert terminal.work.sending.kept == 0


async def test_what_an_earlier_terminal_kept_goes_out_at_the_login(own: House, tmp_path: Path) -> None:
    """Nobody has to open the form; the form is offered no more once the gateway has it."""
    async with at_work(own, tmp_path) as (terminal, pilot):
        await kept(terminal, pilot, own)
    own.start()
    async with at_work(own, tmp_path) as (terminal, pilot):
        await until(pilot, lambda: "PD0042：此前已签名并保留" in said(terminal))
        assert terminal.work.sending.kept == 0


async def test_a_refusal_of_what_was_kept_is_told_with_its_reason(own: House, tmp_path: Path) -> None:
    """It is an answer too: the message goes out no second time."""
    async with at_work(own, tmp_path) as (terminal, pilot):
        await kept(terminal, pilot, own, stockDate="2024")
        own.start()
        terminal.work.line.retry()
        await until(pilot, lambda: "现被网关拒绝" in said(terminal))
        assert terminal.work.sending.kept == 0


async def test_the_page_whose_message_it_was_tells_it_itself(own: House, tmp_path: Path) -> None:
    """And the shell says nothing beside it."""
    asked: list[Answer] = []

    class Owner(Page):
        def answered(self, answer: Answer) -> bool:
            asked.append(answer)
            return True

    async with at_work(own, tmp_path) as (terminal, pilot):
        await terminal.shell.pages.add(Owner())
        await kept(terminal, pilot, own)
        own.start()
        terminal.work.line.retry()
        await until(pilot, lambda: asked and "待发" not in shown(terminal))
        assert "此前已签名并保留" not in said(terminal)
