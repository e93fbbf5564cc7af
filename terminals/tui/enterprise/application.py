"""An application (申请) of an enterprise: asked before it opens, drafted with or without a card, declared.

Knows what the seven applications have in common: what is answered with the declaration, why customs did not
approve, and that whoever came by account drafts at this terminal. Refuses to know what is on the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from messages.annotations import Words
from messages.enterprise.events import named
from messages.enterprise.table import APPROVED, REFUSED
from messages.workflow import Body
from terminals.tui.buttons import Option
from terminals.tui.opened import OpenedEntry
from terminals.tui.posting import Posted
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.found import CaseFound
from terminals.work.kinds import bilingual
from terminals.work.model import FormModel

_EVENTS = {Purpose.SAVE: "save", Purpose.DECLARE: "declare", Purpose.DELETE: "delete"}


def on_form(body: Body) -> Body:
    """What of a case stands on the form: what was typed last, else what was declared."""
    found: Any = body.get("entered") or body.get("stored") or {}
    return dict(found)


def reviewed(found: CaseFound) -> Words:
    """What customs has said to what it decided; empty where it has said nothing."""
    reason = str((found.body.get("review") or {}).get("info", ""))
    key = {REFUSED: "apply-refused", APPROVED: "apply-approved"}.get(found.line.state)
    return both(key, reason=reason) if key and reason else Words()


class Application(OpenedEntry):
    """One application; a class says which."""

    SAVED_FIRST: ClassVar[bool] = False
    ASK: ClassVar[Words] = both("apply-ask")

    _notices: Sequence[Words] = ()  # what follows from what was declared last
    _kept = -1  # the revision that was kept at this terminal last
    _left = False  # whether it is closed as it is, and kept

    def event_of(self, purpose: Purpose) -> str:
        """The workflow's events have the type's number behind their names."""
        return named(_EVENTS[purpose], self.CODE)

    def content(self, found: CaseFound) -> Body:
        """What was typed last, else what was declared."""
        return on_form(found.body)

    def reasons(self, found: CaseFound | None) -> Sequence[str]:
        """What stands against a draft."""
        return [str(each) for each in found.body.get("faults", ())] if found is not None else ()

    def remark(self, found: CaseFound) -> Words:
        """Why it was not approved, and whether it can be declared now."""
        said = [words for words in (reviewed(found), super().remark(found)) if words != Words()]
        return Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))

    def facts(self) -> list[tuple[Words, str]]:
        """Nothing: who applies stands on the form."""
        return []

    @property
    def heading(self) -> Words:
        """The screen's name, with the end of the case's number once there is one."""
        case = self.model.case.lstrip("E0") if self._model is not None else ""
        return Words(f"{self.WORDS.zh} {case}".rstrip(), f"{self.WORDS.en} {case}".rstrip())

    @property
    def inner(self) -> str:
        """Nothing but its case's number tells it from another."""
        return ""

    @property
    def title(self) -> str:
        """A kept form is called by the enterprise."""
        return self.model.head.text("cnName")

    def help(self) -> Words:
        """What F1 says."""
        return both("help-application")

    def options(self) -> list[Option]:
        """A new one is begun from the menu: there is one of a kind at a time."""
        return [each for each in super().options() if each.key != "new"]

    # -- declared

    async def done(self, model: FormModel, posted: Posted) -> None:
        """What follows from a change is said with its declaration (变更提示)."""
        body = posted.found.body if posted.found is not None else {}
        self._notices = [bilingual(str(each)) for each in body.get("notices", ())]
        await super().done(model, posted)

    def declared(self, state: Words) -> Words:
        """Customs reviews it now."""
        if not self._notices:
            return both("apply-declared", state=state)
        zh, en = ("\n".join(f"· {each.in_language(one)}" for each in self._notices) for one in ("zh", "en"))
        return both("apply-notices", state=state, notices=Words(zh, en))

    # -- whoever came by account (无卡用户)

    @property
    def cardless(self) -> bool:
        """Whether there is nothing to sign with, so that a draft stays at this terminal."""
        return self.work.holder is None

    def objection(self, purpose: Purpose) -> Words | None:
        """Drafting needs no card; declaring does, and it is said which."""
        if not self.cardless or self._waits is not None or self._busy or purpose is Purpose.DELETE:
            return super().objection(purpose)
        missing, hand = told(self.work.missing), self.work.hand
        against = self.system.objection(self.model.state or None, {}, self.event_of(purpose))
        if against is not None:
            return bilingual(against)
        if purpose is Purpose.SAVE:
            return None
        demand = self._kind.objection(hand.role, "", False, self.event_of(purpose)) if self._kind else None
        return both("apply-no-card", form=self.WORDS, missing=missing) if demand is not None else missing

    async def barred(self, purpose: Purpose) -> bool:
        """Before it is said that nothing is lost, it is kept."""
        if self.cardless and purpose is Purpose.DECLARE and self.unsaved:
            self.view.settle()
            self._keep_here()
        return await super().barred(purpose)

    async def _save(self) -> None:
        if not self.cardless or self.objection(Purpose.SAVE) is not None:
            await super()._save()
            return
        self.view.settle()
        self._keep_here()
        self.show_state()
        await self.kept_here()

    async def kept_here(self) -> None:
        """Say that it is kept, and what is to be done with it."""
        await self.tell(both("apply-kept"))

    def _keep_here(self) -> None:
        self.keep()
        self.terminal.keeper.flush()
        self._kept = self.model.revision

    def state_words(self) -> Words:
        """Kept at this terminal, which customs does not see."""
        here = self.cardless and self.model.dirty and self.model.revision == self._kept
        return both("apply-here") if here else super().state_words()

    async def may_close(self) -> bool:
        """What cannot be sent is not forgotten with its tab."""
        if not self.cardless or not self.unsaved:
            return await super().may_close()
        self._keep_here()
        self._left = await self.sure(both("apply-close"), default=True)
        return self._left

    def drafts(self) -> Sequence[Draft]:
        """The form while it is unsaved; closed by whoever cannot send it, it is left as it was kept."""
        return () if self._left else super().drafts()
