"""What a field is typed with: a line for most, several lines for long texts. One of each serves a whole form.

Knows keys: which letter goes where, and which key leaves the field; refuses to know whose value it is: the
sheet it lies on says so. All keys are handled here and at once, not as bindings, which Textual runs after
the letters that came behind them: of a bunch of keys that arrives together, each does its part in its turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from terminals.tui.cells import fit, width
from terminals.tui.typeahead import passed_on

_FREE = {"enter", "ctrl+a", "ctrl+d", "ctrl+e", "ctrl+f", "ctrl+k", "ctrl+w", "ctrl+y", "f6", "f7"}
"""Keys that Textual edits with, and the systems' manuals use otherwise."""
_NEW_LINE = ("ctrl+j", "alt+enter", "ctrl+enter", "shift+enter")
_STEPS = {"enter": 1, "tab": 1, "shift+tab": -1}
_CROSSES = {"up": -1, "down": 1}
_TURNS = {"pageup": -1, "pagedown": 1}


class Holder(Protocol):
    """The sheet that an editor lies on."""

    def typed(self, text: str) -> None:
        """The current field's text is another one now."""
        ...

    def step(self, way: int) -> None:
        """To the next field, or back."""
        ...

    def cross(self, way: int) -> None:
        """To the field below, or above."""
        ...

    def turn(self, way: int) -> None:
        """To what comes a screen later, or earlier."""
        ...

    def choose(self) -> bool:
        """Open the current field's code list; False if it has none."""
        ...

    def undo(self) -> bool:
        """Put back what was in the field; False if it still is."""
        ...

    def resting(self, wide: int, line: int) -> Strip:
        """How the current field looks while something else has the focus."""
        ...

    def meaning(self) -> str:
        """What the code in the current field means; '' for none."""
        ...


def _bindings(of: list[BindingType]) -> list[BindingType]:
    """Textual's own, without the keys that are free for others; Ctrl+A selects all."""
    kept: list[BindingType] = [Binding("ctrl+a", "select_all", show=False)]
    for each in of:
        assert isinstance(each, Binding)
        keys = ",".join(key for key in each.key.split(",") if key not in _FREE)
        if keys:
            kept.append(replace(each, key=keys))
    return kept


_CHOOSE = Binding("space", "choose", "form-codes")  # the footer shows it; the key is handled before


def _moves(holder: Holder, key: str) -> bool:
    """Whether a key leaves the field, which has been done then."""
    if key in _STEPS:
        holder.step(_STEPS[key])
    elif key in _CROSSES:
        holder.cross(_CROSSES[key])
    elif key in _TURNS:
        holder.turn(_TURNS[key])
    elif key == "escape":
        return holder.undo()
    else:
        return False
    return True


async def _acts(editor: Widget, key: str) -> bool:
    """Whether a key is one that edits, which has been done then."""
    bindings = editor._bindings.key_to_bindings.get(key, [])
    for binding in bindings:
        if binding.action != _CHOOSE.action:
            await editor.run_action(binding.action)
            return True
    return False


class Editor(Input, inherit_bindings=False):
    """One line."""

    BINDINGS: ClassVar[list[BindingType]] = [*_bindings(Input.BINDINGS), _CHOOSE]
    takes_typing: ClassVar[bool] = True

    def __init__(self, holder: Holder) -> None:
        super().__init__(compact=True, select_on_focus=False, validate_on=())
        self.cursor_blink = False
        self._holder = holder
        self._loading = False
        self._over = False
        self.coded = False

    @contextmanager
    def _loaded(self) -> Iterator[None]:
        self._loading = True
        try:
            yield
        finally:
            self._loading = False

    def hold(self, text: str, *, coded: bool = False, over: bool = False) -> None:
        """Another field's text. `over`: what is typed takes its place, as of a number; else it is added."""
        self.coded, self._over = coded, over
        self.renew(text)

    def renew(self, text: str) -> None:
        """The same field's text was looked up, or put back."""
        with self._loaded():
            self.value = text
            self.selection = type(self.selection)(0 if self._over else len(text), len(text))

    def _watch_value(self, value: str) -> None:
        with self.prevent(Input.Changed):
            super()._watch_value(value)
        if not self._loading:
            self._holder.typed(value)

    async def _on_key(self, event: events.Key) -> None:
        if passed_on(self, event):
            return
        chosen = event.key == "space" and self._holder.choose()
        if chosen or _moves(self._holder, event.key) or await _acts(self, event.key):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """All of it, on one line: what is copied out of a sheet ends in a line's end, or has tabs."""
        event.stop()
        event.prevent_default()
        if not passed_on(self, event):
            self.replace(" ".join(event.text.split()) if "\n" in event.text else event.text, *self.selection)

    @property
    def written(self) -> str:
        """What stands in it."""
        return self.value

    def action_choose(self) -> None:
        """Open the code list; by the footer."""
        self._holder.choose()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The code list is offered where there is one."""
        return self.coded if action == "choose" else super().check_action(action, parameters)

    def follow(self) -> None:
        """Tell the terminal where the cursor is, for input methods, after the editor was moved."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    @property
    def _value(self) -> Text:
        shown = self.value if self.value.isprintable() else "".join(map(_seen, self.value))
        return Text(shown, no_wrap=True, overflow="ignore", end="")

    def render_line(self, y: int) -> Strip:
        """The text with its cursor, and behind it what a code means."""
        if not self.has_focus:
            return self._holder.resting(self.size.width, y)
        strip = super().render_line(y)
        room = self.size.width - width(self.value) - 2
        meaning = self._holder.meaning() if room > 2 else ""
        if not meaning:
            return strip
        style = self.rich_style + Style(dim=False, italic=True)
        left = strip.crop(0, self.size.width - room)
        return Strip.join([left, Strip([Segment(fit(meaning, room), style)], room)])


class LongEditor(TextArea, inherit_bindings=False):
    """Several lines: Ctrl+Enter, Alt+Enter or Ctrl+J begins a new one, since terminals differ."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings(TextArea.BINDINGS)
    takes_typing: ClassVar[bool] = True

    def __init__(self, holder: Holder) -> None:
        super().__init__(compact=True, tab_behavior="focus", highlight_cursor_line=False)
        self.cursor_blink = False
        self._holder = holder
        self._loading = False

    def hold(self, text: str, *, coded: bool = False, over: bool = False) -> None:
        """Another field's text, the cursor at its end: long texts are added to, not typed anew."""
        assert not coded
        assert not over
        self.renew(text)

    def renew(self, text: str) -> None:
        """The same field's text has changed by itself."""
        self._loading = True
        self.load_text(text)
        self.move_cursor(self.document.end)
        self._loading = False

    @property
    def written(self) -> str:
        """What stands in it."""
        return self.text

    def edit(self, edit: Edit) -> EditResult:
        """Whatever changes the text; the sheet is told at once."""
        result = super().edit(edit)
        self._tell()
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        super()._undo_batch(edits)
        self._tell()

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        super()._redo_batch(edits)
        self._tell()

    def _tell(self) -> None:
        if not self._loading:
            self._holder.typed(self.text)

    async def _on_key(self, event: events.Key) -> None:
        if passed_on(self, event):
            return
        left = not self._within(event.key) and _moves(self._holder, event.key)
        if event.key in _NEW_LINE:
            self._replace_via_keyboard("\n", *self.selection)
        elif not left and not await _acts(self, event.key):
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    def _within(self, key: str) -> bool:
        """Whether an arrow stays in the text."""
        if key == "up":
            return not self.cursor_at_first_line
        return key == "down" and not self.cursor_at_last_line

    def follow(self) -> None:
        """Tell the terminal where the cursor is, for input methods, after the editor was moved."""
        if self.has_focus:
            self.app.cursor_position = self.cursor_screen_offset

    def render_line(self, y: int) -> Strip:
        """The text with its cursor."""
        return super().render_line(y) if self.has_focus else self._holder.resting(self.size.width, y)


def _seen(letter: str) -> str:
    return letter if letter.isprintable() or letter == "\u3000" else "·"


Editing = Editor | LongEditor
