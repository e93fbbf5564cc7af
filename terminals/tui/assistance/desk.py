"""The customs desk of mutual assistance: foreign requests that wait, all of them, and what is said to one.

Knows the queue by age, and that a request is fed back with a conclusion or returned with the reason; refuses
to know how lists, decisions and files work.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.events import ANSWER
from messages.assistance.table import ANSWERED, EVALUATED, PENDING, RETURNED
from messages.codes import CodeLists
from terminals.tui.assistance.lists import (
    BILLS,
    COUNTRIES,
    COUNTRY,
    DATE,
    LETTER,
    MATTER,
    TYPE,
    WAITED,
    CaseList,
)
from terminals.tui.assistance.opinion import Opinion
from terminals.tui.assistance.progress import TYPES
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import both

CRITERIA = (
    Criterion(f"{LETTER}.starts", Words("协查函编号", "Reference number")),
    Criterion(COUNTRY, Words("国家", "Country"), codes=tuple(CodeLists().get(COUNTRIES).codes.values())),
    Criterion(f"{TYPE}.contains", Words("请求类型", "Type of request"), codes=TYPES),
    Criterion(DATE, Words("申请日期", "Date of the request"), between=True),
)
VIEW = Action("view", both("query-view"), "ctrl+o", "assistance.case")
_ANSWER = Action(
    "answer", Words("办理", "Answer"), "ctrl+r", "assistance.answer", "answer", frozenset({PENDING})
)
_LETTER = Column(LETTER, Words("外方协查编号", "Reference number"), cells=18, sorts=True)
_COUNTRY = Column(COUNTRY, Words("国家", "Country"), most=14, sorts=True)
_TYPE = Column(TYPE, Words("请求类型", "Types"), most=22)
_REST = (
    Column(BILLS, Words("票数", "Bills"), number=True, cells=5, sorts=True),
    Column(DATE, Words("申请日期", "Requested"), cells=9, sorts=True),
    Column("reqSender", Words("发函人", "Sender"), most=16),
    Column(MATTER, Words("请求备注", "Matter"), most=16),
    Column("number", both("query-case"), cells=19, sorts=True),
)


class RequestQueue(CaseList):
    """国际协查办理: what waits for customs, the oldest first."""

    CODE: ClassVar[str] = "CMA121"
    FORM: ClassVar[str] = "CMA111"
    WORDS: ClassVar[Words] = Words("国际协查办理", "Foreign requests to answer")
    STATES: ClassVar[tuple[str, ...]] = (PENDING,)
    AT_ONCE: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = CRITERIA
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column(WAITED, Words("已等待", "Waits"), number=True, cells=10, sorts=True),
        _COUNTRY,
        _LETTER,
        _TYPE,
        *_REST,
    )
    ORDER: ClassVar[str] = WAITED
    ACTIONS: ClassVar[tuple[Action, ...]] = (_ANSWER, VIEW)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]


class RequestQuery(CaseList):
    """国际协查查询: every foreign request that customs has, whatever has become of it."""

    CODE: ClassVar[str] = "CMA121"
    FORM: ClassVar[str] = "CMA111"
    WORDS: ClassVar[Words] = Words("国际协查查询", "Foreign requests")
    STATES: ClassVar[tuple[str, ...]] = (PENDING, RETURNED, ANSWERED, EVALUATED)
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = CRITERIA
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=10),
        _COUNTRY,
        _LETTER,
        _TYPE,
        *_REST,
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (VIEW, _ANSWER)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]


class RequestAnswer(Opinion):
    """One foreign request: 反馈 with a conclusion and files, or 退回 with the reason."""

    CODE: ClassVar[str] = "CMA121"
    WORDS: ClassVar[Words] = Words("协查办理", "Answer a request")
    EVENT: ClassVar[str] = "answer"
    DECIDE: ClassVar[Words] = Words("发送", "Send")

    def question(self) -> Words:
        """What is about to happen, which cannot be taken back."""
        if self.model.head.text("result") == ANSWER:
            conclusion = self.model.meaning(self.model.head, "conclusion")
            return Words(
                f"是否向外方发送反馈？结论：{conclusion.zh}。发送后不能更改。",
                f"Send this feedback to the foreign customs? Conclusion: {conclusion.en}. "
                "It cannot be changed afterwards.",
            )
        return Words(
            "是否将该请求退回外方？所填内容将作为退回原因。",
            "Return this request to the foreign customs, with what you wrote as the reason?",
        )

    def decided(self, state: Words) -> Words:
        """It was sent."""
        return Words(f"已发送外方，状态：{state.zh}", f"Sent to the foreign customs: {state.en}")
