"""Chinese letters stay whole on the screen, wherever windows overlap (Textual issue 6357).

Textual 8 cuts every line at the edge of every widget, also of those that are hidden behind others, and a
letter that lies across such a cut becomes two spaces. Here a line is cut only where somebody else's cells
really begin. What is painted anew is painted in whole pieces, with their neighbours after a change of the
layout, so that no half of a letter is left behind. Knows the insides of Textual's compositor; refuses to
know any widget. `install` comes before the first screen is made.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import textual.screen
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from terminals.tui.cells import harmless


class Piece(NamedTuple):
    """The cells of one line, from `left` up to `right`, that one widget shows."""

    left: int
    right: int
    widget: Widget


Lines = list[list[Piece]]
_Areas = dict[Widget, tuple[Region, Region]]


class WholeLetters(Compositor):
    """A compositor that cuts lines where something else is really seen, and nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: Lines = []
        self._lines_of: _Areas | None = None  # the layout that _lines were made of
        self._painted: Lines | None = None

    def pieces(self) -> Lines:
        """Who shows which cells, line by line from the left."""
        areas: _Areas = self.visible_widgets
        if self._lines_of is not areas:
            self._lines, self._lines_of = _pieces(areas, *self.size), areas
        return self._lines

    def render_partial_update(self) -> ChopsUpdate | None:
        """What has to be painted again, in whole pieces; None if nothing has."""
        regions = self._dirty_regions.copy()
        self._dirty_regions.clear()
        lines = self.pieces()
        moved = self._painted is not lines
        wanted: Lines = [[] for _ in lines]
        for y, left, right in self._regions_to_spans(regions):
            if 0 <= y < len(lines):
                wanted[y].extend(_touched(lines[y], left, right, moved))
        wanted = [sorted(set(line)) for line in wanted]
        spans = [(y, line[0].left, line[-1].right) for y, line in enumerate(wanted) if line]
        if not spans:
            return None
        self._painted = lines
        return ChopsUpdate(self._strips(wanted), spans, [[piece.right for piece in line] for line in wanted])

    def _render_chops(
        self, crop: Region, is_rendered_line: Callable[[int], bool]
    ) -> Sequence[Mapping[int, Strip]]:
        """All of the screen, for a full update, a screenshot or the screen behind a dialog."""
        self._painted = self.pieces()
        return self._strips(self._painted)

    def _strips(self, wanted: Lines) -> list[dict[int, Strip]]:
        """The strips of these pieces, by line and left end; a widget is asked once for all its lines."""
        rows: dict[Widget, list[int]] = {}
        for y, line in enumerate(wanted):
            for piece in line:
                rows.setdefault(piece.widget, []).append(y)
        drawn = {widget: self._drawn(widget, ys[0], ys[-1] + 1) for widget, ys in rows.items()}
        return [
            {piece.left: _cut(piece, y, *drawn[piece.widget]) for piece in line}
            for y, line in enumerate(wanted)
        ]

    def _drawn(self, widget: Widget, top: int, bottom: int) -> tuple[Region, list[Strip]]:
        """Where on the screen a widget's lines from `top` up to `bottom` are seen, and the lines."""
        region, clip = self.visible_widgets[widget]
        seen = region.intersection(clip)
        area = Region(seen.x, top, seen.width, bottom - top)
        drawn = widget.render_lines(area.translate((-region.x, -region.y)))
        return area, [harmless(strip) for strip in drawn]


def install() -> None:
    """Give every screen made from now on a compositor that keeps letters whole. May be called again."""
    setattr(textual.screen, "Compositor", WholeLetters)  # noqa: B010 - a module's name, not a constant


def _pieces(areas: _Areas, columns: int, height: int) -> Lines:
    """The widgets come front to back: each takes what is left of its cells."""
    lines: Lines = [[] for _ in range(height)]
    gaps: list[list[tuple[int, int]]] = [[(0, columns)] if columns else [] for _ in range(height)]
    for widget, (region, clip) in areas.items():
        left, top, wide, high = region.intersection(clip)
        for y in range(max(0, top), min(height, top + high)) if wide else ():
            if gaps[y]:
                gaps[y] = _take(gaps[y], left, left + wide, widget, lines[y])
    return lines


def _take(
    gaps: list[tuple[int, int]], left: int, right: int, widget: Widget, line: list[Piece]
) -> list[tuple[int, int]]:
    """Put what of the gaps lies between `left` and `right` on the line; the gaps that remain."""
    remain: list[tuple[int, int]] = []
    for begin, end in gaps:
        low, high = max(begin, left), min(end, right)
        if low >= high:
            remain.append((begin, end))
            continue
        insort(line, Piece(low, high, widget), key=lambda piece: piece.left)
        if begin < low:
            remain.append((begin, low))
        if high < end:
            remain.append((high, end))
    return remain


def _touched(line: list[Piece], left: int, right: int, neighbours: bool) -> list[Piece]:
    """The pieces that have cells between `left` and `right`, and on wish the ones beside them.

    A neighbour has to be painted as well when the layout changed: one half of its last letter may be covered
    now, and a terminal blanks the other half in whatever colour it likes.
    """
    found = [at for at, piece in enumerate(line) if piece.left < right and left < piece.right]
    if not found:
        return []
    first, last = found[0], found[-1] + 1
    return line[max(0, first - 1) : last + 1] if neighbours else line[first:last]


def _cut(piece: Piece, y: int, area: Region, strips: list[Strip]) -> Strip:
    strip = strips[y - area.y]
    left, right = piece.left - area.x, piece.right - area.x
    return strip.extend_cell_length(right).crop(left, right)
