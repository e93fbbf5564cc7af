"""China's own requests at the customs desk (中方协查): written, followed, and the feedback to them evaluated.

Knows the list of them and the form of an evaluation; refuses to know how forms are typed and sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.table import ASSESSED, OWN_DRAFT, REPLIED, SENT
from terminals.tui.assistance.desk import CRITERIA, VIEW
from terminals.tui.assistance.lists import BILLS, COUNTRY, DATE, LETTER, TYPE, WAITED, CaseList
from terminals.tui.assistance.opinion import Opinion
from terminals.tui.assistance.request import RequestEntry
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound


class ChineseQuery(CaseList):
    """中方协查查询: drafts, those that were sent, those that were fed back, those that were evaluated."""

    CODE: ClassVar[str] = "CMA161"
    FORM: ClassVar[str] = "CMA141"
    WORDS: ClassVar[Words] = Words("中方协查查询", "Chinese requests")
    STATES: ClassVar[tuple[str, ...]] = (REPLIED, SENT, OWN_DRAFT, ASSESSED)
    AT_ONCE: ClassVar[bool] = True
    TOGETHER: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = CRITERIA
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=12),
        Column(COUNTRY, Words("国家", "Country"), most=14, sorts=True),
        Column(LETTER, Words("中方协查编号", "Reference number"), cells=20, sorts=True),
        Column(TYPE, Words("请求类型", "Types"), most=22),
        Column(BILLS, Words("票数", "Bills"), number=True, cells=5, sorts=True),
        Column(DATE, Words("申请日期", "Requested"), cells=9, sorts=True),
        Column(WAITED, Words("距上次变动", "Since"), number=True, cells=10, sorts=True),
        Column("number", both("query-case"), cells=19, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        VIEW,
        Action(
            "assess", Words("评价", "Evaluate"), "ctrl+r", "assistance.assess", "assess", frozenset({REPLIED})
        ),
        Action("edit", both("query-change"), "ctrl+e", "assistance.write", "", frozenset({OWN_DRAFT})),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS
    ]


class ChineseEntry(RequestEntry):
    """A Chinese request: the three steps of a foreign one, addressed to one country."""

    CODE: ClassVar[str] = "CMA141"
    WORDS: ClassVar[Words] = Words("中方协查请求", "Chinese request")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "write", Purpose.DECLARE: "send", Purpose.DELETE: "discard",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("发送", "Send")
    ASK: ClassVar[Words] = Words(
        "是否将该请求发送给所选国家的海关？发送后不能更改。",
        "Send this request to the customs of that country? It cannot be changed afterwards.",
    )

    def reasons(self, found: CaseFound | None) -> Sequence[str]:
        """What stands against a draft."""
        return [str(each) for each in found.body.get("faults", ())] if found is not None else ()

    def declared(self, state: Words) -> Words:
        """It is the foreign customs' turn."""
        return Words(f"已发送外方。{state.zh}", f"Sent to the foreign customs. {state.en}")


class FeedbackEvaluation(Opinion):
    """What customs thinks of a foreign customs' feedback: a grade and a text, once."""

    CODE: ClassVar[str] = "CMA161"
    WORDS: ClassVar[Words] = Words("评价外方反馈", "Evaluate feedback")
    EVENT: ClassVar[str] = "assess"

    def question(self) -> Words:
        """It is done once."""
        grade = self.model.meaning(self.model.head, "grade")
        return Words(
            f"是否发送评价：{grade.zh}？每份请求只能评价一次。",
            f"Send this evaluation: {grade.en}? Each request is evaluated once.",
        )
