"""Chinese letters on the screen: none is lost, and what is painted by pieces is what is painted at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.geometry import Offset, Region
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from messages.annotations import Words
from messages.codes import CodeLists
from terminals.tui import cjk
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.grid import Grid
from terminals.tui.picker import CodePicker
from tests.terminals.tui.glass import Seen

SIZE = (60, 20)
TEXT = "保税核查作业系统操作手册中国电子口岸数据中心海关总署"
WORDS = Words("是否确认删除选中的表体数据？", "Delete?")


class Layers(Container):
    """Text all over, a list, and a box that lies across everything when it is shown."""

    DEFAULT_CSS = """
    Layers { layers: below above; }
    Layers > #text { layer: below; width: 1fr; height: 1fr; }
    Layers > #box { layer: above; width: 31; height: 5; background: white; display: none; }
    Layers > #hidden { layer: below; position: absolute; offset: 5 3; width: 8; height: 2; display: none; }
    """

    def compose(self) -> ComposeResult:
        """The layers."""
        with VerticalScroll(id="text"):
            for number in range(40):
                yield Static(" " * (number % 2) + TEXT, markup=False)
        yield Static("藏" * 60, id="hidden")
        yield Static(TEXT * 6, id="box")


@pytest_asyncio.fixture
async def seen() -> AsyncIterator[tuple[Seen, Pilot[None]]]:
    """The layers above a list, on a glass."""
    columns = (Column("name", Words("名称", "Name")), Column("more", Words("说明", "More"), most=60))
    grid = Grid(columns, "zh")
    app = Seen(Layers(), grid, size=SIZE)
    async with app.run_test(size=SIZE) as pilot:
        grid.show(Listed(columns, [(TEXT[at : at + 4], TEXT) for at in range(20)]))
        await pilot.pause()
        yield app, pilot


def whole(app: Seen) -> None:
    """What was painted piece by piece is what is painted at once, and nothing is damaged."""
    assert app.glass.lines() == app.repainted().lines()
    assert app.glass.cells == app.repainted().cells


@pytest.mark.asyncio
@pytest.mark.parametrize("x", range(6))
async def test_a_box_comes_moves_and_goes_and_leaves_no_trace(seen: tuple[Seen, Pilot[None]], x: int) -> None:
    """Wherever its edges fall, on a letter's first half or second, every letter is there again after it."""
    app, pilot = seen
    before = app.glass.lines()
    box = app.query_one("#box")
    for step in (x, x + 1, x + 12):
        box.styles.offset = (step, 2)
        box.display = True
        await pilot.pause()
        whole(app)
    box.display = False
    await pilot.pause()
    whole(app)
    assert app.glass.lines() == before


@pytest.mark.asyncio
@pytest.mark.parametrize("x", range(3, 7))
async def test_menus_and_dialogs_leave_no_trace(seen: tuple[Seen, Pilot[None]], x: int) -> None:
    """The same for screens in front of the screen."""
    app, pilot = seen
    before = app.glass.lines()
    codes = tuple(CodeLists().get("country").codes.values())
    menu = [Option(str(number), Words(TEXT[:number])) for number in range(3, 9)]
    for screen in (
        Choose(Words(TEXT[:5]), menu, "zh", at=Offset(x, 3)),
        Ask(WORDS, "zh"),
        Tell(Words(TEXT * 5), "zh"),
        CodePicker(Words("国别"), codes, "zh"),
    ):
        app.push_screen(screen)
        await pilot.pause()
        whole(app)
        await pilot.press("down", "down")
        whole(app)
        await pilot.press("escape")
        await pilot.pause()
        whole(app)
    assert app.glass.lines() == before


@pytest.mark.asyncio
async def test_scrolling_and_lists_are_painted_as_they_are(seen: tuple[Seen, Pilot[None]]) -> None:
    """Lines that move, and rows that change colour, are what a full painting shows."""
    app, pilot = seen
    text, grid = app.query_one("#text", VerticalScroll), app.query_one(Grid)
    for line in (1, 2, 7):
        text.scroll_to(y=line, animate=False)
        await pilot.pause()
        whole(app)
    grid.focus()
    for key in ("down", "end", "pageup", "right", "home"):
        await pilot.press(key)
        await pilot.pause()
        whole(app)


@pytest.mark.asyncio
async def test_no_letter_is_lost_to_what_is_hidden_behind_it(seen: tuple[Seen, Pilot[None]]) -> None:
    """The edges of a widget behind a box cut none of the box's letters: each line has all that fit on it."""
    app, pilot = seen
    app.query_one("#hidden").display = True
    app.query_one("#box").display = True
    app.query_one("#box").styles.offset = (0, 2)
    await pilot.pause()
    letters = TEXT * 6
    for number, line in enumerate(app.glass.lines()[2:7]):
        assert line.startswith(letters[number * 15 : number * 15 + 15])
    whole(app)


@pytest.mark.asyncio
async def test_a_part_of_a_widget_is_painted_in_whole_letters(seen: tuple[Seen, Pilot[None]]) -> None:
    """A widget that says that one cell of it has changed does not break the letter that lies across it."""
    app, pilot = seen
    first = app.query_one(VerticalScroll).query(Static).first()
    for x in range(6):
        first.refresh(Region(x, 0, 1, 1))
        await pilot.pause()
        whole(app)


def test_installing_twice_is_installing_once() -> None:
    """Every screen made afterwards keeps letters whole, however often it was asked for."""
    made: Callable[[], Screen[None]] = Screen
    cjk.install()
    cjk.install()
    assert type(made()._compositor) is cjk.WholeLetters
