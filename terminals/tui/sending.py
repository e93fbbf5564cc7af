"""A form that is sent: what stands against it, sending, and what the gateway and customs answer.

Knows the way from a button to the state of a case, and answers and receipts that come late. Refuses to know
which buttons there are, and every system: what is refused is shown at the fields that it names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from hardware.signer import CardRemoved, SignerError
from messages.annotations import Words
from messages.registry import BY_CODE
from messages.system import content
from messages.workflow import Body
from messages.xml import parse
from terminals.trouble import NotProven, Trouble, Unreachable
from terminals.tui.dialogs import Ask
from terminals.tui.posting import Posted
from terminals.tui.progress import Outcome, Progress
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.tui.worked import WorkedPage
from terminals.work.blaming import each_in_both, violated
from terminals.work.checks import Purpose
from terminals.work.kinds import bilingual
from terminals.work.model import FormModel
from terminals.work.receipts import Step
from terminals.work.rows import Place
from terminals.work.submission import Answer, Piece


class SendingPage(WorkedPage):
    """A form with its case, and what becomes of it when it is sent. What is offered a class says."""

    _last = ""  # the appTime of what was sent last from here

    # -- what a class says

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It was taken: say so."""
        raise NotImplementedError

    def against(self, posted: Posted) -> Step | None:
        """The receipt that refuses what was sent, if one does."""
        return posted.bad

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
            await self._not_accepted(model, posted.answer)
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

    async def _not_accepted(self, model: FormModel, answer: Answer) -> None:
        """The message itself is refused: each violation in words, and at its field."""
        model.forgive()
        violations = [*(each for node in answer.violations for each in node), *answer.general]
        blamed = [(each, model.blame(each)) for each in violations]
        said = [violated(each, place) for each, place in blamed] or [bilingual(answer.info)]
        words = Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))
        if not blamed:
            words = Words(f"{answer.code} {words.zh}", f"{answer.code} {words.en}")
        await self._refused(model, words, [place for _, place in blamed if place is not None])

    async def _returned(self, model: FormModel, posted: Posted, step: Step) -> None:
        """A receipt says no. What was declared is stored all the same, as what was returned."""
        piece, found = posted.piece, posted.found
        reasons, of = step.info.split("；"), self._sent_as(model, piece)
        if found is not None and str(found.body.get("appTime", "")) == piece.app_time:
            model.settled(
                revision=piece.revision, app_time=piece.app_time, case=step.case, state=found.line.state
            )
            reasons, of = [*self.reasons(found)] or reasons, self.content(found)
        places = self._blame(model, reasons, of, self.sent_last(found) if found is not None else "")
        info = each_in_both(step.info)
        said = Words(f"{step.label.zh}\n{info.zh}", f"{step.label.en}\n{info.en}")
        await self._refused(model, said, places)

    def _sent_as(self, model: FormModel, piece: Piece) -> Body | None:
        """What was sent; None where that is what still stands on the form, or nobody knows it any more."""
        if model.revision == piece.revision or not piece.node:
            return None
        return content(parse(piece.node), BY_CODE[piece.code][1].lists)

    async def _refused(self, model: FormModel, reason: Words, places: Sequence[Place]) -> None:
        self.view.follow()
        await self.tell(both("entry-refused", reason=reason), alarm=True)
        if places and model is self.model:
            self.view.go(places[0])

    # -- what happens by itself

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

    async def _came(self, piece: Piece, steps: tuple[Step, ...]) -> None:
        posted = await asyncio.to_thread(self._post.seen, self.system.name, piece, steps)
        if self._waits is piece:
            await self._answered(self.model, posted)
