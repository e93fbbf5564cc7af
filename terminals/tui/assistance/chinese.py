"""中方海关协查: what China asks this customs, and what an officer answers.

Knows the manual's chapter 5: search by number and time, 查看, 反馈 once, 评价查看; refuses to know how lists,
decisions and files work.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.table import ASSESSED, REPLIED, SENT
from terminals.tui.assistance.lists import DATE, LETTER, CaseList, columns
from terminals.tui.assistance.opinion import Opinion
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import Action


class ChineseRequests(CaseList):
    """中方海关协查."""

    CODE: ClassVar[str] = "CMA151"
    FORM: ClassVar[str] = "CMA141"
    WORDS: ClassVar[Words] = Words("中方海关协查", "Requests of China")
    STATES: ClassVar[tuple[str, ...]] = (SENT, REPLIED, ASSESSED)
    AT_ONCE: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True
    ROWS: ClassVar[int] = 10
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion(f"{LETTER}.contains", Words("协查函编号", "Reference number")),
        Criterion(DATE, Words("申报时间", "Date"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = columns(Words("中方协查编号", "Reference number"), state=12)
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", Words("查看", "View"), "ctrl+o", "assistance.case"),
        Action(
            "feed", Words("反馈", "Feed back"), "ctrl+r", "assistance.feedback", "reply", frozenset({SENT})
        ),
        Action(
            "said",
            Words("反馈/评价查看", "Feedback, evaluation"),
            "ctrl+b",
            "assistance.said",
            "",
            frozenset({REPLIED, ASSESSED}),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]


class ForeignFeedback(Opinion):
    """反馈: text, conclusion, files."""

    CODE: ClassVar[str] = "CMA151"
    WORDS: ClassVar[Words] = Words("反馈", "Feedback")
    EVENT: ClassVar[str] = "reply"
    DECIDE: ClassVar[Words] = Words("提交反馈", "Send feedback")
