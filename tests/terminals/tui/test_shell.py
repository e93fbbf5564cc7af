"""What is around the pages, at a real gateway: tabs, menus, languages, help, quitting."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.dialogs import Tell
from terminals.tui.menu import SideMenu
from terminals.tui.page import Page
from terminals.tui.receipts import Receipts
from terminals.tui.tabs import TabLine
from terminals.tui.windows import Functions, Windows
from tests.scenarios.house import House
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.stage import SMALL, shown, text
from tests.terminals.tui.toys import TABLE, Board, Notes, logged_in


def headings(terminal: Terminal) -> list[str]:
    """The tabs, in Chinese."""
    return [page.heading.zh for page in terminal.shell.pages]


async def opened(terminal: Terminal, pilot: Pilot[int], *names: str) -> list[Page]:
    """Open screens, one after the other."""
    pages = [await terminal.open(name) for name in names]
    await pilot.pause()
    return pages


# -- tabs ------------------------------------------------------------------------------------------


async def test_a_screen_opens_as_a_tab_beside_the_one_in_front(house: House, tmp_path: Path) -> None:
    """Numbered in their order, the new one in front; opening one again goes to its tab."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        notes, board = await opened(terminal, pilot, "toys.notes", "toys.board")
        assert headings(terminal) == ["主菜单", "笔记", "公告"]
        assert terminal.shell.pages.front is board
        assert "1 主菜单  2 笔记 x  3 公告 x" in text(terminal)[0]
        await terminal.open("toys.notes")
        assert terminal.shell.pages.front is notes
        assert headings(terminal) == ["主菜单", "笔记", "公告"]


async def test_one_screen_may_be_open_several_times_about_different_things(
    house: House, tmp_path: Path
) -> None:
    """What is opened with something of its own gets a tab of its own."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await terminal.open("toys.leaf", text="a")
        await terminal.open("toys.leaf", text="b")
        await pilot.pause()
        assert headings(terminal) == ["主菜单", "笔记 a", "笔记 b"]


async def test_a_screen_that_is_opened_twice_at_once_is_opened_once(house: House, tmp_path: Path) -> None:
    """Its key, pressed twice, finds a tab that is there and not drawn yet."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        first, second = await asyncio.gather(terminal.open("receipts"), terminal.open("receipts"))
        await pilot.pause()
        assert first is second
        assert headings(terminal) == ["主菜单", "回执"]
        assert terminal.shell.pages.front is first


async def test_f7_and_f8_go_through_the_tabs_with_the_cursor_where_it_was(
    house: House, tmp_path: Path
) -> None:
    """Around the end; whoever comes back types on where he was."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        first, _ = await opened(terminal, pilot, "toys.notes", "toys.board")
        assert isinstance(first, Notes)
        await pilot.press("f7", "a", "b", "left", "f8", "f8", "f8", "x")
        assert terminal.shell.pages.front is first
        assert first.line.value == "axb"


async def test_tabs_are_moved_and_closed_by_the_list_of_windows(house: House, tmp_path: Path) -> None:
    """F3, then left, right, a number, C, O, A; the main menu stays."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await opened(terminal, pilot, "toys.notes", "toys.board", "receipts")
        wanted = {
            "left": ["主菜单", "笔记", "回执", "公告"],
            "right": ["主菜单", "笔记", "公告", "回执"],
            "2": ["主菜单", "笔记", "公告", "回执"],
            "c": ["主菜单", "公告", "回执"],
            "o": ["主菜单", "公告"],
            "a": ["主菜单"],
        }
        for key, left in wanted.items():
            await pilot.press("f3")
            await until(pilot, lambda: isinstance(terminal.screen, Windows))
            await pilot.press(key)
            await until(pilot, lambda left=left: headings(terminal) == left)
            await until(pilot, lambda: terminal.screen is terminal.shell)
            if key == "2":
                assert isinstance(terminal.shell.pages.front, Notes)


async def test_tabs_are_chosen_and_closed_by_mouse(house: House, tmp_path: Path) -> None:
    """A click goes there, one on the x closes, the right button offers the rest."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await opened(terminal, pilot, "toys.notes", "toys.board")
        tabs = terminal.shell.query_one(TabLine).tabs()[0]
        await pilot.click(TabLine, offset=(tabs[1].left + 2, 0))
        assert isinstance(terminal.shell.pages.front, Notes)
        await pilot.click(TabLine, offset=(tabs[2].right - 2, 0))
        await until(pilot, lambda: headings(terminal) == ["主菜单", "笔记"])
        await pilot.click(TabLine, offset=(tabs[1].left + 2, 0), button=3)
        await until(pilot, lambda: isinstance(terminal.screen, Windows))
        await pilot.press("escape")
        await until(pilot, lambda: terminal.screen is terminal.shell)


async def test_more_tabs_than_have_room_are_marked(house: House, tmp_path: Path) -> None:
    """The one in front is always seen; < and > say that there are more."""
    async with logged_in(house, tmp_path, size=SMALL) as (terminal, pilot):
        for number in range(8):
            await terminal.open("toys.leaf", text=f"第{number}份很长的单证")
        await pilot.pause()
        line = text(terminal)[0]
        assert line.startswith("< ")
        assert "9 *笔记 第7份很长的单证" in line
        await pilot.press("f8")
        line = text(terminal)[0]
        assert line.startswith("   1 主菜单")
        assert line.endswith(" >")


async def test_a_tab_with_something_unsaved_asks_before_it_closes(house: House, tmp_path: Path) -> None:
    """No leaves everything as it is; yes closes it, and what was typed is not offered again."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        [notes] = await opened(terminal, pilot, "toys.notes")
        await pilot.press("a", "b")
        assert "*笔记 ab" in text(terminal)[0]
        terminal.keeper.flush()
        await pilot.press("f4")
        assert "笔记 ab" in await closed(pilot, "n")
        assert terminal.shell.pages.front is notes
        await pilot.press("f4")
        await closed(pilot, "y")
        await until(pilot, lambda: headings(terminal) == ["主菜单"])
    async with logged_in(house, tmp_path) as (terminal, _):
        assert not terminal.left


# -- menus -----------------------------------------------------------------------------------------


async def test_everybody_has_the_menu_of_his_role(house: House, tmp_path: Path) -> None:
    """What the table gives to others is not there, nor what only screens open."""
    async with logged_in(house, tmp_path) as (terminal, _):
        seen = shown(terminal)
        assert all(word in seen for word in ("玩具", "笔记", "公告", "回执"))
        assert "审核" not in seen
        assert "散页" not in seen
    async with logged_in(house, tmp_path, account="customs") as (terminal, _):
        assert "审核" in shown(terminal)
        with pytest.raises(KeyError):
            await terminal.open("toys.board")


async def test_the_side_menu_is_folded_where_there_is_no_room(house: House, tmp_path: Path) -> None:
    """At 80 columns it unfolds by F6 and folds again when something was chosen; at 120 it stays."""
    async with logged_in(house, tmp_path, size=SMALL) as (terminal, pilot):
        menu = terminal.shell.query_one(SideMenu)
        assert not menu.display
        await pilot.press("f6")
        assert menu.display
        assert menu.has_focus
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Notes))
        assert not menu.display
    async with logged_in(house, tmp_path) as (terminal, pilot):
        menu = terminal.shell.query_one(SideMenu)
        assert menu.display
        await pilot.press("f6", "enter")
        assert not menu.display
        await pilot.press("f6", "down", "enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Board))
        assert menu.display
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: not menu.display)


async def test_a_digit_opens_an_entry_of_the_main_menu(house: House, tmp_path: Path) -> None:
    """As it is numbered there; one that there is not does nothing."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await pilot.press("9", "2")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Board))


async def test_of_more_than_nine_entries_a_second_digit_may_follow(house: House, tmp_path: Path) -> None:
    """1 and 2 is the twelfth; 1 alone the first, a moment later; 3 the third, at once."""
    toy = next(entry for entry in TABLE[0].entries if entry.name == "toys.board")
    boards = tuple(replace(toy, name=f"toys.board{place}", key="") for place in range(1, 13))
    table = (replace(TABLE[0], entries=boards), *TABLE[1:])
    async with logged_in(house, tmp_path, table=table) as (terminal, pilot):
        opened: list[str] = []
        terminal.open_soon = lambda name, **given: opened.append(name)  # type: ignore[method-assign]
        await pilot.press("1", "2")
        await until(pilot, lambda: opened == ["toys.board12"])
        await pilot.press("3")
        await until(pilot, lambda: opened[1:] == ["toys.board3"])
        await pilot.press("1")
        assert opened[2:] == []
        await until(pilot, lambda: opened[2:] == ["toys.board1"])


async def test_an_enter_behind_a_number_belongs_to_the_number(house: House, tmp_path: Path) -> None:
    """2, Enter opens the second and does nothing there; 1, Enter the first, not what the cursor is on."""
    toy = next(entry for entry in TABLE[0].entries if entry.name == "toys.board")
    boards = tuple(replace(toy, name=f"toys.board{place}", key="") for place in range(1, 13))
    table = (replace(TABLE[0], entries=boards), *TABLE[1:])
    async with logged_in(house, tmp_path, table=table) as (terminal, pilot):
        opened: list[str] = []
        terminal.open_soon = lambda name, **given: opened.append(name)  # type: ignore[method-assign]
        await pilot.press("down", "2", "enter")
        await pilot.pause()
        assert opened == ["toys.board2"]  # and not what the cursor is on besides
        await pilot.press("enter")
        await pilot.pause()
        assert opened[1:] == ["toys.board2"]  # the cursor's: that Enter stands by itself
        await pilot.press("1", "enter")
        await until(pilot, lambda: len(opened) > 2)
        assert opened[2:] == ["toys.board1"]


async def test_a_screen_s_own_key_opens_it_from_anywhere(house: House, tmp_path: Path) -> None:
    """Alt+1 and Alt+2, also while somebody types."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await pilot.press("alt+1")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Notes))
        await pilot.press("a", "alt+2")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Board))


async def test_the_functions_have_the_manual_s_keys(house: House, tmp_path: Path) -> None:
    """Alt+3, then Ctrl+A main menu, Ctrl+B forward, C back, D help, E about, F quit; also without Ctrl."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await opened(terminal, pilot, "toys.notes", "toys.board")

        async def function(key: str) -> None:
            await pilot.press("alt+3")
            await until(pilot, lambda: isinstance(terminal.screen, Functions))
            await pilot.press(key)
            await until(pilot, lambda: not isinstance(terminal.screen, Functions))
            await pilot.pause()

        for key, kind in (("ctrl+c", Notes), ("ctrl+b", Board), ("c", Notes), ("b", Board), ("c", Notes)):
            await function(key)
            assert isinstance(terminal.shell.pages.front, kind)
        await function("ctrl+a")
        await until(pilot, lambda: terminal.shell.pages.number(terminal.shell.pages.front) == 1)
        await function("ctrl+d")
        await closed(pilot, "escape")
        await function("ctrl+e")
        assert house.url in await closed(pilot, "escape")
        await function("ctrl+f")
        assert "退出" in await closed(pilot, "n")


async def test_where_it_is_narrow_the_menu_makes_room(house: House, tmp_path: Path) -> None:
    """For what is opened, by whatever key that was."""
    async with logged_in(house, tmp_path, size=SMALL) as (terminal, pilot):
        menu = terminal.shell.query_one(SideMenu)
        await pilot.press("f6")
        assert not menu.has_class("-folded")
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Receipts))
        assert menu.has_class("-folded")


# -- language, help --------------------------------------------------------------------------------


async def test_the_language_changes_at_any_time_and_nothing_else(house: House, tmp_path: Path) -> None:
    """In the middle of a word, and in front of a dialog: what is typed, where, and which tab, stays."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        [notes] = await opened(terminal, pilot, "toys.notes")
        assert isinstance(notes, Notes)
        await pilot.press("a", "b", "left", "f2")
        seen = shown(terminal)
        said = ("Type here", "Main menu", "Notes ab", "Receipts", "Gateway OK")
        assert all(word in seen for word in said)
        assert "请输入" not in seen
        assert (notes.line.value, notes.line.cursor_position, notes.line.has_focus) == ("ab", 1, True)
        await pilot.press("f10")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press("f2")
        assert "确定退出终端" in shown(terminal)
        await pilot.press("f2")
        assert "Leave the terminal" in shown(terminal)
        await pilot.press("escape", "c")
        assert notes.line.value == "acb"


async def test_f1_says_what_is_in_front_and_which_keys_it_has(house: House, tmp_path: Path) -> None:
    """The page's own words, then the keys with what they do, in the language that is spoken."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await opened(terminal, pilot, "toys.notes")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(terminal.screen, Tell))
        await pilot.pause()
        words = await closed(pilot)
        assert words.startswith("这里写笔记")
        assert "F3         窗口" in words
        assert "F10        退出" in words


async def test_f5_asks_the_page_in_front_to_look_again(house: House, tmp_path: Path) -> None:
    """And no other."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        notes, other = await opened(terminal, pilot, "toys.notes", "toys.leaf")
        assert isinstance(notes, Notes)
        assert isinstance(other, Notes)
        await pilot.press("f5")
        assert (notes.seen, other.seen) == ([], ["again"])


# -- quitting --------------------------------------------------------------------------------------


async def test_quitting_asks_and_says_what_is_unsaved(house: House, tmp_path: Path) -> None:
    """No goes on; yes ends with 0, and what was typed is offered at the next login, to be gone on with."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await opened(terminal, pilot, "toys.notes")
        await pilot.press("h", "i", "f10")
        assert "笔记 hi" in await closed(pilot, "n")
        assert terminal.is_running
        await pilot.press("f10")
        await closed(pilot, "y")
        await until(pilot, lambda: not terminal.is_running)
        assert terminal.return_code == 0
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await until(pilot, lambda: "未完成的单证" in shown(terminal))
        assert "hi" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, Notes))
        front = terminal.shell.pages.front
        assert isinstance(front, Notes)
        assert front.line.value == "hi"
        assert not terminal.left


async def test_keys_that_end_other_programs_end_nothing(house: House, tmp_path: Path) -> None:
    """Ctrl+C and Ctrl+Q."""
    async with logged_in(house, tmp_path) as (terminal, pilot):
        await pilot.press("ctrl+c", "ctrl+q")
        await pilot.pause()
        assert terminal.is_running
        assert terminal.screen is terminal.shell
