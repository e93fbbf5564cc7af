"""Lists that are fetched a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from textual.pilot import Pilot

from messages.annotations import Words
from terminals.trouble import Unusable
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.grid import Grid
from terminals.tui.table import PagedTable
from tests.terminals.tui.stage import LARGE, SMALL, Stage, shown, until

COLUMNS = (
    Column("no", Words("序号", "No."), sorts=True),
    Column("name", Words("企业内部编号", "Internal number"), sorts=True),
)
TOTAL = 100_000


class Archive:
    """A hundred thousand rows at the gateway; keeps what it was asked."""

    def __init__(self, total: int = TOTAL) -> None:
        self.total = total
        self.asked: list[Wanted] = []

    def __call__(self, wanted: Wanted) -> Fetched[int]:
        """A page."""
        self.asked.append(wanted)
        first = (wanted.page - 1) * wanted.size
        numbers = range(first, min(self.total, first + wanted.size))
        if wanted.order.startswith("-"):
            return Fetched([self.total - 1 - number for number in numbers], self.total)
        return Fetched(list(numbers), self.total)


def cell(item: int, key: str) -> str:
    """A row's texts."""
    return str(item + 1) if key == "no" else f"PD{item + 1:06}"


class Desk(Stage):
    """A table, and what it tells."""

    def __init__(
        self, fetch: Callable[[Wanted], Fetched[int]], size: int = 10, *, marks: bool = False
    ) -> None:
        self.table = PagedTable(COLUMNS, fetch, cell, "zh", size=size, marks=marks, name_of=str)
        super().__init__(self.table)
        self.picked: list[int] = []

    def on_paged_table_picked(self, event: PagedTable.Picked) -> None:
        """A row."""
        self.picked.append(event.item)


async def started(app: Desk, pilot: Pilot[None]) -> None:
    """The first page is shown."""
    app.table.start()
    app.table.grid.focus()
    await until(pilot, lambda: bool(app.table.items))


@pytest.mark.asyncio
async def test_a_hundred_thousand_rows_are_paged_through_by_keys() -> None:
    """Page down and down past the end turn a page, up past the beginning turns it back to its last row."""
    archive = Archive()
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        assert "第 1 / 10000 页" in shown(app)
        assert "第 1–10 条，共 100000 条" in shown(app)
        await pilot.press("pagedown")
        await until(pilot, lambda: "第 2 / 10000 页" in shown(app))
        await pilot.press("up")
        await until(pilot, lambda: "第 1 / 10000 页" in shown(app))
        assert app.table.item == 9
        await pilot.press("down")
        await until(pilot, lambda: "第 2 / 10000 页" in shown(app))
        assert app.table.item == 10
        await pilot.press("enter")
        await pilot.pause()
        assert app.picked == [10]


@pytest.mark.asyncio
async def test_a_page_is_gone_to_by_its_number() -> None:
    """A number that is none is said to be none."""
    app = Desk(Archive())
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        await pilot.press("ctrl+g", *"10001", "enter")
        await pilot.pause()
        assert "请输入 1 至 10000 的数字" in shown(app)
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: "第 1000 / 10000 页" in shown(app))
        assert app.table.item == 9990


@pytest.mark.asyncio
async def test_a_heading_puts_the_list_in_its_order_and_turns_it_round() -> None:
    """The gateway sorts; the heading shows which way."""
    archive = Archive()
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        await pilot.click(Grid, offset=(12, 0))
        await until(pilot, lambda: len(archive.asked) == 2 and "企业内部编号▴" in shown(app))
        await pilot.click(Grid, offset=(12, 0))
        await until(pilot, lambda: "企业内部编号▾" in shown(app) and app.table.item == TOTAL - 1)
        assert [wanted.order for wanted in archive.asked] == ["", "name", "-name"]


@pytest.mark.asyncio
async def test_the_menu_sorts_and_chooses_columns() -> None:
    """What the mouse can do, keys can do."""
    archive = Archive()
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        await pilot.press("alt+m", "down", "down", "enter", "down", "enter")
        await until(pilot, lambda: archive.asked[-1].order == "name")
        await pilot.press("alt+m", "end", "enter", "down", "space", "enter")
        await pilot.pause()
        assert "PD000001" not in shown(app)
        assert [column.key for column in app.table.shown_columns] == ["no"]


@pytest.mark.asyncio
async def test_while_a_page_is_on_its_way_the_screen_says_so_and_lives() -> None:
    """The old rows stay, and only the answer to the last question counts."""
    first, second = Event(), Event()
    calls: list[Wanted] = []

    def slow(wanted: Wanted) -> Fetched[int]:
        calls.append(wanted)
        (first if len(calls) == 1 else second).wait()
        return Fetched([len(calls)], 1)

    app = Desk(slow)
    async with app.run_test(size=SMALL) as pilot:
        app.table.start()
        await until(pilot, lambda: len(calls) == 1)
        assert "正在查询" in shown(app)
        app.table.start(lambda _: Fetched([41], 1))
        await until(pilot, lambda: "PD000042" in shown(app))
        first.set()
        second.set()
        await pilot.pause()
        assert "PD000042" in shown(app)


@pytest.mark.asyncio
async def test_a_failure_is_said_in_words_and_f5_tries_again() -> None:
    """In the language of the screen; the rows that were there stay."""
    fails = [False]
    archive = Archive()

    def fetch(wanted: Wanted) -> Fetched[int]:
        if fails[0]:
            raise Unusable("host-too-many", which="x")
        return archive(wanted)

    app = Desk(fetch)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        fails[0] = True
        await pilot.press("f5")
        await until(pilot, lambda: "按 F5 重试" in shown(app))
        assert "打开的会话过多" in shown(app)
        assert "PD000001" in shown(app)
        app.table.retell("en")
        await pilot.pause()
        assert "Too many sessions are open" in shown(app)
        fails[0] = False
        await pilot.press("f5")
        await until(pilot, lambda: "Page 1 of 10000" in shown(app))


@pytest.mark.asyncio
async def test_an_error_of_the_program_is_not_shown_as_bad_luck() -> None:
    """It ends the terminal, which logs it under a number."""

    def broken(wanted: Wanted) -> Fetched[int]:
        raise ZeroDivisionError(str(wanted.page))

    async def run() -> None:
        app = Desk(broken)
        async with app.run_test(size=SMALL) as pilot:
            app.table.start()
            await until(pilot, lambda: app.return_code == 1)

    with pytest.raises(ZeroDivisionError):
        await run()


@pytest.mark.asyncio
async def test_nothing_found_is_said() -> None:
    """And no row can be picked."""
    archive = Archive(0)
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        app.table.start()
        await until(pilot, lambda: "没有符合条件的数据" in shown(app))
        app.table.grid.focus()
        await pilot.press("enter", "pagedown", "up")
        await pilot.pause()
        assert (app.picked, app.table.item, len(archive.asked)) == ([], None, 1)


@pytest.mark.asyncio
async def test_a_page_that_is_gone_becomes_the_last_there_is() -> None:
    """Rows that others deleted leave no empty page behind."""
    archive = Archive(25)
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        app.table.turn(3)
        await until(pilot, lambda: len(app.table.items) == 5)
        archive.total = 12
        await pilot.press("f5")
        await until(pilot, lambda: "第 2 / 2 页" in shown(app))
        assert app.table.items == [10, 11]


@pytest.mark.asyncio
async def test_marked_rows_are_chosen_else_the_one_under_the_cursor() -> None:
    """For what is done with several at once."""
    app = Desk(Archive(), marks=True)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        assert app.table.chosen == [0]
        await pilot.press("down", "space", "down", "space")
        await pilot.pause()
        assert app.table.chosen == [1, 3]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_page_without_a_size_has_as_many_rows_as_there_is_room(size: tuple[int, int]) -> None:
    """Nothing has to be scrolled within a page."""
    archive = Archive()
    app = Desk(archive, size=0)
    async with app.run_test(size=size) as pilot:
        await started(app, pilot)
        assert archive.asked[0].size == size[1] - 2


@pytest.mark.asyncio
async def test_told_another_language_it_keeps_page_and_cursor() -> None:
    """Headings and the line below change; nothing is fetched again."""
    archive = Archive()
    app = Desk(archive)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        await pilot.press("down", "down")
        app.table.retell("en")
        await pilot.pause()
        assert "Internal number" in shown(app)
        assert "Page 1 of 10000" in shown(app)
        assert (app.table.item, len(archive.asked)) == (2, 1)


@pytest.mark.asyncio
async def test_a_cleared_list_takes_no_answer_any_more() -> None:
    """清空: nothing is shown, whatever was on its way."""
    come = Event()

    def slow(wanted: Wanted) -> Fetched[int]:
        come.wait()
        return Fetched([7], 1)

    app = Desk(slow)
    async with app.run_test(size=SMALL) as pilot:
        app.table.start()
        await pilot.pause()
        app.table.clear()
        come.set()
        await pilot.pause()
        await pilot.pause()
        assert (app.table.items, app.table.total) == ((), 0)
        assert "PD000008" not in shown(app)


@pytest.mark.asyncio
async def test_rows_that_come_anew_in_another_order_keep_cursor_and_marks() -> None:
    """F5 shows other places for the same rows: the cursor and the marks are where their rows are now."""
    archive = Archive(5)
    app = Desk(archive, marks=True)
    async with app.run_test(size=SMALL) as pilot:
        await started(app, pilot)
        await pilot.press("space", "space", "down")
        assert (app.table.chosen, app.table.item) == ([0, 1], 3)
        app.table._fetch = lambda wanted: Fetched([3, 1, 4, 0], 4)
        await pilot.press("f5")
        await until(pilot, lambda: app.table.total == 4)
        assert (app.table.chosen, app.table.item) == ([1, 0], 3)
        app.table._fetch = lambda wanted: Fetched([4, 0], 2)
        await pilot.press("f5")
        await until(pilot, lambda: app.table.total == 2)
        assert app.table.chosen == [0]
