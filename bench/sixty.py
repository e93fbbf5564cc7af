"""The terminal with one screen more, whose form has sixty fields: an application for the SSH host.

Knows how a system adds a screen, and the entry screen; the form is the stocktake with more fields of the same
kinds. `warm` and `run` are the terminal's own, which find the wider table.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui import offered
from terminals.tui.bonded.stocktake import StocktakeEntry
from terminals.tui.filled import Desk
from terminals.tui.systems import OPERATOR, Entry, System
from terminals.work.model import FormModel
from terminals.work.plan import plan_of
from tests.terminals.tui.desk import sixty_fields

_WORDS = Words("六十栏", "Sixty fields")
FORM = sixty_fields()
plan_of(FORM)  # as the terminal's warm does of every form


class Sixty(StocktakeEntry):
    """Entry of sixty fields and body lines."""

    WORDS: ClassVar[Words] = _WORDS

    def fresh(self) -> FormModel:
        """A new form."""
        return FormModel(FORM, Desk(self.work, self.terminal.clock))


offered.TABLE = (
    System("sixty", _WORDS, (Entry("sixty", _WORDS, "bench.sixty:Sixty", frozenset({OPERATOR}), "alt+9"),)),
    *offered.TABLE,
)

from terminals.tui.main import run, warm  # noqa: E402 - it takes the table as it is then

__all__ = ["run", "warm"]
