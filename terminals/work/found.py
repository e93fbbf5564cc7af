"""What a search for cases asks and finds: criteria, a page of lines, one case.

Knows the query's form and the answers'; refuses to know what any column means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. `criteria`: column or column.from, .to, .starts, .contains → value, '' for any.

    One of `states`, where `criteria` has no state. `besides`: more criteria, whose columns may come again.
    """

    criteria: Mapping[str, str] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    order: str = "-changed"  # a column; - before it: downwards
    page: int = 1
    size: int = 20
    owner: str = ""  # a party; for customs only
    besides: tuple[tuple[str, str], ...] = ()

    def query(self) -> Query:
        """As the gateway is asked."""
        asked = [(name, value) for name, value in self.criteria.items() if value]
        if not self.criteria.get("state"):
            asked += [("state", state) for state in self.states]
        if self.owner:
            asked.append(("owner", self.owner))
        asked += self.besides
        return [*asked, ("order", self.order), ("page", str(self.page)), ("size", str(self.size))]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as a list shows it."""

    number: str
    system: str
    owner: str
    inner: str
    state: str
    search: Mapping[str, str]
    created: str  # wire time
    changed: str  # wire time
    revision: int

    def text(self, column: str) -> str:
        """The value in a column: one of the fields above, or a search column; '' for any other."""
        if column in self.search:
            return self.search[column]
        return str(getattr(self, column)) if column in _COLUMNS else ""


_COLUMNS = ("number", "system", "owner", "inner", "state", "created", "changed")


@dataclass(frozen=True, slots=True)
class CaseFound:
    """A case with its content, and the events that the gateway would take of the caller's role now."""

    line: CaseLine
    body: Mapping[str, Any]
    actions: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of cases, and how many there are in all; `more`: the gateway counted no further than `total`."""

    cases: tuple[CaseLine, ...]
    total: int
    page: int
    size: int
    more: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(-(-self.total // self.size), 1)


def line_of(told: Mapping[str, Any]) -> CaseLine:
    """A line as the gateway tells it. Raises KeyError, TypeError or ValueError for anything else."""
    return CaseLine(
        number=str(told["number"]),
        system=str(told["system"]),
        owner=str(told["owner"]),
        inner=str(told["inner"] or ""),
        state=str(told["state"]),
        search={str(name): str(value) for name, value in told["search"].items()},
        created=str(told["created"]),
        changed=str(told["changed"]),
        revision=int(told["revision"]),
    )


def page_of(told: Mapping[str, Any]) -> CasePage:
    """A page as the gateway tells it. Raises as `line_of`."""
    cases = tuple(line_of(each) for each in told["cases"])
    more = bool(told.get("more", False))
    return CasePage(cases, int(told["total"]), int(told["page"]), int(told["size"]), more)


def case_of(told: Mapping[str, Any]) -> CaseFound:
    """A case as the gateway tells it. Raises as `line_of`."""
    return CaseFound(line_of(told), dict(told["body"]), tuple(told.get("actions", ())))
