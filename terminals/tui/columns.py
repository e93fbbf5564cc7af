"""What a list shows, before anything is drawn: its columns, and rows that are asked for one cell at a time.

Knows headings, tones and pages; refuses to know screens and where the rows come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from messages.annotations import Words

T = TypeVar("T")

TONES = ("bad", "good", "warn", "quiet")
"""How a cell may be coloured; '' is as the rest. Never the only sign of what it means."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and how wide it may be; `cells` 0 is as wide as what is in it.

    Where there is not room for all, one with `least` gives way, down to that.
    """

    key: str
    words: Words
    number: bool = False  # stands to the right
    cells: int = 0
    most: int = 32
    least: int = 0
    sorts: bool = False  # the list can be put in its order


class Rows(Protocol):
    """What a list shows; asked for a cell whenever that is drawn, so it answers at once."""

    def __len__(self) -> int: ...

    def text(self, row: int, key: str) -> str:
        """What stands in a cell."""
        ...

    def tone(self, row: int, key: str) -> str:
        """One of TONES, or ''."""
        ...


class Listed:
    """Rows that are all here, as texts in the order of the columns; `tones`: row and key → tone."""

    def __init__(
        self,
        columns: Iterable[Column],
        rows: Sequence[Sequence[str]],
        tones: dict[tuple[int, str], str] | None = None,
    ) -> None:
        self._at = {column.key: at for at, column in enumerate(columns)}
        self._rows = rows
        self._tones = tones or {}

    def __len__(self) -> int:
        return len(self._rows)

    def text(self, row: int, key: str) -> str:
        """What stands in a cell."""
        return self._rows[row][self._at[key]]

    def tone(self, row: int, key: str) -> str:
        """As it was given."""
        return self._tones.get((row, key), "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page, from 1, of how many rows, in the order of which column (with - the other way round)."""

    page: int
    size: int
    order: str


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """The rows of a page, and how many rows there are on all pages."""

    rows: Sequence[T]
    total: int


class Items(Generic[T]):
    """The rows of a page, as a grid asks for them."""

    def __init__(
        self, rows: Sequence[T], text: Callable[[T, str], str], tone: Callable[[T, str], str] | None
    ) -> None:
        self.rows = rows
        self._text = text
        self._tone = tone

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, row: int, key: str) -> str:
        """What stands in a cell."""
        return self._text(self.rows[row], key)

    def tone(self, row: int, key: str) -> str:
        """How it is coloured."""
        return self._tone(self.rows[row], key) if self._tone else ""
