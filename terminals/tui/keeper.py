"""What a sheet of fields tells whoever keeps it, and asks.

Knows the calls only. They are calls and no messages: of keys that came together, the next one has to find
everything in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from messages.annotations import Words
from messages.codes import Code
from messages.forms import Field
from terminals.work.rows import Changed, Place, Row

if TYPE_CHECKING:
    from terminals.tui.sheet import Sheet


class Keeper(Protocol):
    """Who keeps sheets."""

    def changed(self, sheet: Sheet, changed: Changed) -> None:
        """Something was typed."""
        ...

    def entered(self, sheet: Sheet, place: Place) -> None:
        """The cursor is in a field."""
        ...

    def left(self, sheet: Sheet, place: Place) -> None:
        """The cursor has left a field."""
        ...

    def past(self, sheet: Sheet, way: int) -> None:
        """Enter behind the last field (1), or Shift+Tab before the first one (-1)."""
        ...

    def turned(self, sheet: Sheet, way: int) -> None:
        """Page down (1) or up (-1)."""
        ...

    def say(self, words: Words) -> None:
        """Something has to be told."""
        ...

    def codes(self, field: Field) -> Sequence[Code] | None:
        """The code list of a field, if it is here."""
        ...

    def fetch(self, field: Field) -> Sequence[Code]:
        """The code list of a field, from wherever it is; in a thread."""
        ...

    def file_wanted(self, group: Field) -> None:
        """A file is to be chosen for a new line of this group."""
        ...

    def files_asked(self, rows: Sequence[Row]) -> None:
        """The files of these lines are wanted in the own area."""
        ...
