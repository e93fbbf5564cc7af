"""How the fields of a row look (录入框状态): labels, marks, and boxes in the colour of how each field stands.

Knows a row of a FormModel and where its fields stand; refuses to know keys, and what is typed. The marks say
the same as the colours: * required, ▪ locked, ! wrong; ▾ has a list of codes, … waits to be looked up.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from messages.forms import Field
from terminals.tui.arrange import Box, arranged, is_long
from terminals.tui.cells import fit, plain, width, wrapped
from terminals.work.model import FormModel
from terminals.work.moments import DAY, MOMENT, readable
from terminals.work.rows import Row
from terminals.work.standing import Kind, Standing

MARKS = {Kind.REQUIRED: "*", Kind.OPTIONAL: " ", Kind.LOCKED: "▪", Kind.WRONG: "!"}
_LIST = "▾"
_WAITS = "…"
_RULE = "─"
_RULED = Style(underline=True)  # boxes above each other stay apart


class Face(Widget):
    """A row's fields as they are seen."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"sheet--{kind}" for kind in Kind if kind is not Kind.HIDDEN),
        "sheet--current",
        "sheet--label",
        "sheet--mark",
        "sheet--quiet",
        "sheet--rule",
    }

    def __init__(self, language: str, *, reading: bool) -> None:
        super().__init__()
        self.reading = reading
        self.language = language
        self.model: FormModel | None = None
        self.row: Row | None = None
        self.fields: tuple[Field, ...] = ()
        self.at = 0  # the current field
        self.known_wrong = False  # the current field was wrong before it is typed in now
        self._boxes: list[Box] = []
        self._laid_for = 0

    @property
    def active(self) -> bool:
        """Whether the cursor is in it."""
        return self.has_focus

    @property
    def boxes(self) -> list[Box]:
        """Where the fields stand, in their order."""
        return self._boxes

    def standing(self, field: Field) -> Standing:
        """How a field of the row stands."""
        if self.model is None or self.row is None:
            return Standing(Kind.LOCKED, locked=True)
        return self.model.standing(self.row, field.name)

    def listed(self, field: Field) -> bool:
        """Whether it has a code list that can be chosen from."""
        coded = bool(field.choices or field.hints.list or field.hints.offer)
        return coded and not self.reading and not self.standing(field).locked

    def typed_over(self, field: Field) -> bool:
        """Whether what is typed takes the place of what is there: of codes, numbers, days, fixed lengths, and
        of what something is looked up by, such as 备案序号.

        Text is added to, so that a key pressed by accident costs nobody a whole text.
        """
        fixed = field.min_length is not None and field.min_length == field.max_length
        named = field.hints.lookup is not None
        timed = field.type_name in (DAY, MOMENT)
        free = field.base == "string" and not timed and not fixed and not named
        return not is_long(field) and (self.listed(field) or not free)

    def meaning(self) -> str:
        """What the code in the current field means; a time, as people read it."""
        if self.model is None or self.row is None:
            return ""
        field = self.fields[self.at]
        moment = readable(field.type_name, self.row.text(field.name))
        return moment or self.model.meaning(self.row, field.name).in_language(self.language)

    # -- where the fields stand

    def lay(self, cells: int = 0) -> None:
        """Find out where they do, in so many cells; in as many as before, if none are said."""
        cells = cells or self.size.width
        if cells and cells != self._laid_for:
            labels = {field.name: field.label.in_language(self.language) for field in self.fields}
            sections = {
                field.name: field.hints.section.in_language(self.language)
                for field in self.fields
                if field.hints.section is not None
            }
            self._boxes = arranged(self.fields, labels, cells, sections)
            self._laid_for = cells

    def forget_places(self) -> None:
        """Other fields or labels: they stand elsewhere."""
        self._laid_for = 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the fields take."""
        self.lay(width)
        return max((box.bottom for box in self._boxes), default=0)

    # -- drawing

    def render_line(self, y: int) -> Strip:
        """The labels, marks and boxes on one line."""
        segments: list[Segment] = []
        ground = self.rich_style
        drawn = 0
        for at, box in enumerate(self._boxes):
            if box.top <= y < box.bottom:
                segments.append(Segment(" " * (box.label_left - drawn), ground))
                segments += self._drawn(at, box, y - box.top)
                drawn = box.right
            elif box.section and y == box.top - 1:
                text = f"{_RULE * 2} {box.section} "
                rest = _RULE * max(0, self.size.width - width(text))
                segments.append(Segment(text + rest, self.get_component_rich_style("sheet--quiet")))
        return Strip(segments).adjust_cell_length(self.size.width, ground)

    def _drawn(self, at: int, box: Box, line: int) -> list[Segment]:
        standing = self.standing(box.field)
        if standing.kind is Kind.HIDDEN:
            return [Segment(" " * (box.right - box.label_left), self.rich_style)]
        label = fit(box.label if line == 0 else "", box.label_cells, right=True)
        mark = self._mark(at, standing) if line == 0 else " "
        loud = "mark" if mark in "*!" else "quiet"
        return [
            Segment(label, self.get_component_rich_style("sheet--label")),
            Segment(mark + " ", self.get_component_rich_style(f"sheet--{loud}")),
            *self._box(at, box, standing, line),
        ]

    def _mark(self, at: int, standing: Standing) -> str:
        """While a field is typed in for the first time, it is not called wrong yet."""
        if standing.kind is Kind.WRONG and at == self.at and self.active and not self.known_wrong:
            return "*" if standing.required else " "
        return MARKS[standing.kind]

    def _box(self, at: int, box: Box, standing: Standing, line: int) -> list[Segment]:
        tail = _LIST if self.listed(box.field) and line == 0 else ""
        if standing.waits and at != self.at:
            tail = _WAITS + tail
        name = "current" if at == self.at and self.active else standing.kind.value
        style = self.get_component_rich_style(f"sheet--{name}")
        return [*self._filled(box, line, box.cells - width(tail), style), Segment(tail, style)]

    def _filled(self, box: Box, line: int, cells: int, style: Style) -> list[Segment]:
        """One line of what is in a field, and the rest of its box."""
        text = self._text(box.field, cells, box.lines, line)
        taken = width(text)
        if taken > cells:
            return [Segment(fit(text, cells), style)]
        rule = style + self.get_component_rich_style("sheet--rule", partial=True) + _RULED
        return [Segment(text, style), Segment(" " * (cells - taken), rule)]

    def _text(self, field: Field, cells: int, lines: int, line: int) -> str:
        if self.model is None or self.row is None:
            return ""
        text = self.row.text(field.name)
        moment = readable(field.type_name, text)
        if moment:
            return moment
        if lines == 1:
            meaning = self.model.meaning(self.row, field.name).in_language(self.language)
            return plain(f"{text} {meaning}" if meaning else text)
        parts = wrapped(text, cells)
        if line == lines - 1 and len(parts) > lines:
            return fit(parts[line], cells - 1) + "…"
        return parts[line] if line < len(parts) else ""

    def resting(self, cells: int, line: int) -> Strip:
        """The current field without a cursor, as the others are drawn."""
        if not self._boxes or self.row is None:
            return Strip.blank(cells, self.rich_style)
        box = self._boxes[self.at]
        style = self.get_component_rich_style(f"sheet--{self.standing(box.field).kind}")
        return Strip(self._filled(box, line, cells, style), cells)
