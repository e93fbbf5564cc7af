"""The footer: which keys it names where there is little room, and while a dialog is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from messages.annotations import Words
from terminals.tui.app import Terminal
from terminals.tui.choose import ChooseMany
from terminals.tui.dialogs import Ask, AskText, Dialog, Tell
from terminals.tui.facts import Facts
from terminals.tui.keys import Keys
from terminals.tui.pin import PinPrompt
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work
from tests.terminals.tui.stage import SMALL, Stage, text
from tests.terminals.tui.test_entry import filled

WORDS = Words("是否申报？", "Declare?")


def footer(terminal: Terminal) -> str:
    """The last line of the screen."""
    return text(terminal)[-1]


@pytest.mark.asyncio
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_saving_and_declaring_are_named_where_it_is_narrow(
    house: House, tmp_path: Path, language: str
) -> None:
    """On the head and on the body, with the way between the two; the keys between pages give way to them."""
    async with at_work(house, tmp_path, size=SMALL) as (terminal, pilot):
        if language == "en":
            await pilot.press("f2")
        page = await terminal.open("bonded.entry")
        filled(page)  # type: ignore[arg-type]
        for part in ("head", "body"):
            await pilot.pause()
            for key in ("Ctrl+S", "Ctrl+R", "Ctrl+T", "F1", "F10"):
                assert f" {key} " in footer(terminal), (part, footer(terminal))
            await pilot.press("ctrl+t")
        await terminal.open("receipts")
        await pilot.pause()
        assert " F4 " in footer(terminal)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("dialog", "keys"),
    [
        (Ask(WORDS, "en"), "Enter Accept  Esc No"),
        (Ask(WORDS, "en", default=False), "Enter No  Esc No"),
        (Tell(WORDS, "en"), "Esc Close"),
        (AskText(WORDS, "en"), "Enter Accept  Esc Cancel"),
        (PinPrompt(WORDS, "en"), "Enter Accept  Esc Cancel"),
        (ChooseMany(WORDS, (), (), "en"), "Enter Accept  Esc Cancel  Space Mark  A All"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, Dialog) else "",
)
async def test_an_open_dialog_has_the_footer(dialog: Dialog[object], keys: str) -> None:
    """Its keys are named while it is open, those of what is behind it are not; closed, they are back."""
    stage = _Behind(Keys("en"))
    async with stage.run_test(size=SMALL) as pilot:
        await pilot.pause()
        before = text(stage)[0]
        assert "Ctrl+L Clear" in before
        await stage.push_screen(dialog)
        await pilot.pause()
        assert sorted(text(stage)[0].split()) == sorted(keys.split())
        dialog.dismiss(None)
        await until_closed(stage, pilot)
        assert text(stage)[0] == before


@pytest.mark.asyncio
async def test_the_footer_of_a_question_says_what_enter_answers() -> None:
    """It follows the arrows."""
    stage = _Behind(Keys("en"))
    async with stage.run_test(size=SMALL) as pilot:
        await stage.push_screen(Ask(WORDS, "en", default=False))
        for key, said in (("left", "Enter Accept"), ("right", "Enter No")):
            await pilot.press(key)
            await pilot.pause()
            assert said in text(stage)[0]


async def until_closed(stage: Stage, pilot: Pilot[None]) -> None:
    """Until nothing is in front."""
    while len(stage.screen_stack) > 1:
        await pilot.pause()
    await pilot.pause()


class _Behind(Stage):
    """A page with a key of its own."""

    BINDINGS = [("ctrl+l", "clear", "query-clear")]  # noqa: RUF012 - Textual's own way

    def action_clear(self) -> None:
        """Nothing."""


@pytest.mark.asyncio
async def test_what_is_above_a_head_says_who_enters_it_where_it_is_narrow() -> None:
    """The short ones stand in full, the longest are cut, and nothing is pushed out."""
    facts = Facts("zh")
    stage = Stage(facts)
    async with stage.run_test(size=SMALL) as pilot:
        facts.show(
            [
                (Words("申报地海关", "Customs"), "演示海关"),
                (Words("录入单位", "Entered by"), "浦东演示进出口有限公司" * 4),
                (Words("操作员", "Operator"), "李录"),
                (Words("备注", "Note"), ""),
            ]
        )
        await pilot.pause()
        line = text(stage)[0]
        assert "申报地海关 演示海关 " in line
        assert line.rstrip().endswith("…   操作员 李录")
        assert "录入单位 浦东演示进出口" in line
        facts.retell("en")
        await pilot.pause()
        assert text(stage)[0].rstrip().endswith("Operator 李录")
