"""Lists of rows under headings."""

from __future__ import annotations

import time
from typing import Any

import pytest
from textual.pilot import Pilot

from messages.annotations import Words
from terminals.tui.cells import width
from terminals.tui.columns import Column, Listed
from terminals.tui.grid import Grid
from tests.terminals.tui.stage import SMALL, Stage, shown, style_at, text

COLUMNS = (
    Column("no", Words("序号", "No.")),
    Column("name", Words("商品名称", "Name of the goods"), sorts=True),
    Column("quantity", Words("数量", "Quantity"), number=True),
)
ROWS = [(str(number), f"集成电路{number}", f"{number}.5") for number in range(1, 31)]


class Heard(Stage):
    """Keeps what the grid tells."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self.heard: list[tuple[str, Any]] = []

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """The cursor."""
        self.heard.append(("moved", event.row))

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """A choice."""
        self.heard.append(("picked", event.row))

    def on_grid_beyond(self, event: Grid.Beyond) -> None:
        """Past an end."""
        self.heard.append(("beyond", event.way))

    def on_grid_heading_picked(self, event: Grid.HeadingPicked) -> None:
        """A heading."""
        self.heard.append(("heading", event.key))

    def on_grid_menu_wanted(self, event: Grid.MenuWanted) -> None:
        """The right button."""
        self.heard.append(("menu", event.row))


async def filled(pilot: Pilot[None], grid: Grid) -> None:
    """Thirty rows, the cursor on the first."""
    grid.show(Listed(COLUMNS, ROWS))
    grid.focus()
    await pilot.pause()


@pytest.mark.asyncio
async def test_columns_stand_under_their_headings_in_both_languages() -> None:
    """Chinese letters take two cells: what is in a column begins, or ends, where its heading does."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        for language in ("zh", "en"):
            grid.retell(language)
            await pilot.pause()
            heading, row = text(app)[:2]
            name, quantity = (column.words.in_language(language) for column in COLUMNS[1:])
            assert width(heading.partition(name)[0]) == width(row.partition("集成电路1")[0])
            end = heading.partition(quantity)[0] + quantity
            assert width(end) == width(row.partition("1.5")[0] + "1.5")


@pytest.mark.asyncio
async def test_keys_move_the_cursor_and_the_rows_follow() -> None:
    """Arrows, pages and ends; the row under the cursor is always seen."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        await pilot.press("down", "end")
        await pilot.pause()
        assert "集成电路30" in shown(app)
        await pilot.press("pageup", "pageup", "enter")
        await pilot.pause()
        assert "集成电路1 " in shown(app)
        assert app.heard == [("moved", 1), ("moved", 29), ("moved", 7), ("moved", 0), ("picked", 0)]


@pytest.mark.asyncio
async def test_a_key_past_an_end_is_told() -> None:
    """So that whoever has more pages can turn one."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        await pilot.press("up", "end", "down", "pagedown")
        await pilot.pause()
        assert app.heard == [("beyond", -1), ("moved", 29), ("beyond", 1), ("beyond", 1)]


@pytest.mark.asyncio
async def test_rows_are_marked_by_space_and_seen_to_be() -> None:
    """By a mark as well as by colour; the cursor goes on."""
    grid = Grid(COLUMNS, "zh", marks=True)
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        await pilot.press("space", "space", "up", "space")
        await pilot.pause()
        assert grid.marked == {0}
        lines = text(app)
        assert lines[1].startswith("[x] 1")
        assert lines[2].startswith("[ ] 2")
        assert style_at(app, 20, 1) != style_at(app, 20, 2)


@pytest.mark.asyncio
async def test_columns_that_do_not_fit_are_reached_aside() -> None:
    """The first column stays; what is moved out comes back; › says that there is more."""
    many = (COLUMNS[0], *(Column(f"c{at}", Words(f"第{at}列", f"Column {at}"), cells=20) for at in range(8)))
    grid = Grid(many, "zh", fixed=1)
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        grid.show(Listed(many, [tuple(f"r{at}" for at in range(9))]))
        grid.focus()
        await pilot.pause()
        assert "第7列" not in shown(app)
        assert text(app)[0].endswith("›")
        await pilot.press(*["right"] * 9)
        await pilot.pause()
        assert "第7列" in shown(app)
        assert text(app)[0].startswith(" 序号")
        grid.show(Listed(many, [tuple(f"r{at}" for at in range(9))] * 60))
        await pilot.pause()
        await pilot.press(*["left"] * 9)
        assert text(app)[0][:-1].endswith("›")  # beside it is the scroll bar
        await pilot.press(*["left"] * 9)
        await pilot.pause()
        assert "第0列" in shown(app)


@pytest.mark.asyncio
async def test_a_column_gives_way_where_there_is_not_room_for_all() -> None:
    """Long names are cut, down to what was agreed; the columns beside them are seen whole."""
    columns = (COLUMNS[0], Column("name", Words("商品名称", "Goods"), most=70, least=10), COLUMNS[2])
    row = ("1", "集成电路" * 7, "20240916.5")
    grid = Grid(columns, "zh")
    app = Stage(grid)
    async with app.run_test(size=SMALL) as pilot:
        grid.show(Listed(columns, [row]))
        await pilot.pause()
        assert row[1] in text(app)[1]
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        line = text(app)[1]
        assert "…" in line
        assert line.rstrip().endswith(row[2])
        assert "›" not in text(app)[0]
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert row[1] in text(app)[1]


@pytest.mark.asyncio
async def test_hidden_columns_are_not_shown_until_they_are_wanted_again() -> None:
    """All are shown to begin with."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        grid.hide({"name"})
        await pilot.pause()
        assert "集成电路" not in shown(app)
        grid.hide(())
        await pilot.pause()
        assert "集成电路" in shown(app)


@pytest.mark.asyncio
async def test_the_mouse_goes_picks_and_asks() -> None:
    """One click goes to a row, two pick it, the right button wants a menu, a heading is told."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        await filled(pilot, grid)
        await pilot.click(grid, offset=(5, 3))
        await pilot.click(grid, offset=(5, 4), times=2)
        await pilot.click(grid, offset=(5, 6), button=3)
        await pilot.click(grid, offset=(8, 0))
        await pilot.pause()
        assert app.heard == [
            ("moved", 2), ("moved", 3), ("picked", 3), ("moved", 5), ("menu", 5), ("heading", "name"),
        ]  # fmt: skip


@pytest.mark.asyncio
async def test_what_others_wrote_does_not_leave_its_cell() -> None:
    """A line's end, an escape sequence or a long text in a value moves nothing beside it."""
    grid = Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        grid.show(Listed(COLUMNS, [("1", "a\nb\x1b[2J" + "长" * 60, "7"), ("2", "c", "8")]))
        await pilot.pause()
        first, second = text(app)[1:3]
        assert width(first.partition("7 ")[0]) == width(second.partition("8 ")[0])
        assert "a b\\x1b[2J" in first


class Million:
    """A million rows that count how often they are asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __len__(self) -> int:
        return 1_000_000

    def text(self, row: int, key: str) -> str:
        """A cell."""
        self.asked += 1
        return f"{key}{row}"

    def tone(self, row: int, key: str) -> str:
        """Nothing."""
        return ""


@pytest.mark.asyncio
async def test_a_million_rows_are_as_quick_as_ten() -> None:
    """Only what is seen is asked for, wherever the cursor goes."""
    rows, grid = Million(), Grid(COLUMNS, "zh")
    app = Heard(grid)
    async with app.run_test(size=SMALL) as pilot:
        before = time.process_time()
        grid.show(rows)
        grid.focus()
        await pilot.press("end", "pageup", "home")
        await pilot.pause()
        assert time.process_time() - before < 1
        assert rows.asked < 2000
