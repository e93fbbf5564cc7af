"""Filed registrations (注册信息备案) at the customs desk: the register; the form to file, change, withdraw.

Knows that the register lists entries, and that what is filed is looked up by an entry's code; refuses to know
how forms are typed and sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.enterprise import fields, filings
from messages.enterprise.names import FILING, SYSTEM_NAME
from messages.enterprise.table import FILED, LABELS, UNFILED
from messages.wire import CST, parse_wire_time, wire_date
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.enterprise.desk import keys
from terminals.tui.enterprise.lists import (
    BY_CODE,
    BY_NAME,
    NAME,
    REG_CODE,
    SCC,
    SEQ,
    CooperationList,
    by_state,
)
from terminals.tui.query import Action
from terminals.tui.registers import FiledEntry
from terminals.tui.words import both
from terminals.work.exchange import Line
from terminals.work.found import CaseLine

_STATES = (*FILED.values(), UNFILED)
_OF_STATE = {state: status for status, state in FILED.items()}
_EXPIRED = FILED[fields.EXPIRED]
_CHANGE = Action("change", both("query-change"), "ctrl+e", "enterprise.register")
_STATUS = Words("注册状态", "Status")
_OVERTAKEN = Words(
    "该备案在打开之后已变化（审核通过的申请，或另一次备案）。继续备案将覆盖这些变化，是否继续？",
    "It has changed since it was opened here: an application was approved, or it was filed by somebody else. "
    "To file it now undoes that. File it all the same?",
)
_VALID_TO = Words("有效期至", "Valid to")


def filed_now(line: Line, code: str) -> Mapping[str, Any] | None:
    """What is filed under a customs registration code, None for nothing. In a thread."""
    return line.lookup(SYSTEM_NAME, "filed-registration", [("regCode", code)])


class RegistrationRegister(CooperationList):
    """注册信息备案: by name, code, status and validity."""

    CODE: ClassVar[str] = FILING
    WORDS: ClassVar[Words] = Words("注册信息备案", "Registrations")
    STATES: ClassVar[tuple[str, ...]] = _STATES
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        BY_NAME, BY_CODE, by_state(_STATES, _STATUS), Criterion("validTo", _VALID_TO, between=True),
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        SEQ,
        Column("state", _STATUS, most=14, sorts=True),
        NAME,
        REG_CODE,
        SCC,
        Column("validTo", _VALID_TO, cells=9, sorts=True),
        Column("changed", Words("最后变动", "Changed on"), cells=10, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (_CHANGE,)
    BINDINGS: ClassVar[list[BindingType]] = [*keys(*ACTIONS), Binding("ctrl+n", "new", "entry-new")]

    def _cell(self, item: CaseLine, key: str, number: int) -> str:
        """One that was in order when it was filed may have expired since."""
        if key == "state" and self._expired(item):
            return Words(*LABELS[_EXPIRED]).in_language(self.language)
        return super()._cell(item, key, number)

    def _expired(self, item: CaseLine) -> bool:
        filed = {"regStatus": _OF_STATE.get(item.state, ""), "validTo": item.text("validTo") or "99991231"}
        return filings.status(filed, wire_date(self.terminal.clock())) == fields.EXPIRED

    def text(self, item: CaseLine, key: str) -> str:
        """The day of the last change, as it is in China."""
        if key == "changed":
            return parse_wire_time(item.changed).astimezone(CST).strftime("%Y-%m-%d")
        return super().text(item, key)

    def tone(self, item: CaseLine, key: str) -> str:
        """What is not in order stands out."""
        if key != "state":
            return super().tone(item, key)
        if self._expired(item):
            return "bad"
        return "" if item.state == FILED[fields.IN_ORDER] else "warn"

    def _options(self) -> list[Option]:
        return [Option("new", both("entry-new"), "ctrl+n"), *super()._options()]

    def action_new(self) -> None:
        """File another."""
        self.terminal.open_soon("enterprise.register")

    async def _open(self, action: Action, line: CaseLine) -> None:
        """What is filed is looked up; of what was withdrawn, the code is left."""
        code = line.text("regCode")
        try:
            filed = await asyncio.to_thread(filed_now, self.work.line, code)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if filed is None:
            text = f"{code} 的备案已撤销，可按 Ctrl+N 重新备案。"
            self.terminal.say(Words(text, f"{code} was withdrawn: Ctrl+N files it anew."), alarm=True)
            return
        await self.terminal.open(action.entry, filed=filed)


class RegistrationEntry(FiledEntry):
    """注册信息备案: one enterprise's, with its managers, broker staff and penalties."""

    CODE: ClassVar[str] = FILING
    WORDS: ClassVar[Words] = Words("注册信息备案", "Registration")
    KEY: ClassVar[tuple[str, ...]] = ("regCode",)
    EVENT: ClassVar[str] = "file"

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab an enterprise."""
        filed = given.get("filed")
        if filed is not None:
            return bool(filed["regCode"] == self.model.state)
        return super().about(given)

    async def overtaken(self) -> bool:
        """Whether it has changed since it was read, and that is to stay; asked where it has."""
        code = self.model.head.text("regCode")
        if code != self.model.state:
            return False
        try:
            filed = await asyncio.to_thread(filed_now, self.work.line, code)
        except Trouble:
            return False  # what is sent says why it cannot be
        now = str(filed.get("appTime", "")) if filed is not None else ""
        if now <= self.model.app_time or await self.sure(_OVERTAKEN):
            self.model.app_time = max(now, self.model.app_time)
            return False
        return True

    def _tell_register(self) -> None:
        """The register, if it is open, shows it."""
        for page in self.terminal.shell.pages.query(RegistrationRegister):
            page.again()
