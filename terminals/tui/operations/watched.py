"""A list that somebody on watch has in front: renewed by itself, and the row under the cursor told in full.

Knows how often it is asked for, and how an order about a row is given; refuses to know what the rows are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.dom import DOMNode

from messages.annotations import Words
from messages.wire import CST
from terminals.trouble import Trouble
from terminals.tui.ages import waited
from terminals.tui.buttons import Buttons
from terminals.tui.columns import Fetched, Wanted
from terminals.tui.dialogs import NOTHING
from terminals.tui.searching import SearchPage
from terminals.tui.table import PagedTable
from terminals.tui.words import Saying, both
from terminals.work.operated import Done

RENEWS = 5.0
"""Seconds between two looks at what is in front."""

T = TypeVar("T")


class WatchedList(SearchPage[T]):
    """The list, what there is to say of a row, the actions."""

    AT_ONCE: ClassVar[bool] = True
    DEFAULT_CSS = """
    WatchedList > #said {
        width: 100%; height: auto; max-height: 8; padding: 0 1; background: $panel;
    }
    WatchedList > #said.-nothing { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime.now(UTC)  # the gateway's time of what is shown

    def compose(self) -> ComposeResult:
        """The list, the row under the cursor in full, the actions."""
        yield PagedTable(
            self.COLUMNS, self._fetch, self._text, self.language, tone=self.tone, name_of=self.name_of
        )
        yield Saying(NOTHING, self.language, id="said", classes="-nothing")
        yield Buttons(self._options(), self.language, id="actions")

    def on_mount(self) -> None:
        """What there is, and from then on by itself."""
        super().on_mount()
        self.set_interval(RENEWS, self.renew)

    def on_show(self) -> None:
        """In front again: things have happened meanwhile."""
        self.renew()

    def renew(self) -> None:
        """The list as it is now, while somebody looks at it."""
        if self.terminal.in_front(self):
            if not under_way(self.table, "renew"):
                self.table.renew()
            self.table.grid.refresh()  # everything is older, even where nothing else has changed

    def help(self) -> Words:
        """What F1 says."""
        return both(self.HELP)

    # -- what a class says

    def look(self) -> tuple[datetime, Sequence[T], int]:
        """In a thread: the gateway's time, the rows that it tells, and how many there are in all."""
        raise NotImplementedError

    def said(self, item: T) -> Words:
        """All there is to say of a row."""
        raise NotImplementedError

    # -- the list

    def _fetch(self, wanted: Wanted) -> Fetched[T]:
        """In a thread: a page is cut from what the gateway tells."""
        self.at, rows, _ = self.look()
        start = (wanted.page - 1) * wanted.size
        return Fetched(rows[start : start + wanted.size], len(rows))

    def age(self, since: datetime | None) -> str:
        """How long something has lasted."""
        return "" if since is None else waited(self.at - since, self.language)

    def _offer(self) -> None:
        super()._offer()
        item = self.table.item
        said = self.query_one("#said", Saying)
        said.say(NOTHING if item is None else self.said(item))
        said.set_class(item is None, "-nothing")

    # -- orders

    def order(
        self,
        what: str,
        number: int,
        given: Mapping[str, str] | None,
        said: Callable[[Done], Words],
    ) -> None:
        """Have something done about a row; `said`: what is told of it, done or not. The list follows."""
        self.run_worker(self._order(what, number, given, said), group="order")

    async def _order(
        self, what: str, number: int, given: Mapping[str, str] | None, said: Callable[[Done], Words]
    ) -> None:
        try:
            done = await asyncio.to_thread(self.work.line.order, what, number, given)
        except Trouble as error:
            self.terminal.complain(error)
            return
        self.terminal.say(said(done), alarm=not done.good)
        self.again()


def under_way(node: DOMNode, group: str) -> bool:
    """Whether it still waits for an answer: where those are slow, none would come if it asked anew."""
    return any(each.node is node and each.group == group and not each.is_finished for each in node.workers)


def moment(at: datetime | None) -> str:
    """Month, day and minute in China."""
    return "" if at is None else at.astimezone(CST).strftime("%m-%d %H:%M")


def clock(at: datetime | None) -> str:
    """The second in China where it is today's, else as `moment`."""
    if at is None:
        return ""
    here = at.astimezone(CST)
    return f"{here:%H:%M:%S}" if here.date() == datetime.now(CST).date() else moment(at)
