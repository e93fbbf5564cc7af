"""An entry whose lines are opened once its head is saved (先暂存，再录入表体).

Knows that a form without a state is nowhere but here; refuses to know which form it is, and what lines say.
"""

from __future__ import annotations

from typing import ClassVar

from terminals.tui.entry import EntryPage
from terminals.tui.form import FormView
from terminals.tui.parting import HEAD
from terminals.tui.words import both


class SavedFirstView(FormView):
    """A form that shows no other part than the head before it has a state, and says so."""

    def show_part(self, part: str) -> bool:
        """Put the cursor into a part, if it is open."""
        if part == HEAD or self.reading or self.model.state:
            return super().show_part(part)
        self.head.focus_field()
        self.say(both("form-save-first"))
        return False


class SavedFirstEntry(EntryPage):
    """A form of which the head is saved before its lines are typed and files are attached."""

    VIEW: ClassVar[type[FormView]] = SavedFirstView

    def show_state(self) -> None:
        """Lines are closed until there is a state."""
        super().show_state()
        for lines in self.view.bodies.values():
            lines.read(only=self.closed or not self.model.state)
