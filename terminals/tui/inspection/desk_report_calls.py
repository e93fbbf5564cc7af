"""The call for a year's report (通知填报) at the customs desk: one form, to one agency or to many.

Knows that each agency is told by a node of its own, and what became of each; refuses to know who has
reported, and how forms and messages are sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.attaching import job_of
from terminals.tui.batches import Fates
from terminals.tui.inspection.desk_calls import ToAgency
from terminals.tui.inspection.desk_reports import ReportsOfYear
from terminals.tui.posting import Posted
from terminals.tui.progress import Outcome, Progress, Report
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.batches import Fate, send_all
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_CALL = both("reports-call")
_NAMED = 5  # agencies that a question names


class ReportCallEntry(ToAgency):
    """A call for a year's report: to the agency on the form, or to all that were chosen.

    It goes to all of them while the first one's code stands on the form.
    """

    CODE: ClassVar[str] = "PSI201"
    WORDS: ClassVar[Words] = _CALL

    def __init__(
        self,
        found: CaseFound | None = None,
        draft: Draft | None = None,
        year: str = "",
        to: tuple[str, ...] = (),
    ) -> None:
        super().__init__(found, draft)
        self._year, self._to = year, to

    def fresh(self) -> FormModel:
        """For the year that was listed."""
        model = super().fresh()
        if self._year:
            model.set(model.head, "year", self._year)
        if self._to:
            model.set(model.head, "agencyCode", self._to[0])
        model.settled()
        return model

    def on_mount(self) -> None:
        """Where the agency is given, what is asked of it is next."""
        if self.model.head.text("agencyCode"):
            self.call_after_refresh(self.view.head.focus_field, "content")

    @property
    def inner(self) -> str:
        """The year and the agency."""
        head = self.model.head
        return f"{head.text('year')} {head.text('agencyCode')}".strip()

    def event_of(self, purpose: Purpose) -> str:
        """Sending it is all that can happen."""
        return "call" if purpose is Purpose.DECLARE else ""

    @property
    def many(self) -> tuple[str, ...]:
        """The codes of those that it goes to, if they are several."""
        first = self.model.head.text("agencyCode")
        return self._to if len(self._to) > 1 and first == self._to[0] else ()

    def facts(self) -> list[tuple[Words, str]]:
        """How many it goes to."""
        if not self.many:
            return super().facts()
        several = Words(f"{len(self.many)} 家检验机构", f"{len(self.many)} agencies")
        return [(Words("发往", "To"), several.in_language(self.language))]

    def question(self) -> Words:
        """Which year, and who is called on."""
        year = self.model.head.text("year")
        names = [self.agency_called(code) for code in self.many or (self.model.head.text("agencyCode"),)]
        zh, en = [each.zh for each in names[:_NAMED]], [each.en for each in names[:_NAMED]]
        if len(names) > _NAMED:
            zh.append(f"等 {len(names)} 家")
            en.append(f"and others, {len(names)} in all")
        return Words(
            "\n".join([f"是否通知填报 {year} 年度报告？", *zh]),
            "\n".join([f"Call for the report of {year}?", *en]),
        )

    async def send(self, purpose: Purpose) -> None:
        """To one as any form; to many as a batch."""
        if self.many:
            await self._send_all(self.many)
        else:
            await super().send(purpose)

    async def _send_all(self, codes: Sequence[str]) -> None:
        pieces = []
        for code in codes:
            copy = self.fresh()
            copy.restore(self.model.dump())
            copy.set(copy.head, "agencyCode", code)
            pieces.append(
                replace(self.work.sending.piece(copy, Purpose.DECLARE), title=self.agency_called(code).zh)
            )

        def work(report: Report) -> list[Fate]:
            return send_all(
                self.work.sending, self.work.ladders, pieces, job_of(report, both("batch-sending"))
            )

        outcome: Outcome[list[Fate]] | None = await self.terminal.ask(Progress(_CALL, work, self.language))
        try:
            fates = outcome.result() if outcome is not None else []
        except Trouble as error:
            await self.tell(told(error), alarm=True)
            return
        self._told()
        if fates:
            await self.terminal.ask(Fates(_CALL, fates, self.language))
        if not fates:
            return
        left = tuple(code for code, fate in zip(codes, fates, strict=True) if not fate.good)
        self._to = left
        if left:  # the form is for those that were not called, and stays
            self.view.changed(None, self.model.set(self.model.head, "agencyCode", left[0]))
        else:
            self.begin()

    async def done(self, model: FormModel, posted: Posted) -> None:
        """The agency is told."""
        case = posted.steps[-1].case
        self._told()
        await self.tell(Words(f"已通知检验机构，编号 {case}。", f"The agency is told; it is {case}."))
        if model is self.model:
            self._to = ()
            self.begin()

    def _told(self) -> None:
        """The list of the year, if it is open, shows it."""
        for page in self.terminal.shell.pages.query(ReportsOfYear):
            page.again()
