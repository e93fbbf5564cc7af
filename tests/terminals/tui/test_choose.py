"""Menus, and lists to choose several things from."""

from __future__ import annotations

import pytest
from textual.geometry import Offset

from messages.annotations import Words
from terminals.tui.buttons import Buttons, Option, shown_key
from terminals.tui.choose import Choose, ChooseMany
from tests.terminals.tui.stage import SMALL, Stage, shown, text

MENU = (
    Option("menu", Words("返回主选单", "Main menu"), "ctrl+a"),
    Option("forward", Words("前进", "Forward"), "ctrl+b", open=False),
    Option("quit", Words("退出", "Quit"), "ctrl+f"),
)
TITLE = Words("功能选择", "Functions")


async def chosen(*keys: str) -> list[str | None]:
    """What the menu says after these keys."""
    results: list[str | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(Choose(TITLE, MENU, "zh"), results.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    return results


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["enter"], ["menu"]),
        (["down", "down", "enter"], ["quit"]),
        (["ctrl+f"], ["quit"]),
        (["ctrl+b"], []),
        (["down", "enter"], []),
        (["escape"], [None]),
    ],
)
async def test_a_menu_is_chosen_from_by_arrows_or_keys(keys: list[str], expected: list[str | None]) -> None:
    """What is closed now is shown and cannot be chosen, neither way."""
    assert await chosen(*keys) == expected


@pytest.mark.asyncio
@pytest.mark.parametrize(("x", "y"), [(10, 5), (79, 23), (0, 0)])
async def test_a_menu_opens_where_it_was_asked_for_and_stays_on_the_screen(x: int, y: int) -> None:
    """At the mouse, moved as far as it has to be."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(Choose(TITLE, MENU, "zh", at=Offset(x, y)))
        await pilot.pause()
        box = app.screen.query_one(".dialog").region
        assert app.screen.region.contains_region(box)
        assert (x, y) != (10, 5) or box.offset == (10, 5)


@pytest.mark.asyncio
async def test_a_menu_is_chosen_from_by_one_click_and_closed_by_one_beside_it() -> None:
    """As menus are everywhere."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[str | None] = []
        app.push_screen(Choose(TITLE, MENU, "zh", at=Offset(10, 5)), results.append)
        await pilot.pause()
        line = next(at for at, each in enumerate(text(app)) if "退出" in each)
        await pilot.click(offset=(14, line))
        await pilot.pause()
        app.push_screen(Choose(TITLE, MENU, "zh", at=Offset(10, 5)), results.append)
        await pilot.pause()
        await pilot.click(offset=(60, 20))
        await pilot.pause()
        assert results == ["quit", None]


@pytest.mark.asyncio
async def test_an_open_menu_is_told_another_language() -> None:
    """The cursor stays where it is."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[str | None] = []
        menu = Choose(TITLE, MENU, "zh")
        app.push_screen(menu, results.append)
        await pilot.pause()
        await pilot.press("down", "down")
        menu.retell("en")
        await pilot.pause()
        assert "Main menu" in shown(app)
        assert "返回主选单" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert results == ["quit"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["enter"], {"menu"}),
        (["space", "space", "enter"], {"forward"}),
        (["a", "enter"], {"menu", "forward", "quit"}),
        (["a", "a", "enter"], None),
        (["escape"], None),
    ],
)
async def test_several_are_marked_and_taken_together(keys: list[str], expected: set[str] | None) -> None:
    """Space marks and goes on, A marks all or none; fewer than the least are not taken."""
    results: list[frozenset[str] | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(ChooseMany(TITLE, MENU, {"menu"}, "zh", least=1), results.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
    assert (results[0] if results else None) == expected


@pytest.mark.asyncio
async def test_a_row_of_buttons_passes_over_what_is_closed() -> None:
    """Arrows go from one open button to the next; a closed one takes neither its key nor a click."""
    buttons = Buttons(MENU, "zh")
    pressed: list[str] = []

    class Heard(Stage):
        def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
            pressed.append(event.key)

    app = Heard(buttons)
    async with app.run_test(size=SMALL) as pilot:
        buttons.focus()
        await pilot.press("right", "enter")
        await pilot.click(buttons, offset=(22, 0))
        assert not buttons.press_key("ctrl+b")
        assert buttons.press_key("ctrl+a")
        await pilot.pause()
        assert pressed == ["quit", "menu"]
        buttons.offer([Option("forward", MENU[1].words, "ctrl+b")])
        await pilot.press("enter")
        await pilot.pause()
        assert pressed[-1] == "forward"


@pytest.mark.parametrize(
    ("hot", "expected"),
    [
        ("ctrl+s", "Ctrl+S"),
        ("alt+1", "Alt+1"),
        ("f4", "F4"),
        ("y", "Y"),
        ("delete", "Del"),
        ("escape", "Esc"),
    ],
)
def test_keys_are_named_as_keyboards_name_them(hot: str, expected: str) -> None:
    """Not as Textual does."""
    assert shown_key(hot) == expected


async def test_a_row_of_buttons_closes_ranks_where_it_is_narrow() -> None:
    """All of them are seen at 57 columns, and stand apart where there is room."""
    options = [Option(f"o{at}", Words(f"按钮{at}", f"Button {at}"), "ctrl+n") for at in range(1, 4)]
    app = Stage(Buttons(options, "en"))
    async with app.run_test(size=(57, 24)) as pilot:
        assert text(app)[0].strip() == "Button 1(Ctrl+N)   Button 2(Ctrl+N)   Button 3(Ctrl+N)"
        await pilot.resize_terminal(90, 24)
        assert text(app)[0].strip() == "Button 1(Ctrl+N)    Button 2(Ctrl+N)    Button 3(Ctrl+N)"
