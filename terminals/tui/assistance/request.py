"""A foreign customs' request (国际海关协查申请单) on its three steps, typed by an officer; 更换协议.

Knows which of the country's agreements are in force, and where the gateway tells what stands against a draft;
refuses to know how forms, files and sending work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.assistance.table import RETURNED
from messages.workflow import Body
from terminals.trouble import Trouble
from terminals.tui.assistance.remarks import remarks
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose
from terminals.tui.entry import EntryPage
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound

CODE = "CMA111"
EVENTS = {Purpose.SAVE: "save", Purpose.DECLARE: "submit", Purpose.DELETE: "delete"}
_NO_AGREEMENT = Words(
    "与该国没有现行的协议。中方海关备案互助协议后即可选择。",
    "There is no agreement in force with that country. Once China Customs has filed one it can be chosen.",
)
_NO_COUNTRY = Words(
    "请先填写国家。可选的是中方海关已备案的国家；没有可选的，请联系中方海关备案外方海关。",
    "Choose the country first. Offered are those whose customs is filed; if there is none, China Customs has "
    "to file it first.",
)


def on_form(body: Body) -> Body:
    """What of a case stands on the form: what was typed last, else what China has."""
    found: Any = body.get("entered") or body.get("stored") or {}
    return dict(found)


class RequestEntry(EntryPage):
    """创建请求."""

    CODE: ClassVar[str] = CODE
    WORDS: ClassVar[Words] = Words("创建请求", "New request")
    EVENTS: ClassVar[Mapping[Purpose, str]] = EVENTS
    SAVED_FIRST: ClassVar[bool] = False
    SAVE: ClassVar[Words] = Words("保存", "Save")
    DECLARE: ClassVar[Words] = Words("提交", "Submit")
    ASK: ClassVar[Words] = Words("是否向中方海关提交该请求？", "Submit this request to China Customs?")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "request-save"),
        Binding("ctrl+r", "declare", "request-submit"),
        Binding("ctrl+b", "agreement", "request-agreement"),
    ]

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what China has."""
        return on_form(found.body)

    def on_mount(self) -> None:
        """Why China has returned a request is said before it is changed."""
        self._say_returned(self._found)

    def resume(self, given: Mapping[str, Any]) -> None:
        """… also where it is open already."""
        super().resume(given)
        self._say_returned(given.get("found"))

    def _say_returned(self, found: CaseFound | None) -> None:
        answer = found.body.get("answer") if found is not None else None
        if answer and found is not None and found.line.state == RETURNED:
            self.run_worker(self.tell(both("request-returned", reason=answer["content"]), alarm=True))

    def reasons(self, found: CaseFound | None) -> Sequence[str]:
        """What stands against a draft."""
        return [str(each) for each in found.body.get("faults", ())] if found is not None else ()

    def options(self) -> list[Option]:
        """更换协议 besides."""
        changing = not self._busy and self._waits is None
        return [*super().options(), Option("agreement", both("request-agreement"), "ctrl+b", changing)]

    def question(self) -> Words:
        """What is odd stands in it; it may be meant."""
        odd = list(remarks(self.model))
        zh, en = ([each.zh for each in odd], [each.en for each in odd])
        ask = super().question()
        return Words("\n".join([*zh, ask.zh]), "\n".join([*en, ask.en]))

    def declared(self, state: Words) -> Words:
        """It is China's turn."""
        return Words(f"提交成功。{state.zh}", f"Submitted. {state.en}")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-request")

    # -- 更换协议

    def action_agreement(self) -> None:
        """Another of the country's agreements."""
        self.run_worker(self._agreement(), group="send")

    async def _agreement(self) -> None:
        model = self.model
        country = model.head.text("country")
        if not country:
            await self.tell(_NO_COUNTRY, alarm=True)
            return
        key = [("country", country)]
        try:
            found = await asyncio.to_thread(self.work.line.lookup, self.system.name, "agreement", key)
        except Trouble as error:
            self.terminal.complain(error)
            return
        known: dict[str, Mapping[str, Any]] = {
            str(each["agreementNo"]): each for each in (found or {}).get("Agreement", ())
        }
        if not known:
            await self.tell(_NO_AGREEMENT, alarm=True)
            return
        options = [Option(number, _called(each)) for number, each in known.items()]
        current = model.head.text("agreementNo")
        dialog = Choose(both("request-agreement"), options, self.language, current=current)
        number = await self.terminal.ask(dialog)
        if number is None or model is not self.model:
            return
        changed = model.set(model.head, "agreementNo", number)
        changed |= model.set(model.head, "agreementName", str(known[number]["agreementName"]))
        self.view.changed(None, changed)


def _called(agreement: Mapping[str, Any]) -> Words:
    number, zh = agreement["agreementNo"], agreement["nameZh"]
    return Words(f"{number}  {zh}", f"{number}  {agreement.get('nameEn') or zh}")
