"""A list of rows under headings (列表框): only what is seen is drawn, so a million rows are as quick as ten.

Knows columns, the cursor, marked rows and which columns are shown; refuses to know where the rows come from:
it asks for the text of one cell at a time. Lists, body lines and code lists are drawn by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from terminals.tui.across import GAP, Across
from terminals.tui.cells import fit
from terminals.tui.columns import TONES, Column, Listed, Rows

_MARKED, _UNMARKED = "[x] ", "[ ] "


class Grid(ScrollView, can_focus=True):
    """Rows under headings. Enter picks the row, Space marks it where rows can be marked."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "end(-1)", show=False),
        Binding("end", "end(1)", show=False),
        Binding("left", "aside(-1)", show=False),
        Binding("right", "aside(1)", show=False),
        Binding("enter", "pick", show=False),
        Binding("space", "mark", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--heading",
        "grid--cursor",
        "grid--marked",
        *(f"grid--{tone}" for tone in TONES),
    }

    class Moved(Message):
        """The cursor is on another row; -1 where there is none."""

        def __init__(self, grid: Grid, row: int) -> None:
            super().__init__()
            self.grid = grid
            self.row = row

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    class Picked(Moved):
        """Enter, or a double click, on a row."""

    class Marked(Moved):
        """A row was marked, or is not any more."""

    class MenuWanted(Moved):
        """The right button on a row; `at` is where on the screen."""

        def __init__(self, grid: Grid, row: int, at: Offset) -> None:
            super().__init__(grid, row)
            self.at = at

    class Beyond(Message):
        """A key went past the first row (-1) or the last one (1)."""

        def __init__(self, grid: Grid, way: int) -> None:
            super().__init__()
            self.grid = grid
            self.way = way

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    class HeadingPicked(Message):
        """The left button on a heading."""

        def __init__(self, grid: Grid, key: str) -> None:
            super().__init__()
            self.grid = grid
            self.key = key

        @property
        def control(self) -> Grid:
            """The grid."""
            return self.grid

    def __init__(
        self,
        columns: Sequence[Column],
        language: str,
        *,
        headings: bool = True,
        marks: bool = False,
        fixed: int = 0,
        quick: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """`fixed`: that many first columns stay when the others are moved aside. `quick`: one click picks."""
        super().__init__(id=id)
        self._language = language
        self._headings = headings
        self._marks = marks
        self.across = Across(columns, len(_UNMARKED) if marks else 1, fixed)
        self._quick = quick
        self.rows: Rows = Listed((), ())
        self._row = -1
        self.marked: set[int] = set()
        self.order = ""  # a column's key, with - before it for the other way round; only shown

    # -- what it shows

    def on_mount(self) -> None:
        """The headings, before there are rows."""
        self._measure()

    def show(self, rows: Rows, row: int = 0) -> None:
        """Show these rows, the cursor on `row`; nothing is marked. Tells of no move."""
        self.rows = rows
        self.marked.clear()
        self._row = min(row, len(rows) - 1)
        self._measure()
        self._follow()

    def again(self) -> None:
        """The same rows, of which some, or how many there are, have changed."""
        self._row = min(max(self._row, 0), len(self.rows) - 1)
        self.marked = {row for row in self.marked if row < len(self.rows)}
        self._measure()
        self._follow()

    def redraw(self, row: int) -> None:
        """What is in this row has changed."""
        if self.across.widen(self.rows, row):
            self.refresh()
        else:
            self.refresh_line(row + self._headings)

    def hide(self, keys: Iterable[str]) -> None:
        """Show all columns but these (选择显示列)."""
        self.across.hide(keys)
        self._measure()

    def retell(self, language: str) -> None:
        """Headings in another language; the rows are asked for their texts again."""
        self._language = language
        self._measure()

    @property
    def row(self) -> int:
        """Where the cursor is; -1 where there are no rows."""
        return self._row

    @property
    def needed(self) -> int:
        """The cells that it takes to show every column as wide as it is."""
        return self.across.needed

    def go(self, row: int) -> None:
        """Put the cursor on a row, or as near as there is one."""
        row = max(min(row, len(self.rows) - 1), -1 if not len(self.rows) else 0)
        if row != self._row:
            before, self._row = self._row, row
            self.refresh_line(before + self._headings)
            self.post_message(self.Moved(self, row))
        self._follow()

    # -- keys and mouse

    def action_step(self, by: int) -> None:
        """One row up or down."""
        if 0 <= self._row + by < len(self.rows):
            self.go(self._row + by)
        else:
            self.post_message(self.Beyond(self, by))

    def action_page(self, by: int) -> None:
        """As many rows as are seen; past the end where there are no more."""
        seen = self.size.height - self._headings
        last = len(self.rows) - 1
        if len(self.rows) <= seen or self._row == (0 if by < 0 else last):
            self.post_message(self.Beyond(self, by))
        else:
            self.go(max(0, min(last, self._row + by * max(1, seen - 1))))

    def action_end(self, by: int) -> None:
        """To the first or the last row."""
        self.go(0 if by < 0 else len(self.rows) - 1)

    def action_aside(self, by: int) -> None:
        """The other columns."""
        if self.across.move(by, self._cells):
            self.refresh()

    def action_pick(self) -> None:
        """The row under the cursor it is."""
        if self._row >= 0:
            self.post_message(self.Picked(self, self._row))

    def action_mark(self) -> None:
        """Mark the row, or mark it no longer; on to the next."""
        if self._marks and self._row >= 0:
            self.marked ^= {self._row}
            self.post_message(self.Marked(self, self._row))
            self.refresh_line(self._row + self._headings)
            self.go(self._row + 1)

    def on_click(self, event: events.Click) -> None:
        """The left button goes there, twice picks it; the right one wants a menu."""
        event.prevent_default()
        place = event.get_content_offset(self)
        if place is None:
            return
        event.stop()
        if self._headings and place.y == 0:
            key = self.across.key_at(place.x)
            if key and event.button == 1:
                self.post_message(self.HeadingPicked(self, key))
            return
        row = place.y - self._headings + self.scroll_offset.y
        if not 0 <= row < len(self.rows):
            row = -1 if event.button == 3 else self._row
        elif event.button != 3 or row not in self.marked:
            self.go(row)
        if event.button == 3:
            self.post_message(self.MenuWanted(self, row, event.screen_offset))
        elif row >= 0 and (self._quick or event.chain == 2):
            self.action_pick()

    # -- drawing

    @property
    def _cells(self) -> int:
        """The width of a line, without the scroll bar."""
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        """One line of what is seen: the headings, or a row."""
        row = y - self._headings + self.scroll_offset.y
        if self._headings and y == 0:
            segments = self._heading_segments(self.get_component_rich_style("grid--heading"))
        elif 0 <= row < len(self.rows):
            segments = self._row_segments(row)
        else:
            return Strip.blank(self._cells, self.rich_style)
        style = segments[-1].style
        return Strip(segments).extend_cell_length(self._cells, style).crop(0, self._cells)

    def _heading_segments(self, style: Style) -> list[Segment]:
        segments = [Segment(" " * (len(_UNMARKED) if self._marks else 1), style)]
        for at, column in enumerate(self.across.seen):
            text = column.words.in_language(self._language)
            if self.order.removeprefix("-") == column.key:
                text += "▾" if self.order.startswith("-") else "▴"
            segments.append(Segment(fit(text, self.across.widths[column.key], right=column.number), style))
            segments.append(Segment("‹" if at == self.across.turn else " ", style))
        if self.across.overflows(self._cells):
            segments = [*Strip(segments).crop(0, self._cells - 1), Segment("›", style)]
        return segments

    def _row_segments(self, row: int) -> list[Segment]:
        style = self._row_style(row)
        mark = (_MARKED if row in self.marked else _UNMARKED) if self._marks else " "
        segments = [Segment(mark, style)]
        for column in self.across.seen:
            tone = self.rows.tone(row, column.key)
            cell = fit(self.rows.text(row, column.key), self.across.widths[column.key], right=column.number)
            segments.append(Segment(cell, style + self._tone(tone) if tone else style))
            segments.append(Segment(" " * GAP, style))
        return segments

    def _row_style(self, row: int) -> Style:
        if row == self._row:
            return self.get_component_rich_style("grid--cursor")
        if row in self.marked:
            return self.get_component_rich_style("grid--marked")
        return self.rich_style

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"grid--{tone}", partial=True)

    def _on_focus(self, event: events.Focus) -> None:
        super()._on_focus(event)
        self.refresh()

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self.refresh()

    def _measure(self) -> None:
        top = max(0, self.scroll_offset.y)
        self.across.measure(self.rows, top, self._language, headings=self._headings)
        self.virtual_size = Size(1, len(self.rows) + self._headings)
        self.refresh()

    def _follow(self) -> None:
        """Keep the cursor on the screen."""
        high = self.size.height - self._headings
        if self._row >= 0 and high > 0:
            self.refresh_line(self._row + self._headings)
            top = self.scroll_offset.y
            wanted = min(max(top, self._row - high + 1), self._row)
            if wanted != top:
                self.scroll_to(y=wanted, animate=False, force=True)

    def _on_resize(self, event: events.Resize) -> None:
        self.across.squeeze(self._cells)
        self.refresh()
        self._follow()

    def watch_show_vertical_scrollbar(self) -> None:
        """Every line is shorter by it."""
        self.across.squeeze(self._cells)
        self.refresh()
