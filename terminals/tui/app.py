"""The terminal: one person from login to quitting, on one screen.

Knows its beginning and its end, its keys, and who is at work. Refuses to know any system, every particular
page, how a question is shown (`asking` does), and what to do about what happens by itself (`conduct` does).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar

import structlog
from textual import events
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen
from textual.worker import WorkerFailed

from hardware.signer import SignerError
from messages.annotations import Words
from messages.visible import plain
from messages.wire import CST
from terminals.tui.asking import Asking
from terminals.tui.at_work import Work
from terminals.tui.conduct import Conduct
from terminals.tui.dialogs import Ask, Tell
from terminals.tui.driver import LineDriver, LineLost
from terminals.tui.ends import HUNG_UP, Ends
from terminals.tui.help import help_of
from terminals.tui.keeping import Keeper
from terminals.tui.login import Login
from terminals.tui.offered import TABLE
from terminals.tui.page import Page
from terminals.tui.place import Place
from terminals.tui.register_account import FILE as REGISTRATION
from terminals.tui.register_account import Register
from terminals.tui.shell import HOME, Shell
from terminals.tui.systems import Menu, System
from terminals.tui.typeahead import Closing, Early
from terminals.tui.words import both, retell
from terminals.work.drafts import Draft
from terminals.work.events import Event

BROKEN = 70  # exit status when something raised (EX_SOFTWARE of sysexits.h)
PACKAGE = "eport-gateway"

log = structlog.get_logger("terminals.tui.app")


@dataclass(frozen=True, slots=True)
class Incident:
    """Something broke beside the screens."""

    number: str


class Terminal(Asking):
    """The application. `run` it, then `end` it, then look whether it is `broken`."""

    TITLE = "E-Port"
    CSS = "ToastRack { margin-bottom: 2; }"  # above the status bar and the keys
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "key-help", priority=True),
        Binding("f2", "language", "key-language", priority=True),
        Binding("f10", "leave", "key-quit", priority=True),
        Binding("ctrl+q,ctrl+c", "nothing", show=False),
    ]

    class Happened(Message, bubble=False):
        """Something happened by itself, and was told by some thread."""

        def __init__(self, event: Event | SignerError | Incident | str) -> None:
            super().__init__()
            self.event = event

    def __init__(
        self,
        place: Place,
        table: tuple[System, ...] = TABLE,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(place.language)
        self.place = place
        self.clock = clock
        self.broken: Exception | None = None
        self.farewell = Words()  # what is said on the terminal when the screens are gone
        self.left: list[Draft] = []  # forms that were not finished, from earlier terminals
        self._table = table
        self._ends = Ends(self._hung_up, self._keep)
        self._login = Login(self.language)
        self._newcomer: Register | None = None
        self.early = Early()
        self.closing = Closing()
        self._begun: tuple[Work, Menu, Keeper, Shell, Conduct] | None = None
        self._opened = False

    def get_driver_class(self) -> type[Driver]:
        """For lines that are slow, foreign, or cut off."""
        return LineDriver

    # -- what pages work with, once somebody is at work

    @property
    def at_work(self) -> bool:
        """Whether somebody has logged in, and the pages that are seen first are there."""
        return self._begun is not None and self._opened

    @property
    def work(self) -> Work:
        """Line, signer, receipts, drafts."""
        assert self._begun is not None
        return self._begun[0]

    @property
    def menu(self) -> Menu:
        """What this person may open."""
        assert self._begun is not None
        return self._begun[1]

    @property
    def keeper(self) -> Keeper:
        """Keeps what is typed."""
        assert self._begun is not None
        return self._begun[2]

    @property
    def shell(self) -> Shell:
        """The screen around the pages."""
        assert self._begun is not None
        return self._begun[3]

    def in_front(self, page: Page) -> bool:
        """Whether a page is what is seen, with nothing before it."""
        return self.at_work and self.screen is self.shell and self.shell.pages.front is page

    async def open(self, name: str, **given: Any) -> Page:
        """Open a screen of the menu, made with what is given, or go to its tab. Raises KeyError."""
        return await self.shell.open(self.menu.find(name)[1], **given)

    def open_soon(self, name: str, **given: Any) -> None:
        """The same, from where nothing can be awaited."""
        self.shell.run_worker(self.open(name, **given))

    def offer_drafts(self) -> None:
        """Show the forms that were not finished."""
        assert self._begun is not None
        self.run_worker(self._begun[4].offer())

    def receipts_read(self) -> None:
        """Some were looked at."""
        self.shell.status.show_unread(self.work.ladders.unread)

    # -- beginning

    def on_mount(self) -> None:
        """Signals end it in order."""
        if not self.is_headless:
            self._ends.watch()

    def get_default_screen(self) -> Screen[Any]:
        """Logging in; what comes later lies in front of it. Who has no account comes to register only."""
        return self._register_screen(alone=True) if self.place.newcomer else self._login

    async def register(self) -> str:
        """Register an account; its name, or ''. What was typed is there when it is opened again."""
        account: str = await self.push_screen_wait(self._register_screen())
        return account

    def _register_screen(self, *, alone: bool = False) -> Register:
        if self._newcomer is None:
            keep = None if self.place.remote else self.place.state / REGISTRATION
            self._newcomer = Register(self.language, keep, alone=alone)
            if not alone:
                self.install_screen(self._newcomer, "register")  # which keeps it when it is left
        return self._newcomer

    def start(self, work: Work) -> Words:
        """Somebody has logged in: go on with the menu. Says why not, if this role has no screen here."""
        menu = Menu(self._table, work.who.role)
        if not menu.systems:
            self.early.drop()
            threading.Thread(target=work.end, daemon=True).start()
            return both("login-role", role=work.who.role)
        self.run_worker(self._start(work, menu))
        return Words()

    async def _start(self, work: Work, menu: Menu) -> None:
        shell = Shell(self.language)
        keeper = Keeper(self, work.drafts, lambda error: self.complain(error, "drafts-failed"))
        conduct = Conduct(self, shell)
        self._begun = (work, menu, keeper, shell, conduct)
        for _, entry in menu:
            if entry.key:
                self.bind(entry.key, f"by_key('{entry.key}')", show=False)
        self._login.leave()
        await self.push_screen(shell)
        await self.open(HOME)
        for _, entry in menu:
            if work.who.role in entry.greets:
                await self.open(entry.name)
        self._opened = True
        shell.call_after_refresh(self.early.give, self)
        await conduct.begin()

    # -- what threads tell

    def broke(self, number: str) -> None:
        """For any thread: something broke beside the screens, which the log has under this number."""
        if self.is_running:
            self.post_message(self.Happened(Incident(number)))

    def told(self, event: Event | SignerError | str) -> None:
        """For any thread: something has happened by itself."""
        self.post_message(self.Happened(event))

    async def on_terminal_happened(self, message: Happened) -> None:
        """Let it be dealt with."""
        if isinstance(message.event, Incident):
            self.say(both("incident", number=message.event.number), alarm=True)
        elif self._begun is not None:
            await self._begun[4].happened(message.event)

    # -- keys

    async def on_event(self, event: events.Event) -> None:
        """What is typed before there is a page waits for it."""
        if not any(each.keeps(self, event) for each in (self.early, self.held, self.closing)):
            await super().on_event(event)

    def action_nothing(self) -> None:
        """A key that ends other programs ends nothing here."""

    def action_by_key(self, key: str) -> None:
        """A screen's own key."""
        if self.at_work and self.screen is self.shell and (front := self.shell.pages.front) is not None:
            entry = self.menu.by_key(key, self.menu.find(self.shell.entry(front).name)[0].name)
            if entry is not None:
                self.open_soon(entry.name)

    def action_help(self) -> None:
        """What the thing in front is for, and its keys."""
        if not isinstance(self.screen, Tell):
            words = help_of(self.screen)
            self.push_screen(Tell(words, self.language, title=both("help-title")))

    def action_language(self) -> None:
        """The other language, everywhere; nothing else changes."""
        self.language = "en" if self.language == "zh" else "zh"
        for screen in self.screen_stack:
            retell(screen, self.language)

    def action_leave(self) -> None:
        """Quit, after a question."""
        if self._begun is None:
            self._keep()
            self.exit()
        elif not any(isinstance(each, _Leaving) for each in self.screen_stack):
            self.run_worker(self._leave())

    async def _leave(self) -> None:
        unsaved = [page.heading for page in self.shell.pages if page.unsaved]
        parts = [both("quit-sure")]
        if unsaved:
            titles = Words(*("、".join(each.in_language(lang) for each in unsaved) for lang in ("zh", "en")))
            parts.append(both("quit-unsaved", titles=titles))
        holder = self.work.holder
        if holder is not None and holder.removable and not holder.out:
            parts.append(both("quit-take-out", device=holder.words))
        words = Words("\n\n".join(each.zh for each in parts), "\n\n".join(each.en for each in parts))
        if await self.ask(_Leaving(words, self.language, title=both("quit-title"))):
            if holder is not None and holder.removable and not holder.out:
                self.farewell = both("card-take-out", device=holder.words)
            self._keep()
            self.exit()

    def about(self) -> Words:
        """Version, when it was installed, and the gateway."""
        found = metadata.distribution(PACKAGE)
        stamp = Path(str(found.locate_file("."))).stat().st_mtime
        date = datetime.fromtimestamp(stamp, CST).date().isoformat()
        return both("about", version=found.version, date=date, origin=self.place.url)

    def _set_pointer_shape(self, shape: str) -> None:
        """Textual tells terminals how the mouse looks, in a sequence that some of them print."""

    # -- the end

    def on_line_lost(self, _: LineLost) -> None:
        """Whoever sat there is gone."""
        self._hung_up()

    def _hung_up(self) -> None:
        self._keep()
        self.exit(return_code=HUNG_UP)

    def _keep(self) -> None:
        """Write what is typed on any page."""
        if self._newcomer is not None:
            self._newcomer.keep()
        if self._begun is not None:
            self.keeper.write(draft for page in self.shell.pages for draft in page.drafts())

    def _handle_exception(self, error: Exception) -> None:
        """Whatever nobody has caught: keep what was typed, show nothing of it, and end."""
        if self._exit or not self.is_running:  # something that was under way had lost its screen
            log.warning("broken off by the end", exc_info=error)
            return
        if self.broken is None:
            cause = error.error if isinstance(error, WorkerFailed) else error
            self.broken = cause if isinstance(cause, Exception) else error
            self._exception = self.broken
            noticed: asyncio.Event = self._exception_event
            noticed.set()
            self._return_code = BROKEN
            try:
                self._keep()
            except Exception:
                log.exception("what was typed could not be kept")
        self._close_messages_no_wait()

    @property
    def last_words(self) -> str:
        """What is to be said on the terminal itself."""
        return plain(self.farewell.in_language(self.language))

    def close(self) -> None:
        """After the screens are gone: signals end nothing any more."""
        self._ends.close()

    def end(self) -> None:
        """After the screens are gone: log out, let the device go, watch nothing any more; in any thread."""
        if self._begun is not None:
            self._begun[4].end()
            self.work.end()


class _Leaving(Ask):
    """The question whether to quit."""
