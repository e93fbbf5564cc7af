"""Logging in at a real gateway: with card, Ikey, agent, certificate file, password, what a host brings."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from cryptography import x509
from textual.pilot import Pilot

from hardware.choose import Wish
from hardware.file import keys
from hardware.signer import SignerError
from hardware.virtual.stack import Stack
from terminals.profile import Secret
from terminals.tui.app import Terminal
from terminals.tui.entry import EntryPage
from terminals.tui.offered import TABLE as OFFERED
from terminals.tui.pin import PinPrompt
from terminals.tui.secret import NameAndSecret
from terminals.tui.words import Saying
from terminals.work.checks import Purpose
from terminals.work.submission import Piece
from tests.hardware.agents import RealAgent, agent
from tests.hardware.softhsm import PIN as IKEY_PIN
from tests.hardware.softhsm import SoftHsm, softhsm
from tests.hardware.stack import PIN, make_card
from tests.messages.signature.making import Pair
from tests.scenarios.house import House, Person, free_port
from tests.terminals.tui.at_house import until
from tests.terminals.tui.stage import SMALL, shown
from tests.terminals.tui.toys import Notes, give, place_of, showing
from tests.terminals.work.forms import stocktake

__all__ = ["agent", "softhsm"]

AT_DESK = Wish(modules=("/nowhere/module.so",))
"""Whatever card is in the reader, and no Ikey of this machine's."""


def person(house: House, account: str = "operator1") -> Person:
    """Somebody of the demo."""
    return next(one for one in house.people() if one.account == account)


def said(terminal: Terminal) -> str:
    """What went wrong, as the first screen says it."""
    return terminal.screen.query_one("#said", Saying).words.zh if not terminal.at_work else ""


async def in_front(pilot: Pilot[int], kind: type) -> None:
    """Wait for a dialog."""
    await until(pilot, lambda: isinstance(pilot.app.screen, kind) and pilot.app.screen.is_mounted)
    await pilot.pause()


async def ways(terminal: Terminal, pilot: Pilot[int], *words: str) -> str:
    """Wait until these stand on the first screen; all that it shows."""
    await until(pilot, lambda: all(word in shown(terminal) for word in words))
    return shown(terminal)


def card_of(owner: Person, path: Path) -> Path:
    """The owner's card, with the keys of the certificate file."""
    key, certificate = keys(owner.p12, owner.password)
    return make_card(path, key=key, certificate=certificate)


# -- passwords and files ---------------------------------------------------------------------------


async def test_an_account_logs_in_with_its_password(house: House, tmp_path: Path) -> None:
    """A wrong one is refused in words and may be typed again; nobody sees it, and the status says no card."""
    async with showing(place_of(house, tmp_path)) as (terminal, pilot):
        await pilot.press("down", "enter")
        await in_front(pilot, NameAndSecret)
        await give(pilot, "sesame-open")
        await until(pilot, lambda: "拒绝" in said(terminal))
        assert "请检查账号和密码或卡" in said(terminal)
        assert "sesame" not in shown(terminal)
        await pilot.press("enter")
        await in_front(pilot, NameAndSecret)
        await give(pilot, person(house).account_password)
        await until(pilot, lambda: terminal.at_work)
        await ways(terminal, pilot, "无卡：申报须用卡", "操作员 李录")
        assert terminal.work.holder is None


async def test_a_cancelled_password_leaves_the_ways_as_they_were(house: House, tmp_path: Path) -> None:
    """Escape, and another way is chosen."""
    async with showing(place_of(house, tmp_path)) as (terminal, pilot):
        await pilot.press("down", "enter")
        await in_front(pilot, NameAndSecret)
        await pilot.press("x", "escape")
        await until(pilot, lambda: not isinstance(terminal.screen, NameAndSecret))
        await pilot.press("up", "enter")
        await in_front(pilot, NameAndSecret)


async def test_a_certificate_file_logs_in_with_its_passphrase(house: House, tmp_path: Path) -> None:
    """The file's name is typed or set; a wrong passphrase is told from a file that is none."""
    operator = person(house)
    async with showing(place_of(house, tmp_path, p12=operator.p12)) as (terminal, pilot):
        await pilot.press("enter")
        await in_front(pilot, NameAndSecret)
        await give(pilot, "wrong")
        await until(pilot, lambda: "口令错误" in said(terminal))
        await pilot.press("enter")
        await in_front(pilot, NameAndSecret)
        await give(pilot, operator.password)
        await until(pilot, lambda: terminal.at_work)
        assert terminal.work.holder is not None
        assert terminal.work.party.cop_code == operator.cop_code


async def test_a_passphrase_that_a_setting_has_is_not_asked_for(house: House, tmp_path: Path) -> None:
    """As in a demo."""
    operator = person(house)
    place = place_of(house, tmp_path, p12=operator.p12, passphrase=Secret(operator.password))
    async with showing(place) as (terminal, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: terminal.at_work)


async def test_what_is_typed_while_it_logs_in_reaches_the_first_page(house: House, tmp_path: Path) -> None:
    """A screen's key opens it; a space, which might choose something, does nothing early."""
    operator = person(house)
    place = place_of(house, tmp_path, p12=operator.p12, passphrase=Secret(operator.password))
    async with showing(place) as (terminal, pilot):
        terminal.early.begin()  # as if the login that follows took its time
        await pilot.press("alt+1", "space", "enter")
        await until(pilot, lambda: terminal.at_work and isinstance(terminal.shell.pages.front, Notes))
        assert len(list(terminal.shell.pages)) == 2
        assert not terminal.shell.pages.front.unsaved


async def test_what_is_typed_before_a_login_that_fails_goes_nowhere(house: House, tmp_path: Path) -> None:
    """The password that is asked for next is not begun by it."""
    operator = person(house)
    place = place_of(house, tmp_path, p12=operator.p12, passphrase=Secret("wrong"))
    async with showing(place) as (terminal, pilot):
        await pilot.press("enter", "1", "2")
        await until(pilot, lambda: "口令错误" in said(terminal))
        await pilot.press("down", "enter")
        await in_front(pilot, NameAndSecret)
        await pilot.pause()
        assert "•" not in shown(terminal)


# -- cards and Ikeys -------------------------------------------------------------------------------


async def test_a_card_is_found_named_and_logs_in(house: House, stack: Stack, tmp_path: Path) -> None:
    """Also when it is put in only then; the PIN is asked for with its purpose, and typed unseen."""
    async with showing(place_of(house, tmp_path, wish=AT_DESK), size=SMALL) as (terminal, pilot):
        await ways(terminal, pilot, "请插入 IC 卡")
        stack.insert(card_of(person(house), tmp_path / "operator.card"))
        await ways(terminal, pilot, "IC 卡", "操作员 李录", "浦东演示进出口")
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        assert "登录" in shown(terminal)
        await give(pilot, PIN)
        await until(pilot, lambda: terminal.at_work)
        holder = terminal.work.holder
        assert holder is not None
        await ways(terminal, pilot, f"IC 卡 {holder.serial[:8]}")


async def test_wrong_pins_are_counted_and_the_last_try_is_warned_of(
    house: House, stack: Stack, tmp_path: Path
) -> None:
    """Tries left after the first, advice to leave after the second, and after the third the card office."""
    stack.insert(card_of(person(house), tmp_path / "operator.card"))
    async with showing(place_of(house, tmp_path, wish=AT_DESK)) as (terminal, pilot):
        await ways(terminal, pilot, "操作员 李录")
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        first = terminal.screen
        await give(pilot, "111111")
        await until(pilot, lambda: terminal.screen is not first and isinstance(terminal.screen, PinPrompt))
        await ways(terminal, pilot, "还可以再试 2 次")
        await give(pilot, "222222")
        await until(pilot, lambda: "建议先退出系统" in said(terminal))
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        assert "最后一次机会" in shown(terminal)
        await give(pilot, "333333")
        await until(pilot, lambda: "制卡中心" in said(terminal))
        assert not terminal.at_work


async def test_no_pin_is_no_login(house: House, stack: Stack, tmp_path: Path) -> None:
    """Escape at the prompt: said, and nothing was tried at the card."""
    stack.insert(card_of(person(house), tmp_path / "operator.card"))
    async with showing(place_of(house, tmp_path, wish=AT_DESK)) as (terminal, pilot):
        await ways(terminal, pilot, "操作员 李录")
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        await pilot.press("1", "escape")
        await until(pilot, lambda: "未输入密码" in said(terminal))


async def test_a_card_stands_before_an_ikey_and_both_log_in(
    house: House, stack: Stack, softhsm: SoftHsm, tmp_path: Path
) -> None:
    """The IC card wins: it is the first way, and what Enter takes."""
    operator, legal = person(house), person(house, "enterprise1")
    softhsm.token("ikey", Pair(*keys(legal.p12, legal.password)))
    stack.insert(card_of(operator, tmp_path / "operator.card"))
    place = place_of(house, tmp_path, wish=Wish(modules=(softhsm.module,)))
    async with showing(place) as (terminal, pilot):
        seen = await ways(terminal, pilot, "李录", "陈立")
        assert seen.index("IC 卡") < seen.index("Ikey")
        await pilot.press("down", "enter")
        await in_front(pilot, PinPrompt)
        await give(pilot, IKEY_PIN)
        await until(pilot, lambda: terminal.at_work)
        assert terminal.work.holder is not None
        assert terminal.work.holder.kind == "ikey"
        assert terminal.work.who.holder == "法定代表人 陈立"


# -- over SSH --------------------------------------------------------------------------------------


def certificate_of(owner: Person) -> tuple[x509.Certificate, ...]:
    """As the host has it from the gateway."""
    return (keys(owner.p12, owner.password)[1],)


async def test_the_forwarded_agent_logs_in_without_a_question(
    house: House, agent: RealAgent, tmp_path: Path
) -> None:
    """With the certificate whose key logged in; the PIN stays at the workstation."""
    operator = person(house)
    agent.add(keys(operator.p12, operator.password)[0])
    place = place_of(house, tmp_path, remote=True, agent=agent.path, certificates=certificate_of(operator))
    async with showing(place) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        await ways(terminal, pilot, "SSH 代理")
        assert terminal.work.hand.card == "operator"


async def test_an_agent_that_does_not_sign_is_told_and_tried_again_by_hand(
    house: House, agent: RealAgent, tmp_path: Path
) -> None:
    """Without its key it says so; once the key is there, it is found and used by itself."""
    operator = person(house)
    place = place_of(house, tmp_path, remote=True, agent=agent.path, certificates=certificate_of(operator))
    async with showing(place) as (terminal, pilot):
        await ways(terminal, pilot, "SSH 代理中没有证书")
        agent.add(keys(operator.p12, operator.password)[0])
        await until(pilot, lambda: terminal.at_work)


@pytest.mark.parametrize("early", [True, False], ids=["before", "after"])
async def test_who_came_by_password_signs_with_the_card_in_the_agent(
    house: House, agent: RealAgent, tmp_path: Path, early: bool
) -> None:
    """Whether it was there at the login or came later; until then it is said that one can only look."""
    operator = person(house)
    key = keys(operator.p12, operator.password)[0]
    agent.add(keys(person(house, "enterprise1").p12, person(house, "enterprise1").password)[0])
    if early:
        agent.add(key)
    place = place_of(house, tmp_path, remote=True, agent=agent.path, token=token_of(house, operator))
    async with showing(place) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        if not early:
            await ways(terminal, pilot, "SSH 代理中没有登记在您名下的密钥", "无卡：申报须用卡")
            with pytest.raises(SignerError, match="holds no key"):
                terminal.work.sending.send([stocktake_piece(terminal)])
            agent.add(key)
        await until(pilot, lambda: terminal.work.holder is not None)
        await ways(terminal, pilot, "SSH 代理 操作员卡", "网关正常")
        assert "申报须用卡" not in shown(terminal)
        assert terminal.work.who.certificate_ends
        assert (await asyncio.to_thread(terminal.work.sending.send, [stocktake_piece(terminal)])).accepted


async def test_a_forms_buttons_open_when_the_card_comes(
    house: House, agent: RealAgent, tmp_path: Path
) -> None:
    """Until then they are closed, and say what to do; the form that is open needs no opening again."""
    operator = person(house)
    place = place_of(house, tmp_path, remote=True, agent=agent.path, token=token_of(house, operator))
    async with showing(place, table=OFFERED) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        page = await terminal.open("bonded.entry")
        assert isinstance(page, EntryPage)
        why = page.objection(Purpose.SAVE)
        assert why is not None
        assert "ssh-add" in why.zh
        agent.add(keys(operator.p12, operator.password)[0])
        await until(pilot, lambda: page.objection(Purpose.SAVE) is None)
        await until(pilot, lambda: all(each.open for each in page.options() if each.key == "save"))


async def test_who_came_by_password_without_an_agent_is_told_to_forward_one(
    house: House, tmp_path: Path
) -> None:
    """On the first page, and when something is to be signed."""
    place = place_of(house, tmp_path, remote=True, token=token_of(house, person(house)))
    async with showing(place, size=SMALL) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        await ways(terminal, pilot, "ssh -A", "无卡：申报须用卡")
        with pytest.raises(SignerError, match="ssh -A"):
            terminal.work.sending.send([stocktake_piece(terminal)])


def token_of(house: House, owner: Person) -> str:
    """Of a session that the host has opened for somebody's password."""
    with house.client() as client:
        claim = {"account": owner.account, "password": owner.account_password}
        return str(json.loads(client.post("/v1/sessions", json=claim).content)["token"])


def stocktake_piece(terminal: Terminal) -> Piece:
    """A stocktake to be saved."""
    return terminal.work.sending.piece(stocktake(1), Purpose.SAVE)


async def test_without_an_agent_the_way_to_one_is_told(house: House, tmp_path: Path) -> None:
    """By ssh -A, and account and password meanwhile; no reader of the host is looked at."""
    operator = person(house)
    place = place_of(house, tmp_path, remote=True, certificates=certificate_of(operator))
    async with showing(place, size=SMALL) as (terminal, pilot):
        await ways(terminal, pilot, "ssh -A", "账号和密码")
        await pilot.press("f5")
        await pilot.pause()
        assert "pcscd" not in shown(terminal)
        await pilot.press("enter")
        await in_front(pilot, NameAndSecret)
        await give(pilot, operator.account_password)
        await until(pilot, lambda: terminal.at_work)


async def test_a_session_that_the_host_opened_is_gone_on_with_at_once(house: House, tmp_path: Path) -> None:
    """Whoever typed a password for the host types it no second time."""
    operator = person(house)
    place = place_of(house, tmp_path, remote=True, token=token_of(house, operator))
    async with showing(place) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        assert terminal.work.who.dxp_id == operator.dxp_id


@pytest.mark.parametrize("name", ["../operator1.p12", "/etc/passwd", "link.p12"])
async def test_over_ssh_a_certificate_file_is_in_the_own_area(
    house: House, tmp_path: Path, name: str
) -> None:
    """No name leads out of it."""
    operator = person(house)
    area = tmp_path / "area"
    area.mkdir()
    (tmp_path / "operator1.p12").write_bytes(operator.p12.read_bytes())
    (area / "link.p12").symlink_to(tmp_path / "operator1.p12")
    place = place_of(house, tmp_path, remote=True, area=area)
    async with showing(place) as (terminal, pilot):
        await pilot.press("down", "enter")
        await in_front(pilot, NameAndSecret)
        await pilot.press(
            *("full_stop" if each == "." else "slash" if each == "/" else each for each in name)
        )
        await give(pilot, operator.password)
        await until(pilot, lambda: said(terminal) not in ("", "正在登录 …  Esc 中止"))
        assert not terminal.at_work


# -- the gateway -----------------------------------------------------------------------------------


async def test_a_gateway_that_is_away_is_told_and_can_be_left(house: House, tmp_path: Path) -> None:
    """Each wait is said with its seconds; Escape stops, and one may try again."""
    operator = person(house)
    place = place_of(house, tmp_path, p12=operator.p12, passphrase=Secret(operator.password))
    nowhere = f"https://127.0.0.1:{free_port()}"
    async with showing(
        place_of(house, tmp_path, url=nowhere, p12=place.p12, passphrase=place.passphrase)
    ) as (
        terminal,
        pilot,
    ):
        await pilot.press("enter")
        await until(pilot, lambda: "秒后重试" in said(terminal))
        await pilot.press("escape")
        await until(pilot, lambda: said(terminal) == "已中止。")
        await pilot.press("enter")
        await until(pilot, lambda: "秒后重试" in said(terminal))


async def test_a_role_without_screens_is_told_so(house: House, tmp_path: Path) -> None:
    """And its session is not left open."""
    operator = person(house)
    place = place_of(house, tmp_path, p12=operator.p12, passphrase=Secret(operator.password))
    async with showing(place, table=()) as (terminal, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: "没有适用于角色" in said(terminal))
