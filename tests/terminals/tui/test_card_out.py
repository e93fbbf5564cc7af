"""A card or Ikey that is taken out while somebody works: closed at once, nothing lost, only it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from hardware.choose import Wish
from hardware.file import keys
from hardware.signer import CardRemoved
from hardware.virtual.stack import Stack
from messages.annotations import Words
from terminals.tui.app import Terminal
from terminals.tui.gone import Gone
from terminals.tui.holder import Holder
from terminals.tui.pin import PinPrompt
from terminals.work.drafts import Drafts
from tests.hardware.agents import RealAgent, agent
from tests.hardware.softhsm import PIN as IKEY_PIN
from tests.hardware.softhsm import SoftHsm, softhsm
from tests.hardware.stack import PIN
from tests.messages.signature.making import Pair
from tests.scenarios.house import House
from tests.terminals.tui.at_house import until
from tests.terminals.tui.stage import shown
from tests.terminals.tui.test_login import AT_DESK, card_of, certificate_of, in_front, person, ways
from tests.terminals.tui.toys import Notes, give, place_of, showing

__all__ = ["agent", "softhsm"]

PURPOSE = Words("签名", "to sign")


@asynccontextmanager
async def typing(
    house: House, folder: Path, wish: Wish = AT_DESK, pin: str = PIN
) -> AsyncIterator[tuple[Terminal, Pilot[int], Notes, Holder]]:
    """Somebody who has logged in with the device that is there, and types."""
    async with showing(place_of(house, folder, wish=wish)) as (terminal, pilot):
        await ways(terminal, pilot, "操作员 李录")
        await pilot.press("enter")
        await in_front(pilot, PinPrompt)
        await give(pilot, pin)
        await until(pilot, lambda: terminal.at_work)
        page = await terminal.open("toys.notes")
        await pilot.press("a", "b")
        holder = terminal.work.holder
        assert isinstance(page, Notes)
        assert holder is not None
        yield terminal, pilot, page, holder


async def test_a_card_that_is_out_closes_everything_and_keeps_what_was_typed(
    house: House, stack: Stack, tmp_path: Path
) -> None:
    """At once and in words; no key reaches the page, the draft is on disk, and only quitting is open."""
    stack.insert(card_of(person(house), tmp_path / "operator.card"))
    async with typing(house, tmp_path) as (terminal, pilot, page, _):
        stack.remove()
        await in_front(pilot, Gone)
        assert "已被拔出" in shown(terminal)
        assert "已拔出" in shown(terminal).splitlines()[-2]
        await pilot.press("x", "enter", "escape", "f8", "alt+2")
        assert page.line.value == "ab"
        assert isinstance(terminal.screen, Gone)
        work = terminal.work
        later = Drafts(work.place.state, work.line.origin, work.who.dxp_id)
        work.drafts.close()
        assert [draft.title for draft in later.left()] == ["ab"]
        await pilot.press("f10")
        await until(pilot, lambda: not isinstance(terminal.screen, Gone))
        assert "请记得取出" not in shown(terminal)
        await pilot.press("n")
        await in_front(pilot, Gone)


async def test_the_same_card_goes_on_after_its_pin(house: House, stack: Stack, tmp_path: Path) -> None:
    """A wrong PIN does not open; the right one does, the cursor where it was, and it signs again."""
    card = card_of(person(house), tmp_path / "operator.card")
    stack.insert(card)
    async with typing(house, tmp_path) as (terminal, pilot, page, holder):
        await pilot.press("left")
        stack.remove()
        await in_front(pilot, Gone)
        stack.insert(card, 1)
        await in_front(pilot, PinPrompt)
        assert "继续操作" in shown(terminal)
        first = terminal.screen
        await give(pilot, "999999")
        await until(pilot, lambda: terminal.screen is not first and isinstance(terminal.screen, PinPrompt))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(terminal.screen, Gone))
        await pilot.press("f5")
        await in_front(pilot, PinPrompt)
        await give(pilot, PIN)
        await until(pilot, lambda: terminal.screen is terminal.shell)
        await pilot.press("c")
        assert page.line.value == "acb"
        assert not holder.out
        assert f"IC 卡 {holder.serial[:6]}" in shown(terminal)


async def test_another_card_does_not_go_on(house: House, stack: Stack, tmp_path: Path) -> None:
    """It is named, nobody is asked for its PIN, and when it is out again the right one is waited for."""
    mine = card_of(person(house), tmp_path / "operator.card")
    other = card_of(person(house, "enterprise1"), tmp_path / "legal.card")
    stack.insert(mine)
    async with typing(house, tmp_path) as (terminal, pilot, _, _holder):
        stack.remove()
        await in_front(pilot, Gone)
        stack.insert(other)
        await until(pilot, lambda: "另一张卡" in shown(terminal))
        assert isinstance(terminal.screen, Gone)
        stack.remove()
        await until(pilot, lambda: "等待插卡" in shown(terminal))
        stack.insert(mine)
        await in_front(pilot, PinPrompt)


async def test_a_card_that_goes_while_its_pin_is_asked_for_takes_the_question_away(
    house: House, stack: Stack, tmp_path: Path
) -> None:
    """Nothing is signed, whoever wanted a signature learns why, and the closed door is all that is seen."""
    stack.insert(card_of(person(house), tmp_path / "operator.card"))
    async with typing(house, tmp_path) as (terminal, pilot, _, holder):
        signing = terminal.run_worker(
            lambda: holder.at(PURPOSE).sign(b"data"), thread=True, exit_on_error=False
        )
        await in_front(pilot, PinPrompt)
        assert "签名" in shown(terminal)
        await pilot.press("1", "2")
        stack.remove()
        await in_front(pilot, Gone)
        await until(pilot, lambda: signing.is_finished)
        assert isinstance(signing.error, CardRemoved)
        assert not any(isinstance(each, PinPrompt) for each in terminal.screen_stack)


async def test_an_ikey_that_is_pulled_is_noticed_too(house: House, softhsm: SoftHsm, tmp_path: Path) -> None:
    """Nothing tells of it, so it is looked at now and then; back and its PIN given, it goes on."""
    operator = person(house)
    softhsm.token("ikey", Pair(*keys(operator.p12, operator.password)))
    wish = Wish("ikey", modules=(softhsm.module,))
    async with typing(house, tmp_path, wish, IKEY_PIN) as (terminal, pilot, page, holder):
        softhsm.take_out()
        await in_front(pilot, Gone)
        softhsm.put_in()
        await in_front(pilot, PinPrompt)
        await give(pilot, IKEY_PIN)
        await until(pilot, lambda: terminal.screen is terminal.shell)
        assert page.line.value == "ab"
        assert holder.sign(b"data")


async def test_a_key_that_an_agent_has_let_go_closes_everything_until_it_is_back(
    house: House, agent: RealAgent, tmp_path: Path
) -> None:
    """As when its card is taken out at the workstation; another key does not go on, the same one does."""
    operator = person(house)
    mine = keys(operator.p12, operator.password)[0]
    other = person(house, "enterprise1")
    agent.add(mine)
    place = place_of(house, tmp_path, remote=True, agent=agent.path, certificates=certificate_of(operator))
    async with showing(place) as (terminal, pilot):
        await until(pilot, lambda: terminal.at_work)
        page = await terminal.open("toys.notes")
        assert isinstance(page, Notes)
        await pilot.press("a", "b")
        agent.run("-D")
        await in_front(pilot, Gone)
        said = shown(terminal)
        assert "李录 的操作员卡已断开" in said
        assert said.index("把同一张卡插回读卡器") < said.index("ssh-add -s") < said.index("SHA256:")
        assert "SSH 代理 操作员卡：已断开" in said
        await pilot.press("x", "enter")
        assert page.line.value == "ab"
        agent.add(keys(other.p12, other.password)[0])
        await pilot.press("f5")
        await until(pilot, lambda: "等待卡重新加入" in shown(terminal))
        assert isinstance(terminal.screen, Gone)
        agent.add(mine)
        await until(pilot, lambda: terminal.screen is terminal.shell)
        await pilot.press("c")
        assert page.line.value == "abc"
