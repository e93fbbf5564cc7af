"""The stocktake (核查库存数据) on the generic screens: 录入, 查看明细, 库存重新申报.

Knows which message the form is of and what of a case stands on it; refuses to know how screens work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from messages.annotations import Words
from messages.bonded.table import APPROVED, RETURNED
from messages.workflow import Body
from terminals.tui.detail import DetailPage
from terminals.tui.importing import ImportingPage
from terminals.work.found import CaseFound

if TYPE_CHECKING:
    from terminals.tui.at_work import Work

CODE = "BVS111"
_AGAIN = Words("库存重新申报", "Declare stock again")
_PORT = Words("申报地海关", "Customs")


def on_form(body: Body) -> Body:
    """What of a case stands on the form: what was typed last, else what customs holds."""
    found: Any = body.get("entered") or body.get("stored") or {}
    return dict(found)


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

    def reasons(self, found: CaseFound | None) -> list[str]:
        """Where a 退单 disagrees with the filed book, line by line."""
        returned = found is not None and found.line.state == RETURNED
        return [str(each) for each in found.body.get("reason", ())] if found is not None and returned else []

    def state_words(self) -> Words:
        """An approved one that is changed is declared again."""
        words = super().state_words()
        if self.model.state != APPROVED or self._waits is not None:
            return words
        return Words(f"{_AGAIN.zh} {words.zh}", f"{_AGAIN.en}: {words.en}")


class StocktakeDetail(DetailPage):
    """保税核查查看明细."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("保税核查查看明细", "Stocktake details")

    def facts(self) -> list[tuple[Words, str]]:
        """申报地海关, 录入单位, 操作员."""
        return [port(self.work), *super().facts()]

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what customs holds."""
        return on_form(found.body)
