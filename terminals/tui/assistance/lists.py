"""Lists of cases of mutual assistance: what codes in their columns mean, and how long each has waited.

Knows the search columns and the code lists behind them; refuses to know who looks, and what can be done.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from messages.annotations import Words
from messages.forms import own_forms
from messages.wire import from_sortable, parse_wire_time
from terminals.trouble import Trouble
from terminals.tui import ages
from terminals.tui.columns import Column
from terminals.tui.filled import Desk
from terminals.tui.query import SEQUENCE, QueryPage
from terminals.tui.words import both
from terminals.work.found import CaseLine
from terminals.work.model import FormModel

COUNTRY, TYPE, BILLS, MATTER, DATE, LETTER, WAITED = (
    "country", "reqType", "bills", "reqMatter", "reqDate", "letterNo", "changed",
)  # fmt: skip
COUNTRIES = "assist_country"
"""The code list."""

_MEANT = (COUNTRY, TYPE, MATTER)


def columns(letter: Words, *, state: int) -> tuple[Column, ...]:
    """The columns of an officer's list: what its reference numbers are called, and how wide states are."""
    return (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", Words("状态", "State"), cells=state, sorts=True),
        Column(LETTER, letter, most=24, sorts=True),
        Column(TYPE, Words("请求类型", "Types"), most=22),
        Column(DATE, Words("申请日期", "Date"), cells=9, sorts=True),
        Column(BILLS, Words("票数", "Bills"), number=True, cells=5, sorts=True),
        Column("reqSender", Words("发函人", "Sender"), most=16),
        Column(MATTER, Words("请求备注", "Matter"), most=20),
    )


class CaseList(QueryPage):
    """A list whose codes are shown by their meanings. FORM is the message type that has its columns."""

    FORM: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._meanings: dict[tuple[str, str], Words] = {}

    def on_mount(self) -> None:
        """The list of countries, if it is not here yet."""
        self.run_worker(self._fetch_countries, thread=True, group="lists", exit_on_error=False)

    def _fetch_countries(self) -> None:
        """In a thread."""
        line = self.work.line
        if line.codes.known(COUNTRIES) is None:
            with suppress(Trouble):
                line.code_list(COUNTRIES)
                self.app.call_from_thread(self._listed)

    def _listed(self) -> None:
        self._meanings.clear()
        if self.is_attached:
            self.table.grid.again()

    def search(self) -> Mapping[str, str]:
        """Codes are typed in either case, and types of request by their names, too."""
        found = super().search()
        return {name: self._code(name.partition(".")[0], text) for name, text in found.items()}

    def _code(self, column: str, text: str) -> str:
        if column == COUNTRY:
            return text.upper()
        field = self._blank().plan.fields.get(column)
        for choice in field.choices if field is not None and text else ():
            if text.casefold() in (choice.label.zh, choice.label.en.casefold()):
                return choice.value
        return text

    def text(self, line: CaseLine, key: str) -> str:
        """What stands in a cell."""
        text = line.text(key)
        if key == WAITED:
            return self._waited(line)
        if key == BILLS:
            return f"{Decimal(from_sortable(text)):f}" if text else ""
        return self.meaning(key, text) if key in _MEANT and text else text

    def tone(self, line: CaseLine, key: str) -> str:
        """What has waited long stands out."""
        if key != WAITED or line.state not in self.STATES[:1]:
            return ""
        return ages.tone(self.age(line))

    def age(self, line: CaseLine) -> timedelta:
        """For how long nothing has become of it."""
        return self.terminal.clock() - parse_wire_time(line.changed)

    def _waited(self, line: CaseLine) -> str:
        told = ages.marked if line.state in self.STATES[:1] else ages.waited
        return told(self.age(line), self.language)

    def meaning(self, name: str, text: str) -> str:
        """What a code means, or the code where that is not known."""
        words = self._meanings.get((name, text))
        if words is None:
            model = self._blank()  # of its own: exports ask in a thread
            model.load({name: text}, case="", state="")
            words = self._meanings[name, text] = model.meaning(model.head, name)
        return words.in_language(self.language) or text

    def _blank(self) -> FormModel:
        return FormModel(own_forms().form(self.FORM), Desk(self.work, self.terminal.clock))
