"""申请查询 and 异议查询: an enterprise's own applications, what has become of them, what can be done.

Knows which screen an application of each type is changed on, the states that allow it, and 删除 of drafts;
refuses to know how lists, forms and sending work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from hardware.signer import SignerError
from messages.annotations import Words
from messages.enterprise.names import APPLICATIONS, OBJECT
from messages.enterprise.table import APPROVED, DRAFT, PENDING, REFUSED
from messages.forms import own_forms
from terminals.trouble import Trouble
from terminals.tui.attaching import job_of
from terminals.tui.batches import Fates
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.enterprise import lists
from terminals.tui.enterprise.documents import PAPERS
from terminals.tui.enterprise.lists import CooperationList
from terminals.tui.files import write_file
from terminals.tui.filled import Desk
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.query import Action, Batch
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.batches import Fate, send_all
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound, CaseLine
from terminals.work.model import FormModel
from terminals.work.submission import Piece

ENTRIES = {
    "ENT111": "enterprise.change",
    "ENT121": "enterprise.renewal",
    "ENT131": "enterprise.cancellation",
    "ENT211": "enterprise.licence-change",
    "ENT221": "enterprise.licence-extension",
    "ENT231": "enterprise.licence-cancellation",
    "ENT311": "enterprise.objection",
}
"""The screen of each type of application."""
_STATES = (DRAFT, PENDING, APPROVED, REFUSED)
_STATE = Column("state", both("query-state"), most=14, sorts=True)
_OPEN = frozenset({DRAFT, REFUSED})
_DELETE = Batch("delete", Words("删除", "Delete marked"), "ctrl+d", frozenset({DRAFT}))
_CHANGE, _PRINT = "change", "print"
_NAMED = 5  # applications that a question names


class ApplicationQuery(CooperationList):
    """申请查询: by type, state and day."""

    CODE: ClassVar[str] = "ENT111"
    WORDS: ClassVar[Words] = Words("申请查询", "Applications")
    STATES: ClassVar[tuple[str, ...]] = _STATES
    AT_ONCE: ClassVar[bool] = True
    HELP: ClassVar[str] = "help-applications"
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (lists.BY_TYPE, lists.by_state(_STATES), lists.BY_DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.SEQ, _STATE, lists.TYPE, lists.DATE, lists.NUMBER,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", both("query-view"), "ctrl+o", "enterprise.case"),
        Action(_CHANGE, both("query-change"), "ctrl+e", "", "", _OPEN),
        Action(_PRINT, both("entry-print"), "ctrl+b", ""),
    )
    BATCHES: ClassVar[tuple[Batch, ...]] = (_DELETE,)
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
        Binding(_DELETE.hot, f"act('{_DELETE.key}')", _DELETE.words.zh, show=False),
    ]

    # -- what can be done, by the type of the application

    def picked(self) -> None:
        """Enter goes on with what is still to be declared, and shows anything else."""
        line = self.table.item
        self.action_act(_CHANGE if line is not None and line.state in _OPEN else "view")

    async def _open(self, action: Action, line: CaseLine) -> None:
        if action.key == _PRINT:
            await self._print(line)
        elif action.key == _CHANGE:
            await super()._open(replace(action, entry=ENTRIES[line.text("type")]), line)
        else:
            await super()._open(action, line)

    async def _print(self, line: CaseLine) -> None:
        """The application with what it changes and what customs decided, as a PDF."""
        from terminals.work.printing import dossier_pdf

        try:
            found = await asyncio.to_thread(self._fetched, line)
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=line.number), alarm=True)
            return
        title = Words(*APPLICATIONS[line.text("type")])
        make = partial(dossier_pdf, title, PAPERS.sections(found, self._blank), self.language)
        await write_file(self.terminal, line.number, ".pdf", make)

    def _fetched(self, line: CaseLine) -> CaseFound | None:
        """In a thread: the case, and the lists of codes that are on its form."""
        node = own_forms().form(line.text("type")).node
        for name in sorted({field.hints.list for field in node.walk() if field.hints.list}):
            if self.work.line.codes.known(name) is None:
                self.work.line.code_list(name)
        return self.work.line.case(line.system, line.number)

    def _blank(self, code: str) -> FormModel:
        return FormModel(own_forms().form(code), Desk(self.work, self.terminal.clock))

    # -- 删除

    async def do_all(self, batch: Batch, lines: Sequence[CaseLine]) -> None:
        """Delete these drafts, after a question; then each one's fate."""
        names = [Words(*APPLICATIONS[line.text("type")]) for line in lines[:_NAMED]]
        more = "…" if len(lines) > _NAMED else ""
        zh, en = "、".join(each.zh for each in names) + more, ", ".join(each.en for each in names) + more
        words = both("apply-ask-delete", count=len(lines), names=Words(zh, en))
        if not await self.terminal.ask(Ask(words, self.language, default=False, alarm=True)):
            return
        outcome: Outcome[list[Fate]] | None
        outcome = await self.terminal.ask(Progress(batch.words, partial(self._delete, lines), self.language))
        try:
            fates = outcome.result() if outcome is not None else None
        except (Trouble, SignerError) as error:
            await self.terminal.ask(Tell(told(error), self.language, alarm=True))
            return
        self.again()
        if fates:
            await self.terminal.ask(Fates(batch.words, fates, self.language))

    def _delete(self, lines: Sequence[CaseLine], report: Report) -> list[Fate]:
        """In a thread: each type of application is a message of its own."""
        pieces: dict[str, list[Piece]] = {}
        for done, line in enumerate(lines):
            report(done, len(lines), both("batch-fetching"))
            if report.stopped():
                return []
            found = self.work.line.case(line.system, line.number)
            time = str(found.body.get("appTime", "")) if found is not None else ""
            model = self._blank(line.text("type"))
            model.load({}, case=line.number, state=line.state, app_time=time)
            piece = self.work.sending.piece(model, Purpose.DELETE)
            pieces.setdefault(piece.code, []).append(replace(piece, title=line.number))
        job, sending = job_of(report, both("batch-sending")), self.work.sending
        return [fate for some in pieces.values() for fate in send_all(sending, self.work.ladders, some, job)]


class ObjectionQuery(ApplicationQuery):
    """异议查询: by kind and day; 重置."""

    CODE: ClassVar[str] = OBJECT
    WORDS: ClassVar[Words] = Words("异议查询", "Objections")
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (lists.BY_OBJECTION, lists.BY_DATE)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.SEQ, _STATE, lists.OBJECTION, lists.DATE, lists.NUMBER,
    )  # fmt: skip

    def search(self) -> Mapping[str, str]:
        """Objections only."""
        return {**super().search(), "type": OBJECT}

    def _finding(self) -> list[Option]:
        """清空 is called 重置 here."""
        return [
            replace(each, words=both("objections-reset")) if each.key == "clear" else each
            for each in super()._finding()
        ]
