"""The query screen (查询): search by one of several criteria, a list, and what can be done with a line of it.

Knows lists and actions as a system's class declares them; refuses to know any system. An action is
offered where the case's state allows it, and refused with the reason where its content does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.registry import BY_CODE, BY_NAME
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criteria, Criterion
from terminals.tui.dialogs import Tell
from terminals.tui.files import of_screen
from terminals.tui.filled import CTRL_FILES
from terminals.tui.listing import Listing, MakeList, write_list
from terminals.tui.page import Page
from terminals.tui.table import PagedTable
from terminals.tui.words import both
from terminals.work.found import CaseFound, CaseLine, Search
from terminals.work.kinds import Kind, refused, why_not
from terminals.work.receipts import Step

SEQUENCE = "seq"
"""The key of the column that counts the lines (序号)."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something to be done with a case: `entry` is the screen that it opens.

    `event` is the workflow's that it leads to, '' for looking; `states` are those it is offered in.
    """

    key: str
    words: Words
    hot: str
    entry: str
    event: str = ""
    states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """Something to be done with all marked cases at once, as far as they are in one of `states`."""

    key: str
    words: Words
    hot: str
    states: frozenset[str]


class QueryPage(Page):
    """Criteria on top, the list, the actions."""

    CODE: ClassVar[str]
    WORDS: ClassVar[Words]
    CRITERIA: ClassVar[tuple[Criterion, ...]]
    COLUMNS: ClassVar[tuple[Column, ...]]
    ACTIONS: ClassVar[tuple[Action, ...]]
    BATCHES: ClassVar[tuple[Batch, ...]] = ()
    TOGETHER: ClassVar[bool] = False
    """Whether all criteria count, not just the one with the cursor."""
    ROWS: ClassVar[int] = 0
    """Rows a page; 0: as many as there is room for."""
    STATES: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[str] = "-changed"
    RENEWS: ClassVar[float] = 0.0
    """Seconds after which the list is asked for anew by itself; 0: it is not."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "criteria", "query-to-criteria"),
        Binding("ctrl+l", "clear", "query-clear"),
        *CTRL_FILES,
    ]

    def __init__(self) -> None:
        super().__init__()
        self._kind: Kind | None = None
        self._asked = Search()  # what the list shows, whatever is typed since

    def compose(self) -> ComposeResult:
        """From the top to the bottom."""
        yield Criteria(self.CRITERIA, self.language, together=self.TOGETHER)
        yield Buttons(self._finding(), self.language, id="find")
        yield PagedTable(
            self.COLUMNS, self._fetch, self._text, self.language, tone=self.tone, order=self.ORDER,
            size=self.ROWS, marks=bool(self.BATCHES),
        )  # fmt: skip
        yield Buttons(self._options(), self.language, id="actions")

    def on_mount(self) -> None:
        """What may be sent decides what is offered."""
        self.run_worker(self._learn(), group="kinds")
        if self.RENEWS:
            self.set_interval(self.RENEWS, self.renew)

    def on_show(self) -> None:
        """In front again: things may have happened meanwhile."""
        if self.RENEWS:
            self.renew()

    def renew(self) -> None:
        """The list as it is now, while somebody looks at it."""
        if self.terminal.in_front(self):
            self.table.renew(lambda line: line.number)

    async def _learn(self) -> None:
        try:
            kinds = await asyncio.to_thread(self.work.line.kinds)
        except Trouble:
            return
        self._kind = kinds.get(self.CODE)
        self._offer()

    # -- what the shell asks

    @property
    def heading(self) -> Words:
        """The screen's name."""
        return self.WORDS

    def first(self) -> Widget:
        """The first criterion."""
        return self.criteria.front

    def help(self) -> Words:
        """What F1 says."""
        return both("help-query")

    def again(self) -> None:
        """The same page anew."""
        self.table.action_again()

    def came(self, steps: Sequence[Step]) -> None:
        """Receipts change states: what is shown may be another state now."""
        shown = {line.number for line in self.table.items}
        if any(step.case in shown for step in steps):
            self.again()

    # -- criteria

    @property
    def table(self) -> PagedTable[CaseLine]:
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

    def search(self) -> Search:
        """What is searched for."""
        return Search(self.criteria.values, states=self.STATES)

    # -- the list

    def _fetch(self, wanted: Wanted) -> Fetched[CaseLine]:
        """In a thread."""
        asked = self._asked
        page = self.work.line.cases(
            BY_CODE[self.CODE][0].name,
            Search(asked.criteria, asked.states, wanted.order, wanted.page, wanted.size),
        )
        return Fetched(page.cases, page.total)

    def _text(self, line: CaseLine, key: str) -> str:
        table = self.table
        place = list(table.items).index(line) if key == SEQUENCE else 0
        return self._cell(line, key, (table.wanted.page - 1) * table.wanted.size + place + 1)

    def _cell(self, line: CaseLine, key: str, number: int) -> str:
        """What stands in a cell of the line of this number among all."""
        if key == SEQUENCE:
            return str(number)
        if key == "state":
            labels = BY_NAME[line.system].labels
            return Words(*labels.get(line.state, (line.state, line.state))).in_language(self.language)
        return self.text(line, key)

    def text(self, line: CaseLine, key: str) -> str:
        """What stands in a cell."""
        return line.text(key)

    def tone(self, line: CaseLine, key: str) -> str:
        """How a cell is coloured."""
        return ""

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        self.table.refresh()

    # -- prints and exports

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

    def _options(self) -> list[Option]:
        line = self.table.item if self.is_mounted else None
        return [Option(each.key, each.words, each.hot, self._offered(each, line)) for each in self.ACTIONS]

    def _finding(self) -> list[Option]:
        """Searching, and what is done with all that are marked."""
        options = [Option("run", both("query-run")), Option("clear", both("query-clear"), "ctrl+l")]
        chosen = self.table.chosen if self.is_mounted and self.BATCHES else []
        for each in self.BATCHES:
            some = any(case.state in each.states for case in chosen)
            options.append(Option(each.key, each.words, each.hot, some))
        return options

    def _offered(self, action: Action, line: CaseLine | None) -> bool:
        if line is None or (action.states and line.state not in action.states):
            return False
        return not action.event or self._kind is None or self._against(action, line.state) is None

    def _against(self, action: Action, state: str) -> Words | None:
        assert self._kind is not None
        return why_not(self._kind, action.event, self.work.hand, state)

    def _offer(self) -> None:
        self.query_one("#actions", Buttons).offer(self._options())
        self.query_one("#find", Buttons).offer(self._finding())

    def on_paged_table_moved(self) -> None:
        """Other actions for another line."""
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

    def picked(self) -> None:
        """Enter does the first action."""
        self._act(self.ACTIONS[0])

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from a row of buttons."""
        event.stop()
        if event.key in ("run", "clear"):
            getattr(self, f"action_{event.key}")()
        else:
            self.action_act(event.key)

    def action_act(self, key: str) -> None:
        """An action by its name."""
        batch = next((each for each in self.BATCHES if each.key == key), None)
        if batch is None:
            self._act(next(each for each in self.ACTIONS if each.key == key))
            return
        lines = [line for line in self.table.chosen if line.state in batch.states]
        if lines:
            self.run_worker(self.do_all(batch, lines), group="batch", exclusive=True)
        else:
            self.terminal.say(both("query-none-of-them", action=batch.words), alarm=True)

    async def do_all(self, batch: Batch, lines: Sequence[CaseLine]) -> None:
        """Do it with these, which are in states that allow it."""
        raise NotImplementedError

    def _act(self, action: Action) -> None:
        line = self.table.item
        if line is None:
            self.terminal.say(both("query-nothing"), alarm=True)
        elif not self._offered(action, line):
            labels = BY_NAME[line.system].labels.get(line.state, (line.state, line.state))
            words = both("query-not-now", action=action.words, state=Words(*labels))
            self.run_worker(self.terminal.ask(Tell(words, self.language, alarm=True)))
        else:
            self.run_worker(self._open(action, line), group="open", exclusive=True)

    async def _open(self, action: Action, line: CaseLine) -> None:
        try:
            found = await asyncio.to_thread(self.work.line.case, line.system, line.number)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=line.number), alarm=True)
            return
        against = self._refused(action, found)
        if against is not None:
            await self.terminal.ask(Tell(against, self.language, alarm=True))
        else:
            await self.terminal.open(action.entry, found=found)

    def _refused(self, action: Action, found: CaseFound) -> Words | None:
        """Why it cannot be, now that all of the case is known."""
        state = found.line.state
        if action.states and state not in action.states:
            labels = BY_NAME[found.line.system].labels.get(state, (state, state))
            return both("query-not-now", action=action.words, state=Words(*labels))
        if not action.event or self._kind is None:
            return None
        return refused(self._kind, action.event, self.work.hand, found)
