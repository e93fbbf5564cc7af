"""The line above a form's head: where it goes, whose it is, who enters it.

Knows how several things are said in one line of any width: the shorter ones stand in full, the longest are
cut. Refuses to know what they are.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.cells import fit, width
from terminals.tui.status import shares

_GAP = 3


class Facts(Widget):
    """Names and what they are, side by side; not there while there are none."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._facts: tuple[tuple[Words, str], ...] = ()
        self.display = False

    def show(self, facts: Sequence[tuple[Words, str]]) -> None:
        """These, as name and text; what has no text is left out."""
        shown = tuple(fact for fact in facts if fact[1])
        if shown != self._facts:
            self._facts = shown
            self.display = bool(shown)
            self.refresh()

    def retell(self, language: str) -> None:
        """The names in another language."""
        self._language = language
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """All of them, each with an equal part of what the short ones leave."""
        names = [f"{words.in_language(self._language)} " for words, _ in self._facts]
        room = self.size.width - sum(map(width, names)) - _GAP * (len(names) - 1)
        cells = shares([width(text) for _, text in self._facts], room)
        texts = (fit(text, most) for (_, text), most in zip(self._facts, cells, strict=True))
        line = (" " * _GAP).join(map("".join, zip(names, texts, strict=True)))
        return Strip([Segment(line, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)
