"""本企业注册信息: what customs has on file of the own enterprise, all of it, to be read and printed.

Knows the lookup and the form that filings are loaded by; refuses to change anything: that is applied for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.enterprise.names import APPLICATIONS, FILING, SYSTEM_NAME
from messages.enterprise.table import LABELS, PENDING
from messages.forms import own_forms
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.files import write_file
from terminals.tui.filled import Desk
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.words import both
from terminals.work import dossier
from terminals.work.dossier import Said, Section
from terminals.work.model import FormModel

_HEADING = Words("企业注册信息备案", "Registration on file")
_PENDING = Words("待审批的申请", "Applications under way")
_LICENCE = Words("须行政许可", "Needs a licence")
_YES_NO = {"1": Words("是", "yes"), "0": Words("否", "no")}


class RegistrationPage(Page):
    """The own registration, as it is now."""

    HEADING: Words = Words("本企业注册信息", "Own registration")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+p", "print", "entry-print")]

    _filed: Mapping[str, Any] | None = None

    def compose(self) -> ComposeResult:
        """What can be done, and what is filed."""
        yield Buttons(self._options(), self.language)
        yield Reader(self.language)

    def on_mount(self) -> None:
        """Ask at once."""
        self.again()

    def first(self) -> Widget:
        """What is read."""
        return self.query_one(Reader)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-registration")

    def again(self) -> None:
        """As it is now."""
        self.anew(self._again, "again")

    def on_show(self) -> None:
        """In front again: customs may have approved something meanwhile."""
        self.again()

    async def _again(self) -> None:
        try:
            self._filed = await asyncio.to_thread(self._ask)
        except Trouble as error:
            self.terminal.complain(error)
            return
        self.query_one(Reader).show(self.sections())
        self.query_one(Buttons).offer(self._options())

    def _ask(self) -> Mapping[str, Any] | None:
        """In a thread: the registration, and the lists of codes in it."""
        line = self.work.line
        node = own_forms().form(FILING).node
        for name in sorted({field.hints.list for field in node.walk() if field.hints.list}):
            if line.codes.known(name) is None:
                line.code_list(name)
        return line.lookup(SYSTEM_NAME, "registration", ())

    def sections(self) -> list[Section]:
        """All of it: what is under way first, then the tables."""
        filed = self._filed
        if filed is None:
            return [Section(_HEADING, (Said(_HEADING, both("registration-none")),))]
        model = FormModel(own_forms().form(FILING), Desk(self.work, self.terminal.clock))
        model.load(filed, case="", state="")
        licensed = _YES_NO.get(str(filed.get("licensed", "")))
        before = [Said(_LICENCE, licensed)] if licensed is not None else []
        first, *rest = dossier.sections(model, _HEADING, before)
        pending = tuple(
            Said(Words(*APPLICATIONS[each["type"]]), _under_way(each)) for each in filed.get("Pending", ())
        )
        return [first, *([Section(_PENDING, pending, 1)] if pending else []), *rest]

    def _options(self) -> list[Option]:
        return [Option("print", both("entry-print"), "ctrl+p", self._filed is not None)]

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        self.action_print()

    def action_print(self) -> None:
        """All of it as a PDF."""
        from terminals.work.printing import dossier_pdf

        if self._filed is not None:
            make = partial(dossier_pdf, self.HEADING, self.sections(), self.language)
            name = str(self._filed.get("regCode", ""))
            self.run_worker(write_file(self.terminal, name, ".pdf", make), group="files")


def _under_way(each: Mapping[str, Any]) -> Words:
    zh, en = LABELS[PENDING]
    return Words(f"{each['caseNo']} {zh}", f"{each['caseNo']} {en}")
