"""Where the fields of a form stand: labels aligned, as many columns as there is room for, long texts across.

Knows cells only; refuses to know values, colours and widgets. Fields stay in their order, row by row, as the
manual's screens have them: Enter goes to the right and then down. A section (票据信息) begins on a line of
its own, below its heading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from messages.forms import Field
from terminals.tui.cells import width
from terminals.work.once import once

NARROWEST = 17  # cells of a box: a code with some of its meaning, a quantity
NARROW = 14  # … in a section of many short values
WIDEST_LABEL = 48
CUT_LABEL = 34  # where several columns are wanted
MOST_COLUMNS = 4
LONG = 100  # letters, from which a text of several lines gets two of them on the screen
LONGER = 500  # … and three
_MARK = 1  # the cell between label and box that tells how a field stands
_GAP = 2  # between columns


@dataclass(frozen=True, slots=True)
class Box:
    """Where one field stands: its label ends before `left` - 2, its mark is at `left` - 1."""

    field: Field
    label: str
    label_left: int
    label_cells: int
    left: int
    top: int
    cells: int
    lines: int = 1
    section: str = ""  # the heading on the line above, if a section begins with this field

    @property
    def right(self) -> int:
        """The first cell behind it."""
        return self.left + self.cells

    @property
    def bottom(self) -> int:
        """The first line below it."""
        return self.top + self.lines

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell is the box's or its label's."""
        return self.label_left <= x < self.right and self.top <= y < self.bottom


@once
def is_long(field: Field) -> bool:
    """Whether it may have several lines and is long enough to want them."""
    most = field.max_length
    return field.base == "string" and (most is None or most >= LONG) and field.problem("字\n字") is None


def arranged(
    fields: Sequence[Field], labels: Mapping[str, str], cells: int, sections: Mapping[str, str] | None = None
) -> list[Box]:
    """The boxes of the fields, in their order, within so many cells.

    `sections`: the headings, by the field that a section begins with.
    """
    boxes: list[Box] = []
    top = 0
    for section in _sections(fields):
        heading = (sections or {}).get(section[0].name, "")
        top += bool(heading)
        boxes += _section(section, labels, cells, top, heading)
        top = boxes[-1].bottom
    return boxes


def _sections(fields: Sequence[Field]) -> list[list[Field]]:
    """The fields up to the first that begins a section, and those of each section."""
    found: list[list[Field]] = []
    for field in fields:
        if not found or field.hints.section is not None:
            found.append([])
        found[-1].append(field)
    return found


def _section(
    fields: Sequence[Field], labels: Mapping[str, str], cells: int, top: int, heading: str
) -> list[Box]:
    """The boxes of one section from line `top` on, in as many columns as have room for its labels."""
    narrowest = NARROW if heading else NARROWEST
    rows = _rows(fields, _columns(fields, labels, cells, narrowest))
    count = max((len(row) for row in rows), default=1)
    column = (cells - _GAP * (count - 1)) // count
    most = WIDEST_LABEL if count == 1 else max(CUT_LABEL, column - narrowest - _MARK - 1)
    lefts = [at * (column + _GAP) for at in range(count)] + [cells + _GAP]
    wide = [_widest(rows, labels, at, most) for at in range(count)]
    boxes: list[Box] = []
    for row in rows:
        for at, field in enumerate(row):
            long = is_long(field)
            left = lefts[at] + wide[at] + _MARK + 1
            end = cells if long else lefts[at + 1] - _GAP
            lines = 1 + long + (long and (field.max_length or LONGER) >= LONGER)
            above = "" if boxes else heading
            label, width_of = labels[field.name], max(1, end - left)
            boxes.append(Box(field, label, lefts[at], wide[at], left, top, width_of, lines, above))
        top += boxes[-1].lines
    return boxes


def _columns(fields: Sequence[Field], labels: Mapping[str, str], cells: int, narrowest: int) -> int:
    """The most columns in which every box is wide enough."""
    for count in range(MOST_COLUMNS, 1, -1):
        rows = _rows(fields, count)
        column = (cells - _GAP * (count - 1)) // count
        widest = max(_widest(rows, labels, at, CUT_LABEL) for at in range(count))
        if column - widest - _MARK - 1 >= narrowest:
            return count
    return 1


def _rows(fields: Sequence[Field], columns: int) -> list[list[Field]]:
    rows: list[list[Field]] = []
    for field in fields:
        fits = rows and len(rows[-1]) < columns
        if fits and not is_long(field) and not is_long(rows[-1][-1]):
            rows[-1].append(field)
        else:
            rows.append([field])
    return rows


def _widest(rows: Sequence[Sequence[Field]], labels: Mapping[str, str], at: int, most: int) -> int:
    return max((min(most, width(labels[row[at].name])) for row in rows if at < len(row)), default=0)
