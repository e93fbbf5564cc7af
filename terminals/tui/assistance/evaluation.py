"""评价: what a foreign officer thinks of China's feedback, once.

Knows which message it is; refuses to know how decisions are made.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui.assistance.opinion import OpinionPage


class RequestEvaluation(OpinionPage):
    """评价."""

    CODE: ClassVar[str] = "CMA131"
    WORDS: ClassVar[Words] = Words("评价", "Evaluate")
    EVENT: ClassVar[str] = "evaluate"
    DECIDE: ClassVar[Words] = Words("提交评价", "Send the evaluation")
