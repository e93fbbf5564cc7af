"""报关单录入: a customs declaration, kept as a draft with its mark or without, declared by hand, deleted.

Knows what stands above the form, what a line comes to, and what a receipt says of the mark; refuses to know
how forms, sheets and sending work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.declaration.names import BY_AGENT, SYSTEM_NAME
from messages.declaration.table import RETURNED
from messages.workflow import Body
from terminals.trouble import Trouble
from terminals.tui.declaration.documents import content
from terminals.tui.form import FormView
from terminals.tui.importing import ImportingPage
from terminals.tui.posting import Posted
from terminals.work.blaming import in_both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound, Search
from terminals.work.model import FormModel
from terminals.work.rows import NOTHING, Row

CODE = "DEC111"
_BEGINS: Mapping[str, str] = {"decType": "0", "selfTax": "0", "sumTax": "0", "twoStep": "0", "smartMark": "0"}
"""What most declarations say, and whoever says otherwise types over."""
_OWN_SCC = "agentScc"


class DeclarationEntry(ImportingPage):
    """报关单录入."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("报关单录入", "Declaration")
    REMARK: ClassVar[str] = "declaration-returned"
    ASK: ClassVar[Words] = Words(
        "是否申报？申报后由海关处理，不能再修改。",
        "Declare it? Customs has it then: it cannot be changed any more.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("alt+r", "remark", REMARK)]

    def __init__(self, found: CaseFound | None = None, draft: Draft | None = None) -> None:
        super().__init__(found, draft)
        self._reckoned: dict[Row, tuple[str, str]] = {}  # line → price and quantity that its total is of

    def fresh(self) -> FormModel:
        """A new form says what most say, and that whoever types it is the declaring unit."""
        model, party = super().fresh(), self.work.party
        own = {"agentCode": party.cop_code, "agentName": party.cop_name}
        for name, value in {**_BEGINS, **own}.items():
            model.set(model.head, name, value)
        model.settled()
        return model

    async def _prefill(self, model: FormModel) -> None:
        """Where customs has no registration of the own enterprise, what it called itself the last time."""
        await super()._prefill(model)
        if model is self.model and not model.head.text(_OWN_SCC):
            with suppress(Trouble):
                known = await asyncio.to_thread(self._named_last)
                self.view.changed(None, model.prefill({"own": {_OWN_SCC: known}}))

    def _named_last(self) -> str:
        """In a thread: the own social credit code, as it was declared by last; '' for never."""
        line, code = self.work.line, self.work.party.cop_code
        for found in line.cases(SYSTEM_NAME, Search({"kind.contains": BY_AGENT}, size=1)).cases:
            case = line.case(SYSTEM_NAME, found.number)
            form = self.content(case) if case is not None else {}
            if form.get("agentCode") == code:
                return str(form.get(_OWN_SCC, ""))
        return ""

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what customs has."""
        return content(found)

    def remark(self, found: CaseFound) -> Words:
        """Why customs has returned it."""
        said = str((found.body.get("answer") or {}).get("content", ""))
        if found.line.state != RETURNED or not said:
            return Words()
        return Words(f"海关退单：{said}", f"Returned by customs: {said}")

    def undeclared(self, found: CaseFound) -> bool:
        """Whether what was returned has been changed since and not declared."""
        return found.line.state == RETURNED and "entered" in found.body

    @property
    def inner(self) -> str:
        """Its number, or its bill of lading before it has one."""
        return self.model.case or self.model.head.text("billNo")

    def facts(self) -> list[tuple[Words, str]]:
        """Who declares, and what the goods come to: while they are typed, the head is not seen."""
        goods = self.model.rows("Goods")
        found = [super().facts()[0], (Words("商品项数", "Lines"), str(len(goods)))]
        prices = [_decimal(row.text("declTotal")) for row in goods]
        currencies = {row.text("tradeCurr") for row in goods if row.text("tradeCurr")}
        if any(prices) and len(currencies) <= 1:
            total = f"{sum(prices, Decimal(0)):f} {''.join(currencies)}".rstrip()
            found.append((Words("总价", "Total"), total))
        return found

    def on_form_view_typed(self, event: FormView.Typed) -> None:
        """What a line comes to follows its price and quantity; whoever overtypes it has the last word."""
        changed, model = NOTHING, self.model
        for row in model.rows("Goods"):
            before, factors = self._reckoned.get(row, ("", "")), _factors(row)
            self._reckoned[row] = factors
            if factors != before and row.text("declTotal") in ("", _product(*before)) and _product(*factors):
                changed |= model.set(row, "declTotal", _product(*factors))
        self.view.changed(None, changed)

    def show_state(self) -> None:
        """The totals of what was loaded are of what stands beside them."""
        self._reckoned = {row: self._reckoned.get(row, _factors(row)) for row in self.model.rows("Goods")}
        super().show_state()

    async def done(self, model: FormModel, posted: Posted) -> None:
        """Where the mark that it says was not added, why."""
        wanted = model.head.text("smartMark") == "1"
        await super().done(model, posted)
        if posted.piece.event != self.event_of(Purpose.SAVE) or not wanted or posted.found is None:
            return
        if posted.found.body.get("smart"):
            self.terminal.say(Words("已添加智能辅助申报标记", "marked for smart-assisted declaration"))
        else:
            await self.tell(in_both(posted.steps[-1].info), alarm=True)

    def declared(self, state: Words) -> Words:
        """It is with customs."""
        return Words(f"申报成功，{state.zh}。", f"Declared: {state.en}.")


def _factors(row: Row) -> tuple[str, str]:
    return row.text("declPrice"), row.text("gQty")


def _product(price: str, quantity: str) -> str:
    """Price × quantity to the cent; '' while one of them is no number above zero."""
    product = (_decimal(price) * _decimal(quantity)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{product.normalize():f}" if product > 0 else ""


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text or 0)
    except InvalidOperation:
        return Decimal(0)
