"""Words that strangers chose, such as a party's name: none of them reaches the line as they are."""

from __future__ import annotations

from pathlib import Path

from messages.annotations import Words
from terminals.tui.app import Terminal
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.status import Person
from terminals.tui.windows import Windows
from tests.scenarios.house import House
from tests.terminals.tui.at_house import until
from tests.terminals.tui.stage import shown, text
from tests.terminals.tui.toys import logged_in

EVIL = "伪造\x1b]0;owned\x07\x1b[2J\x9b31m\u202e[red]甲\u2066\r\n乙"
TOLD = Words(EVIL, EVIL)


def harmless(terminal: Terminal) -> str:
    """What is on the screen; there is no control character and no mark of direction in it."""
    lines = text(terminal)
    odd = {each for line in lines for each in line if not (each.isprintable() or each == "\u3000")}
    assert not odd, odd
    return "\n".join(lines)


async def test_no_name_moves_the_cursor_or_turns_a_line(house: House, tmp_path: Path) -> None:
    """In the status bar, on a tab, in the list of screens, in what is told in passing, in a dialog."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        terminal.shell.status.show_person(Person(TOLD, EVIL, EVIL, TOLD))
        await terminal.open("toys.leaf", text=EVIL)
        terminal.say(TOLD, alarm=True)
        await until(pilot, lambda: "owned" in shown(terminal))
        await until(pilot, lambda: shown(terminal).count("伪造") >= 3)
        harmless(terminal)
        pages = list(terminal.shell.pages)
        for dialog in (
            Tell(TOLD, "zh", title=TOLD), Ask(TOLD, "en", title=TOLD), Windows(pages, pages[0], "zh"),
        ):  # fmt: skip
            await terminal.push_screen(dialog)
            await until(pilot, lambda: terminal.screen.is_mounted)
            await pilot.pause()
            assert "[red]" in harmless(terminal) or isinstance(dialog, Windows)
            await pilot.press("f2")
            harmless(terminal)
            dialog.dismiss(None)
            await pilot.pause()


async def test_what_is_said_when_the_screens_are_gone_is_harmless_too(house: House, tmp_path: Path) -> None:
    """A device's number stands on the terminal itself then."""
    async with logged_in(house, tmp_path) as (terminal, _):
        terminal.farewell = TOLD
        assert all(each.isprintable() for each in terminal.last_words)
