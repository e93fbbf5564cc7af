"""The open screens as tabs: one line with their numbered headings, and the one page that is in front.

Knows order, numbers, which page is in front and where its cursor was; refuses to know what a page is about,
and whether it may be closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.containers import Container
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from terminals.tui.cells import fit, width
from terminals.tui.page import Page

HEADING = 24  # cells that one tab's heading may take
_CLOSE = " x "
_MORE = 2  # cells of the marks that say there are tabs to the left or right


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab as it stands in the line, from `left` up to `right`."""

    number: int
    text: str
    left: int
    right: int


class Pages(Container):
    """The open pages, in their order; one of them is in front."""

    DEFAULT_CSS = """
    Pages { width: 1fr; height: 1fr; }
    Pages > Page { height: 1fr; display: none; }
    Pages > Page.-front { display: block; }
    """

    class Changed(Message):
        """Another page is in front, or the order has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._order: list[Page] = []
        self._front: Page | None = None
        self._cursors: dict[Page, Widget] = {}
        self._past: list[Page] = []  # pages that were in front before, for back and forward
        self._future: list[Page] = []

    def __iter__(self) -> Iterator[Page]:
        return iter(tuple(self._order))

    def __len__(self) -> int:
        return len(self._order)

    @property
    def front(self) -> Page | None:
        """The page that is seen."""
        return self._front

    def number(self, page: Page) -> int:
        """Its number, from 1."""
        return self._order.index(page) + 1

    async def add(self, page: Page) -> None:
        """Open it behind the one in front, and bring it to the front."""
        at = self._order.index(self._front) + 1 if self._front in self._order else len(self._order)
        self._order.insert(at, page)
        await self.mount(page)
        self.show(page)

    def show(self, page: Page, *, remember: bool = True) -> None:
        """Bring it to the front, with the cursor where it was."""
        if page is self._front:
            self._focus(page)
            return
        before = self._front
        if before is not None:
            focused = self.screen.focused
            if focused is not None and before in focused.ancestors_with_self:
                self._cursors[before] = focused
            before.remove_class("-front")
            if remember:
                self._past.append(before)
                self._future.clear()
        self._front = page
        page.add_class("-front")
        self._focus(page)
        self.post_message(self.Changed())

    async def take_out(self, page: Page) -> None:
        """Close it; the one beside it comes to the front."""
        at = self._order.index(page)
        self._order.remove(page)
        self._cursors.pop(page, None)
        self._past = [each for each in self._past if each is not page]
        self._future = [each for each in self._future if each is not page]
        if page is self._front:
            self._front = None
            if self._order:
                self.show(self._order[min(at, len(self._order) - 1)])
        await page.remove()
        self.post_message(self.Changed())

    def step(self, by: int) -> None:
        """To the next tab, around the end."""
        if self._front is not None:
            at = (self._order.index(self._front) + by) % len(self._order)
            self.show(self._order[at])

    def move(self, page: Page, by: int) -> None:
        """Give it another place, as far as there are places."""
        at = self._order.index(page)
        to = min(max(at + by, 0), len(self._order) - 1)
        if to != at:
            self._order.insert(to, self._order.pop(at))
            self.post_message(self.Changed())

    @property
    def ways(self) -> tuple[bool, bool]:
        """Whether one can go forward, and back."""
        return bool(self._future), bool(self._past)

    def back(self) -> None:
        """To the page that was in front before."""
        self._walk(self._past, self._future)

    def forward(self) -> None:
        """The way `back` went, the other way."""
        self._walk(self._future, self._past)

    def _walk(self, way: list[Page], other: list[Page]) -> None:
        if way and self._front is not None:
            other.append(self._front)
            self.show(way.pop(), remember=False)

    def _focus(self, page: Page) -> None:
        self.app.call_later(self._put_cursor, page)  # whoever shows a page may change what is on it

    def _put_cursor(self, page: Page) -> None:
        """Where it was, or where the page begins; what was typed in may have been closed meanwhile."""
        if page is not self._front or not page.is_attached:
            return
        cursor = self._cursors.get(page)
        if cursor is None or not _takes_cursor(cursor, page):
            cursor = page.first()
        if cursor is None or not _takes_cursor(cursor, page):
            cursor = next((each for each in page.query("*") if _takes_cursor(each, page)), None)
        if cursor is not None:
            self.screen.set_focus(cursor)


class TabLine(Widget):
    """The line of tabs. A click brings one to the front, its x closes it, the right button offers more."""

    DEFAULT_CSS = """
    TabLine { height: 1; background: $panel; color: $foreground; }
    TabLine .tabs--front { background: $surface; text-style: bold; }
    TabLine .tabs--more { color: $primary; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"tabs--front", "tabs--more"}

    class Chosen(Message):
        """A tab was clicked: to go there, to close it, or (more) to say what to do with it."""

        def __init__(self, page: Page, what: str) -> None:
            super().__init__()
            self.page = page
            self.what = what  # show, close, more

    def __init__(self, pages: Pages, language: str) -> None:
        super().__init__()
        self._pages = pages
        self._language = language
        self._first = 0  # the tab that stands at the left, where not all have room

    def retell(self, language: str) -> None:
        """Headings in another language."""
        self._language = language
        self.refresh()

    def tabs(self) -> tuple[list[Tab], bool, bool]:
        """The tabs that have room, and whether there are more to the left and to the right."""
        texts = [
            f" {number} {fit(_text(page, self._language), HEADING).rstrip()}{' ' if page.STAYS else _CLOSE}"
            for number, page in enumerate(self._pages, 1)
        ]
        front = self._pages.number(self._pages.front) - 1 if self._pages.front in list(self._pages) else 0
        room = self.size.width - 2 * _MORE
        self._first = min(self._first, front)
        while self._first < front and sum(map(width, texts[self._first : front + 1])) > room:
            self._first += 1
        while self._first and sum(map(width, texts[self._first - 1 :])) <= room:
            self._first -= 1
        found: list[Tab] = []
        left = _MORE
        for at in range(self._first, len(texts)):
            right = left + width(texts[at])
            if right > self.size.width - _MORE and found:
                break
            found.append(Tab(at + 1, texts[at], left, right))
            left = right
        return found, self._first > 0, self._first + len(found) < len(texts)

    def render_line(self, y: int) -> Strip:
        """The line."""
        tabs, left, right = self.tabs()
        plain = self.rich_style
        more = self.get_component_rich_style("tabs--more")
        front = self.get_component_rich_style("tabs--front")
        segments = [Segment("< " if left else "  ", more)]
        number = self._pages.number(self._pages.front) if self._pages.front in list(self._pages) else 0
        segments += [Segment(tab.text, front if tab.number == number else plain) for tab in tabs]
        strip = Strip(segments).adjust_cell_length(self.size.width - _MORE, plain)
        end = Segment(" >" if right else "  ", more)
        return Strip([*strip, end]).adjust_cell_length(self.size.width, plain)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A tab, its x, or the right button on it."""
        event.stop()
        for tab in self.tabs()[0]:
            if tab.left <= event.x < tab.right:
                page = list(self._pages)[tab.number - 1]
                cross = event.button == 1 and event.x >= tab.right - len(_CLOSE)
                close = not page.STAYS and (event.button == 2 or cross)
                what = "more" if event.button == 3 else "close" if close else "show"
                self.post_message(self.Chosen(page, what))


def _takes_cursor(widget: Widget, page: Page) -> bool:
    """Whether a widget on a page can have the cursor, and is seen there."""
    inside = takewhile(lambda node: node is not page, widget.ancestors_with_self)
    return widget.is_attached and widget.focusable and all(node.display for node in inside)


def _text(page: Page, language: str) -> str:
    return f"{'*' if page.unsaved else ''}{page.heading.in_language(language)}"
