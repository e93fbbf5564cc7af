"""The entry screen (录入): one form that is typed, saved (暂存), declared (申报) and deleted (删除).

Knows the buttons of a form, which of them are open, and the questions before them. Refuses to know how a form
is sent and what comes back (terminals.tui.sending), and any system.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.registry import BY_CODE
from terminals.trouble import Trouble
from terminals.tui.buttons import Buttons, Option
from terminals.tui.filled import CTRL_FILES
from terminals.tui.posting import Posted
from terminals.tui.sending import SendingPage
from terminals.tui.words import both
from terminals.work.blaming import in_both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.kinds import shut
from terminals.work.model import FormModel

_BUTTONS = (
    ("delete", Purpose.DELETE, "ctrl+d"),
    ("save", Purpose.SAVE, "ctrl+s"),
    ("declare", Purpose.DECLARE, "ctrl+r"),
)


class EntryPage(SendingPage):
    """A form to be typed: a new one, a case to be changed, or a draft that was left."""

    SAVED_FIRST: ClassVar[bool] = True
    """Whether only what is saved can be declared."""
    SAVE: ClassVar[Words] = both("entry-save")
    DECLARE: ClassVar[Words] = both("entry-declare")
    ASK: ClassVar[Words] = both("entry-ask-declare")
    ONCE: ClassVar[frozenset[str]] = frozenset()
    """States in which a form is changed only where that was chosen; one that gets there by itself is read."""
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("save", "declare")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+d", "delete", "entry-delete"),
        Binding("ctrl+s", "save", "entry-save"),
        Binding("ctrl+r", "declare", "entry-declare"),
        *CTRL_FILES,
    ]

    _chosen = False  # whether it was opened to be changed in a state of ONCE

    def compose(self) -> ComposeResult:
        """The buttons, the form."""
        self.prepare()
        self._chosen = self.model.state in self.ONCE
        yield Buttons(self.options(), self.language)
        yield self.remark_view()
        yield self.form_view()

    # -- what a system says

    def question(self) -> Words:
        """What is asked before it is declared."""
        return self.ASK

    def undeclared(self, found: CaseFound) -> bool:
        """Whether a case that was declared holds changes that were only saved."""
        return False

    def saying(self, key: str, **values: object) -> Words:
        """A sentence with this screen's own names of its buttons."""
        return both(key, save=self.SAVE, declare=self.DECLARE, **values)

    def called(self, action: str) -> Words | None:
        """The keys of the buttons are called as these are."""
        return {"save": self.SAVE, "declare": self.DECLARE}.get(action)

    # -- what the shell asks

    @property
    def heading(self) -> Words:
        """The screen's name, with the form's own number once there is one."""
        own = self.inner if self._model is not None else ""
        return Words(f"{self.WORDS.zh} {own}".rstrip(), f"{self.WORDS.en} {own}".rstrip())

    def state_words(self) -> Words:
        """【新建未暂存】 and what comes after it."""
        model, found = self.model, self._found
        if self._waits is not None:
            return both("entry-waiting")
        if not model.state:
            return self.saying("entry-fresh")
        state = self.state_called(model.state)
        if self.closed:
            reading = both("entry-reading")
            state = Words(f"{reading.zh} {state.zh}", f"{reading.en}, {state.en}")
        if model.dirty:
            return self.saying("entry-changed", state=state)
        kept = found is not None and found.line.state == model.state and self.undeclared(found)
        return both("entry-undeclared", state=state) if kept else state

    @property
    def closed(self) -> bool:
        """Whether nothing can be changed in the state that it is in."""
        return self._came_by_itself or self._fixed_by_state

    @property
    def _came_by_itself(self) -> bool:
        """Whether this is a state in which only what was chosen is changed."""
        return self.model.state in self.ONCE and not self._chosen

    @property
    def _fixed_by_state(self) -> bool:
        """Whether neither of the buttons does anything in this state."""
        state = self.model.state
        if not state or not BY_CODE[self.CODE][1].names_case:
            return False
        events = [event for each in (Purpose.SAVE, Purpose.DECLARE) if (event := self.event_of(each))]
        return all(shut(self.CODE, event, state, self._found) is not None for event in events)

    def _remark(self) -> Words:
        """What customs has said; else why nothing can be typed."""
        said = super()._remark()
        if said == Words() and self.closed:
            return both("entry-closed", state=self.state_called(self.model.state))
        return said

    def resume(self, given: Mapping[str, Any]) -> None:
        """Chosen once more: it may be changed in this state; from the menu, a finished form makes room."""
        if not given and self.finished:
            self.begin()
            return
        found = given.get("found")
        if found is not None and self._waits is None and not self._busy:
            self._chosen = self._chosen or found.line.state in self.ONCE
            self._take(self.model, found)

    @property
    def finished(self) -> bool:
        """Whether it is sent as it is here, and no draft any more: what can be thrown away still is one."""
        model, throw = self.model, self.event_of(Purpose.DELETE)
        if not model.state or model.dirty or not throw or self._waits is not None or self._busy:
            return False
        return self.system.objection(model.state, {}, throw) is not None

    def show_state(self) -> None:
        """What is closed is for reading; what was chosen counts until the state is another one."""
        self._chosen = self._chosen and self.model.state in self.ONCE
        self.view.read(only=self.closed)
        super().show_state()

    # -- which buttons are open

    def options(self) -> list[Option]:
        """新增, 删除, 暂存, 申报, as far as this type of message has them."""
        options = [Option("new", both("entry-new"), "ctrl+n", not self._busy)]
        for key, purpose, hot in _BUTTONS:
            if purpose is Purpose.DELETE or self.event_of(purpose):
                own = {Purpose.DECLARE: self.DECLARE, Purpose.SAVE: self.SAVE}
                words = own.get(purpose, both(f"entry-{key}"))
                options.append(Option(key, words, hot, self.objection(purpose) is None))
        return options

    def objection(self, purpose: Purpose) -> Words | None:
        """Why a button is closed; None where it is open."""
        model = self.model
        if self._waits is None and not self._busy:
            if purpose is Purpose.DELETE and not model.state:
                return None  # nothing but what is typed here
            if self._came_by_itself and purpose is not Purpose.DELETE:
                return both("entry-closed", state=self.state_called(model.state))
            if (
                purpose is Purpose.DECLARE
                and self.SAVED_FIRST
                and self.event_of(Purpose.SAVE)
                and (model.dirty or not model.state)
            ):
                return self.saying("entry-save-first")
        return super().objection(purpose)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for what there is a button for."""
        if action in ("save", "declare"):
            return bool(self.event_of(Purpose(action)))
        return super().check_action(action, parameters)

    # -- 新增, 删除

    def action_new(self) -> None:
        """In the head a new form, in a body a new line."""
        lines = self.view.lines
        if lines is not None:
            lines.action_new()
        else:
            self.run_worker(self._new(), group="send")

    async def _new(self) -> None:
        if not self._busy and (not self.unsaved or await self.sure(self.saying("entry-ask-new"))):
            self.begin()

    def begin(self) -> None:
        """A new form in place of this one, of which nothing is kept."""
        self.terminal.keeper.forget(self)
        self._found, self._waits = None, None
        self.put(self.fresh())
        self.prefill()
        self.view.first()
        self.offer()

    def action_delete(self) -> None:
        """In the head the whole form, in a body the chosen lines."""
        lines = self.view.lines
        if lines is not None:
            lines.action_delete()
        else:
            self.run_worker(self.delete(), group="send")

    async def delete(self) -> None:
        """The whole form, after a question; one that is nowhere but here is thrown away."""
        if not self.model.state:
            if not self.unsaved or await self.sure(both("entry-ask-drop")):
                self.begin()
            return
        question = both("entry-ask-delete", case=self.model.case)
        if await self.barred(Purpose.DELETE) or not await self.sure(question):
            return
        if not await self.overtaken():
            await self.send(Purpose.DELETE)

    # -- what was changed elsewhere, in another window or at another desk

    def _elsewhere(self, model: FormModel, found: CaseFound) -> bool:
        """What the case holds was sent later than what the form was made of, and not from here."""
        sent = self.sent_last(found)
        return bool(model.case and model.app_time) and sent > model.app_time and sent != self._last

    async def overtaken(self) -> bool:
        """Whether the case was changed elsewhere, and that is to stay; asked where it was."""
        model = self.model
        if not model.case:
            return False
        try:
            found = await asyncio.to_thread(self.work.line.case, self.system.name, model.case)
        except Trouble:
            return False  # what is sent says why it cannot be
        if found is None or model is not self.model or not self._elsewhere(model, found):
            return False
        if await self.sure(both("entry-ask-overtaken", case=model.case)):
            model.app_time = self.sent_last(found)
            return False
        self._take(model, found)
        return True

    # -- 暂存, 申报

    def action_save(self) -> None:
        """暂存."""
        self.command(self._save)

    async def _save(self) -> None:
        if await self.barred(Purpose.SAVE) or not await self.right(Purpose.SAVE):
            return
        if not await self.overtaken():
            await self.send(Purpose.SAVE)

    def action_declare(self) -> None:
        """申报."""
        self.command(self._declare)

    async def _declare(self) -> None:
        if await self.barred(Purpose.DECLARE) or not await self.right(Purpose.DECLARE):
            return
        if not await self.overtaken() and await self.sure(self.question(), default=True):
            await self.send(Purpose.DECLARE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """暂存成功, 申报成功, 删除成功."""
        piece, last = posted.piece, posted.steps[-1]
        if piece.event == self.event_of(Purpose.DELETE):
            await self.tell(both("entry-deleted"))
            self.begin()
            return
        state = posted.found.line.state if posted.found else model.state or last.label.zh
        model.settled(revision=piece.revision, app_time=piece.app_time, case=last.case, state=state)
        self.show_state()
        self.offer()
        if piece.event != self.event_of(Purpose.SAVE):
            await self.tell(self.declared(self.state_called(state)))
            return
        against = [in_both(each) for each in self.reasons(posted.found)]
        self._blame_case(model, posted.found)
        if against:
            zh, en = "\n".join(each.zh for each in against), "\n".join(each.en for each in against)
            await self.tell(self.saying("entry-saved-faults", case=last.case, faults=Words(zh, en)))
        elif posted.found is not None and self.undeclared(posted.found):
            shown = self.state_called(state)
            await self.tell(self.saying("entry-saved-undeclared", case=last.case, state=shown))
        else:
            await self.tell(self.saying("entry-saved", case=last.case))

    def declared(self, state: Words) -> Words:
        """What is said when it was declared."""
        return both("entry-declared", state=state)
