"""A form of one case that is worked on: a new one, a case as it is now, or a draft that was left.

Knows how it begins, that what is typed is kept, which buttons may be open, and that a case changes while it
is on the screen. Refuses to know which buttons there are, how a form is sent, and every system: whether
something may happen to a case in its state is asked of the gateway and `terminals.work.kinds`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from messages.annotations import Words
from messages.forms import Field
from messages.registry import BY_CODE
from terminals.trouble import Trouble
from terminals.tui.attaching import attach
from terminals.tui.buttons import Buttons, Option
from terminals.tui.dialogs import Tell
from terminals.tui.filled import FormPage
from terminals.tui.form import FormView
from terminals.tui.posting import Post
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.kinds import Kind, refused, why_not
from terminals.work.model import FormModel
from terminals.work.rows import Place
from terminals.work.submission import Piece


class WorkedPage(FormPage):
    """One form and its case, if it has one yet."""

    EVENTS: ClassVar[Mapping[Purpose, str]] = {}
    """What the workflow calls saving, declaring and deleting, where it calls them otherwise."""

    def __init__(self, found: CaseFound | None = None, draft: Draft | None = None) -> None:
        super().__init__()
        self._found = found  # the case as it was fetched last
        self._draft = draft
        self._kind: Kind | None = None
        self._busy = False
        self._waits: Piece | None = None  # what was sent and is not answered yet
        self._blamed = ""  # the appTime of what the faults that are shown were said of

    # -- what a class says

    def options(self) -> list[Option]:
        """The buttons, open or closed."""
        raise NotImplementedError

    def reasons(self, found: CaseFound | None) -> Sequence[str]:
        """Why customs has returned a case, one text a reason, as far as the case says it."""
        return ()

    # -- what the shell asks

    @property
    def unsaved(self) -> bool:
        """Whether the gateway does not have it as it is."""
        return self._model is not None and self._model.dirty

    def about(self, given: Mapping[str, Any]) -> bool:
        """One tab a case, and one a form that was left."""
        found, draft = given.get("found"), given.get("draft")
        if found is not None:
            return bool(found.line.number == self.model.case)
        return draft is not None and bool(draft.id == self.model.id)

    def resume(self, given: Mapping[str, Any]) -> None:
        """The case may be another one now; what is typed stays."""
        self.again()

    def again(self) -> None:
        """The case as it is now."""
        if self.model.case and not self._busy:
            self.anew(self._look, "look")

    def remarked(self) -> CaseFound | None:
        """The case, as it was fetched last."""
        return self._found

    def drafts(self) -> Sequence[Draft]:
        """The form, while it is unsaved."""
        if not self.unsaved:
            return ()
        model, now = self.model, self.terminal.clock()
        return (Draft(model.id, self.system.name, self.CODE, self.title, now, model.dump()),)

    @property
    def title(self) -> str:
        """What a kept form is called."""
        return self.inner

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        self.post_message(self.Headed())

    # -- beginning

    def prepare(self) -> None:
        """The model: of the case, of the draft, or a new one; before anything is drawn."""
        self._post = Post(self.work)
        if self._draft is not None:
            self._model = self.fresh()
            self._model.restore(self._draft.dump)
            self._model.id = self._draft.id
            self._waits = self._post.waiting(self._draft.id)
        elif self._found is not None:
            self._model = self.of_case(self._found)

    def on_mount(self) -> None:
        """What may be sent is the gateway's to say; why customs returned it is shown at the fields."""
        self._blame_case(self.model, self._found)
        self.run_worker(self._learn(), group="kinds")
        if self._found is None and self._draft is None:
            self.prefill()

    def prefill(self) -> None:
        """Ask what a new form begins with, such as who writes it."""
        if self.model.prefills or self.model.plan.prefills:
            self.run_worker(self._prefill(self.model), group="prefill", exclusive=True)

    async def _prefill(self, model: FormModel) -> None:
        found: dict[str, Mapping[str, Any]] = {}
        for name in sorted(model.prefills):
            with suppress(Trouble):
                told_of = await asyncio.to_thread(self.work.line.lookup, self.system.name, name, ())
                found[name] = told_of or {}
        if model is self.model:
            self.view.changed(None, model.prefill(found))
            await self.ask_owed()

    async def _learn(self) -> None:
        try:
            kinds = await asyncio.to_thread(self.work.line.kinds)
        except Trouble:
            return  # the gateway says it when something is sent
        self._kind = kinds.get(self.CODE)
        self.offer()

    # -- which buttons are open

    def event_of(self, purpose: Purpose) -> str:
        """The workflow's event for a purpose; '' where this form has no such button."""
        event = self.EVENTS.get(purpose, purpose.value)
        return event if event in BY_CODE[self.CODE][1].events else ""

    def objection(self, purpose: Purpose) -> Words | None:
        """Why a button is closed; None where it is open."""
        if self._waits is not None or self._busy:
            return both("entry-busy")
        if self.work.holder is None:
            return told(self.work.missing)
        if self._kind is None:
            return None
        event, model, hand = self.event_of(purpose), self.model, self.work.hand
        if not BY_CODE[self.CODE][1].names_case:  # no state forbids anything
            return self._kind.objection(hand.role, hand.card, hand.commits, event)
        if self._found is not None and self._found.line.state == model.state:
            return refused(self._kind, event, hand, self._found)
        return why_not(self._kind, event, hand, model.state or None)

    def offer(self) -> None:
        """Draw the buttons anew."""
        if self.is_attached:
            self.query_one(Buttons).offer(self.options())
            self.refresh_bindings()

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    def on_form_view_file_wanted(self, event: FormView.FileWanted) -> None:
        """Choose a file, send it, and give it a line."""
        event.stop()
        self.run_worker(self._add_file(event.group), group="attach", exclusive=True)

    async def _add_file(self, group: Field) -> None:
        model = self.model
        file = await attach(self.terminal, group)
        if file is None or model is not self.model:
            return
        if any(row.text("digest") == file.digest for row in model.rows(group.name)):
            await self.tell(both("attach-twice", file=file.name), alarm=True)
            return
        self.view.attached(group, model.attach(group.name, file))

    def on_form_view_typed(self, event: FormView.Typed) -> None:
        """It is kept, and the title says that it is not saved."""
        event.stop()
        self.keep()
        self.show_state()
        self.offer()

    async def tell(self, words: Words, *, alarm: bool = False) -> None:
        """Something to read."""
        await self.terminal.ask(Tell(words, self.language, alarm=alarm))

    # -- the case as it is now

    def handed(self) -> None:
        """What could not be signed may be open now."""
        self.offer()

    async def _look(self) -> None:
        """The case's state may be another one now; what is typed stays."""
        model = self.model
        try:
            found = await asyncio.to_thread(self.work.line.case, self.system.name, model.case)
        except Trouble:
            return
        if found is not None and model is self.model and self._waits is None:
            self._take(model, found)

    def _take(self, model: FormModel, found: CaseFound) -> None:
        """The case as it is now. What was changed elsewhere is shown where nothing is typed here, else it is
        asked about before anything of this form is sent.
        """
        if self._elsewhere(model, found) and not model.dirty:
            self._found = found
            self.put(self.of_case(found))
            self.terminal.say(both("entry-renewed", case=found.line.number))
        else:
            self._hold(model, found)
            model.state = found.line.state
            if not self._elsewhere(model, found):
                model.app_time = max(model.app_time, self.sent_last(found))
        if self.sent_last(found) != self._blamed:  # what was refused since has not become the case
            self._blame_case(self.model, found)
        self.show_state()
        self.offer()

    def _elsewhere(self, model: FormModel, found: CaseFound) -> bool:
        """Whether what stands on the form was changed elsewhere since it was made of the case."""
        return False

    def _hold(self, model: FormModel, found: CaseFound) -> None:
        """The case as it is now, with what the system has filled in."""
        self._found = found
        if model is self.model:
            model.refill(self.content(found))
            self.view.follow()

    def _blame_case(self, model: FormModel, found: CaseFound | None) -> None:
        """Show the reasons that a case has, at the fields that still hold what they were said of."""
        if found is not None:
            self._blame(model, self.reasons(found), self.content(found), self.sent_last(found))

    def _blame(
        self, model: FormModel, reasons: Iterable[str], of: Mapping[str, Any] | None, sent: str
    ) -> list[Place]:
        """Show each reason at the field that it names, and none that was told before; the fields.

        `of`: the content that they were said of, None for what is on the form; `sent`: its appTime.
        """
        self._blamed = sent
        forgiven = model.forgive()
        places = [place for reason in reasons if (place := model.blame_receipt(reason, of)) is not None]
        if model is self.model and (places or forgiven.all):
            self.view.follow()
        return places
