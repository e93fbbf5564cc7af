"""What an agency says to customs: to a problem, a check or a disposal, and in its report of a year.

Knows the forms of both and what was asked; refuses to know how cases are read, and how forms are typed and
sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.inspection.names import CHECK, DISPOSAL, PROBLEM
from messages.inspection.table import REPORTED
from messages.workflow import Body
from terminals.tui.buttons import Option
from terminals.tui.entry import EntryPage
from terminals.tui.inspection.documents import PAPERS
from terminals.tui.opinions import OpinionPage
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.papers import Papers

_NAMES = {
    PROBLEM: Words("质量反馈", "Answer a problem"),
    CHECK: Words("监督检查反馈", "Answer a check"),
    DISPOSAL: Words("提交整改材料", "Put right"),
}


class AgencyReply(OpinionPage):
    """A text and files, below what customs wants and what was said to it before."""

    CODE: ClassVar[str] = "PSI171"
    WORDS: ClassVar[Words] = Words("反馈", "Answer")
    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "inspection.case"
    EVENT: ClassVar[str] = "reply"
    DECIDE: ClassVar[Words] = Words("提交", "Submit")

    @property
    def heading(self) -> Words:
        """What it is an answer to."""
        found = self._found
        words = _NAMES[str(found.body["kind"])] if found is not None else self.WORDS
        return Words(f"{words.zh} {self.model.case}", f"{words.en} {self.model.case}")

    def learned(self, found: CaseFound) -> None:
        """An answer is later than what it answers, whatever the clocks say."""
        self.model.app_time = max(self.model.app_time, self.sent_last(found))
        super().learned(found)

    def _take(self, model: FormModel, found: CaseFound) -> None:
        """What customs has said meanwhile is read at once."""
        super()._take(model, found)
        self.learned(found)

    def question(self) -> Words:
        """Customs sees it at once; files that are missing are seen before."""
        if not self.model.rows("Attachment"):
            return Words("是否提交给海关？未添加任何附件。", "Submit it to customs? No file is attached.")
        return Words("是否提交给海关？", "Submit it to customs?")

    def decided(self, state: Words) -> Words:
        """It is customs' turn."""
        return Words(f"提交成功。状态：{state.zh}", f"Submitted. It is now: {state.en}")


class ReportEntry(EntryPage):
    """年度报告 of a year that customs has called for: kept, or submitted."""

    CODE: ClassVar[str] = "PSI211"
    WORDS: ClassVar[Words] = Words("年度报告", "Annual report")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {Purpose.SAVE: "keep", Purpose.DECLARE: "report"}
    SAVED_FIRST: ClassVar[bool] = False
    DECLARE: ClassVar[Words] = Words("提交", "Submit")
    ASK: ClassVar[Words] = Words(
        "是否提交年度报告？提交后不能修改。", "Submit the report? It cannot be changed afterwards."
    )
    ONCE: ClassVar[frozenset[str]] = frozenset({REPORTED})
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "declare", "request-submit")]

    def content(self, found: CaseFound) -> Body:
        """What was kept, else what was submitted."""
        form: Mapping[str, Any] = found.body.get("entered") or found.body.get("reply") or {}
        return form

    @property
    def inner(self) -> str:
        """People know it by its year."""
        found = self._found
        return str(found.body["stored"]["year"]) if found is not None else ""

    @property
    def title(self) -> str:
        """… or by its number."""
        return self.inner or self.model.case

    def remarked(self) -> CaseFound | None:
        """The call."""
        return self._found

    def remark(self, found: CaseFound) -> Words:
        """What customs asks for, and by when."""
        call: Mapping[str, str] = found.body["stored"]
        asked, until = call.get("content", ""), call.get("deadline", "")
        zh = [f"填报要求：{asked}"] if asked else []
        en = [f"Asked for: {asked}"] if asked else []
        if until:
            zh.append(f"要求完成日期：{until}")
            en.append(f"by {until}")
        return Words("　".join(zh), "; ".join(en))

    def options(self) -> list[Option]:
        """暂存, 提交: customs alone begins one."""
        return [
            Option("save", self.SAVE, "ctrl+s", self.objection(Purpose.SAVE) is None),
            Option("declare", self.DECLARE, "ctrl+r", self.objection(Purpose.DECLARE) is None),
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nor is there a key for another, or for deleting it."""
        if action in ("new", "delete"):
            return self.view.lines is not None
        return super().check_action(action, parameters)

    def declared(self, state: Words) -> Words:
        """Customs has it."""
        return Words(f"提交成功。状态：{state.zh}", f"Submitted. It is now: {state.en}")
