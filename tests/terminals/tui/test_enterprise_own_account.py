"""Whoever has an account and no card (无卡用户): reads, drafts, asks; 申报 says which card it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.tui.enterprise.change import RegistrationChange
from terminals.tui.offering import Offer
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import by_account, closed, until
from tests.terminals.tui.enterprises import Software, asked, enterprise, front, put
from tests.terminals.tui.stage import shown


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


@pytest.mark.asyncio
async def test_without_a_card_a_draft_is_kept_and_declared_with_one(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """申报 is refused with the cards that it needs, nothing is lost, and whoever has the card declares it."""
    async with by_account(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        put(page, {"contactMobile": "13900000009", "website": "demo.example"})
        await pilot.press("ctrl+r")
        words = await closed(pilot)
        assert words.startswith("企业注册信息变更的申报须插入法人 IC 卡、操作员 IC 卡或 Ikey")
        assert "ENT111" not in words
        assert "不会丢失" in words
        assert page.model.head.text("website") == "demo.example"
        await pilot.press("ctrl+s")
        assert "已保存在本终端" in await closed(pilot)
        await until(pilot, lambda: "已存本终端，未发送" in shown(terminal))
        await pilot.press("f4")
        assert "是否关闭" in await closed(pilot)
        await until(pilot, lambda: page not in list(terminal.shell.pages))
    async with enterprise(house, tmp_path) as (terminal, pilot):
        await until(pilot, lambda: isinstance(pilot.app.screen, Offer))
        await pilot.pause()
        await until(pilot, lambda: "浦东演示进出口有限公司" in shown(terminal))
        await pilot.press("enter")
        page = await front(terminal, pilot, RegistrationChange)
        await until(pilot, lambda: page._kind is not None and page._opened is not None)
        assert page.model.head.text("website") == "demo.example"
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "待审核" in await closed(pilot)
    seen = desk.get("/v1/cases/enterprise", state="待审核")["cases"]
    assert [case["search"]["type"] for case in seen] == ["ENT111"]


@pytest.mark.asyncio
async def test_without_a_card_steps_are_gone_through_and_queries_asked(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Alt+S keeps the table at the terminal and goes on; the own registration and applications are read."""
    async with by_account(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        put(page, {"website": "demo.example"})
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Manager")
        assert pilot.app.screen is terminal.shell
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Broker")
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Attachment")
        registration = await terminal.open("enterprise.registration")
        await until(pilot, lambda: "陈立" in registration.query_one(Reader).text)
        await terminal.open("enterprise.applications")
        await until(pilot, lambda: "申请类型" in shown(terminal))
