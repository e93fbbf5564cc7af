"""An enterprise's entrustments (业务委托): their list, and the form: kept, submitted, supplemented.

Knows the manual's chapter 2.3: criteria, columns, states and what can be done in each; refuses to know how
lists, forms, files and sending work.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Offer, Words
from messages.inspection.table import ACCEPTED, ENTRUSTED, INSPECTED, RETURNED, WRITTEN
from messages.workflow import Body
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.inspection.columns import PURPOSES, InspectionList
from terminals.tui.meanings import by_state, listed
from terminals.tui.posting import Posted
from terminals.tui.query import SEQUENCE, Action
from terminals.tui.saved_first import SavedFirstEntry
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound, CaseLine
from terminals.work.model import FormModel

CODE = "PSI131"
GOODS = "Goods"
_DRAFTS = frozenset({WRITTEN, RETURNED})
_STATES = (WRITTEN, ENTRUSTED, RETURNED, ACCEPTED, INSPECTED)
_FILED = Offer("agencies", "Agency", "agencyCode", "agencyName")
_AGENCY = Words("装运前检验机构", "Inspection agency")


class EntrustmentList(InspectionList):
    """业务委托."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("业务委托", "Entrustments")
    STATES: ClassVar[tuple[str, ...]] = _STATES
    MEANT: ClassVar[tuple[str, ...]] = ("entryCustoms", "destPlace", "purpose")
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (
        Criterion("number.contains", Words("业务编号", "Number")),
        Criterion("words.contains", Words("收货人", "Consignee")),
        Criterion("entryCustoms", Words("入境海关", "Customs of entry"), codes=listed("customs")),
        Criterion("destPlace", Words("到货地", "Place of arrival"), codes=listed("region")),
        Criterion("purpose", Words("用途", "Use"), codes=PURPOSES),
        Criterion("agency", _AGENCY, offer=_FILED),
        by_state("inspection", _STATES),
        Criterion("day", Words("委托时间", "Entrusted on"), between=True),
    )
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column(SEQUENCE, both("query-number"), number=True, cells=4),
        Column("state", both("query-state"), most=14, sorts=True),
        Column("number", Words("业务编号", "Number"), cells=19, sorts=True),
        Column("words", Words("收货人", "Consignee"), most=32, least=16, sorts=True),
        Column("day", Words("委托时间", "On"), cells=9, sorts=True),
        Column("agency", Words("检验机构", "Agency"), most=28, least=12),
        Column("entryCustoms", Words("入境海关", "Entry"), most=16, sorts=True),
        Column("destPlace", Words("到货地", "Arrives in"), most=16, sorts=True),
        Column("purpose", Words("用途", "Use"), most=12, sorts=True),
    )
    ACTIONS: ClassVar[tuple[Action, ...]] = (
        Action("view", both("query-view"), "ctrl+o", "inspection.case"),
        Action("change", both("query-change"), "ctrl+e", "inspection.entrust", "entrust", _DRAFTS),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(each.hot, f"act('{each.key}')", each.words.zh, show=False) for each in ACTIONS),
        Binding("ctrl+n", "new", "entry-new"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._agencies: dict[str, str] = {}

    def on_mount(self) -> None:
        """Agencies are called by their names, as far as they are filed now."""
        self.run_worker(self._learn_agencies, thread=True, group="agencies", exit_on_error=False)

    def _learn_agencies(self) -> None:
        """In a thread."""
        with suppress(Trouble):
            codes = self.offered(_FILED)
            self.app.call_from_thread(self._know, {each.code: each.label.zh for each in codes})

    def _know(self, agencies: dict[str, str]) -> None:
        self._agencies = agencies
        if self.is_attached:
            self.table.grid.again()

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell; an agency's name, or its code where that is not known."""
        text = super().text(item, key)
        return self._agencies.get(text, text) if key == "agency" else text

    def picked(self) -> None:
        """Enter goes on with what is not submitted, and shows anything else."""
        line = self.table.item
        self.action_act("change" if line is not None and line.state in _DRAFTS else "view")

    def _options(self) -> list[Option]:
        return [*super()._options(), Option("new", both("entry-new"), "ctrl+n")]

    def action_new(self) -> None:
        """新增."""
        self.terminal.open_soon("inspection.entrust")


class EntrustmentEntry(SavedFirstEntry):
    """新增业务委托: the head is kept first (暂存), then the goods are typed and documents attached."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("业务委托单", "Entrustment")
    REMARK: ClassVar[str] = "inspection-returned"
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "write", Purpose.DECLARE: "entrust", Purpose.DELETE: "discard",
    }  # fmt: skip
    SAVED_FIRST: ClassVar[bool] = False
    DECLARE: ClassVar[Words] = Words("提交", "Submit")
    ASK: ClassVar[Words] = Words(
        "是否将委托提交给该检验机构？", "Submit it to the inspection agency that it names?"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "declare", "request-submit"),
        Binding("alt+r", "remark", REMARK),
    ]

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what the agency has."""
        return found.body.get("entered") or found.body.get("stored") or {}

    def remark(self, found: CaseFound) -> Words:
        """Why the agency has returned it."""
        said = str((found.body.get("answer") or {}).get("content", ""))
        if found.line.state != RETURNED or not said:
            return Words()
        return Words(f"检验机构退回：{said}", f"Returned by the agency: {said}")

    def undeclared(self, found: CaseFound) -> bool:
        """Whether what was returned has been changed since and not submitted."""
        return found.line.state == RETURNED and "entered" in found.body

    @property
    def inner(self) -> str:
        """People know an entrustment by its consignee."""
        return self.model.head.text("consignee")

    def facts(self) -> list[tuple[Words, str]]:
        """The totals in place of the operator: while goods are typed, the head may not be seen."""
        fields = {field.name: field for field in self.model.fields}
        texts = {name: self.model.head.text(name) for name in self.model.plan.totals}
        totals = [(fields[name].label, text) for name, text in texts.items() if text]
        return [super().facts()[0], *totals] if totals else super().facts()

    async def done(self, model: FormModel, posted: Posted) -> None:
        """Once it is kept, the goods are next: a line to be typed is no change of what was kept."""
        first = not model.state
        await super().done(model, posted)
        if first and model is self.model and posted.piece.event == self.event_of(Purpose.SAVE):
            clean = not model.dirty
            self.view.show_part(GOODS)
            if clean:
                model.settled()
                self.show_state()

    def declared(self, state: Words) -> Words:
        """It is the agency's turn."""
        return Words(f"提交成功，{state.zh}。", f"Submitted: {state.en}.")
