"""The stocktake (核查库存数据) on the generic screens: 录入, 查看明细, 库存重新申报.

Knows which message the form is of and what of a case stands on it; refuses to know how screens work.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from messages.annotations import Words
from messages.bonded.table import APPROVED, DRAFT, REFUSED, RETURNED
from messages.bonded.workflow import IN_FORCE_STATES
from messages.workflow import Body
from terminals.tui.detail import DetailPage, Version
from terminals.tui.importing import ImportingPage
from terminals.tui.words import both
from terminals.work.blaming import in_both
from terminals.work.found import CaseFound

if TYPE_CHECKING:
    from terminals.tui.at_work import Work

CODE = "BVS111"
_AGAIN = Words("库存重新申报", "Declare stock again")
_ONLY_ONCE = Words(
    "这是库存重新申报：每笔审批通过的数据只能重新申报一次，本次申报后不能再用。",
    "This declares an approved stocktake again, which can be done once only: there is no second time.",
)
_SAME = Words(
    "表单内容与海关现有数据相同，没有任何改动。", "Nothing on the form differs from what customs holds."
)
_RETURNED = Words("退单原因", "Why it was returned")
_REVIEW = Words("审批意见", "Customs says")
_DRAFT = Words("修改未申报（草稿，未生效）", "a change not declared (a draft, not in force)")
_IN_FORCE = Words("此前入库的数据（仍有效）", "stored before, in force still")
_PORT = Words("申报地海关", "Customs")


def on_form(body: Body) -> Body:
    """What of a case stands on the form: what was typed last, else what customs holds."""
    found: Any = body.get("entered") or body.get("stored") or {}
    return dict(found)


def undeclared(found: CaseFound) -> bool:
    """Whether a case that customs knows holds a change that was only saved: 申报日期 is filled in then."""
    entered: Any = found.body.get("entered") or {}
    return found.line.state != DRAFT and bool(entered) and not entered.get("declDate")


def said(found: CaseFound) -> Words:
    """Why it was returned or not approved, or what was said with the approval."""
    if found.line.state == RETURNED:
        reasons = [in_both(str(each)) for each in found.body.get("reason", ())]
        zh, en = "；".join(each.zh for each in reasons), "; ".join(each.en for each in reasons)
        return Words(f"{_RETURNED.zh}：{zh}", f"{_RETURNED.en}: {en}") if reasons else Words()
    info = (found.body.get("review") or {}).get("info") if found.line.state in (APPROVED, REFUSED) else ""
    return Words(f"{_REVIEW.zh}：{info}", f"{_REVIEW.en}: {info}") if info else Words()


def port(work: Work) -> tuple[Words, str]:
    """申报地海关: the customs party that a stocktake goes to, by its name where the gateway knows it."""
    return _PORT, work.who.receiver_name or work.who.receiver or work.place.receiver


class StocktakeEntry(ImportingPage):
    """保税核查录入."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("保税核查录入", "Stocktake entry")

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what customs holds."""
        return on_form(found.body)

    def facts(self) -> list[tuple[Words, str]]:
        """申报地海关, 录入单位, 操作员."""
        return [port(self.work), *super().facts()]

    ONCE: ClassVar[frozenset[str]] = frozenset({APPROVED})

    def undeclared(self, found: CaseFound) -> bool:
        """A change of what is stored, returned or decided that was only saved."""
        return undeclared(found)

    def remark(self, found: CaseFound) -> Words:
        """Why it was returned or not approved."""
        return said(found)

    def question(self) -> Words:
        """库存重新申报 is possible once; and whether anything was changed at all."""
        found = self._found
        parts = [self.ASK]
        if self.model.state == APPROVED:
            parts.insert(0, _ONLY_ONCE)
        if found is not None and found.line.state == self.model.state and _same(found.body):
            parts.insert(0, _SAME)
        return Words("\n\n".join(each.zh for each in parts), "\n\n".join(each.en for each in parts))

    def reasons(self, found: CaseFound | None) -> list[str]:
        """Where a 退单 disagrees with the filed book, line by line."""
        returned = found is not None and found.line.state == RETURNED
        return [str(each) for each in found.body.get("reason", ())] if found is not None and returned else []

    def state_words(self) -> Words:
        """An approved one that is changed is declared again."""
        words = super().state_words()
        if self.model.state != APPROVED or self._waits is not None or self.closed:
            return words
        return Words(f"{_AGAIN.zh} {words.zh}", f"{_AGAIN.en}: {words.en}")


def _same(body: Body) -> bool:
    """Whether what is on the form is what customs holds, whatever was filled in by the system."""
    entered, stored = body.get("entered"), body.get("stored")
    if not stored:
        return False
    return not entered or {**entered, "declDate": ""} == {**stored, "declDate": ""}


class StocktakeDetail(DetailPage):
    """保税核查查看明细."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("保税核查查看明细", "Stocktake details")

    def facts(self) -> list[tuple[Words, str]]:
        """申报地海关, 录入单位, 操作员."""
        return [port(self.work), *super().facts()]

    def remark(self, found: CaseFound) -> Words:
        """Why it was returned or not approved."""
        return said(found)

    def versions(self, found: CaseFound) -> Sequence[Version]:
        """What is in force and a draft behind it; or what was declared and what is in force until then."""
        state = self.state_called(found.line.state)
        entered, stored = found.body.get("entered"), found.body.get("stored")
        if not (entered and stored):
            words = both("entry-undeclared", state=state) if undeclared(found) else state
            return (Version(words, on_form(found.body)),)
        if found.line.state in IN_FORCE_STATES:
            return Version(both("detail-with-draft", state=state), stored), Version(_DRAFT, entered)
        words = both("entry-undeclared", state=state) if undeclared(found) else state
        return Version(words, entered), Version(_IN_FORCE, stored)
