"""What customs has of pre-shipment inspection, listed: filings, entrustments, problems, checks, disposals.

Knows which states and columns each kind of case has, and what can be done with one; refuses to know how
lists, forms and decisions work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Offer, Words
from messages.inspection import table as states
from messages.wire import CST, parse_wire_time
from terminals.trouble import Trouble
from terminals.tui import ages
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.inspection.columns import PURPOSES, InspectionList
from terminals.tui.inspection.desk_calls import DOCUMENTS, PROBLEM
from terminals.tui.inspection.desk_disposals import period
from terminals.tui.meanings import by_state, listed
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import Saying, both
from terminals.work.found import CaseLine

NEW = "new"
_IN_FORCE = (states.NOT_RECOGNISED, states.TO_PUT_RIGHT, states.PUT_RIGHT, states.NOT_YET)
"""The states of a disposal that keeps its agency from being entrusted now."""
_AGENCY = Words("检验机构", "Agency")
_CREATED = Words("创建时间", "Created")

_SEQ = Column(SEQUENCE, both("query-number"), number=True, cells=4)
_STATE = Column("state", both("query-state"), most=24, least=14, sorts=True)
_SUBJECT = Column("subject", _AGENCY, most=32, least=16, sorts=True)
_TEXT = Column("words", Words("公告内容", "Text"), most=40, least=12)
_CODE = Column("agency", Words("机构代码", "Code"), cells=10, sorts=True)
_DAY = Column("day", _CREATED, cells=9, sorts=True)
_CHANGED = Column("changed", Words("最后变动", "Changed"), cells=11, sorts=True)
_WAITED = Column("changed", Words("已等待", "Waits"), number=True, cells=10, sorts=True)
_KIND = Words("类别", "Kind")
_NUMBER = Column("number", both("query-case"), cells=19, sorts=True)
_VIEW = Action("view", both("query-view"), "ctrl+o", "inspection.case")

_BY_SUBJECT = Criterion("subject.contains", _AGENCY)
_BY_CODE = Criterion(
    "agency",
    Words("机构代码", "Agency's code"),
    offer=Offer("agencies", "Agency", "agencyCode", "agencyName"),
)
_BY_DAY = Criterion("day", _CREATED, between=True)


def keys(*actions: Action) -> list[BindingType]:
    """The keys of a list's actions."""
    return [Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in actions]


class DeskList(InspectionList):
    """Cases of one kind as customs sees them. ENTRY is the screen that makes another, if there is one."""

    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    RENEWS: ClassVar[float] = 20.0
    ENTRY: ClassVar[str] = ""
    BEGINS: ClassVar[Mapping[str, str]] = {}
    """What that screen is opened with."""
    NEW_WORDS: ClassVar[Words] = both("entry-new")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+n", "new", "entry-new")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for another one where customs begins them."""
        return bool(self.ENTRY) if action == NEW else super().check_action(action, parameters)

    def _options(self) -> list[Option]:
        new = [Option(NEW, self.NEW_WORDS, "ctrl+n")] if self.ENTRY else []
        return [*super()._options(), *new]

    def action_new(self) -> None:
        """Begin another one."""
        self.terminal.open_soon(self.ENTRY, **self.BEGINS)

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell; a moment as people in China read it."""
        if key == "changed":
            return parse_wire_time(item.changed).astimezone(CST).strftime("%m-%d %H:%M")
        return super().text(item, key)


# -- 备案


_REVIEW = Action(
    "review", both("review-open"), "ctrl+r", "inspection.filing-review", "file",
    frozenset({states.PENDING, states.CHANGING}),
)  # fmt: skip
_CERTIFICATE = Words("备案证书编号", "Certificate no.")


class FilingQueue(DeskList):
    """备案审核: applications and changes that wait, the oldest first."""

    CODE: ClassVar[str] = "PSI121"
    WORDS: ClassVar[Words] = Words("备案审核", "Filings to review")
    STATES: ClassVar[tuple[str, ...]] = (states.PENDING, states.CHANGING)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (by_state("inspection", STATES), _BY_SUBJECT, _BY_CODE)
    COLUMNS: ClassVar[tuple[Column, ...]] = (_SEQ, _STATE, _WAITED, _SUBJECT, _DAY, _CODE, _NUMBER)
    ORDER: ClassVar[str] = "changed"
    ACTIONS: ClassVar[tuple[Action, ...]] = (_REVIEW, _VIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)

    def text(self, item: CaseLine, key: str) -> str:
        """For how long it has waited, with a mark where that is long."""
        return ages.marked(self._age(item), self.language) if key == "changed" else super().text(item, key)

    def tone(self, item: CaseLine, key: str) -> str:
        """What has waited long stands out."""
        return ages.tone(self._age(item)) if key == "changed" else super().tone(item, key)

    def _age(self, item: CaseLine) -> timedelta:
        return self.terminal.clock() - parse_wire_time(item.changed)


class FilingQuery(DeskList):
    """备案查询: every filing that customs knows of, whatever has become of it."""

    CODE: ClassVar[str] = "PSI121"
    WORDS: ClassVar[Words] = Words("备案查询", "Filings")
    STATES: ClassVar[tuple[str, ...]] = (
        states.FILED, states.PENDING, states.CHANGING, states.MORE, states.REFUSED, states.REVOKED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("words.contains", _CERTIFICATE),
        by_state("inspection", STATES),
        _BY_SUBJECT,
        _BY_CODE,
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ, _STATE, Column("words", _CERTIFICATE, cells=15, sorts=True), _SUBJECT, _DAY, _CHANGED, _CODE,
        _NUMBER,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (_VIEW, _REVIEW)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


# -- 业务委托


class EntrustmentQuery(DeskList):
    """业务委托查询: what enterprises have entrusted agencies with."""

    CODE: ClassVar[str] = "PSI131"
    WORDS: ClassVar[Words] = Words("业务委托查询", "Entrustments")
    MEANT: ClassVar[tuple[str, ...]] = ("entryCustoms", "destPlace", "purpose")
    STATES: ClassVar[tuple[str, ...]] = (
        states.ENTRUSTED, states.ACCEPTED, states.INSPECTED, states.RETURNED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("number.contains", Words("业务编号", "Number")),
        Criterion("subject.contains", Words("委托企业", "Enterprise")),
        Criterion("words.contains", Words("收货人", "Consignee")),
        _BY_CODE,
        by_state("inspection", STATES),
        Criterion("entryCustoms", Words("入境海关", "Customs of entry"), codes=listed("customs")),
        Criterion("destPlace", Words("到货地", "Place of arrival"), codes=listed("region")),
        Criterion("purpose", Words("产品用途", "Use"), codes=PURPOSES),
        Criterion("day", Words("委托时间", "Entrusted on"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ,
        _STATE,
        _NUMBER,
        Column("subject", Words("委托企业", "Enterprise"), most=28, least=10, sorts=True),
        _CODE,
        Column("words", Words("收货人", "Consignee"), most=24, sorts=True),
        Column("entryCustoms", Words("入境海关", "Entry"), most=12, sorts=True),
        Column("destPlace", Words("到货地", "Arrives in"), most=12, sorts=True),
        Column("purpose", Words("用途", "Use"), most=10, sorts=True),
        Column("day", Words("委托时间", "Entrusted"), cells=9, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (_VIEW,)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


# -- 质量问题, 监督检查


class ProblemQuery(DeskList):
    """质量问题: what was raised, and what agencies have answered."""

    CODE: ClassVar[str] = "PSI161"
    WORDS: ClassVar[Words] = Words("质量问题", "Quality problems")
    STATES: ClassVar[tuple[str, ...]] = (states.RAISED, states.REPLIED)
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        by_state("inspection", STATES),
        _BY_SUBJECT,
        _BY_CODE,
        Criterion("words.contains", Words("回复内容", "Answer")),
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ, _STATE, _SUBJECT, Column("words", Words("回复内容", "Answer"), most=40, least=12), _DAY,
        _CHANGED, _CODE, _NUMBER,
    )  # fmt: skip
    ENTRY: ClassVar[str] = "inspection.call"
    BEGINS: ClassVar[Mapping[str, str]] = {"kind": PROBLEM}
    NEW_WORDS: ClassVar[Words] = Words("提出问题", "Raise one")
    ACTIONS: ClassVar[tuple[Action, ...]] = (_VIEW,)
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


class CheckQuery(DeskList):
    """监督检查: on documents and on the spot; what agencies have submitted is reviewed from here."""

    CODE: ClassVar[str] = "PSI181"
    FORM: ClassVar[str] = "PSI161"
    MEANT: ClassVar[tuple[str, ...]] = ("purpose",)
    FIELDS: ClassVar[Mapping[str, str]] = {"purpose": "kind"}
    WORDS: ClassVar[Words] = Words("监督检查", "Checks")
    STATES: ClassVar[tuple[str, ...]] = (
        states.SUBMITTED, states.DEMANDED, states.ON_SITE, states.WANTING, states.CHECKED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        by_state("inspection", STATES),
        _BY_SUBJECT,
        _BY_CODE,
        Criterion("words.contains", Words("公告内容", "Text")),
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ, _STATE, Column("purpose", _KIND, most=24, least=8, sorts=True), _SUBJECT, _TEXT, _DAY, _CHANGED,
        _CODE, _NUMBER,
    )  # fmt: skip
    ENTRY: ClassVar[str] = "inspection.call"
    BEGINS: ClassVar[Mapping[str, str]] = {"kind": DOCUMENTS}
    NEW_WORDS: ClassVar[Words] = Words("发起检查", "Order one")
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "review", both("review-open"), "ctrl+r", "inspection.reply-review", "pass",
            frozenset({states.SUBMITTED, states.ON_SITE}),
        ),
        _VIEW,
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)


# -- 处置


class DisposalQuery(DeskList):
    """处置: what is imposed, in force, to be reviewed, over."""

    DEFAULT_CSS = """
    DisposalQuery > .desk--period { width: 100%; height: 1; padding: 0 1; background: $panel; }
    """

    CODE: ClassVar[str] = "PSI181"
    FORM: ClassVar[str] = "PSI191"
    MEANT: ClassVar[tuple[str, ...]] = ("purpose",)
    FIELDS: ClassVar[Mapping[str, str]] = {"purpose": "kind"}
    WORDS: ClassVar[Words] = Words("处置", "Disposals")
    STATES: ClassVar[tuple[str, ...]] = (
        states.UPCOMING, *_IN_FORCE, states.REVOCATION, states.ENDED, states.LIFTED,
    )  # fmt: skip
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        by_state("inspection", STATES),
        _BY_SUBJECT,
        _BY_CODE,
        Criterion("words.contains", Words("处置公告内容", "Text")),
        _BY_DAY,
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        _SEQ, _STATE, Column("purpose", _KIND, most=24, least=12, sorts=True), _SUBJECT, _TEXT, _DAY,
        _CHANGED, _CODE, _NUMBER,
    )  # fmt: skip
    ENTRY: ClassVar[str] = "inspection.impose"
    NEW_WORDS: ClassVar[Words] = Words("新增处置", "Impose one")
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action(
            "review", Words("整改审核", "Review"), "ctrl+r", "inspection.reply-review", "pass",
            frozenset({states.PUT_RIGHT}),
        ),
        _VIEW,
        Action(
            "lift", Words("撤销处置", "Lift"), "ctrl+e", "inspection.impose", "",
            frozenset({states.UPCOMING, states.NOT_RECOGNISED}),
        ),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = keys(*ACTIONS)

    def compose(self) -> ComposeResult:
        """From when to when the one under the cursor lasts, below the list."""
        for widget in super().compose():
            if widget.id == "actions":
                yield Saying(Words(), self.language, classes="desk--period")
            yield widget

    def on_paged_table_moved(self) -> None:
        """Another one."""
        self.anew(self._tell_period, "period")

    def on_paged_table_came(self) -> None:
        """… on another page, or as it is now."""
        self.anew(self._tell_period, "period")

    async def _tell_period(self) -> None:
        line, words = self.table.item, Words()
        if line is not None:
            try:
                found = await asyncio.to_thread(self.work.line.case, line.system, line.number)
            except Trouble:
                return  # the list says it
            words = period(found.body["stored"]) if found is not None else words
        self.query_one(".desk--period", Saying).say(words)

    def picked(self) -> None:
        """Enter reviews what waits for that, and shows anything else."""
        line = self.table.item
        self.action_act("review" if line is not None and line.state == states.PUT_RIGHT else "view")

    def tone(self, item: CaseLine, key: str) -> str:
        """What is in force stands out."""
        return "warn" if key == "state" and item.state in _IN_FORCE else super().tone(item, key)
