"""One declaration to be read through (查看), and what is confirmed of it by hand: reminders, an agreement.

Knows what of a declaration can be confirmed, and the questions before it; refuses to know how it is fetched
and drawn, how messages are sent, and the engine.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.agreements import needed
from messages.declaration.table import DRAFT
from terminals.tui.buttons import Option
from terminals.tui.declaration.documents import PAPERS, content
from terminals.tui.declaration.lists import OPEN
from terminals.tui.declaration.saying import piece_of, say
from terminals.tui.dialogs import Ask
from terminals.tui.dossiers import CasePage
from terminals.tui.systems import ENTERPRISE, OPERATOR
from terminals.tui.words import both
from terminals.work.papers import Papers

_REMINDERS, _AGREEMENT = "2", "3"
_TAXES = Words("税费确认", "Taxes")
_REMIND = Words("温馨提示确认", "Confirm reminders")
_AGREE = Words("生成委托协议", "Make an agreement")
_ASK_REMIND = Words(
    "温馨提示：\n"
    "一、请核对报关单内容，保证申报真实、准确、完整、规范，并承担相应的法律责任；\n"
    "二、请核对特殊关系、价格影响、支付特许权使用费等确认项；\n"
    "三、请核对随附单证和集装箱信息。\n"
    "是否确认？草稿变更后须重新确认。",
    "Reminders:\n"
    "1. Look through the declaration: it has to be true, exact and complete, and you answer for it.\n"
    "2. Look at what is said of special relations, their effect on the price, and royalties.\n"
    "3. Look at documents and containers.\n"
    "Confirm them? After a change of the draft they are confirmed again.",
)
_ASK_AGREE = Words(
    "是否生成 {trade} 委托 {agent} 的代理报关委托协议？有效期一年，双方均可查阅。",
    "Make an agency agreement between {trade} and {agent}? It is in force for a year, and both can read it.",
)


class DeclarationCase(CasePage):
    """查看."""

    PAPERS: ClassVar[Papers] = PAPERS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "change", both("query-change").zh, show=False),
        Binding("ctrl+t", "taxes", "declaration-taxes", show=False),
        Binding("ctrl+r", "remind", _REMIND.zh, show=False),
        Binding("ctrl+k", "agree", _AGREE.zh, show=False),
    ]

    @property
    def _own(self) -> bool:
        """Whether whoever looks is the one whose draft it may be."""
        return self.work.who.role in (ENTERPRISE, OPERATOR) and self.found.line.owner == self.work.who.dxp_id

    def _can(self, action: str) -> bool:
        """What is there to be done now."""
        body, state = self.found.body, self.found.line.state
        form = content(self.found)
        if not self._own:
            return False
        return {
            "change": state in OPEN,
            "taxes": state in OPEN and form.get("selfTax") == "1",
            "remind": state == DRAFT and not body.get("reminders"),
            "agree": state == DRAFT and bool(form) and needed(form),
        }[action]

    def _options(self) -> list[Option]:
        options = [each for each in super()._options() if each.key != "files"]  # it has none
        if self._own:
            options += [
                Option("change", both("query-change"), "ctrl+e", self._can("change")),
                Option("taxes", _TAXES, "ctrl+t", self._can("taxes")),
                Option("remind", _REMIND, "ctrl+r", self._can("remind")),
                Option("agree", _AGREE, "ctrl+k", self._can("agree")),
            ]
        return options

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key does what there is a button for."""
        if action == "files":
            return False
        if action in ("change", "taxes", "remind", "agree"):
            return self._can(action)
        return super().check_action(action, parameters)

    def action_change(self) -> None:
        """On its form."""
        self.terminal.open_soon("declaration.entry", found=self.found)

    def action_taxes(self) -> None:
        """Its taxes, line by line."""
        self.terminal.open_soon("declaration.taxes", found=self.found)

    def action_remind(self) -> None:
        """温馨提示确认."""
        self.anew(partial(self._confirm, _REMIND, _REMINDERS, _ASK_REMIND), "confirm")

    def action_agree(self) -> None:
        """生成代理报关委托协议."""
        form = self.found.body["entered"]
        names = {"trade": form["tradeName"], "agent": form["agentName"]}
        question = Words(_ASK_AGREE.zh.format(**names), _ASK_AGREE.en.format(**names))
        self.anew(partial(self._confirm, _AGREE, _AGREEMENT, question), "confirm")

    async def _confirm(self, title: Words, kind: str, question: Words) -> None:
        found = self.found
        if await self.terminal.ask(Ask(question, self.language, default=True)):
            content = {"kind": kind, "draftDigest": found.body["draft"]["digest"]}
            await say(self, title, piece_of(self, "DEC191", content, found))
            await self._again()
