"""Lines of a form's body that are changed: new ones, deleting and copying, files, and their menu (右键菜单).

Knows what can be done with lines; refuses to know what a line is about. A line that was begun and left empty
is no line: `tidy` takes it away again. A file is chosen by somebody else before there is a line for it.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Offset

from terminals.tui.body import Body
from terminals.tui.buttons import Option
from terminals.tui.choose import Choose, choose_columns
from terminals.tui.dialogs import Ask
from terminals.tui.grid import Grid
from terminals.tui.words import both
from terminals.work.rows import EVERYTHING, Row


class Lines(Body):
    """The lines of one group, typed or only read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+m", "menu", "form-menu"),
        Binding("escape", "to_list", show=False),
        Binding("ctrl+n", "new", "entry-new"),
        Binding("ctrl+d", "delete", "entry-delete"),
        Binding("insert", "new", show=False),
        Binding("delete", "delete", show=False),
        Binding("ctrl+g", "fetch", "form-fetch"),
    ]

    # -- changing

    def new(self) -> bool:
        """A new line at the end, the cursor in its first field; an empty one at the end is used first.

        A file is chosen before there is a line for it.
        """
        parent = self.parent_row
        if self._model is None or self._reading:
            return False
        if parent is None:
            assert self.above is not None
            self._keeper.say(both("form-above-first", what=self.above.group.label))
            return False
        rows = self.rows
        if self.closed:
            self._keeper.say(both("form-lines-fixed", what=self.group.label))
            self.screen.set_focus(self.grid)
            return bool(rows)
        if rows and self.blank(rows[-1]):
            self.to(rows[-1])
            return True
        most = self.group.max_occurs
        if most is not None and len(rows) >= most:
            self._keeper.say(both("form-lines-full"))
            return False
        if self.files:
            self._keeper.file_wanted(self.group)
            return True
        row = self._model.begin(self.group.name, parent)
        self._show(row.index)
        self._keeper.changed(self.sheet, EVERYTHING)
        self.to(row)
        return True

    @property
    def closed(self) -> bool:
        """Whether the lines are those that the form was opened with, and no others."""
        fixed = self.group.hints.fixed
        return fixed is not None and fixed.when is None

    def blank(self, row: Row) -> bool:
        """Whether nothing was typed in a line."""
        typed = any(row.text(field.name) for field in self._fields if not field.hints.counts)
        return not typed and not any(row.lines.values())

    def tidy(self) -> None:
        """Take an empty last line away."""
        rows = self.rows
        if self._model is not None and rows and self.blank(rows[-1]) and not self._reading:
            here = self.grid.row
            active = self.sheet.active
            self._model.drop(rows[-1])
            self._show(max(0, min(here, len(rows) - 2)))
            if active:
                self.screen.set_focus(self.grid)
            self._keeper.changed(self.sheet, EVERYTHING)

    def action_new(self) -> None:
        """A new line."""
        self.new()

    def action_delete(self) -> None:
        """Ask, then delete the chosen lines (删除)."""
        rows = self.chosen
        if self._model is None or not rows or self._reading:
            return
        if any(map(self._model.fixed, rows)):
            self._keeper.say(both("form-line-fixed", what=self.group.label))
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.delete(rows)

        self.app.push_screen(
            Ask(both("form-ask-delete", count=len(rows)), self.language, default=False), answered
        )

    def delete(self, rows: list[Row]) -> None:
        """Delete lines; the cursor stays where it is, in the list."""
        if self._model is None:
            return
        at = min(row.index for row in rows)
        self._model.delete(rows)
        self._show(max(0, min(at, len(self.rows) - 1)))
        self.screen.set_focus(self.grid)
        self._keeper.changed(self.sheet, EVERYTHING)

    def action_copy(self) -> None:
        """The chosen lines once more, at the end."""
        if self._model is None or self._reading or self.files or self.closed or not self.chosen:
            return
        before = len(self.rows)
        try:
            self._model.copy(self.chosen)
        except ValueError:
            self._keeper.say(both("form-lines-full"))
            return
        self._show(before)
        self._keeper.changed(self.sheet, EVERYTHING)

    # -- files

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Files can be fetched."""
        return (
            self.files and bool(self.rows) if action == "fetch" else super().check_action(action, parameters)
        )

    def action_fetch(self) -> None:
        """The chosen files, into the own area."""
        if self.files and self.chosen:
            self._keeper.files_asked(self.chosen)

    # -- the menu (右键菜单)

    def on_grid_menu_wanted(self, event: Grid.MenuWanted) -> None:
        """At the mouse."""
        event.stop()
        self.action_menu(event.at)

    def action_menu(self, at: Offset | None = None) -> None:
        """What can be done with lines."""
        some, closed = bool(self.chosen), self._reading
        if self.files:
            own = [
                Option("new", both("form-new-file"), "ctrl+n", not closed),
                Option("fetch", both("form-fetch"), "ctrl+g", some),
            ]
        else:
            own = [
                Option("new", both("form-new-line"), "ctrl+n", not closed and not self.closed),
                Option("copy", both("form-copy-line"), open=some and not closed and not self.closed),
            ]
        options = [
            *own,
            Option("delete", both("form-delete-lines"), "ctrl+d", some and not closed),
            Option("columns", both("table-columns")),
        ]
        at = at or self.grid.region.offset + Offset(4, 2)
        self.app.push_screen(Choose(self.group.label, options, self.language, at=at), self._menu_chosen)

    def _menu_chosen(self, key: str | None) -> None:
        if key == "columns":
            choose_columns(self.grid, self.language)
        elif key:
            getattr(self, f"action_{key}")()
