"""Something to be read through: sections of labels and values, in as many columns as there is room for.

Knows headings, labels and where lines are broken; refuses to know what it is that is read. Only the lines
that are seen are drawn, so that a case of a thousand lines is as quick as one of ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from terminals.tui.cells import fit, plain, width
from terminals.tui.wrapping import breaks
from terminals.work.dossier import Said, Section

_COLUMN = 36  # cells, at least, for a label and its value side by side with others
_LABEL = 22  # cells, at most, of a label
_LEAST = 10  # cells of a value beside its label
_INDENT = 2
_Part = tuple[str, str]  # component class and text
_Line = list[_Part]


class Reader(ScrollView, can_focus=True):
    """The sections, one below the other. Left and Right go from heading to heading."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown,space", "page_down", show=False),
        Binding("home", "scroll_home", show=False),
        Binding("end", "scroll_end", show=False),
        Binding("left", "section(-1)", show=False),
        Binding("right", "section(1)", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "reader--title",
        "reader--part",
        "reader--label",
        "reader--value",
    }
    DEFAULT_CSS = """
    Reader { height: 1fr; min-height: 4; padding: 0 1; overflow-y: scroll; }
    Reader:focus { background: $surface; }
    Reader > .reader--title { background: $panel; text-style: bold; }
    Reader > .reader--part { color: $primary; text-style: bold; }
    Reader > .reader--label { color: $quiet; }
    Reader > .reader--value { color: $foreground; }
    """

    def __init__(self, language: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._language = language
        self._sections: tuple[Section, ...] = ()
        self._lines: list[_Line] = []
        self._headings: list[int] = []  # the lines of headings
        self._laid = 0  # for that width
        self._last = False  # the last document is to be seen first

    def show(self, sections: Sequence[Section], *, last: bool = False) -> None:
        """Show these, with `last` from the last document on; what is the same as before stays where it is."""
        if tuple(sections) != self._sections:
            self._sections = tuple(sections)
            self._last = last
            self._lay(force=True)

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self._lay(force=True)

    @property
    def text(self) -> str:
        """All of it as it is broken now, a line a line."""
        return "\n".join("".join(part for _, part in line).rstrip() for line in self._lines)

    def on_resize(self, event: events.Resize) -> None:
        """Other lines for another width; until somebody reads, what is to be seen first stays in sight."""
        self._lay(force=self._last)

    def on_key(self) -> None:
        """Somebody reads."""
        self._last = False

    def on_mouse_scroll_up(self) -> None:
        """Somebody reads, by mouse."""
        self._last = False

    def action_section(self, way: int) -> None:
        """To the next heading, or the one before."""
        top = self.scroll_offset.y
        ahead = [at for at in self._headings if (at > top if way > 0 else at < top)]
        if ahead:
            self.scroll_to(y=ahead[0] if way > 0 else ahead[-1], animate=False)

    def _lay(self, *, force: bool = False) -> None:
        """Break the text for the width that there is."""
        wide = self.scrollable_content_region.width
        if wide <= 0 or (wide == self._laid and not force):
            return
        self._laid = wide
        self._lines, self._headings = [], []
        for section in self._sections:
            if section.depth <= 1 and self._lines:
                self._lines.append([])
            self._headings.append(len(self._lines))
            self._lines += _section(section, wide, self._language)
        self.virtual_size = Size(wide, len(self._lines))
        self.refresh()
        if self._last:
            headed = zip(self._headings, self._sections, strict=True)
            at = max((at for at, section in headed if section.depth == 0), default=0)
            self.call_after_refresh(self.scroll_to, y=at, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """One line of what is seen."""
        wide, ground = self.size.width, self.rich_style
        at = y + self.scroll_offset.y
        if at >= len(self._lines):
            return Strip.blank(wide, ground)
        segments = [
            Segment(text, self.get_component_rich_style(f"reader--{name}") if name else ground)
            for name, text in self._lines[at]
        ]
        return Strip(segments).adjust_cell_length(wide, ground)


def _section(section: Section, wide: int, language: str) -> Iterator[_Line]:
    heading = section.heading.in_language(language)
    if section.depth == 0:
        yield [("title", fit(f" {heading}", wide))]
    else:
        mark = "■" if section.depth == 1 else "▪"
        yield [("part", f"{mark} {plain(heading)}")]
    yield from _laid_out(section.said, wide - _INDENT, language)


def _laid_out(said: Sequence[Said], wide: int, language: str) -> Iterator[_Line]:
    """Labels and values in columns; a value that is longer than its column has its row alone."""
    texts = [(each.label.in_language(language), each.value.in_language(language)) for each in said]
    columns = max(1, wide // _COLUMN)
    room = wide // columns
    label = min(max((width(plain(one)) for one, _ in texts), default=0), _LABEL, max(4, room - _LEAST)) + 1
    waiting: list[tuple[str, str]] = []

    def row() -> Iterator[_Line]:
        if waiting:
            line: _Line = [("", " " * _INDENT)]
            for name, value in waiting:
                line += [("label", fit(name, label)), ("value", fit(value, room - label))]
            yield line
            waiting.clear()

    for name, value in texts:
        if width(plain(name)) < label and "\n" not in value and width(plain(value)) < room - label:
            waiting.append((name, value))
            if len(waiting) == columns:
                yield from row()
            continue
        yield from row()
        yield from _alone(name, value, label, wide)
    yield from row()


def _alone(name: str, value: str, label: int, wide: int) -> Iterator[_Line]:
    """One label, whole, and its value below or behind it, broken where it must be."""
    name = plain(name)
    pad = " " * _INDENT
    if width(name) >= label and wide - width(name) - 1 >= 2 * _LEAST:
        label = width(name) + 1
    first = fit(name, label) if width(name) < label else ""
    if not first:
        yield [("", pad), ("label", fit(name, wide))]
    for text in _broken(value, max(_LEAST, wide - label)):
        yield [("", pad), ("label", first or " " * label), ("value", text)]
        first = ""


def _broken(text: str, wide: int) -> Iterator[str]:
    for part in text.splitlines() or [""]:
        line = plain(part)
        start = 0
        for at in (*breaks(line, wide), len(line)):
            yield line[start:at].rstrip()
            start = at
