"""A list that the gateway holds, a page at a time: a hundred thousand rows are as quick as ten.

Knows pages, order, which columns are shown and what to do while an answer is on its way or does not come;
refuses to know what the rows are: whoever makes it says how a page is fetched (in a thread) and what stands
in a cell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Offset
from textual.message import Message
from textual.worker import Worker, WorkerState

from messages.annotations import Words
from terminals.trouble import Told, Trouble
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose, choose_columns
from terminals.tui.columns import Column, Fetched, Items, Wanted
from terminals.tui.dialogs import NOTHING, AskText
from terminals.tui.grid import Grid
from terminals.tui.words import Saying, both

T = TypeVar("T")


class PagedTable(Vertical, Generic[T]):
    """A list with pages. `size` 0: as many rows a page as there is room for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "again", "table-again"),
        Binding("alt+m", "menu", "table-menu"),
        Binding("ctrl+g", "turn_to", "table-turn-to", show=False),
    ]

    class Picked(Message):
        """Enter, or a double click, on a row."""

        def __init__(self, table: PagedTable[Any], item: Any) -> None:
            super().__init__()
            self.table = table
            self.item = item

        @property
        def control(self) -> PagedTable[Any]:
            """The list."""
            return self.table

    class Moved(Message):
        """The cursor is on another row, or there are other rows: `table.item` is the one under it."""

        def __init__(self, table: PagedTable[Any]) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> PagedTable[Any]:
            """The list."""
            return self.table

    class Came(Moved):
        """A page has come."""

    def __init__(
        self,
        columns: Sequence[Column],
        fetch: Callable[[Wanted], Fetched[T]],
        text: Callable[[T, str], str],
        language: str,
        *,
        tone: Callable[[T, str], str] | None = None,
        order: str = "",
        size: int = 0,
        marks: bool = False,
        fixed: int = 0,
        name_of: Callable[[T], object] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`fetch` is called in a thread and may raise what tells itself in words (Told).

        `name_of` tells rows apart: when the same page comes anew, cursor and marks stay with their rows.
        """
        super().__init__(id=id)
        self.language = language
        self._fetch = fetch
        self._text = text
        self._tone = tone
        self._by = size
        self._name_of = name_of
        self._columns = tuple(columns)
        self._marks = marks
        self._fixed = fixed
        self._order = order
        self._page = 1
        self._total: int | None = None
        self._items: Sequence[T] = ()
        self._asked: Wanted | None = None  # the question whose answer is awaited
        self._fetched = 0  # rows a page of the page that is shown
        self._bottom = False  # the cursor belongs on the last row of the page to come
        self._same = False  # what is asked for is the page that is shown

    def compose(self) -> ComposeResult:
        """The rows, and under them where one is."""
        grid = Grid(self._columns, self.language, marks=self._marks, fixed=self._fixed)
        grid.order = self._order
        yield grid
        yield Saying(NOTHING, self.language, classes="table--foot")

    # -- what is on it

    @property
    def grid(self) -> Grid:
        """Its rows."""
        return self.query_one(Grid)

    @property
    def item(self) -> T | None:
        """The row under the cursor."""
        row = self.grid.row
        return self._items[row] if 0 <= row < len(self._items) else None

    @property
    def chosen(self) -> list[T]:
        """The marked rows, or the one under the cursor where none is marked."""
        marked = [self._items[row] for row in sorted(self.grid.marked)]
        return marked or [item for item in (self.item,) if item is not None]

    @property
    def items(self) -> Sequence[T]:
        """The rows of the page that is shown."""
        return self._items

    @property
    def wanted(self) -> Wanted:
        """What is shown, or asked for: the same question can be asked for an export or a print."""
        return Wanted(self._page, self._rows_a_page(), self._order)

    @property
    def total(self) -> int:
        """How many rows there are in all; 0 before the first answer."""
        return self._total or 0

    @property
    def shown_columns(self) -> tuple[Column, ...]:
        """The columns that are shown, for an export or a print."""
        hidden = self.grid.across.hidden
        return tuple(column for column in self._columns if column.key not in hidden)

    # -- asking

    def start(self, fetch: Callable[[Wanted], Fetched[T]] | None = None) -> None:
        """Ask for the first page, of other things if `fetch` is another."""
        self._fetch = fetch or self._fetch
        self._page = 1
        self._ask()

    def clear(self) -> None:
        """Show nothing, and take no answer to what was asked."""
        self._asked, self._total, self._page, self._items = None, None, 1, ()
        self.workers.cancel_group(self, "fetch")
        self._show(())
        self._foot(NOTHING)

    def turn(self, page: int) -> None:
        """Ask for a page, or the nearest there is."""
        self._page = max(1, min(page, self.pages))
        self._ask()

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        size = self._fetched or self._rows_a_page()
        return max(1, -(-self.total // size))

    def action_again(self) -> None:
        """Ask again."""
        self._ask(same=True)

    def _ask(self, *, same: bool = False) -> None:
        self._same = same
        wanted = self._asked = self.wanted
        self._foot(both("table-loading"))
        self.run_worker(
            partial(self._fetch, wanted), group="fetch", exclusive=True, thread=True, exit_on_error=False
        )

    def renew(self) -> None:
        """Ask again by itself: nothing is said of it."""
        if self._asked is None and self._total is not None:
            self.run_worker(cast("Any", self._renew), group="renew", exclusive=True)

    async def _renew(self) -> None:
        wanted, before = self.wanted, self._items
        try:
            page = await asyncio.to_thread(self._fetch, wanted)
        except Trouble:
            return  # which the status bar says
        if self._asked is not None or self._items is not before or wanted != self.wanted:
            return  # something else was asked for meanwhile
        if tuple(page.rows) == tuple(before) and page.total == self._total:
            return
        self._same = True
        self._came(wanted, page)

    def _rows_a_page(self) -> int:
        return self._by or max(5, self.grid.size.height - 1)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A page has come, or none will."""
        worker: Worker[Fetched[T]] = event.worker
        if worker.group != "fetch" or worker.is_cancelled or self._asked is None:
            return
        event.stop()
        if event.state is WorkerState.SUCCESS and worker.result is not None:
            self._came(self._asked, worker.result)
        elif event.state is WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, Told):
                raise worker.error
            told = Words(worker.error.told("zh"), worker.error.told("en"))
            self._foot(both("table-failed", reason=told), failed=True)

    def _came(self, asked: Wanted, page: Fetched[T]) -> None:
        self._total, self._fetched = page.total, asked.size
        if not page.rows and asked.page > self.pages:  # rows went while nobody looked
            self.turn(self.pages)
            return
        self._asked = None
        self._show(page.rows)
        if page.rows:
            first = (asked.page - 1) * asked.size + 1
            values = {"first": first, "last": first + len(page.rows) - 1, "total": page.total}
            self._foot(both("table-place", page=asked.page, pages=self.pages, **values))
        else:
            self._foot(both("table-empty"))
        self.post_message(self.Came(self))

    def _show(self, rows: Sequence[T]) -> None:
        before = self.grid.row
        row = len(rows) - 1 if self._bottom else before if before > 0 and self._items else 0
        marked: set[int] = set()
        if self._same and self._name_of is not None:
            at = {self._name_of(each): place for place, each in enumerate(rows)}
            moved = {place: at.get(self._name_of(each)) for place, each in enumerate(self._items)}
            marked = {place for place in map(moved.get, self.grid.marked) if place is not None}
            there = moved.get(before)
            row = row if there is None else there
        self._bottom = self._same = False
        self._items = rows
        self.grid.order = self._order
        self.grid.show(Items(rows, self._text, self._tone), row)
        self.grid.marked = marked

    def _foot(self, words: Words, *, failed: bool = False) -> None:
        foot = self.query_one(".table--foot", Saying)
        foot.set_class(failed, "-failed")
        foot.say(words)

    # -- moving and ordering

    def on_grid_beyond(self, event: Grid.Beyond) -> None:
        """The next page, or the one before."""
        event.stop()
        page = self._page + event.way
        if self._asked is None and 1 <= page <= self.pages:
            self._bottom = event.way < 0
            self.grid.go(0)
            self.turn(page)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Tell of the row under the cursor."""
        event.stop()
        self.post_message(self.Moved(self))

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """Tell of the row, not of its place."""
        event.stop()
        self.post_message(self.Picked(self, self._items[event.row]))

    def on_grid_heading_picked(self, event: Grid.HeadingPicked) -> None:
        """In the order of that column; once more, the other way round."""
        event.stop()
        self.sort(event.key)

    def sort(self, key: str) -> None:
        """Put the list in a column's order, or turn it round if it is in that already."""
        if any(column.sorts and column.key == key for column in self._columns):
            self._order = f"-{key}" if self._order == key else key
            self.start()

    def action_turn_to(self) -> None:
        """Ask for a page's number."""

        def check(text: str) -> Words | None:
            fine = text.isdecimal() and 1 <= int(text) <= self.pages
            return None if fine else both("table-no-page", pages=self.pages)

        def turn(text: str | None) -> None:
            if text is not None:
                self.turn(int(text))

        question = AskText(both("table-which-page", pages=self.pages), self.language, check=check)
        self.app.push_screen(question, turn)

    # -- the menu

    def on_grid_menu_wanted(self, event: Grid.MenuWanted) -> None:
        """At the mouse."""
        event.stop()
        self.action_menu(event.at)

    def action_menu(self, at: Offset | None = None) -> None:
        """What can be done with the list."""
        options = [
            Option("again", both("table-again"), "f5"),
            Option("turn_to", both("table-turn-to"), "ctrl+g", self.pages > 1),
            Option("sort", both("table-sort"), "", any(column.sorts for column in self._columns)),
            Option("columns", both("table-columns")),
        ]
        at = at or self.grid.region.offset + Offset(2, 2)
        self.app.push_screen(Choose(both("table-menu"), options, self.language, at=at), self._chosen)

    def _chosen(self, key: str | None) -> None:
        if key == "sort":
            sorts = [Option(column.key, column.words) for column in self._columns if column.sorts]
            current = self._order.removeprefix("-")
            dialog = Choose(both("table-sort"), sorts, self.language, current=current)
            self.app.push_screen(dialog, lambda chosen: self.sort(chosen) if chosen else None)
        elif key == "columns":
            choose_columns(self.grid, self.language)
        elif key:
            getattr(self, f"action_{key}")()

    def retell(self, language: str) -> None:
        """All of it in another language; the page and the cursor stay."""
        self.language = language
        self.grid.retell(language)
        self.query_one(".table--foot", Saying).retell(language)
