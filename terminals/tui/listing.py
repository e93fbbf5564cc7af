"""A list that the gateway holds as a file (打印, 导出): all pages, in its order, the columns that are shown.

Knows how pages are gathered in a thread, how many rows a print or an export may have, and that it can be
stopped; refuses to know what the rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.dialogs import Tell
from terminals.tui.files import write_file
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work import sheets

if TYPE_CHECKING:
    from terminals.tui.app import Terminal

T = TypeVar("T")
MakeList = Callable[[Words, Sequence[sheets.Column], Iterable[Sequence[str]], str], bytes]
PAGE = 100
"""Rows that are asked for at once: the gateway's most."""
MOST = {".pdf": 2_000, ".xlsx": 100_000}
"""Rows of a file: nobody reads more on paper, and a spreadsheet holds little more."""


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What is gathered: rows in `order`, page by page, and what stands in a cell of row n, from 1."""

    title: Words
    columns: tuple[Column, ...]
    order: str
    fetch: Callable[[Wanted], Fetched[T]]
    text: Callable[[T, str, int], str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The rows as texts, and how many there would be."""

    rows: list[list[str]]
    total: int


def gather(listing: Listing[T], most: int, report: Report) -> Gathered | None:
    """In a thread: all rows up to `most`; None once somebody wants to stop. Raises what `fetch` raises."""
    rows: list[list[str]] = []
    page = 1
    while not report.stopped():
        found = listing.fetch(Wanted(page, PAGE, listing.order))
        for item in found.rows[: most - len(rows)]:
            rows.append([listing.text(item, column.key, len(rows) + 1) for column in listing.columns])
        total = min(found.total, most)
        report(len(rows), total, both("list-fetching"))
        if not found.rows or len(rows) >= total:
            return Gathered(rows, found.total)
        page += 1
    return None


async def write_list(terminal: Terminal, listing: Listing[T], name: str, suffix: str, make: MakeList) -> None:
    """Gather a list behind a progress bar, and write it into the own area."""
    work = partial(gather, listing, MOST[suffix])
    outcome: Outcome[Gathered | None] | None
    outcome = await terminal.ask(Progress(listing.title, work, terminal.language))
    try:
        found = outcome.result() if outcome is not None else None
    except Trouble as error:
        await terminal.ask(Tell(told(error), terminal.language, alarm=True))
        return
    if found is None:
        terminal.say(both("list-stopped"))
        return
    columns = [sheets.Column(column.words, column.number) for column in listing.columns]
    written = partial(make, listing.title, columns, found.rows, terminal.language)
    path = await write_file(terminal, name, suffix, written)
    if path is not None and found.total > len(found.rows):
        words = both("list-cut", file=path.name, count=len(found.rows), total=found.total)
        await terminal.ask(Tell(words, terminal.language, alarm=True))
