"""The screen of somebody at work: tabs above, the menu at the side, the page in front, status and keys below.

Knows where these stand, the keys that go between pages, and how a page is opened and closed; refuses to know
what any page is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import Offset
from textual.screen import Screen

from messages.annotations import Words
from terminals.tui.dialogs import Tell
from terminals.tui.keys import Keys
from terminals.tui.menu import NARROW, Entries, SideMenu
from terminals.tui.page import Page
from terminals.tui.status import Status
from terminals.tui.systems import Entry
from terminals.tui.tabs import Pages, TabLine
from terminals.tui.windows import Functions, Windows
from terminals.tui.words import both, retell

if TYPE_CHECKING:
    from terminals.tui.app import Terminal

HOME = "home"


class Shell(Screen[None]):
    """Everything around the pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "windows", "key-windows"),
        Binding("f4", "close", "key-close"),
        Binding("f5", "again", "key-again"),
        Binding("f6", "menu", "key-menu"),
        Binding("f7", "step(-1)", "key-previous", show=False),
        Binding("f8", "step(1)", "key-next"),
        Binding("f9", "open('receipts')", "key-receipts", show=False),
        Binding("alt+3", "functions", "key-functions", show=False),
    ]

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self.pages = Pages()
        self._entries: dict[Page, Entry] = {}

    @property
    def terminal(self) -> Terminal:
        """The application."""
        return cast("Terminal", self.app)

    @property
    def status(self) -> Status:
        """The status bar."""
        return self.query_one(Status)

    def compose(self) -> ComposeResult:
        """From the top to the bottom."""
        yield TabLine(self.pages, self._language)
        with Horizontal():
            yield SideMenu(self.terminal.menu, self._language, leave=HOME)
            yield self.pages
        yield Status(self._language, self.terminal.clock)
        yield Keys(self._language)

    def on_mount(self) -> None:
        """The menu folded where there is no room, and the first page."""
        self.query_one(SideMenu).set_class(self.app.size.width < NARROW, "-folded")

    def retell(self, language: str) -> None:
        """Everything in another language."""
        self._language = language
        for child in self.children:
            retell(child, language)

    def help(self) -> Words:
        """What F1 says of the keys around a page."""
        return both("help-shell")

    # -- pages

    async def open(self, entry: Entry, **given: Any) -> Page:
        """Open a screen, or go to the tab that has it; where it is narrow, the menu makes room."""
        if self.app.size.width < NARROW:
            self.query_one(SideMenu).add_class("-folded")
        for page, known in self._entries.items():
            if known.name == entry.name and (page.about(given) if given else entry.single):
                if not page.is_mounted:  # it is just being opened, and comes to the front by itself
                    return page
                self.pages.show(page)
                page.resume(given)
                return page
        page = entry.factory()(**given)
        self._entries[page] = entry
        await self.pages.add(page)
        return page

    def entry(self, page: Page) -> Entry:
        """What a page was opened by."""
        return self._entries[page]

    async def close(self, page: Page) -> bool:
        """Close a page if it may be closed; whether it is."""
        if page.STAYS:
            return False
        self.pages.show(page)
        if not await page.may_close():
            return False
        self.terminal.keeper.forget(page)
        del self._entries[page]
        await self.pages.take_out(page)
        return True

    async def close_all(self, but: Page | None = None) -> None:
        """Close all pages, until one says no."""
        for page in self.pages:
            if page is not but and not page.STAYS and not await self.close(page):
                return
        if but is not None:
            self.pages.show(but)

    # -- what is told to it

    def on_pages_changed(self) -> None:
        """The line of tabs is drawn anew, and the keys of another page shown."""
        self.query_one(TabLine).refresh()
        self.refresh_bindings()

    def on_page_headed(self) -> None:
        """Another heading."""
        self.query_one(TabLine).refresh()

    async def on_tab_line_chosen(self, event: TabLine.Chosen) -> None:
        """A tab was clicked."""
        if event.what == "show":
            self.pages.show(event.page)
        elif event.what == "close":
            self.run_worker(self.close(event.page))
        else:
            self.run_worker(self._windows(event.page, self.app.mouse_position))

    def on_status_asked(self) -> None:
        """The receipts were clicked."""
        if self.check_action("open", ("receipts",)):
            self.terminal.open_soon("receipts")

    def on_grid_picked(self, event: Entries.Picked) -> None:
        """Something in the menu at the side was chosen."""
        if not isinstance(event.grid, SideMenu):
            return
        entry = event.grid.entry(event.row)
        if entry is not None:
            self.terminal.open_soon(entry.name)

    def on_resize(self, event: events.Resize) -> None:
        """Where the window becomes narrow, the menu makes room."""
        if event.size.width < NARROW:
            self.query_one(SideMenu).add_class("-folded")

    # -- keys

    def action_open(self, name: str) -> None:
        """A screen by its name."""
        self.terminal.open_soon(name)

    def action_step(self, by: int) -> None:
        """The next tab."""
        self.pages.step(by)

    def action_again(self) -> None:
        """What is shown, anew."""
        if self.pages.front is not None:
            self.pages.front.again()

    def action_close(self) -> None:
        """The tab in front."""
        if self.pages.front is not None:
            self.run_worker(self.close(self.pages.front))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys for several tabs are there while there are several, a screen's for who has it."""
        front = self.pages.front
        if action == "close":
            return front is not None and not front.STAYS
        if action == "open":
            return any(entry.name in parameters for _, entry in self.terminal.menu)
        return not (action in ("step", "windows") and len(self.pages) < 2)

    def action_menu(self) -> None:
        """Fold the menu, or unfold it and go there."""
        menu = self.query_one(SideMenu)
        menu.toggle_class("-folded")
        if menu.has_class("-folded"):
            if menu.has_focus and self.pages.front is not None:
                self.pages.show(self.pages.front)
        else:
            menu.focus()

    def action_windows(self) -> None:
        """The list of open screens."""
        if self.pages.front is not None:
            self.run_worker(self._windows(self.pages.front))

    def action_functions(self) -> None:
        """功能选择."""
        self.run_worker(self._functions())

    async def _windows(self, page: Page, at: Offset | None = None) -> None:
        pages = list(self.pages)
        chosen = await self.terminal.ask(Windows(pages, page, self._language, at))
        if chosen is None or page not in self._entries:
            return
        if chosen.isdecimal():
            self.pages.show(pages[int(chosen) - 1])
        elif chosen in ("left", "right"):
            self.pages.move(page, -1 if chosen == "left" else 1)
        elif chosen == "close":
            await self.close(page)
        else:
            await self.close_all(page if chosen == "others" else None)

    async def _functions(self) -> None:
        forward, back = self.pages.ways
        chosen = await self.terminal.ask(Functions(self._language, forward=forward, back=back))
        match chosen:
            case "main":
                self.terminal.open_soon(HOME)
            case "forward":
                self.pages.forward()
            case "back":
                self.pages.back()
            case "help":
                self.terminal.action_help()
            case "about":
                await self.terminal.ask(
                    Tell(self.terminal.about(), self._language, title=both("about-title"))
                )
            case "quit":
                self.terminal.action_leave()
