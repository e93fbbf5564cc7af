"""A form that is typed and sent: what stands against it, sending, and what the gateway and customs answer.

Knows the way from a button to the state of a case, that what is typed is kept, and what happens to a form by
itself: late answers, receipts, a gateway that was away. Refuses to know which buttons there are, and every
system: whether something may happen to a case in its state is asked of the gateway and
`terminals.work.kinds`, and what is refused is shown at the fields that it names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from hardware.signer import CardRemoved, SignerError
from messages.annotations import Words
from messages.forms import Field
from messages.registry import BY_CODE
from terminals.trouble import NotProven, Trouble, Unreachable
from terminals.tui.attaching import attach
from terminals.tui.buttons import Buttons, Option
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.filled import FormPage
from terminals.tui.form import FormView
from terminals.tui.posting import Post, Posted
from terminals.tui.progress import Outcome, Progress
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.kinds import Kind, bilingual, refused, why_not
from terminals.work.model import FormModel
from terminals.work.receipts import Step
from terminals.work.rows import Place
from terminals.work.submission import Answer, Piece


class SendingPage(FormPage):
    """One form and its case, if it has one yet. What is offered is a class's own to say."""

    EVENTS: ClassVar[Mapping[Purpose, str]] = {}
    """What the workflow calls saving, declaring and deleting, where it calls them otherwise."""

    def __init__(self, found: CaseFound | None = None, draft: Draft | None = None) -> None:
        super().__init__()
        self._found = found  # the case as it was fetched last
        self._draft = draft
        self._kind: Kind | None = None
        self._busy = False
        self._waits: Piece | None = None  # what was sent and is not answered yet
        self._last = ""  # the appTime of what was sent last from here

    # -- what a class says

    def options(self) -> list[Option]:
        """The buttons, open or closed."""
        raise NotImplementedError

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It was taken: say so."""
        raise NotImplementedError

    def against(self, posted: Posted) -> Step | None:
        """The receipt that refuses what was sent, if one does."""
        return posted.bad

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
        self._blame(self.model, self.reasons(self._found))
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

    # -- before it is sent

    def command(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do what a key wants; what is typed before its question is seen goes into no field."""
        self.run_worker(self._commanded(work), group="send")

    async def _commanded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.terminal.held.begin()
        try:
            await work()
        finally:
            self.terminal.held.end(self.terminal)

    async def barred(self, purpose: Purpose) -> bool:
        """Whether a button is closed, which is said then."""
        self.view.settle()
        against = self.objection(purpose)
        if against is not None:
            await self.tell(against, alarm=True)
        return against is not None

    async def right(self, purpose: Purpose) -> bool:
        """Whether nothing stands against sending it; else it is said, and the cursor is there."""
        await self.ask_owed()
        verdict = self.model.verdict(purpose)
        if verdict is None:
            return True
        await self.tell(verdict.words, alarm=True)
        self.view.go(verdict.place)
        return False

    async def sure(self, words: Words, *, default: bool = False) -> bool:
        """Ask; `default` is what Enter says."""
        dialog = Ask(words, self.language, default=default, alarm=not default)
        return await self.terminal.ask(dialog) is True

    async def tell(self, words: Words, *, alarm: bool = False) -> None:
        """Something to read."""
        await self.terminal.ask(Tell(words, self.language, alarm=alarm))

    # -- sending, and what came of it

    def piece(self, purpose: Purpose) -> Piece:
        """What is sent of the form as it is now."""
        return self._post.sending.piece(self.model, purpose)

    async def send(self, purpose: Purpose) -> None:
        """Sign, send, wait for the receipt, and say what came of it."""
        if self._busy:
            return
        self._busy = True
        self.offer()
        model, piece = self.model, self.piece(purpose)
        self._last = piece.app_time
        self.terminal.keeper.flush()
        work = partial(self._post.send, self.system.name, piece)
        try:
            outcome: Outcome[Posted] | None
            outcome = await self.terminal.ask(Progress(both("send-title"), work, self.language))
            posted = outcome.result() if outcome is not None else None
        except (Unreachable, NotProven) as error:
            await self._say_waiting(piece, both("entry-kept", reason=told(error)))
            return
        except CardRemoved:
            return  # which is told before all pages, and nothing was sent
        except (Trouble, SignerError) as error:
            await self.tell(told(error), alarm=True)
            return
        finally:
            self._busy = False
            self.offer()
        if posted is not None:
            await self._answered(model, posted)

    async def _still_waiting(self, posted: Posted) -> None:
        """No receipt yet; or one that came between the end of waiting and the beginning of listening."""
        self._waits = posted.piece
        late = await asyncio.to_thread(self._post.come, posted)
        if late:
            await self._came(posted.piece, late)
        elif self._waits is posted.piece:
            await self._say_waiting(posted.piece, both("entry-sent"))

    async def _say_waiting(self, piece: Piece, words: Words) -> None:
        self._waits = piece
        self.show_state()
        self.offer()
        await self.tell(words, alarm=True)

    async def _answered(self, model: FormModel, posted: Posted) -> None:
        """The gateway has spoken."""
        self._waits = None
        if posted.found is not None:
            self._hold(model, posted.found)
        if not posted.answer.accepted:
            violations = [*(each for node in posted.answer.violations for each in node)]
            violations += posted.answer.general
            said = "\n".join(each.text for each in violations) or f"{posted.answer.code} {posted.answer.info}"
            places = [place for each in violations if (place := model.blame(each)) is not None]
            await self._refused(model, Words(said, said), places)
        elif (against := self.against(posted)) is not None:
            await self._returned(model, posted, against)
        elif not posted.steps:
            await self._still_waiting(posted)
        else:
            await self.done(model, posted)
        with suppress(Trouble):  # where it cannot be kept they count as new
            self.work.ladders.told(posted.steps)  # a dialog has said them
        self.terminal.receipts_read()
        self.show_state()
        self.offer()

    async def _returned(self, model: FormModel, posted: Posted, step: Step) -> None:
        """A receipt says no. What was declared is stored all the same, as what was returned."""
        piece, found = posted.piece, posted.found
        if found is not None and str(found.body.get("appTime", "")) == piece.app_time:
            model.settled(
                revision=piece.revision, app_time=piece.app_time, case=step.case, state=found.line.state
            )
        places = self._blame(model, self.reasons(found) or step.info.split("；"))
        info = bilingual(step.info)
        said = Words(f"{step.label.zh}\n{info.zh}", f"{step.label.en}\n{info.en}")
        await self._refused(model, said, places)

    async def _refused(self, model: FormModel, reason: Words, places: Sequence[Place]) -> None:
        self.view.follow()
        await self.tell(both("entry-refused", reason=reason), alarm=True)
        if places and model is self.model:
            self.view.go(places[0])

    def _blame(self, model: FormModel, reasons: Iterable[str]) -> list[Place]:
        """Show each reason at the field that it names; the fields."""
        places = [place for reason in reasons if (place := model.blame_receipt(reason)) is not None]
        if places and model is self.model:
            self.view.follow()
        return places

    # -- what happens by itself

    def handed(self) -> None:
        """What could not be signed may be open now."""
        self.offer()

    def answered(self, answer: Answer) -> bool:
        """A message that was kept has been answered; whether it was this form's."""
        waits = self._waits
        if waits is None or all(one.node != waits.guid for one in answer.sent):
            return False
        self.run_worker(self._follow(waits, answer), group="came")
        return True

    async def _follow(self, piece: Piece, answer: Answer) -> None:
        posted = await asyncio.to_thread(self._post.follow, self.system.name, piece, answer)
        if self._waits is piece:
            await self._answered(self.model, posted)

    def came(self, steps: Sequence[Step]) -> None:
        """A receipt of this form's case, or the one that was awaited."""
        waits = self._waits
        awaited = tuple(step for step in steps if waits is not None and step.node == waits.guid)
        if awaited and waits is not None:
            self.run_worker(self._came(waits, awaited), group="came")
        elif not self._busy and any(step.case and step.case == self.model.case for step in steps):
            self.anew(self._look, "look")

    def _hold(self, model: FormModel, found: CaseFound) -> None:
        """The case as it is now, with what the system has filled in."""
        self._found = found
        if model is self.model:
            model.refill(self.content(found))
            self.view.follow()

    async def _came(self, piece: Piece, steps: tuple[Step, ...]) -> None:
        posted = await asyncio.to_thread(self._post.seen, self.system.name, piece, steps)
        if self._waits is piece:
            await self._answered(self.model, posted)

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
        self._blame(self.model, self.reasons(found))
        self.show_state()
        self.offer()

    def _elsewhere(self, model: FormModel, found: CaseFound) -> bool:
        """Whether what stands on the form was changed elsewhere since it was made of the case."""
        return False
