"""An agency's lists: its filings, what it is entrusted with, and what customs wants of it.

Knows which states, columns and actions each has, after the manual's 第六篇 第一章; refuses to know how lists,
forms and answers work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.inspection import table as states
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.inspection.columns import InspectionList
from terminals.tui.meanings import by_state
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import both
from terminals.work.found import CaseLine

_DRAFTS = frozenset({states.DRAFT, states.MORE})
_NEW = "new"
_CREATED = Words("创建时间", "Created")

_SEQ = Column(SEQUENCE, both("query-number"), number=True, cells=4)
_STATE = Column("state", both("query-state"), most=26, sorts=True)
_DAY = Column("day", _CREATED, cells=9, sorts=True)
_NUMBER = Column("number", both("query-case"), cells=19, sorts=True)
_BY_DAY = Criterion("day", _CREATED, between=True)
VIEW = Action("view", both("query-view"), "ctrl+o", "inspection.case")


def keys(*actions: Action) -> list[BindingType]:
    """The keys of a list's actions."""
    return [Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in actions]


class AgencyList(InspectionList):
    """Cases of one kind. Enter does the first of the actions that the state allows."""

    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True

    def picked(self) -> None:
        """Whatever can be done with a case in its state, else it is shown."""
        line = self.table.item
        able = (each for each in self.ACTIONS if line is not None and self._offered(each, line))
        self._act(next(able, VIEW))


class FilingList(AgencyList):
    """备案管理: applications to be filed; 新增, 修改, 变更修改."""

    CODE: ClassVar[str] = "PSI111"
    WORDS: ClassVar[Words] = Words("备案申请", "Filing")
    STATES: ClassVar[tuple[str, ...]] = (
        states.DRAFT, states.PENDING, states.FILED, states.MORE, states.REFUSED, states.CHANGING,
        states.REVOKED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("words.contains", Words("备案证书编号", "Certificate number")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        Column("words", Words("备案证书编号", "Certificate no."), cells=15, sorts=True),
        Column("subject", Words("机构名称", "Agency"), most=40, least=10, sorts=True),
        _DAY,
        Column("number", Words("备案申请号", "Application"), cells=19, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("edit", both("query-change"), "ctrl+e", "inspection.filing", "apply", _DRAFTS),
        Action(
            "change", Words("变更", "Change"), "ctrl+r", "inspection.filing", "apply",
            frozenset({states.FILED}),
        ),
        VIEW,
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [*keys(*ACTIONS), Binding("ctrl+n", "new", "entry-new")]

    def _options(self) -> list[Option]:
        """新增 besides."""
        return [Option(_NEW, both("entry-new"), "ctrl+n"), *super()._options()]

    def action_new(self) -> None:
        """新增."""
        self.terminal.open_soon("inspection.filing")


class EntrustmentList(AgencyList):
    """业务受理: what enterprises have entrusted this agency with."""

    CODE: ClassVar[str] = "PSI141"
    WORDS: ClassVar[Words] = Words("业务受理", "Entrustments")
    MEANT: ClassVar[tuple[str, ...]] = ("purpose",)
    STATES: ClassVar[tuple[str, ...]] = (
        states.ENTRUSTED, states.ACCEPTED, states.INSPECTED, states.RETURNED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("number.contains", Words("业务编号", "Number")),
        Criterion("subject.contains", Words("委托企业", "Enterprise")),
        by_state("inspection", STATES),
        Criterion("day", Words("委托时间", "Entrusted on"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        Column("number", Words("业务编号", "Number"), cells=19, sorts=True),
        Column("subject", Words("委托企业", "Enterprise"), most=32, least=10, sorts=True),
        Column("words", Words("收货人", "Consignee"), most=32, least=8, sorts=True),
        Column("purpose", Words("用途", "Use"), most=10, sorts=True),
        Column("day", Words("委托时间", "Entrusted"), cells=9, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "answer", Words("受理", "Answer"), "ctrl+r", "inspection.answer", "accept",
            frozenset({states.ENTRUSTED}),
        ),
        Action(
            "result", Words("检验结果", "Result"), "ctrl+t", "inspection.result", "",
            frozenset({states.ACCEPTED}),
        ),
        VIEW,
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)

    def search(self) -> Mapping[str, str]:
        """Those that others have entrusted it with."""
        return {**super().search(), "shared": "1"}


# -- what customs wants


def _reply(words: Words, *in_states: str) -> Action:
    return Action("reply", words, "ctrl+r", "inspection.reply", "reply", frozenset(in_states))


class ProblemList(AgencyList):
    """质量反馈: problems that customs has found, and what was answered."""

    CODE: ClassVar[str] = "PSI171"
    WORDS: ClassVar[Words] = Words("质量反馈", "Quality problems")
    STATES: ClassVar[tuple[str, ...]] = (states.RAISED, states.REPLIED)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("words.contains", Words("回复内容", "Answer")),
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        Column("number", Words("问题编号", "Number"), cells=19, sorts=True),
        _DAY,
        Column("purpose", Words("质量问题", "Problem"), most=60, least=16),
        Column("words", Words("回复内容", "Answer"), most=60, least=8),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (_reply(Words("反馈", "Answer"), *STATES), VIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class CheckList(AgencyList):
    """监督检查: documents are submitted; on the spot there is nothing to submit unless customs wants more."""

    CODE: ClassVar[str] = "PSI171"
    WORDS: ClassVar[Words] = Words("监督检查", "Checks")
    STATES: ClassVar[tuple[str, ...]] = (
        states.DEMANDED, states.ON_SITE, states.SUBMITTED, states.WANTING, states.CHECKED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("words.contains", Words("公告内容", "Text")),
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        Column("number", Words("问题编号", "Number"), cells=19, sorts=True),
        _DAY,
        Column("words", Words("公告内容", "Text"), most=60, least=8),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        _reply(Words("提交材料", "Submit"), states.DEMANDED, states.WANTING),
        VIEW,
    )
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class DisposalList(AgencyList):
    """处置反馈: what is imposed on this agency, and what it has put right."""

    CODE: ClassVar[str] = "PSI171"
    WORDS: ClassVar[Words] = Words("处置反馈", "Disposals")
    STATES: ClassVar[tuple[str, ...]] = (
        states.UPCOMING, states.NOT_RECOGNISED, states.REVOCATION, states.TO_PUT_RIGHT, states.PUT_RIGHT,
        states.NOT_YET, states.ENDED, states.LIFTED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("words.contains", Words("处置公告内容", "Text")),
        _BY_DAY,
    )
    FORM: ClassVar[str] = "PSI191"
    MEANT: ClassVar[tuple[str, ...]] = ("purpose",)
    FIELDS: ClassVar[Mapping[str, str]] = {"purpose": "kind"}
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        Column("purpose", Words("处置类型", "Kind"), most=24, least=12, sorts=True),
        Column("number", Words("处置编号", "Number"), cells=19, sorts=True),
        _DAY,
        Column("words", Words("处置公告内容", "Text"), most=60, least=8),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        _reply(Words("提交整改材料", "Put right"), states.TO_PUT_RIGHT, states.NOT_YET),
        VIEW,
    )
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)

    def tone(self, item: CaseLine, key: str) -> str:
        """What binds now stands out."""
        binding = (states.NOT_RECOGNISED, states.TO_PUT_RIGHT, states.PUT_RIGHT, states.NOT_YET)
        return "warn" if key == "state" and item.state in binding else super().tone(item, key)


class ReportList(AgencyList):
    """年度报告: the years that customs has called for."""

    CODE: ClassVar[str] = "PSI211"
    WORDS: ClassVar[Words] = Words("年度报告", "Annual reports")
    STATES: ClassVar[tuple[str, ...]] = (states.CALLED, states.REPORTING, states.REPORTED)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (Criterion("words", Words("报告年份", "Year")),)
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        Column("words", Words("报告年份", "Year"), cells=8, sorts=True),
        _STATE,
        Column("number", Words("报告编号", "Number"), cells=19, sorts=True),
        _DAY,
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "report", Words("填报", "Report"), "ctrl+r", "inspection.report", "report",
            frozenset({states.CALLED, states.REPORTING}),
        ),
        VIEW,
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)
