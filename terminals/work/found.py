"""What a search for cases asks and finds: criteria, a page of lines, one case.

Knows the query's form and the answers'; refuses to know what any column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. `criteria`: column or column.from, .to, .starts, .contains → value, '' for any."""

    criteria: Mapping[str, str] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    order: str = "-changed"
    page: int = 1
    size: int = 20
    owner: str = ""  # for customs only


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a list shows it."""

    number: str
    system: str
    owner: str
    inner: str
    state: str
    search: Mapping[str, str]
    created: str
    changed: str
    revision: int

    def text(self, column: str) -> str:
        """The value in a column: one of the fields above, or a search column."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case with its content."""

    line: CaseLine
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases, and how many there are in all."""

    cases: tuple[CaseLine, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        raise NotImplementedError
