"""What customs sends to one agency (质量问题、监督检查): the form, and to whom it goes, said in words before.

Knows which agencies are filed and what is imposed on them; refuses to know how forms are typed and sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from messages.annotations import Words
from messages.forms import Form, own_forms
from messages.inspection.names import SYSTEM_NAME
from terminals.trouble import Trouble
from terminals.tui.entry import EntryPage
from terminals.tui.filled import Desk
from terminals.tui.posting import Posted
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.model import FormModel
from terminals.work.plan import KEPT

Agencies = Mapping[str, Mapping[str, Any]]
PROBLEM, DOCUMENTS, ON_SITE = "1", "2", "3"  # kind of a call
_EVENTS = {PROBLEM: "raise", DOCUMENTS: "demand", ON_SITE: "visit"}
_PROBLEM, _CHECK = Words("提出质量问题", "Raise a quality problem"), Words("发起监督检查", "Order a check")


class ToAgency(EntryPage):
    """A form with the code of the agency that it goes to; there is no draft of it at the gateway."""

    DECLARE: ClassVar[Words] = both("decision-send")

    def __init__(self, found: CaseFound | None = None, draft: Draft | None = None) -> None:
        super().__init__(found, draft)
        self.agencies: Agencies = {}

    def on_mount(self) -> None:
        """Who is filed."""
        self.anew(self._learn_agencies, "agencies")

    async def _learn_agencies(self) -> None:
        try:
            found = await asyncio.to_thread(self.work.line.lookup, SYSTEM_NAME, "agencies", ())
        except Trouble:
            return  # codes are said without names
        self.agencies = {str(each["agencyCode"]): each for each in (found or {}).get("Agency", ())}
        self.show_state()

    def agency_called(self, code: str) -> Words:
        """An agency by code and name, and what is imposed on it."""
        known = self.agencies.get(code)
        if known is None:
            return Words(f"{code}（未备案）", f"{code} (not filed)") if self.agencies else Words(code, code)
        if known.get("open", True):
            return Words(f"{code} {known['agencyName']}", f"{code} {known['agencyName']}")
        return Words(
            f"{code} {known['agencyName']}（{known['state']}）",
            f"{code} {known['agencyName']} ({known['stateEn']})",
        )

    def retell(self, language: str) -> None:
        """What is imposed on it in another language, too."""
        super().retell(language)
        self.show_state()

    def facts(self) -> list[tuple[Words, str]]:
        """The agency by its name, as soon as there is one."""
        code = self.model.head.text("agencyCode")
        named = self.agency_called(code).in_language(self.language) if len(code) == 10 else ""
        return [(Words("发往", "To"), named)]


@cache
def _form(problem: bool) -> Form:
    """The form as one screen has it: a problem is fixed, a check is one of the other two."""
    form = own_forms().form("PSI161")
    kind = next(each for each in form.node.children if each.name == "kind")
    own = replace(
        kind,
        choices=tuple(each for each in kind.choices if (each.value == PROBLEM) is problem),
        hints=replace(kind.hints, fill=KEPT) if problem else kind.hints,
        _quick=None,  # which knows all three
    )
    children = tuple(own if each is kind else each for each in form.node.children)
    node = replace(form.node, children=children)
    return replace(form, message=replace(form.message, children=(node, *form.message.children[1:])))


class CallEntry(ToAgency):
    """A quality problem, or a check of documents or on the spot; once sent, there is room for another."""

    CODE: ClassVar[str] = "PSI161"
    WORDS: ClassVar[Words] = _CHECK

    def __init__(
        self, found: CaseFound | None = None, draft: Draft | None = None, kind: str = PROBLEM
    ) -> None:
        """`kind`: what a new form begins with."""
        super().__init__(found, draft)
        self._begins = str(draft.dump["head"]["v"].get("kind", kind)) if draft is not None else kind

    def fresh(self) -> FormModel:
        """Of the kind that was wanted; of checks there are two."""
        model = FormModel(_form(self._begins == PROBLEM), Desk(self.work, self.terminal.clock))
        model.load({"kind": self._begins}, case="", state="")
        return model

    @property
    def heading(self) -> Words:
        """What it is."""
        return _PROBLEM if self._of == PROBLEM else _CHECK

    @property
    def inner(self) -> str:
        """The agency's code."""
        return self.model.head.text("agencyCode")

    @property
    def _of(self) -> str:
        return self.model.head.text("kind") if self._model is not None else self._begins

    def event_of(self, purpose: Purpose) -> str:
        """Sending it is all that can happen."""
        return _EVENTS.get(self._of, _EVENTS[PROBLEM]) if purpose is Purpose.DECLARE else ""

    def question(self) -> Words:
        """What goes to whom."""
        what = self.model.meaning(self.model.head, "kind")
        whom = self.agency_called(self.model.head.text("agencyCode"))
        return Words(
            f"是否向以下机构发出{what.zh}？\n{whom.zh}", f"Send this {what.en} to this agency?\n{whom.en}"
        )

    async def done(self, model: FormModel, posted: Posted) -> None:
        """The agency is told."""
        case = posted.steps[-1].case
        words = Words(f"已通知检验机构，编号 {case}。", f"The agency is told; it is {case}.")
        await self.tell(words)
        if model is self.model:
            self.begin()
