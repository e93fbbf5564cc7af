"""The screens of those who run the gateway, at a real one: what is seen, taken, tried again and decided."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from storage import registrations, registry
from terminals.tui.choose import Choose
from terminals.tui.dialogs import Ask, AskText, Tell
from terminals.tui.operations.alarms import Alarms
from terminals.tui.operations.overview import LATE, Overview
from terminals.tui.operations.registrations import Registrations
from terminals.tui.operations.watched import RENEWS
from terminals.tui.operations.work import FailedWork
from terminals.tui.plots import Curves
from terminals.tui.status import Status
from terminals.tui.words import Saying
from terminals.work.operated import OwnParty
from tests.scenarios.house import Desk, House
from tests.terminals.tui import watched
from tests.terminals.tui.at_house import at_work, by_account, closed, until
from tests.terminals.tui.gallery import opened
from tests.terminals.tui.picture import picture
from tests.terminals.tui.stage import LARGE, SMALL, shown


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway with alarms, failed work and applicants."""
    house = House(tmp_path_factory.mktemp("operations") / "home")
    watched.trouble(house)
    house.start()
    yield house
    house.close()


def asked(house: House, path: str) -> Any:
    """What a call tells the watch."""
    desk = Desk(house, house.person("operations"))
    answer = desk.client.get(path)
    assert answer.status_code == 200, answer.text
    return json.loads(answer.text)


def notices(pilot: Pilot[int]) -> str:
    """What was said in passing."""
    return "\n".join(each.message for each in pilot.app._notifications)


async def said(pilot: Pilot[int], words: str) -> None:
    """Wait until that is said in passing."""
    await until(pilot, lambda: words in notices(pilot))


@pytest.mark.asyncio
async def test_a_watch_comes_by_password_and_sees_the_overview_first(troubled: House, tmp_path: Path) -> None:
    """No card is asked for and none missed, nothing is offered to send; F9 and its receipts are nobody's."""
    async with by_account(troubled, tmp_path, role="operations", remote=True) as (terminal, pilot):
        page = terminal.shell.pages.front
        assert isinstance(page, Overview)
        await until(pilot, lambda: page.seen and page.hours)
        systems = {system.name: [each.name for each in system.entries] for system in terminal.menu.systems}
        assert set(systems) == {"operations", ""}
        assert systems[""] == ["home", "charts"]
        assert "无卡" not in shown(terminal)
        await pilot.press("f9")
        terminal.shell.query_one(Status).post_message(Status.Asked())
        await pilot.pause()
        assert terminal.shell.pages.front is page
        await terminal.open("home")
        await pilot.pause()
        assert "签名" not in shown(terminal)
        assert "申报" not in shown(terminal)


@pytest.mark.asyncio
async def test_the_overview_shows_gateways_what_waits_and_the_first_alarms(
    troubled: House, tmp_path: Path
) -> None:
    """In both languages; Enter on a line opens what does something about it."""
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.overview", lambda page: page.seen and page.hours)
        assert isinstance(page, Overview)
        assert page.seen is not None
        assert {each.name: each.state for each in page.seen.nodes} == {"1": "serving", "2": "silent"}
        assert page.query_one("#alarms").has_class("-bad")
        for expected in ("!! 失联", "网关失去联系", "KeyError: 'gNo'", "待审核的注册申请"):
            assert expected in shown(terminal)
        assert page.query_one(Curves).size.height > 6
        await pilot.press("f2")
        await pilot.pause()
        for expected in ("!! silent", "a gateway gives no sign of life", "Registrations to decide on"):
            assert expected in shown(terminal)
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Registrations))


@pytest.mark.asyncio
async def test_what_is_in_front_is_renewed_by_itself(
    troubled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to press a key for what has happened since; nothing is asked for by what is behind."""
    monkeypatch.setattr("terminals.tui.operations.watched.RENEWS", 0.1)
    assert RENEWS <= 10
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.work", lambda page: page.table.items)
        before = len(page.table.items)
        number = await asyncio.to_thread(watched.fail, troubled, "DXPENT0000000002")
        await until(pilot, lambda: len(page.table.items) == before + 1)
        assert page.table.items[-1].id == number
        await terminal.open("home")
        looks: list[int] = []
        monkeypatch.setattr(page, "look", lambda: looks.append(1))
        await pilot.pause(0.5)
        assert looks == []


@pytest.mark.asyncio
async def test_a_slow_gateway_is_not_asked_anew_before_it_has_answered(
    troubled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else no answer would ever be waited for; what it says at last is shown."""
    monkeypatch.setattr("terminals.tui.operations.overview.RENEWS", 0.05)
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.overview", lambda page: page.seen and page.hours)
        answer, asked_for = threading.Event(), []
        real = terminal.work.line.operations

        def slow() -> Any:
            asked_for.append(1)
            assert answer.wait(20)
            return real()

        monkeypatch.setattr(terminal.work.line, "operations", slow)
        await until(pilot, lambda: asked_for)
        before = page.seen
        await pilot.pause(0.5)  # ten times its pace
        assert (len(asked_for), page.seen) == (1, before)
        answer.set()
        await until(pilot, lambda: page.seen is not before)


@pytest.mark.asyncio
async def test_a_gateway_that_is_gone_is_told_with_the_time_of_what_is_shown(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Figures that are old do not pass for those of now; they go on by themselves when it is back."""
    house = House(tmp_path_factory.mktemp("gone") / "home")
    house.start()
    try:
        async with at_work(house, tmp_path, "operations") as (terminal, pilot):
            page = await opened(terminal, pilot, "operations.overview", lambda page: page.seen and page.hours)
            await asyncio.to_thread(house.kill)
            page.again()
            await until(pilot, lambda: page.query_one("#failed").display)
            words = page.query_one("#failed", Saying).words
            assert re.search(r"^[\d:]{8} 起网关无应答，系统会自动重新查询。 所示为 [\d:]{8} 的情况", words.zh)
            assert "command" not in words.en
            await asyncio.to_thread(house.start)
            await until(pilot, lambda: not page.query_one("#failed").display)
    finally:
        house.close()


@pytest.mark.asyncio
async def test_a_gateway_that_hangs_is_told_before_its_line_is_given_up(
    troubled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within ten seconds of the first question without an answer; the answer, when it comes, ends it."""
    assert LATE + RENEWS < 10
    monkeypatch.setattr("terminals.tui.operations.overview.RENEWS", 0.05)
    monkeypatch.setattr("terminals.tui.operations.overview.LATE", 0.1)
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.overview", lambda page: page.seen and page.hours)
        failed, answer = page.query_one("#failed", Saying), threading.Event()
        real = terminal.work.line.operations

        def hanging() -> Any:
            assert answer.wait(20)
            return real()

        monkeypatch.setattr(terminal.work.line, "operations", hanging)
        await until(pilot, lambda: failed.display)
        assert "起网关无应答" in failed.words.zh
        assert "所示为" in failed.words.zh
        monkeypatch.setattr("terminals.tui.operations.overview.LATE", 60)
        answer.set()
        await until(pilot, lambda: not failed.display)


@pytest.mark.asyncio
async def test_an_alarm_is_taken_by_name_and_told_with_what_helps(troubled: House, tmp_path: Path) -> None:
    """Those nobody has come first, those that are over last; a second one who takes it is told."""
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.alarms", lambda page: len(page.table.items) > 3)
        assert isinstance(page, Alarms)
        states = [page.text(each, "state") for each in page.table.items]
        assert (states[0], states[-1]) == ("!! 未处理", "已结束")
        first = page.table.item
        assert first is not None
        told = page.query_one("#said", Saying)
        assert "处理办法：" in told.words.zh
        desk = Desk(troubled, troubled.person("operations"))
        second = page.table.items[1]
        answer = await asyncio.to_thread(desk.client.post, f"/v1/operations/alarms/{second.id}")
        assert answer.status_code == 204
        await pilot.press("ctrl+t")
        await said(pilot, "由您处理")
        await until(
            pilot, lambda: {each.id for each in page.table.items if each.taken_by} == {first.id, second.id}
        )
        assert page.table.item is not None
        assert page.table.item.taken_by
        await until(pilot, lambda: "已有人处理" in shown(terminal) and "我来处理" not in shown(terminal))
        page.order("alarms", second.id, None, lambda done: page.said(second) if done.good else page.WORDS)
        await said(pilot, page.WORDS.zh)


@pytest.mark.asyncio
async def test_failed_work_is_tried_again(
    troubled: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once; what is done meanwhile is told as that."""
    monkeypatch.setattr("terminals.tui.operations.watched.RENEWS", 0.5)
    number = await asyncio.to_thread(watched.fail, troubled, "DXPENT0000000002", "ValueError: 77")
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.work", lambda page: page.table.items)
        assert isinstance(page, FailedWork)
        await pilot.press("end")
        await until(pilot, lambda: page.table.item and page.table.item.id == number)
        assert "ValueError: 77" in page.query_one("#said", Saying).words.zh
        due = page.table.item.again if page.table.item else None
        await pilot.press("ctrl+r")
        await said(pilot, f"编号 {number} 正在重试")

        def again() -> bool:
            found = [each for each in page.table.items if each.id == number]
            return bool(found) and found[0].again != due and found[0].attempts > 5

        await until(pilot, again)
        store = watched.database(troubled)
        with store.write() as connection:
            connection.exec_driver_sql("DELETE FROM work WHERE id = ?", (number,))
        store.close()
        await pilot.press("ctrl+r")
        await said(pilot, f"编号 {number} 已处理完毕")


async def at(page: Registrations, pilot: Pilot[int], number: int) -> None:
    """The cursor on the request of this number."""
    page.again()
    await until(pilot, lambda: number in [each.id for each in page.table.items])
    page.table.grid.go([each.id for each in page.table.items].index(number))
    await pilot.pause()


@pytest.mark.asyncio
async def test_a_newcomer_is_let_in_as_a_new_party(troubled: House, tmp_path: Path) -> None:
    """After a question that names him; he logs in with the password that he chose."""
    number = await asyncio.to_thread(watched.apply, troubled, "one@agency.example", "1100980021")
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        await at(page, pilot, number)
        await pilot.press("ctrl+r")
        question = await closed(pilot)  # Enter says no: a slip lets nobody in
        assert "one@agency.example" in question
        assert "新参与方" in question
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        await said(pilot, "已通过，账号属于 DXPREG")
        await until(pilot, lambda: number not in [each.id for each in page.table.items])
    with troubled.client() as client:
        claim = {"account": "one@agency.example", "password": watched.PASSWORD}
        assert client.post("/v1/sessions", json=claim).status_code == 201


@pytest.mark.asyncio
async def test_a_known_number_is_joined_by_choice_only(troubled: House, tmp_path: Path) -> None:
    """The parties of the number are offered, none of them is what Enter takes, and the name is asked back."""
    number = await asyncio.to_thread(watched.apply, troubled, "two@agency.example", watched.KNOWN)
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        await at(page, pilot, number)
        assert "该代码已有参与方" in page.query_one("#said", Saying).words.zh
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and pilot.app.screen.is_mounted)
        await pilot.press("enter")  # belongs to none of them
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and pilot.app.screen.is_mounted)
        await pilot.press("up", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        assert f"{watched.KNOWN_ID} 演示装运前检验有限公司" in await closed(pilot, "y")
        await said(pilot, f"已通过，账号属于 {watched.KNOWN_ID}")
    store = watched.database(troubled)
    with store.read() as connection:
        account = registry.account(connection, "two@agency.example")
        assert account is not None
        assert account.dxp_id == watched.KNOWN_ID
    store.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_parties_to_choose_from_are_told_apart(
    troubled: House, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Number first, and a long name in full where the screen has room; where it has not, the name is cut."""
    long = f"{'装运前检验' * 5}有限公司"  # 58 cells
    parties = (OwnParty("DXPAGE0000000701", long, "agency"), OwnParty("DXPAGE0000000702", long * 3, "agency"))
    async with at_work(troubled, tmp_path, "operations", size) as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        assert isinstance(page, Registrations)
        item = replace(page.table.items[0], kind="account", parties=parties)
        page.run_worker(page._party(item))
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and pilot.app.screen.is_mounted)
        await pilot.pause()
        rows = picture(terminal, str)
        assert any(f"DXPAGE0000000701：加入 {long}" in row for row in rows) == (size == LARGE)
        for party in parties:
            assert any(f"{party.dxp_id}：加入 装运前检验装运前检验" in row for row in rows)
        await pilot.press("escape")


@pytest.mark.asyncio
async def test_a_refusal_needs_a_reason(troubled: House, tmp_path: Path) -> None:
    """Nothing but blanks is none; what is refused is gone from the list, the reason kept with it."""
    number = await asyncio.to_thread(watched.apply, troubled, "three@agency.example", "1100980023")
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        await at(page, pilot, number)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press("space", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, AskText)
        await pilot.press(*"no papers", "enter")
        await said(pilot, "已不予通过")
        await until(pilot, lambda: number not in [each.id for each in page.table.items])
    store = watched.database(troubled)
    with store.read() as connection:
        found = registrations.get(connection, number)
        assert found is not None
        assert (found.state, found.reason) == ("refused", "no papers")
    store.close()


@pytest.mark.asyncio
async def test_whoever_is_slower_is_told_who_was_quicker(troubled: House, tmp_path: Path) -> None:
    """Two have the same request in front; one decides, the other's decision changes nothing."""
    number = await asyncio.to_thread(watched.apply, troubled, "four@agency.example", "1100980024")
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        await at(page, pilot, number)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        desk = Desk(troubled, troubled.person("operations"))
        refusal = {"decision": "refuse", "reason": "资料不全"}
        path = f"/v1/operations/registrations/{number}"
        answer = await asyncio.to_thread(lambda: desk.client.post(path, json=refusal))
        assert answer.status_code == 200
        await closed(pilot, "y")
        await said(pilot, "值班员 钱望 已先处理：不予通过")
        await until(pilot, lambda: number not in [each.id for each in page.table.items])


@pytest.mark.asyncio
async def test_what_needs_a_certificate_is_told_as_that(troubled: House, tmp_path: Path) -> None:
    """Such a request is approved by command, which the screen names."""
    async with at_work(troubled, tmp_path, "operations") as (terminal, pilot):
        page = await opened(terminal, pilot, "operations.registrations", lambda page: page.table.items)
        row = next(each for each in page.table.items if each.kind == "certificate")
        await at(page, pilot, row.id)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Tell))
        assert f"eport-gateway registration approve {row.id}" in await closed(pilot)
