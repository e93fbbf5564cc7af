"""反馈信息、评价、评价查看: what was said to a request, and what a foreign officer thinks of that, once.

Knows which message it is, and which parts of a case are answers; refuses to know how decisions are made.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui.assistance.case import AssistanceCase
from terminals.tui.assistance.opinion import Opinion
from terminals.work.dossier import Section


class RequestEvaluation(Opinion):
    """评价."""

    CODE: ClassVar[str] = "CMA131"
    WORDS: ClassVar[Words] = Words("评价", "Evaluate")
    EVENT: ClassVar[str] = "evaluate"
    DECIDE: ClassVar[Words] = Words("提交评价", "Send the evaluation")


class SaidPage(AssistanceCase):
    """反馈信息, 评价查看: of a case what was said to the request, without the request."""

    WORDS: ClassVar[Words] = Words("反馈信息", "Feedback")

    def sections(self) -> list[Section]:
        """From the second document on."""
        read = super().sections()
        titles = [at for at, each in enumerate(read) if each.depth == 0]
        return read[titles[1] :] if len(titles) > 1 else read
