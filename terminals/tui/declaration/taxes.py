"""税费确认: self-assessed declarations, what each of them is to pay line by line, and its confirmation.

Knows the manual's list, the taxes that the gateway calculates, and that what is confirmed is a sum of one
draft; refuses to know how taxes are calculated and messages are sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.declaration.names import SYSTEM_NAME
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Listed
from terminals.tui.criteria import Criterion
from terminals.tui.declaration import lists
from terminals.tui.declaration.documents import content
from terminals.tui.declaration.lists import OPEN, DeclarationList
from terminals.tui.declaration.saying import piece_of, say
from terminals.tui.dialogs import Ask
from terminals.tui.files import write_file
from terminals.tui.grid import Grid
from terminals.tui.page import Page
from terminals.tui.query import Action
from terminals.tui.words import Saying, both
from terminals.work.dossier import Said, Section
from terminals.work.found import CaseFound
from terminals.work.kinds import bilingual
from terminals.work.receipts import Step

_CONFIRM = Words("税费确认", "Confirm taxes")
_SUMS = (
    ("value", Words("完税价格", "Dutiable value")),
    ("duty", Words("关税", "Duty")),
    ("excise", Words("消费税", "Consumption tax")),
    ("vat", Words("增值税", "VAT")),
    ("total", Words("应缴税费合计", "All taxes")),
)

_RATES = {
    "duty": ("dutyRate", "dutyAmount", Words("关税率", "Duty rate")),
    "excise": ("exciseRate", "exciseAmount", Words("消费税率", "Consumption tax rate")),
    "vat": ("vatRate", "", Words("增值税率", "VAT rate")),
}
"""Tax → the lookup's fields with its percentage and the yuan for a unit, and what a rate is called."""


def _columns(name: str, words: Words) -> Iterator[Column]:
    """An amount, behind the rate that it was calculated by."""
    if name in _RATES:
        percent, _, rate = _RATES[name]
        yield Column(percent, rate, number=True, most=16)
    yield Column(name, words, number=True, most=18)


class TaxList(DeclarationList):
    """税费确认查询: what is not confirmed is yellow."""

    WORDS: ClassVar[Words] = Words("税费确认查询", "Taxes")
    STATES: ClassVar[tuple[str, ...]] = OPEN
    SELF_ASSESSED: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        lists.TYPE, lists.UNIT, lists.TRADE, lists.CUSTOMS, lists.NUMBER, lists.BILL, lists.TAXES, lists.DAY,
    )  # fmt: skip
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        lists.NUMBERED, lists.CASE, lists.IS_TAXED, lists.AT, lists.OF, lists.BILLED, lists.CHANGED,
        lists.IS_MARKED,
    )  # fmt: skip
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("taxes", _CONFIRM, "ctrl+r", "declaration.taxes", "", frozenset(OPEN)),
        Action("view", both("query-view"), "ctrl+o", "declaration.case"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
    ]


class TaxPage(Page):
    """税费计算确认明细: one declaration's taxes, as the gateway calculates them of its draft now."""

    WORDS: ClassVar[Words] = Words("税费确认", "Taxes")
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("line", Words("项号", "Line"), number=True, cells=4),
        Column("codeTs", Words("商品编号", "HS code"), cells=10),
        Column("gName", Words("商品名称", "Goods"), most=30, least=10),
        *(column for name, words in _SUMS for column in _columns(name, words)),
    )
    DEFAULT_CSS = """
    TaxPage > .taxes--sums { width: 100%; height: auto; padding: 0 1; }
    TaxPage > Grid { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "confirm", "declaration-confirm"),
        Binding("ctrl+o", "view", "declaration-form"),
        Binding("ctrl+p", "print", "entry-print"),
    ]

    def __init__(self, found: CaseFound) -> None:
        super().__init__()
        self.found = found
        self._taxes: Mapping[str, Any] = {}
        self._came = False  # whether the gateway has answered

    def compose(self) -> ComposeResult:
        """What can be done, the sums, the lines."""
        yield Buttons(self._options(), self.language)
        yield Saying(Words(), self.language, classes="taxes--sums")
        yield Grid(self.COLUMNS, self.language, fixed=1)

    def on_mount(self) -> None:
        """Ask."""
        self.anew(self._ask, "again")

    # -- what the shell asks and tells

    @property
    def heading(self) -> Words:
        """Whose taxes."""
        number = self.found.line.number
        return Words(f"{self.WORDS.zh} {number}", f"{self.WORDS.en} {number}")

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab a declaration."""
        found = given.get("found")
        return found is not None and found.line.number == self.found.line.number

    def resume(self, given: Mapping[str, Any]) -> None:
        """As they are now."""
        self.again()

    def first(self) -> Widget:
        """The lines."""
        return self.query_one(Grid)

    def help(self) -> Words:
        """What F1 says."""
        return Words(
            "税费由系统按现行税则和汇率逐项计算。确认后方可申报；报关单、税率或汇率变化后须重新确认。\n"
            "Ctrl+R 确认，Ctrl+O 查看报关单，Ctrl+P 打印，F5 重新计算。",
            "The gateway calculates the taxes of each line by the tariff and the rates in force. Unconfirmed "
            "ones are not declared; after a change of the draft, the tariff or a rate they are confirmed "
            "again.\nCtrl+R confirms, Ctrl+O shows the declaration, Ctrl+P prints, F5 calculates anew.",
        )

    def again(self) -> None:
        """Calculated anew."""
        self.anew(self._ask, "again")

    def came(self, steps: Sequence[Step]) -> None:
        """Something has become of the declaration."""
        if any(step.case == self.found.line.number for step in steps):
            self.again()

    def retell(self, language: str) -> None:
        """Headings and sums in another language."""
        super().retell(language)
        self._show()

    # -- the taxes

    async def _ask(self) -> None:
        line, number = self.work.line, self.found.line.number
        try:
            found = await asyncio.to_thread(line.case, SYSTEM_NAME, number)
            taxes = await asyncio.to_thread(line.lookup, SYSTEM_NAME, "taxes", [("caseNo", number)])
        except Trouble as error:
            self.terminal.complain(error)
            return
        if found is None:
            self.terminal.say(both("query-gone", case=number), alarm=True)
            return
        self.found, self._taxes, self._came = found, taxes or {}, True
        self._show()

    @property
    def _confirmed(self) -> bool:
        return self._taxes.get("confirmed") == "1"

    @property
    def _objection(self) -> Words:
        """Why there are no taxes to be confirmed; empty where there are."""
        if not self._came:
            return both("table-loading")
        if not self._taxes:
            return Words(
                "该报关单不是待申报的自报自缴报关单",
                "it is no self-assessed declaration that is still to declare",
            )
        against = [bilingual(each) for each in str(self._taxes.get("objection", "")).split("；") if each]
        if not against:
            return Words()
        zh, en = "；".join(each.zh for each in against), "; ".join(each.en for each in against)
        return Words(f"不能计算税费：{zh}", f"Taxes cannot be calculated: {en}")

    def _sums(self) -> Words:
        if self._objection != Words():
            return self._objection
        label = Words("已确认", "confirmed") if self._confirmed else Words("未确认", "not confirmed")
        *sums, (whole, total) = [(words, str(self._taxes[name])) for name, words in _SUMS]
        zh = "　".join(f"{words.zh} {each}" for words, each in sums)
        en = "   ".join(f"{words.en} {each}" for words, each in sums)
        rates = [f"{each['currency']} {each['rate']}" for each in self._taxes.get("Rate", ())]
        if rates:
            zh += f"\n计征汇率（每 100 单位折合人民币）{'　'.join(rates)}"
            en += f"\nExchange rates (yuan for 100): {'   '.join(rates)}"
        return Words(
            f"【{label.zh}】{whole.zh} {total} 元\n{zh}", f"[{label.en}] {whole.en}: {total} yuan\n{en}"
        )

    def _rows(self) -> list[list[str]]:
        """A line of goods a row."""
        goods = content(self.found).get("Goods", ())
        names = {str(at): str(each["gName"]) for at, each in enumerate(goods, 1)}
        return [
            [str({**line, "gName": names.get(str(line["line"]), "")}[each.key]) for each in self.COLUMNS]
            for line in map(_with_total, map(self._rated, self._taxes.get("Line", ())))
        ]

    def _rated(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        """A line with its rates as people say them: 13%, or so many yuan for a unit."""
        each = Words("元/单位", " yuan a unit").in_language(self.language)
        said = {}
        for percent, amount, _ in _RATES.values():
            parts = [f"{line[percent]}%"] if line.get(percent) else []
            parts += [f"{line[amount]}{each}"] if line.get(amount) else []
            said[percent] = " + ".join(parts)
        return {**line, **said}

    def _show(self) -> None:
        grid, rows = self.query_one(Grid), self._rows()
        grid.show(Listed(self.COLUMNS, rows), max(grid.row, 0))
        rates = {percent for percent, *_ in _RATES.values()}
        said = {column.key for row in rows for column, text in zip(self.COLUMNS, row, strict=True) if text}
        grid.hide(rates - said)  # nobody looks for a rate that there is none of
        sums = self.query_one(".taxes--sums", Saying)
        sums.say(self._sums())
        self.query_one(Buttons).offer(self._options())

    def _options(self) -> list[Option]:
        can = self._came and self._objection == Words() and not self._confirmed
        return [
            Option("confirm", _CONFIRM, "ctrl+r", can),
            Option("view", Words("报关单", "Declaration"), "ctrl+o"),
            Option("print", both("entry-print"), "ctrl+p", self._came and bool(self._taxes.get("Line"))),
        ]

    # -- what can be done

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    def action_view(self) -> None:
        """The declaration."""
        self.terminal.open_soon("declaration.case", found=self.found)

    def action_confirm(self) -> None:
        """手动确认, after a question."""
        if self._objection != Words():
            self.terminal.say(self._objection, alarm=True)
        elif self._confirmed:
            self.terminal.say(Words("税费已确认", "the taxes are confirmed already"))
        else:
            self.anew(self._confirm, "confirm")

    async def _confirm(self) -> None:
        total, digest = str(self._taxes["total"]), str(self._taxes["draftDigest"])
        question = Words(
            f"是否确认应缴税费合计 {total} 元？确认后方可申报。",
            f"Confirm taxes of {total} yuan in all? It can be declared then.",
        )
        if await self.terminal.ask(Ask(question, self.language)):
            content = {"kind": "1", "draftDigest": digest, "taxTotal": total}
            await say(self, _CONFIRM, piece_of(self, "DEC191", content, self.found))
            await self._ask()

    def action_print(self) -> None:
        """All of it as a PDF."""
        from terminals.work.printing import dossier_pdf

        if not self._taxes.get("Line"):
            return
        make = partial(dossier_pdf, self.heading, self._sections(), self.language)
        name = f"{self.found.line.number}-taxes"
        self.run_worker(write_file(self.terminal, name, ".pdf", make), group="files")

    def _sections(self) -> list[Section]:
        whole = [Said(words, _same(str(self._taxes[name]))) for name, words in _SUMS]
        read = [Section(Words("税费合计（元）", "Taxes in all (yuan)"), tuple(whole))]
        for row in self._rows():
            parts = zip(self.COLUMNS[1:], row[1:], strict=True)
            said = tuple(Said(column.words, _same(text)) for column, text in parts)
            read.append(Section(Words(f"商品 {row[0]}", f"Line {row[0]}"), said, 1))
        return read


def _with_total(line: Mapping[str, Any]) -> Mapping[str, Any]:
    """A line with the sum of its taxes, in yuan and fen."""
    total = sum((Decimal(str(line[name])) for name in ("duty", "excise", "vat")), Decimal(0))
    return {**line, "total": f"{total:f}"}


def _same(text: str) -> Words:
    return Words(text, text)
