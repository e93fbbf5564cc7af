"""An agency's application to be filed (备案申请), and a change of what is filed (变更修改).

Knows the manual's 1.3: saved first, then its tables, then applied for; what customs wants more of, and what
is changed. Refuses to know how forms, tables and files work; whether an agency may be filed is the gateway's
to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.inspection.table import CHANGING, DRAFT, FILED, MORE, REFUSED
from messages.workflow import Body
from terminals.tui.buttons import Option
from terminals.tui.opened import OpenedEntry
from terminals.tui.saved_first import SavedFirstEntry
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

CODE = "PSI111"
_CHANGE = Words("变更修改", "Ask for the change")
_ASK_CHANGE = Words(
    "是否提交变更？海关审核通过前，已受理的备案信息不变。",
    "Ask customs for this change? What is filed stays as it is until customs approves.",
)
_SAME = Words("没有任何改动。", "Nothing was changed.")
_WANTED = Words("海关要求补充材料", "Customs wants more")
_REFUSED = Words("不予受理", "Not accepted")
_KEPT = Words("变更未通过", "The change was refused")
_SAID = Words("海关审核意见", "Customs says")


class FilingEntry(SavedFirstEntry, OpenedEntry):
    """备案申请, 变更修改."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("备案申请", "Filing")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "save", Purpose.DECLARE: "apply", Purpose.DELETE: "delete",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("申请", "Apply")
    ASK: ClassVar[Words] = Words("是否提交备案申请？", "Apply to customs to be filed?")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "declare", "inspection-apply")]
    ONCE: ClassVar[frozenset[str]] = frozenset({FILED})

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else the change that is reviewed, else what customs has."""
        body = found.body
        form: Mapping[str, Any] = body.get("entered") or body.get("changed") or body.get("stored") or {}
        return {"certNo": body["certNo"], **form} if "certNo" in body else dict(form)

    def undeclared(self, found: CaseFound) -> bool:
        """What customs wants more of, written and not sent."""
        return found.line.state == MORE and bool(found.body.get("entered"))

    def remark(self, found: CaseFound) -> Words:
        """Why it cannot be applied for now; why it is not accepted, what is missing, why a change is not."""
        against = super().remark(found)
        if against != Words():
            return against
        answer: Mapping[str, str] = found.body.get("answer") or {}
        said = answer.get("content")
        if not said:
            return Words()
        refused = _KEPT if answer.get("result") != "1" else _SAID
        words = {MORE: _WANTED, REFUSED: _REFUSED, FILED: refused}.get(found.line.state, _SAID)
        return Words(f"{words.zh}：{said}", f"{words.en}: {said}")

    @property
    def questioned(self) -> bool:
        """A change of what is filed needs no opening."""
        return not self._changing and super().questioned

    @property
    def inner(self) -> str:
        """People know a filing by its certificate, else by its application's number."""
        return self.model.head.text("certNo") or self.model.case

    @property
    def title(self) -> str:
        """One that is nowhere but here has a name at most."""
        return self.inner or self.model.head.text("agencyName")

    def _take(self, model: FormModel, found: CaseFound) -> None:
        """Once a change is decided on, what is filed is shown: a refused one has changed nothing."""
        decided = model.state == CHANGING and found.line.state == FILED
        super()._take(model, found)
        if decided and model is self.model and not model.dirty:
            self.put(self.of_case(found))

    # -- which buttons are open

    @property
    def _changing(self) -> bool:
        return self.model.state == FILED

    def event_of(self, purpose: Purpose) -> str:
        """A change is not kept at the gateway: it is asked for at once."""
        kept = self.model.state in ("", DRAFT, MORE)
        return super().event_of(purpose) if kept or purpose is not Purpose.SAVE else ""

    def objection(self, purpose: Purpose) -> Words | None:
        """There is nothing to ask for where nothing was changed."""
        against = super().objection(purpose)
        same = purpose is Purpose.DECLARE and self._changing and not self.model.dirty
        return _SAME if against is None and same else against

    def options(self) -> list[Option]:
        """申请 is called 变更修改 where something is filed."""
        return [
            replace(each, words=_CHANGE) if each.key == "declare" and self._changing else each
            for each in super().options()
        ]

    def question(self) -> Words:
        """What is about to happen."""
        return _ASK_CHANGE if self._changing else super().question()

    def declared(self, state: Words) -> Words:
        """It is customs' turn."""
        return Words(f"提交成功。{state.zh}", f"Submitted: {state.en}")
