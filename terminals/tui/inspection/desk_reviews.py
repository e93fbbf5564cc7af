"""What customs decides in pre-shipment inspection: a filing or its change, and what an agency has submitted.

Knows what each decision leads to and that a change is seen beside what is filed; refuses to know how a case
is read and a decision is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from messages.annotations import Words
from messages.forms import own_forms
from messages.inspection.names import DISPOSAL
from messages.inspection.table import CHANGE_REFUSED_STATUS, NOT_ACCEPTED_STATUS
from terminals.trouble import Trouble
from terminals.tui.inspection.documents import PAPERS
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.tui.reader import Reader
from terminals.tui.words import both
from terminals.work.differences import differences
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers
from terminals.work.receipts import Step

_FILING = "PSI111"
_COMPARED = Words("变更对照（原 → 新）", "What changes (filed → wanted)")


class DeskReview(OpinionPage):
    """A decision at the desk."""

    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "inspection.case"
    DECIDE: ClassVar[Words] = both("review-open")

    @property
    def heading(self) -> Words:
        """The screen's name and whose case it is."""
        whose = self._found.line.text("subject") if self._found is not None else ""
        whose = whose or self.model.case
        return Words(f"{self.WORDS.zh} {whose}", f"{self.WORDS.en} {whose}")

    def question(self) -> Words:
        """The result, and what it leads to."""
        result = self.model.meaning(self.model.head, "result")
        leads = self.leads()
        ask = both("review-ask", result=result)
        return Words(f"{ask.zh}\n{leads.zh}".rstrip(), f"{ask.en}\n{leads.en}".rstrip())

    def leads(self) -> Words:
        """What the result that was chosen leads to, where that is not plain."""
        return Words()

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is decided, and nothing more to be done here: the tab closes."""
        await super().done(model, posted)
        shell = self.terminal.shell
        shell.run_worker(shell.close(self))

    def decided(self, state: Words) -> Words:
        """What is said then."""
        return both("review-sent", state=state)


class FilingReview(DeskReview):
    """备案审核: 受理, 不予受理 or 补充材料; of a change, what differs is read first."""

    CODE: ClassVar[str] = "PSI121"
    WORDS: ClassVar[Words] = Words("备案审核", "Review a filing")
    EVENT: ClassVar[str] = "file"
    MEANT: ClassVar[Mapping[str, frozenset[int]]] = {
        "refuse": frozenset({NOT_ACCEPTED_STATUS, CHANGE_REFUSED_STATUS}),
        "ask": frozenset({CHANGE_REFUSED_STATUS}),
    }
    """The faults that are what was decided, by event."""

    def against(self, posted: Posted) -> Step | None:
        """A receipt that says no may be what was decided."""
        found = super().against(posted)
        meant = self.MEANT.get(posted.piece.event, frozenset())
        return None if found is not None and found.status in meant else found

    def on_mount(self) -> None:
        """The code lists of what is read, which are not here yet perhaps."""
        self.run_worker(self._fetch_meanings, thread=True, group="meanings", exit_on_error=False)

    def _fetch_meanings(self) -> None:
        """In a thread."""
        line = self.work.line
        fields = own_forms().form(_FILING).node.walk()
        with suppress(Trouble):
            for name in sorted({field.hints.list for field in fields if field.hints.list}):
                if line.codes.known(name) is None:
                    line.code_list(name)
        self.app.call_from_thread(self._meant)

    def _meant(self) -> None:
        if self.is_attached and self._found is not None:
            self.learned(self._found)

    def learned(self, found: CaseFound) -> None:
        """From the top: what differs, then all of it."""
        read = self.PAPERS.sections(found, self._blank)
        if self.changing:
            before, after = self._on_form(found, "stored"), self._on_form(found, "changed")
            read.insert(0, differences(before, after, _COMPARED))
        self.query_one(Reader).show(read)
        self.offer()

    @property
    def changing(self) -> bool:
        """Whether it is a change of what is filed."""
        return self._found is not None and "changed" in self._found.body

    def leads(self) -> Words:
        """A change that is not accepted leaves what is filed."""
        if not self.changing:
            return Words()
        if self.model.head.text("result") == "1":
            return Words("变更内容将立即代替现有备案。", "What is changed takes the place of what is filed.")
        return Words("现有备案保持不变。", "What is filed stays as it is.")

    def _on_form(self, found: CaseFound, part: str) -> FormModel:
        model = self._blank(_FILING)
        model.load(found.body.get(part) or {}, case="", state="")
        return model


class ReplyReview(DeskReview):
    """检查审核, 整改审核: what an agency has submitted passes, or more is needed."""

    CODE: ClassVar[str] = "PSI181"
    WORDS: ClassVar[Words] = Words("审核", "Review")
    EVENT: ClassVar[str] = "pass"

    def leads(self) -> Words:
        """What was put right ends a disposal."""
        found = self._found
        if found is None or found.body.get("kind") != DISPOSAL or self.model.head.text("result") != "1":
            return Words()
        return Words(
            "处置将立即撤销，该机构可以接受委托。",
            "The disposal is lifted at once: the agency may be entrusted again.",
        )
