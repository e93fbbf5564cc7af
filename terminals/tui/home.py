"""The main menu (主菜单): the first tab, which is always there.

Knows who is greeted and what waits for them: forms that were not finished, a certificate that ends soon, a
card that is missing.
Refuses to know what any entry opens.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget

from messages.annotations import Words
from messages.wire import CST, parse_wire_time
from terminals.tui.dialogs import NOTHING
from terminals.tui.menu import Entries
from terminals.tui.page import Page
from terminals.tui.systems import EXCHANGING
from terminals.tui.told import told
from terminals.tui.words import Saying, both

SOON = timedelta(days=30)
"""How long before the certificate's end its holder is told."""


_TENS = 0.7  # seconds in which a second digit may follow


class Home(Page):
    """The menu as a page. A number opens an entry: at once, where no longer one begins with it."""

    HEADING = both("functions-main")
    STAYS = True
    DEFAULT_CSS = """
    Home #welcome { width: 100%; text-style: bold; padding: 0 1; margin: 1 0 0 0; }
    Home .waiting { width: 100%; height: auto; color: $warning; padding: 0 1; }
    Home .waiting.-nothing { display: none; }
    Home Entries { margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "drafts", "key-drafts")]

    _number = 0  # the first digit, while a second one may follow
    _timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Greeting, what waits, the menu."""
        who, party = self.work.who, self.work.party
        yield Saying(
            both("home-welcome", name=who.holder, party=party.cop_name or who.dxp_id),
            self.language,
            id="welcome",
        )
        for name in ("drafts", "certificate", "signer"):
            yield Saying(NOTHING, self.language, id=name, classes="waiting -nothing")
        yield Entries(self.terminal.menu, self.language, numbered=True, leave="home")

    def on_mount(self) -> None:
        """What waits from the beginning."""
        self.show_person()

    def first(self) -> Widget:
        """The menu."""
        return self.query_one(Entries)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-home")

    def show_drafts(self, number: int) -> None:
        """So many forms were not finished."""
        self._say("drafts", both("home-drafts", number=number) if number else NOTHING)
        self.refresh_bindings()

    def show_person(self) -> None:
        """Who signs, and until when; it may be somebody who did not before."""
        self._say("certificate", self._certificate())
        self._say("signer", self._signer())

    def _say(self, name: str, words: Words) -> None:
        saying = self.query_one(f"#{name}", Saying)
        saying.say(words)
        saying.set_class(words == NOTHING, "-nothing")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The key for forms that were not finished is there while there are any."""
        return action != "drafts" or bool(self.terminal.left)

    def action_drafts(self) -> None:
        """Show the forms that were not finished."""
        self.terminal.offer_drafts()

    def on_key(self, event: events.Key) -> None:
        """A digit, or the second one of a number."""
        if event.key == "enter":
            return  # which the menu tells
        entries = self.query_one(Entries)
        before, self._number = self._number, 0
        if self._timer is not None:
            self._timer.stop()
        if not event.key.isdecimal():
            return
        digit = int(event.key)
        number = 10 * before + digit if entries.numbered_entry(10 * before + digit) else digit
        if entries.numbered_entry(number) is None:
            return
        event.stop()
        if entries.numbered_entry(10 * number) is None:
            self._open(number)
        else:
            self._number = number
            self._timer = self.set_timer(_TENS, self._no_more)

    def _no_more(self) -> None:
        """No second digit came."""
        number, self._number = self._number, 0
        if number and self.terminal.in_front(self):
            self._open(number)

    def _open(self, number: int) -> None:
        if entry := self.query_one(Entries).numbered_entry(number):
            self.terminal.closing.begin()
            self.terminal.open_soon(entry.name)

    def on_grid_picked(self, event: Entries.Picked) -> None:
        """Enter or a click; behind a digit, Enter says that there is no second one."""
        event.stop()
        if self._number:
            if self._timer is not None:
                self._timer.stop()
            self._no_more()
        elif entry := self.query_one(Entries).entry(event.row):
            self.terminal.open_soon(entry.name)

    def _signer(self) -> Words:
        """Why nothing can be signed, and what to do."""
        if self.work.holder is not None or self.work.who.role not in EXCHANGING:
            return NOTHING
        words = told(self.work.missing)
        return Words(f"{words.zh}。", f"{words.en[:1].upper()}{words.en[1:]}.")

    def _certificate(self) -> Words:
        ends = self.work.who.certificate_ends
        if not ends or (end := parse_wire_time(ends)) - self.terminal.clock() > SOON:
            return NOTHING
        return both("home-certificate", date=end.astimezone(CST).date().isoformat())
