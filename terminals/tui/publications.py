"""What customs has published (新闻、资料、公告、通知): listed by kind, found by title and day, and read.

Knows how bulletins are asked for and shown; refuses to know which kinds there are, who publishes them, and
how files are fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST, parse_wire_time
from terminals.tui.attaching import fetch_files
from terminals.tui.buttons import Buttons, Option
from terminals.tui.columns import Column, Fetched, Wanted
from terminals.tui.criteria import Criterion
from terminals.tui.page import Page
from terminals.tui.reader import Reader
from terminals.tui.searching import SearchPage
from terminals.tui.words import both
from terminals.work.dossier import Said, Section, sized
from terminals.work.news import News

MOST = 1_000
"""Publications that a list goes back."""
BY_TITLE = Criterion("title", Words("标题", "Title"))
BY_DAY = Criterion("published", Words("发布日期", "Published on"), between=True)
"""By what publications may be searched."""
_PAGE = 100  # the gateway's most
_READ = Words("阅读", "Read")
_FILES = Words("下载附件", "Fetch files")


def published(item: News) -> str:
    """When it was, in China."""
    return parse_wire_time(item.published).astimezone(CST).strftime("%Y-%m-%d %H:%M")


class NewsList(SearchPage[News]):
    """What was published of a KIND, the newest first. DETAIL is the screen that reads one."""

    KIND: ClassVar[str]
    DETAIL: ClassVar[str]
    CRITERIA: ClassVar[tuple[Criterion, ...]] = (BY_TITLE, BY_DAY)
    TOGETHER: ClassVar[bool] = True
    AT_ONCE: ClassVar[bool] = True
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("time", Words("发布时间", "Published"), cells=16),
        Column("title", Words("标题", "Title"), most=70),
        Column("files", Words("附件", "Files"), number=True, cells=5),
    )
    HELP: ClassVar[str] = "help-news"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "read", "news-read"),
        Binding("ctrl+t", "files", "form-fetch"),
    ]

    @property
    def kinds(self) -> tuple[str, ...]:
        """KIND, where there are no others beside it."""
        return (self.KIND,)

    def _fetch(self, wanted: Wanted) -> Fetched[News]:
        """In a thread: the gateway tells them from the newest on, and a page is cut from that."""
        found = [each for kind in self.kinds for each in self._all(kind)]
        found.sort(key=lambda each: -each.number)
        start = (wanted.page - 1) * wanted.size
        return Fetched(found[start : start + wanted.size], len(found))

    def _all(self, kind: str) -> list[News]:
        asked = self._asked
        found: list[News] = []
        before: int | None = None
        while len(found) < MOST:
            page = self.work.line.news(
                kind, before, _PAGE, title=asked.get("title", ""),
                first=asked.get("published.from", ""), last=asked.get("published.to", ""),
            )  # fmt: skip
            found += page.news
            before = page.before
            if before is None:
                break
        return found

    def text(self, item: News, key: str) -> str:
        """When, what, and how many files."""
        if key == "time":
            return published(item)
        return item.title if key == "title" else str(len(item.files) or "")

    def picked(self) -> None:
        """Enter reads it."""
        self.action_read()

    def _options(self) -> list[Option]:
        item = self.table.item if self.is_mounted else None
        return [
            Option("read", _READ, "ctrl+o", item is not None),
            Option("files", _FILES, "ctrl+t", item is not None and bool(item.files)),
        ]

    def action_read(self) -> None:
        """The one under the cursor."""
        item = self.table.item
        if item is not None:
            self.terminal.open_soon(self.DETAIL, item=item)

    def action_files(self) -> None:
        """Its files, into the own area."""
        item = self.table.item
        if item is not None and item.files:
            self.run_worker(fetch_files(self.terminal, item.files), group="files")


class NewsItem(Page):
    """One publication, to be read."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+g", "files", "form-fetch")]

    def __init__(self, item: News) -> None:
        super().__init__()
        self._item = item

    def compose(self) -> ComposeResult:
        """The text; and its files, if there are any."""
        yield Buttons((Option("files", _FILES, "ctrl+g", bool(self._item.files)),), self.language)
        yield Reader(self.language)

    def on_mount(self) -> None:
        """Show it."""
        self.query_one(Reader).show(_sections(self._item))

    @property
    def heading(self) -> Words:
        """The title."""
        return _same(self._item.title)

    def first(self) -> Widget:
        """The text."""
        return self.query_one(Reader)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-news-item")

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """By mouse, or from the row of buttons."""
        event.stop()
        self.action_files()

    def action_files(self) -> None:
        """Into the own area."""
        if self._item.files:
            self.run_worker(fetch_files(self.terminal, self._item.files), group="files")


def _sections(item: News) -> Sequence[Section]:
    said = (
        Said(Words("发布时间", "Published"), _same(published(item))),
        Said(Words("内容", "Text"), _same(item.body)),
    )
    files = tuple(
        Said(_same(str(number)), _same(f"{file.name} ({sized(file.size)})"))
        for number, file in enumerate(item.files, 1)
    )
    read = [Section(_same(item.title), said)]
    return [*read, Section(Words("附件", "Files"), files, 1)] if files else read


def _same(text: str) -> Words:
    return Words(text, text)
