"""The fields of one row (表头, or one line of a 表体): all of them drawn, and one of them typed in.

Knows a row of a FormModel, where its fields stand, and the one editor that goes from field to field, so that
a form of sixty fields is one widget and opens at once. Refuses to know other rows, the gateway and what any
field means: whoever keeps the sheet is told of every change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.geometry import Region
from textual.layout import Layout
from textual.widget import Widget

from messages.forms import Field
from terminals.tui import coding
from terminals.tui.arrange import is_long
from terminals.tui.face import Face
from terminals.tui.field import Editing, Editor, LongEditor
from terminals.tui.keeper import Keeper
from terminals.tui.within import Within
from terminals.work.model import FormModel
from terminals.work.moments import spelled
from terminals.work.named import resolved
from terminals.work.rows import Changed, Place, Row, cleaned
from terminals.work.standing import Kind


class Sheet(Face):
    """A row's fields. It has the focus itself only where there is nothing to type (`reading`)."""

    takes_typing: ClassVar[bool] = True

    def __init__(self, keeper: Keeper, language: str, *, reading: bool = False) -> None:
        """`reading`: nothing can be typed; the cursor goes through the fields all the same."""
        super().__init__(language, reading=reading)
        self.can_focus = reading
        self._keeper = keeper
        self._before = ""  # the current field's text when the cursor came
        self._within = Within(lambda: self.editing_region)
        self._line = Editor(self)
        self._long: LongEditor | None = None

    @property
    def layout(self) -> Layout:
        """Its editors lie where it says."""
        return self._within

    def compose(self) -> Iterable[Widget]:
        """The editor for a line; that for long texts is made when it is first needed."""
        yield self._line

    # -- whose fields it shows

    def load(self, model: FormModel, row: Row | None, fields: Sequence[Field]) -> None:
        """Show another row of a model, the cursor on its first field that can be typed; None: no row."""
        self.model, self.row = model, row
        if tuple(fields) != self.fields:
            self.fields = tuple(fields)
            self.forget_places()
        self.at = self._next(-1, 1) or 0
        self._hold()
        self.refresh(layout=True)

    def read(self, *, only: bool) -> None:
        """From now on nothing can be typed in it, or it can again."""
        self.reading = self.can_focus = only
        if not self._enterable(self.at) if self.fields and self.row is not None else False:
            self.at = self._next(-1, 1) or 0
        self._hold()
        self.refresh(layout=True)

    @property
    def place(self) -> Place | None:
        """The field that the cursor is in, or would be."""
        if self.row is None or not self.fields:
            return None
        return Place(self.row, self.fields[self.at].name)

    @property
    def active(self) -> bool:
        """Whether the cursor is in it. The screen knows at once, the widgets themselves only later."""
        return self.is_attached and self.screen.focused in (self, *self._editors())

    @property
    def editor(self) -> Editing:
        """What the current field is typed with."""
        if not is_long(self.fields[self.at]):
            return self._line
        if self._long is None:
            self._long = LongEditor(self)
            self.mount(self._long)
        return self._long

    @property
    def editing_region(self) -> Region:
        """Where the editor lies."""
        if not self.boxes or self.row is None:
            return Region(0, 0, 1, 1)
        box = self.boxes[self.at]
        return Region(box.left, box.top, max(1, box.cells - self.listed(box.field)), box.lines)

    # -- going about

    def focus_field(self, name: str | None = None) -> None:
        """Put the cursor into a field; into the current one, if none is said."""
        if name is not None:
            self._go(next(at for at, field in enumerate(self.fields) if field.name == name))
        self._take_focus()

    def first(self) -> bool:
        """Put the cursor into the first field that can be typed; whether there is one."""
        return self._enter(self._next(-1, 1))

    def last(self) -> bool:
        """… and the last one."""
        return self._enter(self._next(len(self.fields), -1))

    def _enter(self, at: int | None) -> bool:
        if at is None:
            return False
        self._go(at)
        self._take_focus()
        return True

    def step(self, way: int) -> None:
        """To the next field that can be typed, or back; past the ends the keeper goes on."""
        at = self._next(self.at, way)
        if at is None:
            self.leave()
            self._keeper.past(self, way)
        else:
            self._go(at)

    def cross(self, way: int) -> None:
        """To the nearest field below or above that can be typed."""
        here = self.boxes[self.at]
        ahead = [
            (abs(box.top - here.top), abs(box.left - here.left), at)
            for at, box in enumerate(self.boxes)
            if (box.top - here.top) * way > 0 and self._enterable(at)
        ]
        if ahead:
            self._go(min(ahead)[2])

    def turn(self, way: int) -> None:
        """Page up or down is the keeper's."""
        self._keeper.turned(self, way)

    def _next(self, at: int, way: int) -> int | None:
        places = range(at + 1, len(self.fields)) if way > 0 else range(at - 1, -1, -1)
        return next((each for each in places if self._enterable(each)), None)

    def _enterable(self, at: int) -> bool:
        standing = self.standing(self.fields[at])
        return standing.kind is not Kind.HIDDEN and (self.reading or not standing.locked)

    def _go(self, at: int) -> None:
        if at != self.at:
            self.leave()
            before, self.at = self.at, at
            self._hold()
            self._redraw({self.fields[before].name, self.fields[at].name})
            if self.active:
                self._tell_entered()

    def _take_focus(self) -> None:
        target: Widget = self if self.reading else self.editor
        if self.screen.focused is not target:
            self.screen.set_focus(target, scroll_visible=False)
        self._tell_entered()

    def _tell_entered(self) -> None:
        place = self.place
        if place is not None:
            self.show_place()
            self._keeper.entered(self, place)
            self.screen.refresh_bindings()

    def show_place(self) -> None:
        """Scroll until the current field is seen, with the one above and below."""
        if self.boxes and isinstance(self.parent, Widget):
            box = self.boxes[self.at]
            around = Region(0, max(0, box.top - 1), 1, box.lines + 2)
            self.parent.scroll_to_region(around, animate=False, force=True, x_axis=False)

    def leave(self) -> None:
        """What is typed in the current field is all of it."""
        place = self.place
        if place is not None and not self.reading:
            self._resolve(place)
            self._keeper.left(self, place)

    def _hold(self) -> None:
        """Put the current field's text into the editor that suits it."""
        if self.row is None or not self.fields:
            return
        field = self.fields[self.at]
        self._before = self.row.text(field.name)
        self.known_wrong = self.standing(field).kind is Kind.WRONG
        editor = self.editor
        editor.hold(self._before, coded=self.listed(field), over=self.typed_over(field))
        swapped = self.active and not self.reading and self.screen.focused is not editor
        for each in self._editors():
            each.display = each is editor and not self.reading
        if swapped:
            self.screen.set_focus(editor, scroll_visible=False)
        editor.refresh(layout=True)
        self.call_after_refresh(editor.follow)

    @property
    def replaced(self) -> str:
        """What was in the current field when the cursor came, and was typed over; '' for nothing."""
        place = self.place
        if place is None or self.reading or not self._before or not self.typed_over(place.field):
            return ""
        return self._before if place.row.text(place.name) != self._before else ""

    def _editors(self) -> tuple[Editing, ...]:
        return (self._line,) if self._long is None else (self._line, self._long)

    # -- typing

    def typed(self, text: str) -> None:
        """The current field's text is another one."""
        place = self.place
        if self.model is not None and place is not None and not self.reading:
            self._keeper.changed(self, self.model.set(place.row, place.name, text))

    def undo(self) -> bool:
        """Put back what was in the current field when the cursor came."""
        place = self.place
        if place is None or place.row.text(place.name) == self._before:
            return False
        self.editor.renew(self._before)
        self.typed(self._before)
        return True

    def _resolve(self, place: Place) -> None:
        """A code may be typed by its name, or in small letters; a day or a time as people write it."""
        text = place.row.text(place.name)
        meant = spelled(place.field.type_name, text)
        if meant != text:
            self.typed(meant)
        if text and self.listed(place.field) and not place.field.many:
            code = resolved(self._keeper.codes(place.field) or (), text)
            if code != text:
                self.typed(code)

    def choose(self) -> bool:
        """Open the code list of the current field."""
        place = self.place
        if place is None or not self.listed(place.field) or self.reading:
            return False
        coding.choose(self.app, self._keeper, place, self.language, self._take)
        return True

    def _take(self, code: str) -> None:
        self.editor.renew(code)
        self.typed(code)
        self.step(1)

    # -- keeping up with the model

    def follow(self, changed: Changed) -> None:
        """Values or standings have changed: draw them, and go on if the current field was closed."""
        names = {place.name for place in changed.places if place.row is self.row}
        if self.row is None or not (changed.all or names):
            return
        self._redraw(None if changed.all else names)
        place = self.place
        if place is None or self.reading or not (changed.all or place.name in names):
            return
        if not self._enterable(self.at):
            at = self._next(self.at, 1) or self._next(-1, 1)
            if at is not None:
                self._go(at)
        elif cleaned(self.editor.written) != place.row.text(place.name):
            self.editor.renew(place.row.text(place.name))

    def _redraw_current(self) -> None:
        if self.fields:
            self._redraw({self.fields[self.at].name})

    def _redraw(self, names: set[str] | None) -> None:
        """Draw these fields, or all."""
        if names is None:
            self.refresh()
            return
        for box in self.boxes:
            if box.field.name in names:
                self.refresh(Region(box.label_left, box.top, box.right - box.label_left, box.lines))

    def retell(self, language: str) -> None:
        """Labels and meanings in another language; the cursor and what is typed stay."""
        self.language = language
        self.forget_places()
        self.lay()
        self.refresh(layout=True)
        self.editor.refresh(layout=True)
        self.call_after_refresh(self.show_place)

    # -- focus, keys and mouse of its own

    def _on_resize(self, event: events.Resize) -> None:
        self.lay(event.size.width)
        self.call_after_refresh(self.show_place)

    def on_descendant_focus(self) -> None:
        """The cursor has come, whoever sent it, and is still here."""
        self._redraw_current()
        if self.active:
            self._tell_entered()

    def on_descendant_blur(self) -> None:
        """The cursor is elsewhere; a code list in front does not take it away."""
        self._redraw_current()
        if self.screen is self.app.screen and not self.active:
            self.leave()

    def on_focus(self) -> None:
        """The cursor has come, to read."""
        self._redraw_current()
        self._tell_entered()

    def on_key(self, event: events.Key) -> None:
        """While reading, the same keys go through the fields."""
        moves = {"enter": 1, "tab": 1, "down": 1, "right": 1, "shift+tab": -1, "up": -1, "left": -1}
        pages = {"pageup": -1, "pagedown": 1}
        if not self.has_focus:
            return
        if event.key in ("up", "down"):
            self.cross(moves[event.key])
        elif event.key in moves:
            self.step(moves[event.key])
        elif event.key in pages:
            self.turn(pages[event.key])
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        """Into the field; on its ▾, into its code list."""
        for at, box in enumerate(self.boxes):
            if box.holds(event.x, event.y) and self._enterable(at):
                event.stop()
                self._enter(at)
                if self.listed(box.field) and event.x == box.right - 1:
                    self.choose()
                return
