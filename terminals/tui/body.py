"""The body of a form (表体): its lines as a list, and the fields of the line under the cursor below it.

Knows lines and how the cursor goes among them; lines that belong to one line of another body (货物 of a 票),
and lines that are files. Refuses to know what a line is about, and how lines are made and taken away.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from messages.forms import Field
from terminals.tui.columns import Column
from terminals.tui.grid import Grid
from terminals.tui.keeper import Keeper
from terminals.tui.line_rows import LineRows
from terminals.tui.sheet import Sheet
from terminals.work.model import FormModel
from terminals.work.rows import Changed, Row

_LEAST = 4  # lines of the screen for the list
_NUMBERS = ("decimal", "integer", "float", "double")


class Body(Vertical):
    """The lines of one group, and the sheet of the line under the cursor."""

    def __init__(
        self,
        group: Field,
        columns: tuple[Field, ...],
        keeper: Keeper,
        language: str,
        *,
        reading: bool,
        above: Body | None = None,
    ) -> None:
        """`above`: the lines of which each has lines of this group; None where the head has them."""
        super().__init__()
        self.group = group
        self.language = language
        self.above = above
        self.below: list[Body] = []
        if above is not None:
            above.below.append(self)
        self._fields = columns
        self._keeper = keeper
        self._reading = reading
        heads = [Column(field.name, field.label, number=field.base in _NUMBERS) for field in columns]
        self.grid = Grid(heads, language, marks=not reading, fixed=1)
        self.sheet = Sheet(keeper, language, reading=reading)
        self._model: FormModel | None = None

    def compose(self) -> ComposeResult:
        """The list above, the fields below."""
        yield self.grid
        with VerticalScroll(classes="lines--sheet", can_focus=False):
            yield self.sheet

    # -- what is on it

    def load(self, model: FormModel) -> None:
        """Show the lines of a model, the cursor on the first."""
        self._model = model
        self._show(0)

    @property
    def parent_row(self) -> Row | None:
        """What the lines belong to: the head, or the line above under the cursor, if there is one."""
        if self.above is not None:
            return self.above.row
        return self._model.head if self._model else None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines."""
        parent = self.parent_row
        return self._model.rows(self.group.name, parent) if self._model and parent is not None else ()

    @property
    def files(self) -> bool:
        """Whether each line is a file."""
        return self.group.hints.upload is not None

    @property
    def row(self) -> Row | None:
        """The line under the cursor."""
        return self.sheet.row

    @property
    def chosen(self) -> list[Row]:
        """The marked lines, or the one under the cursor where none is marked."""
        rows = self.rows
        return [rows[at] for at in sorted(self.grid.marked)] or [row for row in (self.row,) if row]

    def _show(self, at: int) -> None:
        """The lines are others than before; the cursor is on `at` now."""
        assert self._model is not None
        rows = self.rows
        self.grid.show(LineRows(self._model, rows, self.language), at)
        self.sheet.display = bool(rows)
        self.sheet.load(self._model, rows[self.grid.row] if rows else None, self._fields)
        self._share()
        self._turn_below()

    def on_resize(self) -> None:
        """Other heights."""
        self._share()

    def _share(self) -> None:
        """The fields have the room that the list does not need, and most of it in any case."""
        high = self.size.height
        most = max(high * 7 // 10, high - max(_LEAST, len(self.rows) + 1))
        self.query_one(".lines--sheet").styles.max_height = most

    def _turn_below(self) -> None:
        """The lines below are those of another line now."""
        for lines in self.below:
            lines.load(self._model) if self._model else None

    def follow(self, changed: Changed) -> None:
        """Values or standings have changed."""
        if self._model is None:
            return
        if changed.all:
            if len(self.rows) != len(self.grid.rows):
                self._show(max(0, self.grid.row))
            else:
                self.grid.again()
        here = self.parent_row
        own = (place.row for place in changed.places if place.row.field is self.group)
        for at in {row.index for row in own if row.parent is here}:
            self.grid.redraw(at)
        self.sheet.follow(changed)

    # -- going about

    def to(self, row: Row, name: str | None = None) -> None:
        """Put the cursor into a line, into one of its fields if that is said."""
        if self.above is not None and row.parent is not None and row.parent is not self.above.row:
            self.above.turn_to(row.parent)
        self.grid.go(row.index)
        self._take(row.index)
        if name is None:
            self.sheet.first()
        else:
            self.sheet.focus_field(name)

    def read(self, *, only: bool) -> None:
        """From now on nothing can be typed in its lines, or it can again."""
        if only == self._reading:  # what is being typed goes on
            return
        self._reading = only
        self.sheet.read(only=only)

    def turn_to(self, row: Row) -> None:
        """Make it the line under the cursor, wherever the cursor itself is."""
        if self.above is not None and row.parent is not None and row.parent is not self.above.row:
            self.above.turn_to(row.parent)
        self.grid.go(row.index)
        self._take(row.index)

    def _take(self, at: int) -> None:
        rows = self.rows
        if self._model is not None and 0 <= at < len(rows) and rows[at] is not self.sheet.row:
            self.sheet.load(self._model, rows[at], self._fields)
            self._turn_below()

    def open(self) -> bool:
        """Put the cursor into the first line, a new one if there is none; whether there is any."""
        rows = self.rows
        if rows and not (self._reading and self.files):
            self.to(rows[max(0, self.grid.row)])
        elif not self._reading and not self.files:
            return self.new()
        else:
            self.screen.set_focus(self.grid)
        return True

    def past(self, way: int) -> bool:
        """On to the next line, a new one behind the last; or back. False before the first line."""
        row = self.row
        if row is None:
            return False
        rows = self.rows
        at = row.index + way
        if at < 0:
            return False
        if at < len(rows):
            self.grid.go(at)
            self._take(at)
            if way > 0:
                self.sheet.first()
            else:
                self.sheet.last()
        elif self.files:
            self.screen.set_focus(self.grid)
        elif not self._reading:
            self.new()
        return True

    def turned(self, way: int) -> None:
        """The same field of the next line, or the one before."""
        row, place = self.row, self.sheet.place
        if row is not None and place is not None and 0 <= row.index + way < len(self.rows):
            self.sheet.leave()
            self.to(self.rows[row.index + way], place.name)

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """The fields are those of the line under the cursor."""
        event.stop()
        self._take(event.row)

    def on_grid_picked(self, event: Grid.Picked) -> None:
        """Into the line; where files are only looked at, for the file."""
        event.stop()
        if self._reading and self.files:
            self.action_fetch()
        else:
            self.to(self.rows[event.row])

    def action_to_list(self) -> None:
        """From the fields to the list."""
        self.screen.set_focus(self.grid)

    # -- what is said elsewhere

    def new(self) -> bool:
        """A new line, the cursor in it; whether there is any line then."""
        raise NotImplementedError

    def action_fetch(self) -> None:
        """The chosen files, into the own area."""
        raise NotImplementedError

    def retell(self, language: str) -> None:
        """All of it in another language; the cursor and what is typed stay."""
        self.language = language
        if self._model is not None:
            self.grid.rows = LineRows(self._model, self.rows, language)
        self.grid.retell(language)
        self.sheet.retell(language)
