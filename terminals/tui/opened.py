"""A form that opens only where it may be made (能否办理): asked first, and what is said against it stays.

Knows that the gateway is asked before anything is drawn, what a new form then begins with, and that a form
which was begun earlier is told all the same what stands against it now. Refuses to know why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget

from messages.annotations import Words
from messages.registry import BY_CODE
from terminals.trouble import Trouble
from terminals.tui.buttons import Option
from terminals.tui.entry import EntryPage
from terminals.tui.told import told
from terminals.tui.words import Saying, both
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.opening import Opening, opening
from terminals.work.receipts import Step
from terminals.work.renewing import renew


class OpenedEntry(EntryPage):
    """An entry screen that asks before it shows its form."""

    ON_FORM: ClassVar[tuple[str, ...]] = ("new", "save", "declare", "delete", "print", "export")
    """Actions that need a form."""
    DEFAULT_CSS = """
    OpenedEntry > .opened--why { height: 1fr; padding: 2 4; }
    OpenedEntry > .opened--why.-refused Saying { color: $error; text-style: bold; }
    """

    _cursor_due = False
    _opened: Opening | None = None  # what the gateway has said last
    _unopened = Words()  # why there is no form, while there is none

    def compose(self) -> ComposeResult:
        """What stands against it, above the form; only one of both is seen."""
        self._unopened = Words() if self.begun else both("opened-asking")
        buttons, *rest = super().compose()
        yield buttons
        yield VerticalScroll(Saying(Words(), self.language), classes="opened--why", can_focus=True)
        yield from rest

    def on_mount(self) -> None:
        """Ask; a form that was begun is shown meanwhile."""
        self._show()
        self.ask_opening()

    # -- what a system says

    @property
    def questioned(self) -> bool:
        """Whether it matters if this form may be made now."""
        return self.declarable

    @property
    def declarable(self) -> bool:
        """Whether its state allows that it is declared."""
        state, event = self.model.state or None, self.event_of(Purpose.DECLARE)
        return self.system.objection(state, {}, event) is None

    # -- asking

    @property
    def begun(self) -> bool:
        """Whether there is a case or a kept form behind it, so that it is no new one."""
        return self._found is not None or self._draft is not None

    @property
    def shut(self) -> bool:
        """Whether no form is shown."""
        return self._unopened != Words()

    def ask_opening(self) -> None:
        """Ask whether the form may be made now."""
        self.anew(self._ask_opening, "opening")

    async def _ask_opening(self) -> None:
        if self.begun and not self.questioned:
            return
        try:
            found = await asyncio.to_thread(opening, self.work.line, self.system.name, self.CODE)
        except Trouble as error:
            if self.shut:
                self._unopened = both("opened-unasked", reason=told(error))
                self._show()
            return
        self._opened = found
        if self.begun:
            self._renewed(found)
        elif found.objection is not None:
            self._unopened = found.objection
            self._show()
        else:
            self._begin(found)

    def _renewed(self, found: Opening) -> None:
        """What was begun earlier may have to wait, or be another now."""
        if found.objection is None:
            self.view.follow(renew(self.model, found.content))
        self.show_state()

    def _begin(self, found: Opening) -> None:
        model = self.fresh()
        model.load(found.content, case="", state="")
        self._unopened = Words()
        self.put(model)
        self._show()
        self.prefill()
        self._cursor_due = True
        if self.terminal.shell.pages.front is self:
            self.on_show()

    def on_show(self) -> None:
        """A form that came while another tab was in front has its cursor now."""
        if self._cursor_due:
            self._cursor_due = False
            self.view.first()

    def _show(self) -> None:
        """Either the form, or why there is none."""
        why = self.query_one(".opened--why")
        why.display, self.view.display = self.shut, not self.shut
        why.can_focus = self.shut  # a focus that was on its way comes too late for what is hidden
        refused = self._opened is not None and self._opened.objection is not None
        why.set_class(refused, "-refused")
        words = self._unopened
        if refused:
            words = both("opened-refused", form=self.WORDS, reason=self._unopened)
        why.query_one(Saying).say(words)
        if self.shut and self.view.has_focus_within:
            why.focus()
        self.offer()

    # -- what the shell asks and tells

    def first(self) -> Widget | None:
        """The form, or what is said in its place."""
        return self.query_one(".opened--why") if self.shut else super().first()

    def again(self) -> None:
        """Ask once more."""
        if self.shut:
            self.ask_opening()
        else:
            super().again()

    def reached(self, up: bool) -> None:
        """What could not be asked is asked as soon as the gateway is back."""
        super().reached(up)
        if up and self.shut and self._opened is None:
            self.ask_opening()

    def came(self, steps: Sequence[Step]) -> None:
        """A receipt of the system may be the decision that it had to wait for."""
        super().came(steps)
        receipts = {kind.receipt for system, kind in BY_CODE.values() if system.name == self.system.name}
        if self.shut and any(step.type in receipts for step in steps):
            self.ask_opening()

    def resume(self, given: Mapping[str, Any]) -> None:
        """Wanted from the menu once more: it may be possible by now."""
        if self.shut and not given:
            self.ask_opening()
        else:
            super().resume(given)

    def begin(self) -> None:
        """A new form: whether there may be one is asked again."""
        self.terminal.keeper.forget(self)
        self._found, self._draft, self._waits, self._opened = None, None, None, None
        self._unopened = both("opened-asking")
        self.put(self.fresh())
        self._show()
        self.ask_opening()

    def remark(self, found: CaseFound) -> Words:
        """Why it cannot be handed in now, where that is so."""
        against = self._opened.objection if self._opened is not None and self.questioned else None
        return both("opened-against", reason=against) if against is not None else Words()

    def _remark(self) -> Words:
        """Also of a form that was kept, behind which there is no case."""
        found = self.remarked()
        if found is None and self._opened is not None and self._opened.objection and not self.shut:
            return both("opened-against", reason=self._opened.objection)
        return self.remark(found) if found is not None else Words()

    # -- what can be done

    def options(self) -> list[Option]:
        """Only to ask again, while there is no form."""
        if self.shut:
            return [Option("again", both("opened-again"), "f5")]
        return super().options()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a form is not there without one."""
        if self.shut and action in self.ON_FORM:
            return False
        return super().check_action(action, parameters)

    def action_again(self) -> None:
        """Ask once more."""
        self.again()
