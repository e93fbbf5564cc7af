"""The first screen: what there is to log in with, chosen by arrow and Enter, and why it did not work.

Knows the order of events: looking for devices again whenever a card comes or goes, asking for what a way
needs, logging in while the screen lives, going on when it worked. What an SSH host was told already is used
at once and not asked for. Refuses to know how a login is proven.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.worker import get_current_worker

from hardware.signer import SignerError
from messages.annotations import Words
from terminals.client import Gateway
from terminals.profile import Secret
from terminals.trouble import Trouble, Unreachable
from terminals.tui.agent_keys import AgentKeys
from terminals.tui.at_work import Work, begin
from terminals.tui.columns import Column, Listed
from terminals.tui.dialogs import NOTHING
from terminals.tui.grid import Grid
from terminals.tui.holder import Holder, Pins
from terminals.tui.keys import Keys
from terminals.tui.secret import NameAndSecret
from terminals.tui.told import told
from terminals.tui.watching import readers
from terminals.tui.ways import Look, Way, look, open_way, others
from terminals.tui.words import Saying, both, retell
from terminals.work.exchange import INTERACTIVE

if TYPE_CHECKING:
    from hardware.presence import Event, Watch
    from terminals.tui.app import Terminal

_WAY = "way"


class Login(Screen[None]):
    """Ends when somebody is at work, or the application is quit."""

    DEFAULT_CSS = """
    Login #login { align: center middle; height: 1fr; }
    Login #box { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 1 2; }
    Login #box { background: $surface; }
    Login #title { text-style: bold; color: $primary; width: 100%; }
    Login #gateway { color: $quiet; margin: 0 0 1 0; width: 100%; }
    Login #ways { height: auto; min-height: 2; max-height: 8; }
    Login #hint { margin: 1 0 0 0; width: 100%; height: auto; }
    Login #said { margin: 1 0 0 0; width: 100%; height: auto; color: $error; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "log_in", "key-log-in"),
        Binding("f5", "look", "key-look"),
        Binding("f3", "register", "key-register"),
        Binding("escape", "stop", show=False),
    ]

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._look = Look(())
        self._busy = False
        self._tried = False  # what was there already: it is not tried a second time unasked
        self._gateway: Gateway | None = None
        self._watch: Watch | None = None
        self._keys: AgentKeys | None = None

    @property
    def terminal(self) -> Terminal:
        """The application."""
        return cast("Terminal", self.app)

    def compose(self) -> ComposeResult:
        """Title, ways, what can be done where there are none, what went wrong."""
        place = self.terminal.place
        with Vertical(id="login"), Vertical(id="box"):
            yield Saying(both("login-title"), self._language, id="title")
            yield Saying(both("login-gateway", origin=place.url), self._language, id="gateway")
            yield Saying(both("login-choose"), self._language)
            yield Grid(
                (Column(_WAY, NOTHING, most=70),), self._language, headings=False, quick=True, id="ways"
            )
            yield Saying(NOTHING, self._language, id="hint")
            yield Saying(NOTHING, self._language, id="said")
        yield Keys(self._language)

    def retell(self, language: str) -> None:
        """Everything in another language."""
        self._language = language
        for child in self.children:
            retell(child, language)
        self._list(self.query_one(Grid).row)

    def help(self) -> Words:
        """What F1 says."""
        return both("help-login")

    # -- what there is

    def on_mount(self) -> None:
        """Use what is there; look for what may be there."""
        place = self.terminal.place
        self.query_one(Grid).focus()
        if place.wish is not None:
            self._watch = readers(self._changed)
        self._found(Look(others(place)))
        if place.token:
            self._try(self._look.ways[0])
        elif place.agent and place.certificates:
            self._keys = AgentKeys(place.agent, lambda: self._changed(None))
            self._keys.start()
            self.terminal.early.begin()  # it logs in by itself
            self.action_look()
        elif place.wish is not None and self._watch is None:
            self.action_look()

    def _changed(self, _: Event | None) -> None:
        self.call_later(self.action_look)

    def on_unmount(self) -> None:
        """The end."""
        self.leave()

    def leave(self) -> None:
        """Somebody is at work: nothing is looked for any more."""
        self._busy = True
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._keys is not None:
            self._keys.close()
            self._keys = None

    def action_look(self) -> None:
        """Look for devices again."""
        if not self._busy:
            if not self._look.ways or self.terminal.place.wish is not None:
                self._hint(both("login-looking"))
            self.run_worker(self._looking, thread=True, exclusive=True, group="look", exit_on_error=True)

    def _looking(self) -> None:
        found = look(self.terminal.place)
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._found, found)

    def _found(self, found: Look) -> None:
        if self._busy or not self.is_attached:
            return
        self._look = found
        self._list(0)
        self._hint(
            Words("\n".join(each.zh for each in found.reasons), "\n".join(each.en for each in found.reasons))
        )
        place = self.terminal.place
        if place.remote and not place.token and not (place.agent and place.certificates):
            self._hint(both("login-agent-unknown" if place.agent else "login-no-agent"))
        best = found.ways[0]
        if place.remote and best.kind == "agent" and not self._tried:
            self._try(best)
        else:
            self.terminal.early.drop()

    def _list(self, row: int) -> None:
        ways = [(way.words.in_language(self._language),) for way in self._look.ways]
        self.query_one(Grid).show(Listed((Column(_WAY, NOTHING),), ways), row)

    # -- logging in

    def on_grid_picked(self) -> None:
        """Enter in the list."""
        self.action_log_in()

    def action_log_in(self) -> None:
        """With the way that the cursor is on."""
        row = self.query_one(Grid).row
        if not self._busy and 0 <= row < len(self._look.ways):
            self._try(self._look.ways[row])

    def action_register(self) -> None:
        """Somebody has no account yet."""
        if not self._busy:
            self.run_worker(self._newcomer(), group="register", exclusive=True)

    async def _newcomer(self) -> None:
        account = await self.terminal.register()
        if account:
            self._try(Way("account", name=account))

    def action_stop(self) -> None:
        """Wait no longer for the gateway."""
        if self._gateway is not None:
            self._gateway.leave()

    def _try(self, way: Way) -> None:
        self._busy = self._tried = True
        self.run_worker(self._log_in(way), group="login")

    async def _log_in(self, way: Way) -> None:
        """Ask for what is missing, then log in, in a thread."""
        try:
            name, secret = way.name, way.secret
            if way.asks:
                given = await self.terminal.ask(NameAndSecret(way.kind, self._language, name=way.name))
                if given is None:
                    return
                name, secret = given
            self._say(both("login-trying"))
            self.terminal.early.begin()
            work = await asyncio.to_thread(self._in_thread, way, name, secret, self.terminal.pins())
        finally:
            self._busy = False
        if isinstance(work, Work):
            self._say(self.terminal.start(work))
        else:
            self.terminal.early.drop()
            self._say(work)

    def _in_thread(self, way: Way, name: str, secret: Secret | None, pins: Pins) -> Work | Words:
        """At work, or why not."""
        terminal, place = self.terminal, self.terminal.place
        holder: Holder | None = None
        try:
            credentials, holder = open_way(place, way, name, secret, pins, terminal.told)
            gateway = Gateway(place.url, place.ca, patience=INTERACTIVE, on_wait=self._waiting)
            self._gateway = gateway
            return begin(place, gateway, credentials, holder, terminal.told)
        except (Trouble, SignerError) as error:
            if holder is not None:
                with suppress(SignerError):
                    holder.close()
            left = isinstance(error, Unreachable) and self._gateway is not None and self._gateway.left
            return both("login-stopped") if left else told(error)
        finally:
            self._gateway = None

    def _waiting(self, trouble: Trouble, seconds: float) -> None:
        words = both("login-waiting", reason=told(trouble), seconds=round(seconds, 1))
        self.app.call_from_thread(self._say, words)

    def _say(self, words: Words) -> None:
        if self.is_attached:
            self.query_one("#said", Saying).say(words)

    def _hint(self, words: Words) -> None:
        self.query_one("#hint", Saying).say(words)
