"""The query screen (查询): cases by one of several criteria, a list, and what can be done with a line of it.

Knows lists and actions as a system's class declares them; refuses to know any system. An action is
offered where the case's state allows it, and refused with the reason where its content does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from messages.annotations import Offer, Words
from messages.codes import Code
from messages.registry import BY_CODE, BY_NAME
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.columns import Fetched, Wanted
from terminals.tui.dialogs import Tell
from terminals.tui.searching import SEQUENCE, SearchPage
from terminals.tui.words import both
from terminals.work.found import CaseFound, CaseLine, Search
from terminals.work.kinds import Kind, refused, why_not
from terminals.work.offers import offered
from terminals.work.receipts import Step

__all__ = ["SEQUENCE", "Action", "Batch", "QueryPage"]


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
    """Something to be done with all marked cases at once, as far as they are in one of `states`.

    Where none is marked it is the one under the cursor, but not in a state of `ticked`: such is marked first.
    """

    key: str
    words: Words
    hot: str
    states: frozenset[str]
    ticked: frozenset[str] = frozenset()


class QueryPage(SearchPage[CaseLine]):
    """Criteria on top, the list, the actions."""

    CODE: ClassVar[str]
    ACTIONS: ClassVar[tuple[Action, ...]]
    BATCHES: ClassVar[tuple[Batch, ...]] = ()
    STATES: ClassVar[tuple[str, ...]] = ()
    ORDER: ClassVar[str] = "-changed"
    RENEWS: ClassVar[float] = 0.0
    """Seconds after which the list is asked for anew by itself; 0: it is not."""

    def __init__(self) -> None:
        super().__init__()
        self._kind: Kind | None = None

    def on_mount(self) -> None:
        """What may be sent decides what is offered."""
        self.anew(self._learn, "kinds")
        if self.RENEWS:
            self.set_interval(self.RENEWS, self.renew)

    def on_show(self) -> None:
        """In front again: things may have happened meanwhile."""
        if self.RENEWS:
            self.renew()

    def renew(self) -> None:
        """The list as it is now, while somebody looks at it."""
        if self.terminal.in_front(self):
            self.table.renew()

    async def _learn(self) -> None:
        try:
            kinds = await asyncio.to_thread(self.work.line.kinds)
        except Trouble:
            return
        self._kind = kinds.get(self.CODE)
        self._offer()

    def came(self, steps: Sequence[Step]) -> None:
        """Receipts change states: what is shown may be another state now."""
        shown = {line.number for line in self.table.items}
        if any(step.case in shown for step in steps):
            self.again()

    # -- the list

    @property
    def marks(self) -> bool:
        """Something can be done with many."""
        return bool(self.BATCHES)

    def _fetch(self, wanted: Wanted) -> Fetched[CaseLine]:
        """In a thread. One state that is asked for takes the place of all that the list is about."""
        asked = dict(self._asked)
        state = asked.pop("state", "")
        states = (state,) if state else self.STATES
        search = Search(asked, states, wanted.order, wanted.page, wanted.size)
        page = self.work.line.cases(BY_CODE[self.CODE][0].name, search)
        return Fetched(page.cases, page.total)

    def _cell(self, item: CaseLine, key: str, number: int) -> str:
        """A state by what it is called."""
        if key == "state":
            return _called(item.system, item.state).in_language(self.language)
        return super()._cell(item, key, number)

    def offered(self, offer: Offer) -> Sequence[Code]:
        """What the system offers."""
        return offered(self.work.line, BY_CODE[self.CODE][0].name, offer)

    def name_of(self, item: CaseLine) -> object:
        """Its number."""
        return item.number

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell."""
        return item.text(key)

    # -- actions

    def _options(self) -> list[Option]:
        line = self.table.item if self.is_mounted else None
        return [Option(each.key, each.words, each.hot, self._offered(each, line)) for each in self.ACTIONS]

    def _finding(self) -> list[Option]:
        """Searching, and what is done with all that are marked."""
        options = super()._finding()
        for each in self.BATCHES:
            some = self.is_mounted and bool(self._of(each))
            options.append(Option(each.key, each.words, each.hot, some))
        return options

    def _of(self, batch: Batch) -> list[CaseLine]:
        """The chosen ones that it is for."""
        states = batch.states if self.table.grid.marked else batch.states - batch.ticked
        return [line for line in self.table.chosen if line.state in states]

    def _offered(self, action: Action, line: CaseLine | None) -> bool:
        if line is None or (action.states and line.state not in action.states):
            return False
        return not action.event or self._kind is None or self._against(action, line.state) is None

    def _against(self, action: Action, state: str) -> Words | None:
        assert self._kind is not None
        return why_not(self._kind, action.event, self.work.hand, state)

    def picked(self) -> None:
        """Enter does the first action."""
        self._act(self.ACTIONS[0])

    def action_act(self, key: str) -> None:
        """An action by its name."""
        batch = next((each for each in self.BATCHES if each.key == key), None)
        if batch is None:
            action = next((each for each in self.ACTIONS if each.key == key), None)
            if action is None:
                super().action_act(key)  # what is done beside the cases
            else:
                self._act(action)
            return
        lines, item = self._of(batch), self.table.item
        if lines:
            self.anew(partial(self.do_all, batch, lines), "batch")
        elif item is not None and not self.table.grid.marked and item.state in batch.ticked:
            words = both("query-mark-it", action=batch.words, state=_called(item.system, item.state))
            self.terminal.say(words, alarm=True)
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
            words = both("query-not-now", action=action.words, state=_called(line.system, line.state))
            self.run_worker(self.terminal.ask(Tell(words, self.language, alarm=True)))
        else:
            self.anew(partial(self._open, action, line), "open")

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
            return both("query-not-now", action=action.words, state=_called(found.line.system, state))
        if not action.event or self._kind is None:
            return None
        return refused(self._kind, action.event, self.work.hand, found)


def _called(system: str, state: str) -> Words:
    return Words(*BY_NAME[system].labels.get(state, (state, state)))
