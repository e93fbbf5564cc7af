"""The entry screen (录入): one form that is typed, saved (暂存), declared (申报) and deleted (删除).

Knows the order of questions, sending and answers, which of the buttons are open, and that what is typed is
kept. Refuses to know any system: whether something may happen to a case in its state is asked of
`terminals.work.kinds`, and what the gateway refuses is shown at the fields that it names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from hardware.signer import SignerError
from messages.annotations import Words
from messages.registry import BY_CODE
from terminals.trouble import NotProven, Trouble, Unreachable
from terminals.tui.buttons import Buttons, Option
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.filled import CTRL_FILES, FormPage
from terminals.tui.form import FormView
from terminals.tui.posting import Post, Posted
from terminals.tui.progress import Outcome, Progress
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.kinds import Kind, why_not
from terminals.work.model import FormModel
from terminals.work.receipts import Step
from terminals.work.submission import Piece

_PURPOSES = {"save": Purpose.SAVE, "declare": Purpose.DECLARE, "delete": Purpose.DELETE}


class EntryPage(FormPage):
    """A form to be typed: a new one, a case to be changed, or a draft that was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+d", "delete", "entry-delete"),
        Binding("ctrl+s", "save", "entry-save"),
        Binding("ctrl+r", "declare", "entry-declare"),
        *CTRL_FILES,
    ]

    def __init__(self, found: CaseFound | None = None, draft: Draft | None = None) -> None:
        super().__init__()
        self._found = found
        self._draft = draft
        self._body = dict(found.body) if found else {}
        self._kind: Kind | None = None
        self._busy = False
        self._waits: Piece | None = None  # what was sent and is not answered yet

    def compose(self) -> ComposeResult:
        """The buttons, the form."""
        if self._found is not None:
            self._model = self.of_case(self._found)
        elif self._draft is not None:
            self._model = self.fresh()
            self._model.restore(self._draft.dump)
            self._model.id = self._draft.id
        self._post = Post(self.work)
        yield Buttons(self._options(), self.language)
        yield self.form_view()

    def on_mount(self) -> None:
        """What may be sent is the gateway's to say."""
        super().on_mount()
        self.run_worker(self._learn(), group="kinds")

    # -- what the shell asks

    @property
    def heading(self) -> Words:
        """The screen's name, with the form's own number once there is one."""
        own = self.inner if self._model is not None else ""
        return Words(f"{self.WORDS.zh} {own}".rstrip(), f"{self.WORDS.en} {own}".rstrip())

    @property
    def unsaved(self) -> bool:
        """Whether the gateway does not have it as it is."""
        return self._model is not None and self._model.dirty

    def drafts(self) -> Sequence[Draft]:
        """The form, while it is unsaved."""
        if not self.unsaved:
            return ()
        model, now = self.model, self.terminal.clock()
        return (Draft(model.id, self.system.name, self.CODE, self.inner, now, model.dump()),)

    def state_words(self) -> Words:
        """【新建未暂存】 and what comes after it."""
        model = self.model
        if self._waits is not None:
            return both("entry-waiting")
        if not model.state:
            return both("entry-fresh")
        state = self.state_called(model.state)
        return both("entry-changed", state=state) if model.dirty else state

    def retell(self, language: str) -> None:
        """Everything in another language."""
        super().retell(language)
        self.post_message(self.Headed())

    # -- which buttons are open

    def event_of(self, purpose: Purpose) -> str:
        """The workflow's event for a purpose; '' where this form has no such button."""
        return purpose.value if purpose.value in BY_CODE[self.CODE][1].events else ""

    def objection(self, purpose: Purpose) -> Words | None:
        """Why a button is closed; None where it is open."""
        model = self.model
        if self._waits is not None or self._busy:
            return both("entry-busy")
        if purpose is Purpose.DELETE and not model.state:
            return None  # nothing but what is typed here
        if purpose is Purpose.DECLARE and self.event_of(Purpose.SAVE) and (model.dirty or not model.state):
            return both("entry-save-first")
        if self._kind is None:
            return None
        event = self.event_of(purpose)
        if not BY_CODE[self.CODE][1].names_case:  # no state forbids anything
            hand = self.work.hand
            return self._kind.objection(hand.role, hand.card, hand.commits, event)
        return why_not(self._kind, event, self.work.hand, model.state or None, self._body)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for what there is a button for."""
        return action not in ("save", "declare") or bool(self.event_of(Purpose(action)))

    async def _learn(self) -> None:
        try:
            kinds = await asyncio.to_thread(self.work.line.kinds)
        except Trouble:
            return  # the gateway says it when something is sent
        self._kind = kinds.get(self.CODE)
        self._offer()

    def _offer(self) -> None:
        if self.is_attached:
            self.query_one(Buttons).offer(self._options())
            self.refresh_bindings()

    def _options(self) -> list[Option]:
        options = [Option("new", both("entry-new"), "ctrl+n", not self._busy)]
        for key, hot in (("delete", "ctrl+d"), ("save", "ctrl+s"), ("declare", "ctrl+r")):
            purpose = _PURPOSES[key]
            if purpose is Purpose.DELETE or self.event_of(purpose):
                options.append(Option(key, both(f"entry-{key}"), hot, self.objection(purpose) is None))
        return options

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        getattr(self, f"action_{event.key}")()

    # -- typing

    def on_form_view_typed(self, event: FormView.Typed) -> None:
        """It is kept, and the title says that it is not saved."""
        event.stop()
        self.keep()
        self.show_state()
        self._offer()

    def action_new(self) -> None:
        """In the head a new form, in a body a new line."""
        lines = self.view.lines
        if lines is not None:
            lines.action_new()
        else:
            self.run_worker(self._new(), group="send")

    async def _new(self) -> None:
        if self._busy or (self.unsaved and not await self._sure("entry-ask-new")):
            return
        self._begin()

    def _begin(self) -> None:
        """A new form in place of this one, of which nothing is kept."""
        self.terminal.keeper.forget(self)
        self._body, self._waits = {}, None
        self.put(self.fresh())
        self.view.first()
        self._offer()

    def action_delete(self) -> None:
        """In the head the whole form, in a body the chosen lines."""
        lines = self.view.lines
        if lines is not None:
            lines.action_delete()
        else:
            self.run_worker(self._delete(), group="send")

    async def _delete(self) -> None:
        if not self.model.state:
            if not self.unsaved or await self._sure("entry-ask-drop"):
                self._begin()
        elif not await self._barred(Purpose.DELETE) and await self._sure(
            "entry-ask-delete", case=self.model.case
        ):
            await self._send(Purpose.DELETE)

    def action_save(self) -> None:
        """暂存."""
        self.run_worker(self._save(), group="send")

    async def _save(self) -> None:
        if not await self._barred(Purpose.SAVE) and await self._right(Purpose.SAVE):
            await self._send(Purpose.SAVE)

    def action_declare(self) -> None:
        """申报."""
        self.run_worker(self._declare(), group="send")

    async def _declare(self) -> None:
        if await self._barred(Purpose.DECLARE) or not await self._right(Purpose.DECLARE):
            return
        if await self._sure("entry-ask-declare"):
            await self._send(Purpose.DECLARE)

    # -- before it is sent

    async def _barred(self, purpose: Purpose) -> bool:
        """Whether a button is closed, which is said then."""
        self.view.settle()
        against = self.objection(purpose)
        if against is not None:
            await self._tell(against, alarm=True)
        return against is not None

    async def _right(self, purpose: Purpose) -> bool:
        """Whether nothing stands against sending it; else it is said, and the cursor is there."""
        await self.ask_owed()
        verdict = self.model.verdict(purpose)
        if verdict is None:
            return True
        await self._tell(verdict.words, alarm=True)
        self.view.go(verdict.place)
        return False

    async def _sure(self, key: str, **values: object) -> bool:
        default = key == "entry-ask-declare"
        dialog = Ask(both(key, **values), self.language, default=default, alarm=not default)
        return await self.terminal.ask(dialog) is True

    async def _tell(self, words: Words, *, alarm: bool = False) -> None:
        await self.terminal.ask(Tell(words, self.language, alarm=alarm))

    # -- sending, and what came of it

    def piece(self, purpose: Purpose) -> Piece:
        """What is sent of the form as it is now."""
        return self._post.sending.piece(self.model, purpose)

    async def _send(self, purpose: Purpose) -> None:
        if self._busy:
            return
        self._busy = True
        self._offer()
        model, piece = self.model, self.piece(purpose)
        self.terminal.keeper.flush()
        work = partial(self._post.send, self.system.name, piece)
        try:
            outcome: Outcome[Posted] | None
            outcome = await self.terminal.ask(Progress(both("send-title"), work, self.language))
            posted = outcome.result() if outcome is not None else None
        except (Unreachable, NotProven) as error:
            self._waits = piece
            await self._say_waiting(both("entry-kept", reason=told(error)))
            return
        except (Trouble, SignerError) as error:
            await self._tell(told(error), alarm=True)
            return
        finally:
            self._busy = False
            self._offer()
        if posted is not None:
            await self._answered(model, posted)

    async def _say_waiting(self, words: Words) -> None:
        self.show_state()
        self._offer()
        await self._tell(words, alarm=True)

    async def _answered(self, model: FormModel, posted: Posted) -> None:
        """The gateway has spoken."""
        self._waits = None
        if not posted.answer.accepted:
            await self._refused(model, posted)
        elif posted.bad is not None:
            await self._returned(model, posted.bad)
        elif not posted.steps:
            self._waits = posted.piece
            await self._say_waiting(both("entry-sent"))
        else:
            await self._done(model, posted)
        self.show_state()
        self._offer()

    async def _refused(self, model: FormModel, posted: Posted) -> None:
        answer = posted.answer
        violations = [*(each for node in answer.violations for each in node), *answer.general]
        places = [place for each in violations if (place := model.blame(each)) is not None]
        said = "\n".join(each.text for each in violations) or f"{answer.code} {answer.info}"
        self.view.follow()
        await self._tell(both("entry-refused", reason=Words(said, said)), alarm=True)
        if places and model is self.model:
            self.view.go(places[0])

    async def _returned(self, model: FormModel, step: Step) -> None:
        place = model.blame_receipt(step.info)
        self.view.follow()
        said = Words(f"{step.label.zh}\n{step.info}", f"{step.label.en}\n{step.info}")
        await self._tell(both("entry-refused", reason=said), alarm=True)
        if place is not None and model is self.model:
            self.view.go(place)

    async def _done(self, model: FormModel, posted: Posted) -> None:
        piece, last = posted.piece, posted.steps[-1]
        if piece.event == "delete":
            await self._tell(both("entry-deleted"))
            self._begin()
            return
        state = posted.found.line.state if posted.found else model.state or last.label.zh
        self._body = dict(posted.found.body) if posted.found else self._body
        model.settled(revision=piece.revision, app_time=piece.app_time, case=last.case, state=state)
        self.show_state()
        self._offer()
        if piece.event == "save":
            await self._tell(both("entry-saved", case=last.case))
        else:
            await self._tell(both("entry-declared", state=self.state_called(state)))

    # -- what happens by itself

    def reached(self, up: bool) -> None:
        """What is kept goes out once the gateway is back."""
        if up and self._waits is not None and not self._busy:
            self.run_worker(self._again(self._waits), group="send")

    async def _again(self, piece: Piece) -> None:
        try:
            posted = await asyncio.to_thread(self._post.deliver_kept, self.system.name, piece)
        except (Trouble, SignerError):
            return  # still kept; the next time
        if posted is not None and self._waits is piece:
            await self._answered(self.model, posted)

    def came(self, steps: Sequence[Step]) -> None:
        """A receipt of this form's case, or the one that was awaited."""
        mine = [step for step in steps if step.case and step.case == self.model.case]
        waits = self._waits
        awaited = [step for step in steps if waits is not None and step.node == waits.guid]
        if awaited and waits is not None:
            self.run_worker(self._came(waits, tuple(awaited)), group="came")
        elif mine and not self._busy:
            self.run_worker(self._look(), group="came", exclusive=True)

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
            self._body = dict(found.body)
            model.state = found.line.state
            model.app_time = max(model.app_time, self.sent_last(found))
            self.show_state()
            self._offer()
