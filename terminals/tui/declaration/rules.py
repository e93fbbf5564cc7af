"""智能辅助申报预配置: the rules that the engine goes by, listed, and the form of one.

Knows that only the legal person's card sets rules, and others read them; refuses to know how lists and forms
work. Whether a rule may be set is the gateway's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.codes import Code
from messages.declaration.names import RULE, SYSTEM_NAME
from messages.declaration.table import DISABLED, ENABLED
from messages.workflow import Body
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.declaration.standing import CLOSED, SmartPage
from terminals.tui.dialogs import Tell
from terminals.tui.entry import EntryPage
from terminals.tui.meanings import MeaningList, by_state
from terminals.tui.posting import Posted
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound, CaseLine
from terminals.work.model import FormModel

_PROMISE = Words("企业承诺", "Undertaking")
_SIDES = (
    Code(f"{RULE}-I", Words("进口", "Import")),
    Code(f"{RULE}-E", Words("出口", "Export")),
)
_OPTIONS = ("confirm", "agreement", "manifest", "arrival", "compare")  # 配置内容
_WITH = {"enabled": "1", "wait": "60", **dict.fromkeys(_OPTIONS, "0")}  # what a new rule begins with


class RuleList(SmartPage, MeaningList):
    """预配置查询: by name, direction, state and units."""

    CODE: ClassVar[str] = "DEC141"
    FORM: ClassVar[str] = "DEC141"
    WORDS: ClassVar[Words] = Words("智能辅助申报预配置", "Rules")
    STATES: ClassVar[tuple[str, ...]] = (ENABLED, DISABLED)
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("billNo.contains", Words("配置名称", "Name")),
        Criterion("kind", Words("进出口标志", "Import or export"), codes=_SIDES),
        by_state(SYSTEM_NAME, STATES, Words("启用标志", "Enabled")),
        Criterion("office.contains", Words("申报单位、标记用户", "Declaring unit, user")),
        Criterion("trade.contains", Words("境内收发货人", "Consignee")),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", Words("启用标志", "Enabled"), most=10, sorts=True),
        Column("billNo", Words("配置名称", "Name"), most=30, least=8, sorts=True),
        Column("kind", Words("进出口", "I/E"), most=8, sorts=True),
        Column("office", Words("申报单位、标记用户", "Declaring unit, user"), most=30, least=10, sorts=True),
        Column("trade", Words("境内收发货人", "Consignee"), most=30, least=10, sorts=True),
        Column("holder", Words("设置人", "Set by"), most=12, sorts=True),
        Column("day", Words("设置日期", "Set on"), cells=9, sorts=True),
        Column("number", Words("预配置编号", "Rule number"), cells=19, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("change", Words("查看、修改", "Open"), "ctrl+e", "declaration.rule"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+e", "act('change')", "query-change"),
        Binding("ctrl+t", "promise", "smart-promise"),
    ]

    def compose(self) -> ComposeResult:
        """The gate before all."""
        yield self.gate()
        yield from super().compose()

    def search(self) -> Mapping[str, str]:
        """Rules only, of all that has these columns."""
        found = super().search()
        return found if found.get("kind") else {**found, "kind.starts": RULE}

    def text(self, item: CaseLine, key: str) -> str:
        """A direction in words."""
        text = super().text(item, key)
        named = (code.label.in_language(self.language) for code in _SIDES if code.code == text)
        return next(named, text) if key == "kind" else text

    def tone(self, item: CaseLine, key: str) -> str:
        """What is in use stands out."""
        return "good" if key == "state" and item.state == ENABLED else super().tone(item, key)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-smart-rules")

    def stood(self) -> None:
        """新增 is closed where it is not enabled."""
        self._offer()

    def _barred(self) -> Words | None:
        """Why rules are only read here."""
        if not self.enabled:
            return CLOSED
        if self._kind is None:
            return None
        hand = self.work.hand
        against = self._kind.objection(hand.role, hand.card, hand.commits, "enable-rule")
        return None if against is None else _because(against)

    def _options(self) -> list[Option]:
        """新增 and 企业承诺 besides."""
        return [
            Option("new", both("entry-new"), "ctrl+n", self._barred() is None),
            *super()._options(),
            Option("promise", _PROMISE, "ctrl+t"),
        ]

    def action_new(self) -> None:
        """新增, with the legal person's card."""
        against = self._barred()
        if against is None:
            self.terminal.open_soon("declaration.rule")
        else:
            self.run_worker(self.terminal.ask(Tell(against, self.language, alarm=True)))

    def action_promise(self) -> None:
        """What a rule means for the enterprise."""
        self.run_worker(self.terminal.ask(Tell(both("smart-promised"), self.language, title=_PROMISE)))


class RuleEntry(SmartPage, EntryPage):
    """One rule: new, changed, deleted; to be read with any card."""

    CODE: ClassVar[str] = "DEC141"
    WORDS: ClassVar[Words] = Words("预配置", "Rule")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "", Purpose.DECLARE: "enable-rule", Purpose.DELETE: "drop-rule",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("保存", "Save")
    ASK: ClassVar[Words] = Words("是否保存该配置？", "Save this rule?")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r,ctrl+s", "declare", "smart-save-rule"),
        Binding("ctrl+t", "promise", "smart-promise"),
    ]

    def compose(self) -> ComposeResult:
        """The gate before all."""
        yield self.gate()
        yield from super().compose()

    # -- what a rule is

    def content(self, found: CaseFound) -> Body:
        """The rule as it is in force."""
        stored: Mapping[str, Any] = found.body.get("stored") or {}
        return stored

    @property
    def inner(self) -> str:
        """People know a rule by its name."""
        return self.model.head.text("ruleName")

    def prefill(self) -> None:
        """A new rule is this enterprise's, enabled, with nothing ticked and a minute between two batches."""
        super().prefill()
        model = self.model
        for name, value in {**_WITH, "agentCode": self.work.who.cop_code}.items():
            if value:
                model.set(model.head, name, value)
        model.settled()
        self.view.follow()

    def event_of(self, purpose: Purpose) -> str:
        """What is saved is enabled or disabled, as the form says."""
        event = super().event_of(purpose)
        off = event == "enable-rule" and self.model.head.text("enabled") == "0"
        return "disable-rule" if off else event

    # -- who may

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is only read has no keys that change it."""
        changes = action in ("new", "delete", "save", "declare")
        return False if changes and self._card_against() else super().check_action(action, parameters)

    def objection(self, purpose: Purpose) -> Words | None:
        """Why a button is closed: also until it is enabled."""
        if not self.enabled:
            return CLOSED
        against = super().objection(purpose)
        return _because(against) if against is not None and self._card_against() is not None else against

    def _card_against(self) -> Words | None:
        """What the card in hand lacks for rules."""
        if self._kind is None:
            return None
        hand = self.work.hand
        return self._kind.objection(hand.role, hand.card, hand.commits, "enable-rule")

    @property
    def closed(self) -> bool:
        """Nothing is typed where nothing may be sent."""
        return not self.enabled or self._card_against() is not None or super().closed

    def _remark(self) -> Words:
        """Why it is only read."""
        against = self._card_against()
        return _because(against) if against is not None else super()._remark()

    async def _learn(self) -> None:
        await super()._learn()
        self.stood()

    def stood(self) -> None:
        """Open, or for reading."""
        self.show_state()
        self.offer()

    # -- buttons

    def options(self) -> list[Option]:
        """企业承诺 besides."""
        return [*super().options(), Option("promise", _PROMISE, "ctrl+t")]

    def action_promise(self) -> None:
        """What a rule means for the enterprise."""
        self.run_worker(self.terminal.ask(Tell(both("smart-promised"), self.language, title=_PROMISE)))

    def declared(self, state: Words) -> Words:
        """What is said when it was saved."""
        return Words(f"保存成功，该配置已{state.zh}。", f"Saved: the rule is {state.en}.")

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is saved or deleted; the list, if it is open, shows it."""
        await super().done(model, posted)
        for page in self.terminal.shell.pages.query(RuleList):
            page.again()

    def help(self) -> Words:
        """What F1 says."""
        return both("help-smart-rule")


def _because(against: Words) -> Words:
    """The rule of the cards, and what the gateway's table says."""
    words = both("smart-legal-only")
    return Words(f"{words.zh}\n{against.zh}", f"{words.en}\n{against.en}")
