"""A screen that searches (查询、列表): criteria if there are any, a list in pages, actions for a row.

Knows criteria, pages, prints and exports of anything that can be listed; refuses to know what the rows are:
a class says how a page of them is fetched, what stands in a cell, and what can be done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Offer, Words
from messages.codes import Code
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criteria, Criterion
from terminals.tui.files import of_screen
from terminals.tui.filled import CTRL_FILES
from terminals.tui.listing import Listing, MakeList, write_list
from terminals.tui.page import Page
from terminals.tui.table import PagedTable
from terminals.tui.words import both

T = TypeVar("T")
SEQUENCE = "seq"
"""The key of the column that counts the rows (序号)."""
_WAYS = ("criteria", "clear")  # which need criteria


class SearchPage(Page, Generic[T]):
    """Criteria on top, the list, the actions."""

    WORDS: ClassVar[Words]
    COLUMNS: ClassVar[tuple[Column, ...]]
    CRITERIA: ClassVar[tuple[Criterion, ...]] = ()
    TOGETHER: ClassVar[bool] = False
    """Whether all criteria count, not just the one with the cursor."""
    AT_ONCE: ClassVar[bool] = False
    """Whether all there is is listed when the screen opens."""
    ROWS: ClassVar[int] = 0
    """Rows a page; 0: as many as there is room for."""
    ORDER: ClassVar[str] = ""
    HELP: ClassVar[str] = "help-query"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "criteria", "query-to-criteria"),
        Binding("ctrl+l", "clear", "query-clear"),
        *CTRL_FILES,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._asked: Mapping[str, str] = {}  # what the list shows, whatever is typed since

    def compose(self) -> ComposeResult:
        """From the top to the bottom."""
        if self.CRITERIA:
            together = self.TOGETHER
            yield Criteria(self.CRITERIA, self.language, together=together, offered=self.offered)
            yield Buttons(self._finding(), self.language, id="find")
        yield PagedTable(
            self.COLUMNS, self._fetch, self._text, self.language, tone=self.tone, order=self.ORDER,
            size=self.ROWS, marks=self.marks, name_of=self.name_of,
        )  # fmt: skip
        yield Buttons(self._options(), self.language, id="actions")

    def on_mount(self) -> None:
        """What there is, where that is wanted."""
        if self.AT_ONCE:
            self.call_after_refresh(self.action_run)

    # -- what a class says

    @property
    def marks(self) -> bool:
        """Whether rows can be marked."""
        return False

    def _fetch(self, wanted: Wanted) -> Fetched[T]:
        """A page of what `_asked` asks for. In a thread."""
        raise NotImplementedError

    def text(self, item: T, key: str) -> str:
        """What stands in a cell."""
        raise NotImplementedError

    def tone(self, item: T, key: str) -> str:
        """How a cell is coloured."""
        return ""

    def offered(self, offer: Offer) -> Sequence[Code]:
        """The codes that a criterion's offer has now. In a thread."""
        raise NotImplementedError

    def name_of(self, item: T) -> object:
        """What tells a row from the others."""
        return item

    def picked(self) -> None:
        """Enter, on a row."""

    def _options(self) -> list[Option]:
        """What can be done with the row under the cursor, and beside it; `action_act` does it."""
        return []

    # -- what the shell asks

    @property
    def heading(self) -> Words:
        """The screen's name."""
        return self.WORDS

    def first(self) -> Widget:
        """The first criterion; the list, where it begins with what there is."""
        return self.criteria.front if self.CRITERIA and not self.AT_ONCE else self.table.grid

    def help(self) -> Words:
        """What F1 says."""
        together = self.TOGETHER and self.HELP == SearchPage.HELP
        return both(f"{self.HELP}-together" if together else self.HELP)

    def again(self) -> None:
        """The same page anew."""
        self.table.action_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without criteria there are no keys for them."""
        return bool(self.CRITERIA) if action in _WAYS else super().check_action(action, parameters)

    # -- criteria

    @property
    def table(self) -> PagedTable[T]:
        """The list."""
        return self.query_one(PagedTable)

    @property
    def criteria(self) -> Criteria:
        """By what is searched."""
        return self.query_one(Criteria)

    def on_criteria_wanted(self) -> None:
        """Enter."""
        self.action_run()

    def on_criteria_below(self) -> None:
        """Into the list."""
        self.table.grid.focus()

    def action_criteria(self) -> None:
        """Back to the criteria."""
        self.criteria.front.focus()

    def action_run(self) -> None:
        """查询."""
        self._asked = self.search()
        self.table.start()
        self.table.grid.focus()

    def action_clear(self) -> None:
        """清空: what was typed, and what was found."""
        self.criteria.clear()
        self.table.clear()
        self.action_criteria()
        self._offer()

    def search(self) -> Mapping[str, str]:
        """What is searched for, as it is typed now."""
        return self.criteria.values if self.CRITERIA else {}

    def _finding(self) -> list[Option]:
        """Searching."""
        return [Option("run", both("query-run")), Option("clear", both("query-clear"), "ctrl+l")]

    # -- the list

    def _text(self, item: T, key: str) -> str:
        table = self.table
        place = list(table.items).index(item) if key == SEQUENCE else 0
        return self._cell(item, key, (table.wanted.page - 1) * table.wanted.size + place + 1)

    def _cell(self, item: T, key: str, number: int) -> str:
        """What stands in a cell of the row of this number among all."""
        return str(number) if key == SEQUENCE else self.text(item, key)

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        self.table.refresh()

    def action_print(self) -> None:
        """All that was found, as a PDF."""
        from terminals.work.printing import list_pdf

        self._write(".pdf", list_pdf)

    def action_export(self) -> None:
        """… and as a spreadsheet."""
        from terminals.work.export import list_xlsx

        self._write(".xlsx", list_xlsx)

    def _write(self, suffix: str, make: MakeList) -> None:
        table = self.table
        listing = Listing(self.WORDS, table.shown_columns, table.wanted.order, self._fetch, self._cell)
        name = of_screen(self.WORDS, self.language, self.terminal.clock())
        self.run_worker(write_list(self.terminal, listing, name, suffix, make), group="files")

    # -- actions

    def _offer(self) -> None:
        self.query_one("#actions", Buttons).offer(self._options())
        if self.CRITERIA:
            self.query_one("#find", Buttons).offer(self._finding())

    def on_paged_table_moved(self) -> None:
        """Other actions for another row."""
        self._offer()

    def on_paged_table_came(self) -> None:
        """… and for another page."""
        self._offer()

    def on_grid_marked(self) -> None:
        """What is done with all marked ones depends on them."""
        self._offer()

    def on_paged_table_picked(self) -> None:
        """Enter."""
        self.picked()

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from a row of buttons."""
        event.stop()
        if event.key in ("run", "clear"):
            getattr(self, f"action_{event.key}")()
        else:
            self.action_act(event.key)

    def action_act(self, key: str) -> Any:
        """An action by its name."""
        getattr(self, f"action_{key}")()
