"""Lists of declarations: their criteria and columns, and which of them are asked for.

Knows what the search columns of a declaration hold, and that some criteria need no time beside them; refuses
to know who looks, and what can be done with a declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual import events

from messages.annotations import Words
from messages.codes import Code
from messages.declaration.names import (
    BY_AGENT,
    BY_TRADE,
    CONFIRMED,
    FAILED,
    MARKED,
    SELF_ASSESSED,
    SMART_WORDS,
    SYSTEM_NAME,
    UNCONFIRMED,
    UNMARKED,
)
from messages.declaration.table import CONCLUDED, DECLARING, DRAFT, RETURNED, STORED
from messages.wire import CST, parse_wire_time
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.declaration.periods import PERIODS, PeriodPage
from terminals.tui.meanings import MeaningList, by_state, listed
from terminals.tui.query import SEQUENCE
from terminals.tui.words import both
from terminals.work.found import CaseLine, Search

STATES = (DRAFT, DECLARING, STORED, RETURNED, CONCLUDED)
OPEN = (DRAFT, RETURNED)
"""Still to be declared, or again."""
_LOW = 36  # lines of a screen on which criteria without a text make room for the list


def _codes(**words: tuple[str, str]) -> tuple[Code, ...]:
    return tuple(Code(code.strip("_"), Words(*each)) for code, each in words.items())


_TYPES = _codes(
    _0=("一般报关单", "ordinary declaration"), _1=("转关提前报关单", "transit, declared in advance"),
    _2=("备案清单", "filing list of a special area"),
)  # fmt: skip
_UNITS = _codes(D=("报关申报单位", "declaring unit"), C=("境内收发货人", "domestic consignee"))
_FLAGS = _codes(I=("进口", "import"), E=("出口", "export"))
_MARKS = _codes(_1=("有标记", "marked"), _0=("无标记", "not marked"))
_TAXES = _codes(T=("未确认", "unconfirmed"), C=("已确认", "confirmed"))
_MODES = _codes(
    _0=("非保税区", "outside bonded areas"), _1=("监管仓库", "supervised warehouse"),
    _2=("水路运输", "water"), _3=("铁路运输", "rail"), _4=("公路运输", "road"), _5=("航空运输", "air"),
    _6=("邮件运输", "post"), _7=("保税区", "bonded area"), _8=("保税仓库", "bonded warehouse"),
    _9=("其他运输", "other"), G=("固定设施运输", "fixed installations"),
    H=("边境特殊海关作业区", "special customs area at the border"),
    L=("旅客携带", "carried by a traveller"), W=("物流中心", "logistics centre"),
    X=("物流园区", "logistics park"), Y=("保税港区", "bonded port area"),
    Z=("出口加工区", "export processing zone"),
)  # fmt: skip
"""As the schema has them: a screen is searched before any schema is read."""
_SMART = tuple(Code(code, Words(*words)) for code, words in SMART_WORDS.items())

TYPE = Criterion("decType", Words("报关单类型", "Kind"), codes=_TYPES)
UNIT = Criterion("unit", Words("企业类型", "Enterprise as"), codes=_UNITS)
FLAG = Criterion("ieFlag", Words("进出口标志", "Import/export"), codes=_FLAGS)
CUSTOMS = Criterion("customs", Words("申报地海关", "Customs"), codes=listed("customs"))
MARK = Criterion("mark", Words("智能申报标记", "Smart mark"), codes=_MARKS)
SMART = Criterion("smart", Words("智能申报状态", "Smart state"), codes=_SMART)
TAXES = Criterion("taxes", Words("税费确认状态", "Taxes"), codes=_TAXES)
STATE = by_state(SYSTEM_NAME, STATES, Words("报关单状态", "State"))
NUMBER = Criterion("number.contains", Words("统一编号", "Number"), alone=True)
BILL = Criterion("billNo.contains", Words("提运单号", "Bill of lading"), alone=True)
TRADE = Criterion("trade.contains", Words("境内收发货人", "Consignee"))
MODE = Criterion("trafMode", Words("运输方式", "Transport"), codes=_MODES)
HOLDER = Criterion("holder.contains", Words("操作员", "Operator"))
DAY = Criterion("day", Words("最近操作时间", "Last changed"), between=True)

_ASKED: Mapping[str, tuple[str, Mapping[str, str] | str]] = {
    "ieFlag": ("kind.starts", "{}-"),
    "trafMode": ("kind.contains", "-{}."),
    "decType": ("kind.contains", ".{}"),
    "unit": ("kind.contains", {"D": BY_AGENT, "C": BY_TRADE}),
    "customs": ("office.starts", "{}-"),
    "mark": ("office.contains", {"1": MARKED, "0": f"-{UNMARKED}"}),
    "smart": ("office.contains", "-{}"),
    "taxes": ("office.contains", {"T": UNCONFIRMED, "C": CONFIRMED}),
}
"""Criterion → the search column that holds it, and as what."""

NUMBERED = Column(SEQUENCE, both("query-number"), number=True, cells=4)
STATED = Column("state", Words("状态", "State"), most=18, sorts=True)
CASE = Column("number", Words("统一编号", "Number"), cells=19, sorts=True)
BILLED = Column("billNo", Words("提运单号", "Bill of lading"), most=20, least=10, sorts=True)
AT = Column("customs", Words("申报地海关", "Customs"), most=14, least=8)
WAY = Column("ieFlag", Words("进出口", "I/E"), most=6)
OF = Column("trade", Words("境内收发货人", "Consignee"), most=29, least=18)
BY = Column("trafMode", Words("运输方式", "Transport"), most=14)
CHANGED = Column("changed", Words("最近操作时间", "Last changed"), cells=19, sorts=True)
HELD = Column("holder", Words("操作员", "Operator"), most=16, sorts=True)
IS_MARKED = Column("mark", Words("智能申报标记", "Mark"), most=10)
IS_SMART = Column("smart", Words("智能申报状态", "Smart state"), most=10)
IS_TAXED = Column("taxes", Words("税费确认", "Taxes"), most=12)

_COLUMN_CODES: Mapping[str, tuple[Code, ...]] = {
    "ieFlag": _FLAGS, "decType": _TYPES, "mark": _MARKS, "smart": _SMART, "taxes": _TAXES,
}  # fmt: skip


def held(item: CaseLine) -> dict[str, str]:
    """What the search columns `kind` and `office` of a declaration hold, taken apart."""
    kind, office = item.text("kind"), item.text("office")
    customs, _, flags = office.partition("-")
    return {
        "ieFlag": kind[:1],
        "trafMode": kind[2:3],
        "decType": kind[4:5],
        "customs": customs,
        "smart": flags[:1].replace(UNMARKED, ""),
        "mark": "1" if MARKED in flags else "0",
        "taxes": next((each for each in (UNCONFIRMED, CONFIRMED) if each in flags), ""),
    }


class DeclarationList(PeriodPage[CaseLine], MeaningList):
    """A list of declarations. The criterion DAY is what the shortcuts fill in.

    With TIMED some time is asked for, unless one of the criteria that are marked is given.
    """

    CODE: ClassVar[str] = "DEC111"
    FORM: ClassVar[str] = "DEC111"
    STATES: ClassVar[tuple[str, ...]] = STATES
    MEANT: ClassVar[tuple[str, ...]] = ("customs", "trafMode")
    FIELDS: ClassVar[Mapping[str, str]] = {"customs": "customMaster"}
    TOGETHER: ClassVar[bool] = True
    TIMED: ClassVar[bool] = True
    SELF_ASSESSED: ClassVar[bool] = False  # whether it is about those only
    PERIOD: ClassVar[Criterion] = DAY

    def on_mount(self) -> None:
        """The last three months, to begin with."""
        if self.TIMED:
            self.take_period(len(PERIODS) - 1)
            self.call_after_refresh(self.action_run)

    def help(self) -> Words:
        """What F1 says; where some criteria need no time, which."""
        said = super().help()
        if not self.TIMED:
            return said
        return Words(
            f"{said.zh}\n\n黄色带 ◆ 的条件无需联合时间查询，其他条件须有最近操作时间。"
            "Ctrl+T 依次为当天、本周、本月、三个月。",
            f"{said.en}\n\nA yellow criterion with ◆ needs no time beside it, the others do. Ctrl+T: today, "
            "this week, this month, three months.",
        )

    def action_run(self) -> None:
        """查询, where the criteria are enough."""
        asked = self.search()
        alone = any(asked.get(each.column) for each in self.CRITERIA if each.alone)
        if self.TIMED and not alone and not (asked.get("day.from") or asked.get("day.to")):
            self.terminal.say(
                Words(
                    "请输入最近操作时间（Ctrl+T），或带 ◆ 的条件之一",
                    "Say when it was last changed (Ctrl+T), or one of the criteria with ◆",
                ),
                alarm=True,
            )
            return
        super().action_run()

    # -- room for the list

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """On a low screen, criteria that say nothing make room while the list has the cursor."""
        if not self.CRITERIA:
            return
        criteria, focused = self.criteria, self.screen.focused or event.widget  # two events may overtake
        inside = criteria in focused.ancestors
        criteria.fold(folded=not inside and self.app.size.height < _LOW)

    def action_criteria(self) -> None:
        """Back to the criteria, all of them."""
        self.criteria.fold(folded=False)
        super().action_criteria()

    # -- asking

    def _fetch(self, wanted: Wanted) -> Fetched[CaseLine]:
        """In a thread."""
        asked = dict(self._asked)
        state = asked.pop("state", "")
        besides = tuple(self._besides(asked))
        states = (state,) if state else self.STATES
        search = Search(asked, states, wanted.order, wanted.page, wanted.size, besides=besides)
        page = self.work.line.cases(SYSTEM_NAME, search)
        return Fetched(page.cases, page.total)

    def _besides(self, asked: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Criteria that have no search column of their own, which are taken out of what is asked."""
        if self.SELF_ASSESSED:
            yield "office.contains", SELF_ASSESSED
        for name, (column, how) in _ASKED.items():
            text = asked.pop(name, "")
            if text:
                yield column, how.format(text) if isinstance(how, str) else how.get(text, text)

    # -- what is shown

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell."""
        if key == "changed":
            return parse_wire_time(item.changed).astimezone(CST).strftime("%Y-%m-%d %H:%M:%S")
        if key == "trade":
            parts = item.text("trade").split(maxsplit=2)  # both codes, and the name that people know
            return parts[-1] if len(parts) == 3 else item.text("trade")
        value = held(item).get(key)
        if value is None:
            return super().text(item, key)
        if key in _COLUMN_CODES:
            labels = {code.code: code.label for code in _COLUMN_CODES[key]}
            return labels[value].in_language(self.language) if value in labels else ""
        return self._meaning(key, value) if value else ""

    def tone(self, item: CaseLine, key: str) -> str:
        """What waits for its taxes to be confirmed is yellow, what was returned is red."""
        if item.state in OPEN and held(item)["taxes"] == UNCONFIRMED and self.shows_smart:
            return "warn"
        if key == "smart" and held(item)["smart"] == FAILED:
            return "bad"
        return "bad" if key == "state" and item.state == RETURNED else ""

    @property
    def shows_smart(self) -> bool:
        """Whether it is one of the smart screens: only these show what is the engine's."""
        return any(column in (IS_MARKED, IS_SMART, IS_TAXED) for column in self.COLUMNS)
