"""The gateway that goes and comes back, and sessions that end, while somebody works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.trouble import LoginRefused
from terminals.tui.dialogs import Ask
from terminals.tui.secret import NameAndSecret
from terminals.work.drafts import Drafts
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.stage import shown
from tests.terminals.tui.test_login import in_front, person
from tests.terminals.tui.toys import Notes, give, logged_in, place_of, showing


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway that may be killed."""
    house = House(tmp_path_factory.mktemp("own") / "home")
    house.start()
    yield house
    house.close()


async def test_a_lost_gateway_is_told_at_once_and_work_goes_on(own: House, tmp_path: Path) -> None:
    """With the seconds to the next try; what is typed meanwhile is kept; that it is back is told too."""
    async with logged_in(own, tmp_path) as (terminal, pilot):
        page = await terminal.open("toys.notes")
        assert isinstance(page, Notes)
        await until(pilot, lambda: "网关正常" in shown(terminal))
        own.kill()
        await until(pilot, lambda: "网关中断" in shown(terminal))
        await pilot.press("a", "b")
        assert page.line.value == "ab"
        terminal.keeper.flush()
        own.start()
        terminal.work.line.retry()
        await until(pilot, lambda: "网关正常" in shown(terminal))
        assert page.seen == [False, True]
        state, origin = terminal.work.place.state, terminal.work.line.origin
        dxp_id = terminal.work.who.dxp_id
    assert [draft.title for draft in Drafts(state, origin, dxp_id).left()] == ["ab"]


async def test_a_session_of_a_host_that_ended_asks_for_the_password(own: House, tmp_path: Path) -> None:
    """The terminal never had it; for the same account only, and everything that is open stays as it is."""
    operator = person(own)
    with own.client() as client:
        claim = {"account": operator.account, "password": operator.account_password}
        token = client.post("/v1/sessions", json=claim).json()["token"]
        async with showing(place_of(own, tmp_path, remote=True, token=token)) as (terminal, pilot):
            await until(pilot, lambda: terminal.at_work)
            page = await terminal.open("toys.notes")
            assert isinstance(page, Notes)
            await pilot.press("a")
            client.delete("/v1/sessions/current", headers={"authorization": f"Bearer {token}"})
            line = terminal.work.line
            with pytest.raises(LoginRefused):
                await asyncio.to_thread(line.kinds)
            await in_front(pilot, NameAndSecret)
            assert "operator1" in shown(terminal)
            await give(pilot, operator.account_password)
            await until(pilot, lambda: terminal.screen is terminal.shell)
            assert page.line.value == "a"
            assert await asyncio.to_thread(line.kinds)


async def test_a_session_by_certificate_is_opened_again_unasked(own: House, tmp_path: Path) -> None:
    """Whoever has a signer that asks nothing notices nothing."""
    async with at_work(own, tmp_path) as (terminal, pilot):
        with own.client() as client:
            client.delete("/v1/sessions/current", headers=terminal.work.line.session.bearer())
        assert await asyncio.to_thread(terminal.work.line.kinds)
        await pilot.pause()
        assert terminal.screen is terminal.shell


async def test_a_session_that_no_signer_opens_again_is_told(own: House, tmp_path: Path) -> None:
    """A certificate that was revoked meanwhile: in words, with the choice to try again."""
    async with at_work(own, tmp_path) as (terminal, pilot):
        own.revoke(own.person("operator"))
        with own.client() as client:
            client.delete("/v1/sessions/current", headers=terminal.work.line.session.bearer())
        with pytest.raises(LoginRefused):
            await asyncio.to_thread(terminal.work.line.kinds)
        await until(pilot, lambda: isinstance(terminal.screen, Ask))
        assert "会话已结束" in await closed(pilot, "n")
