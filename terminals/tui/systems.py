"""Which screens there are: the table system → screen → roles, and how a screen is found when it is opened.

Knows names only: a screen is `module:class`, imported when somebody opens it, so that a system's package
brings its own and no system is imported for those who never use it. Refuses to know what is on a screen.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from messages.annotations import Words

if TYPE_CHECKING:
    from terminals.tui.page import Page

OFFICER, ENTERPRISE, AGENCY, OPERATOR, CUSTOMS = "officer", "enterprise", "agency", "operator", "customs"
CARRIER = "carrier"
OPERATIONS = "operations"
ROLES: dict[str, Words] = {
    OFFICER: Words("外方海关官员", "Foreign officer"),
    ENTERPRISE: Words("企业", "Enterprise"),
    AGENCY: Words("代理机构", "Agency"),
    OPERATOR: Words("操作员", "Operator"),
    CUSTOMS: Words("海关", "Customs"),
    CARRIER: Words("舱单/运抵报送方", "Carrier"),
    OPERATIONS: Words("运行管理", "Operations"),
}
"""Those who work at a terminal, in the gateway's words for them."""
EXCHANGING = frozenset(ROLES) - {OPERATIONS}
"""Those of them who send and receive; the others run the gateway, and have nothing to sign."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One screen that the menu offers.

    With `single` there is one tab of it at most: opening it again goes there. `codes` are the message types
    whose drafts it takes back. A key in `key` opens it from anywhere, while a screen of its system is in
    front or it is the only one that has that key.
    """

    name: str  # the same in every version: bonded.entry
    words: Words
    page: str  # module:class
    roles: frozenset[str] = EXCHANGING
    key: str = ""  # alt+1
    single: bool = True
    codes: tuple[str, ...] = ()
    listed: bool = True  # in the menu; others are opened by screens, with what they are about
    greets: frozenset[str] = frozenset()  # the roles that see it first, beside the main menu

    def factory(self) -> type[Page]:
        """The screen's class."""
        module, _, name = self.page.partition(":")
        found: type[Page] = getattr(importlib.import_module(module), name)
        return found


@dataclass(frozen=True, slots=True)
class System:
    """One system's part of the menu."""

    name: str  # as in messages.registry; '' for what belongs to none
    words: Words
    entries: tuple[Entry, ...]


GENERAL = System(
    "",
    Words("终端", "Terminal"),
    (
        Entry("home", Words("主菜单", "Main menu"), "terminals.tui.home:Home", frozenset(ROLES)),
        Entry("receipts", Words("回执", "Receipts"), "terminals.tui.receipts:Receipts"),
        Entry(
            "charts",
            Words("统计图表", "Charts"),
            "terminals.tui.charts:Charts",
            frozenset({CUSTOMS, OPERATIONS}),
        ),
    ),
)
"""What there is beside the systems."""


class Menu:
    """The part of the table that one person may open."""

    def __init__(self, table: Sequence[System], role: str) -> None:
        systems = (
            System(each.name, each.words, tuple(one for one in each.entries if role in one.roles))
            for each in table
        )
        self.systems = tuple(each for each in systems if each.entries)

    def __iter__(self) -> Iterator[tuple[System, Entry]]:
        for system in self.systems:
            for entry in system.entries:
                yield system, entry

    def find(self, name: str) -> tuple[System, Entry]:
        """A screen by its name. Raises KeyError."""
        for system, entry in self:
            if entry.name == name:
                return system, entry
        raise KeyError(name)

    def for_draft(self, system: str, code: str) -> Entry | None:
        """The screen that takes back what was typed for this type of message, or None."""
        for each, entry in self:
            if each.name == system and code in entry.codes:
                return entry
        return None

    def by_key(self, key: str, system: str) -> Entry | None:
        """What a key opens while a screen of `system` is in front: its own, or the menu's first."""
        there = [(each.name, entry) for each, entry in self if entry.key == key]
        own = [entry for name, entry in there if name == system]
        return next(iter(own or (entry for _, entry in there)), None)
