"""Registering an account, before anybody has logged in: one form, and the code of the letter on it.

Knows the order of events and what is said at each; refuses to know what the gateway makes of it. What was
typed stays through every refusal, lost line and change of language, passwords too: they are in no widget's
value, and kept here alone until the screen is left for good. At a desk the rest is kept in a file. What waits
for a decision is not filed once more before something in it was changed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from messages.annotations import Words
from messages.newcomers import ROLES
from terminals.client import Gateway
from terminals.profile import Secret
from terminals.trouble import Trouble
from terminals.tui.dialogs import NOTHING
from terminals.tui.keys import Keys
from terminals.tui.pin import PinBox
from terminals.tui.register_boxes import SECRETS, box
from terminals.tui.told import told
from terminals.tui.words import Saying, both, retell
from terminals.work.exchange import INTERACTIVE
from terminals.work.registration import FIELDS, OPTIONAL, Form, Newcomers, NotTaken, Terms, weak

if TYPE_CHECKING:
    from terminals.tui.app import Terminal

FILE = "registration.json"
"""In the state folder of a desk: what was typed, but for passwords and codes."""

_BOXES = (*FIELDS, *SECRETS, "code")
_LEFT_OUT = OPTIONAL | {"code"}  # which may be, at first


class Register(Screen[str]):
    """Dismissed with the account's name, or '' where nothing was registered."""

    DEFAULT_CSS = """
    Register #register { align: center middle; height: 1fr; }
    Register #box { width: 78; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; }
    Register #box { background: $surface; }
    Register #title { text-style: bold; color: $primary; width: 100%; margin: 0 0 1 0; }
    Register .row { height: 1; width: 100%; }
    Register .label { width: 26; }
    Register .box { width: 1fr; min-width: 30; height: 1; padding: 0 1; border: none; }
    Register .box { background: $field-required; color: $field-ink; }
    Register .box.-optional { background: $field-optional; }
    Register .box.-wrong { background: $field-wrong; color: $field-bright-ink; }
    Register .box:focus { background: $field-current; color: $field-bright-ink; }
    Register .box:focus { background-tint: $foreground 0%; border: none; }
    Hidden > .pinbox--cursor { background: $field-bright-ink; }
    Register #how { margin: 1 0 0 0; width: 100%; height: auto; color: $quiet; }
    Register #said { width: 100%; height: auto; min-height: 2; text-style: bold; }
    Register #said.-wrong { color: $error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "register-send", priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("escape", "back", "register-back"),
    ]

    def __init__(self, language: str, keep: Path | None, *, alone: bool = False) -> None:
        """`keep`: the file for what was typed, at a desk. `alone`: there is no screen to go back to."""
        super().__init__()
        self._language = language
        self._keep = keep
        self._alone = alone
        self._busy = False
        self._terms: Terms | None = None
        self._secrets: dict[str, Secret] = {}
        self._role = ""
        self._account = ""
        self._filed: Form | None = None  # waits for a decision, with the passwords that are typed

    @property
    def terminal(self) -> Terminal:
        """The application."""
        return cast("Terminal", self.app)

    def compose(self) -> ComposeResult:
        """A row a field, what to do, what was said."""
        with Vertical(id="register"), VerticalScroll(id="box", can_focus=False):
            yield Saying(both("register-title"), self._language, id="title")
            for name in _BOXES:
                with Horizontal(classes="row"):
                    yield Saying(_label(name), self._language, id=f"of-{name}", classes="label")
                    yield box(name, left_out=name in _LEFT_OUT)
            yield Saying(both("register-looking"), self._language, id="how")
            yield Saying(NOTHING, self._language, id="said")
        yield Keys(self._language)

    def retell(self, language: str) -> None:
        """Everything in another language."""
        self._language = language
        for child in self.children:
            retell(child, language)
        self._show_role()

    def help(self) -> Words:
        """What F1 says."""
        return both("help-register-account")

    # -- beginning and end

    def on_mount(self) -> None:
        """What was typed before, and what the gateway wants."""
        for name, value in self._kept().items():
            if name == "role":
                self._role = value
            else:
                self._input(name).value = value
        self._show_role()
        self._input("role").focus()
        self.run_worker(self._look())

    def on_screen_resume(self) -> None:
        """Back again, perhaps in another language."""
        if self._language != self.terminal.language:
            self.retell(self.terminal.language)

    def action_back(self) -> None:
        """To where one logs in; what was typed is kept."""
        if not self._busy:
            self.keep()
            if self._alone:
                self.terminal.exit()
            else:
                self.dismiss(self._account)

    def keep(self) -> None:
        """Write what is typed, where there is a file for it."""
        if self._keep is not None and self.is_mounted:
            with suppress(OSError):
                self._keep.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._keep.write_text(json.dumps(self._form().plain(), ensure_ascii=False), "utf-8")

    def _kept(self) -> dict[str, str]:
        try:
            found = json.loads(self._keep.read_text("utf-8")) if self._keep is not None else {}
        except (OSError, ValueError):
            return {}
        return {name: str(found[name]) for name in FIELDS if isinstance(found, dict) and found.get(name)}

    # -- what is typed

    def _input(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _form(self) -> Form:
        typed = {name: self._input(name).value for name in FIELDS if name != "role"}
        return Form.of({**typed, "role": self._role})

    def _show_role(self) -> None:
        words = Words(*ROLES.get(self._role, (self._role, self._role)))
        self._input("role").value = words.in_language(self._language)

    def next_role(self) -> None:
        """As what somebody registers: the first, then each in turn."""
        roles = self._terms.roles if self._terms and self._terms.roles else tuple(ROLES)
        at = roles.index(self._role) + 1 if self._role in roles else 0
        self._role = roles[at % len(roles)]
        self._show_role()

    def entered(self, field: Widget) -> None:
        """Enter goes on; behind the second password it sends, in the code's field it proves the address."""
        if field.id == "code":
            self._confirm()
        elif field.id == "again":
            self.action_send()
        elif field.id == "role" and not self._role:
            self.next_role()
        else:
            self.focus_next()

    def _take(self) -> None:
        """Remember what the boxes for passwords hold; they say that it was typed. Nothing is wrong yet."""
        self.query(".box").remove_class("-wrong")
        for name in SECRETS:
            typed = self.query_one(f"#{name}", PinBox).take()
            if typed:
                if name not in self._secrets or self._secrets[name].reveal() != typed:
                    self._filed = None
                self._secrets[name] = Secret(typed)
                words = both("register-kept", label=_label(name))
                self.query_one(f"#of-{name}", Saying).say(words)

    def _forget(self) -> None:
        self._secrets.clear()
        for name in SECRETS:
            self.query_one(f"#of-{name}", Saying).say(_label(name))

    def _password(self) -> str:
        return self._secrets["password"].reveal() if "password" in self._secrets else ""

    # -- what is done with it

    def action_send(self) -> None:
        """Register, if nothing is wrong with it."""
        if self._busy:
            return
        self._take()
        self.keep()
        form = self._form()
        if self._says_filed(form):
            return
        for name in form.wrong():
            self._wrong(name, both(f"register-wrong-{name}"))
            return
        against = weak(self._password(), form)
        if against:
            self._wrong("password", both(against))
        elif self._password() != self._secrets.get("again", Secret("")).reveal():
            self._forget()
            self._wrong("password", both("register-differ"))
        else:
            self._begin(lambda newcomers: newcomers.ask(form, self._password()), partial(self._asked, form))

    def _confirm(self) -> None:
        if self._busy:
            return
        self._take()
        code = self._input("code").value.strip()
        form = self._form()
        if not code and self._says_filed(form):
            return
        if not code:
            self._wrong("code", both("register-code-missing"))
        elif not self._password():
            self._wrong("password", both("register-code-wrong"))
        else:
            confirmed = partial(self._confirmed, form)
            self._begin(lambda newcomers: newcomers.confirm(code, self._password()), confirmed)

    def _says_filed(self, form: Form) -> bool:
        """Whether this waits for a decision already; says so."""
        if self._filed != form:
            return False
        self._say(both("register-filed", mail=form.mail))
        return True

    def _asked(self, form: Form, proves: bool) -> None:
        self._say(both("register-sent" if proves else "register-queued", mail=form.mail))
        if proves:
            self._input("code").focus()
        else:
            self._filed = form

    def _confirmed(self, form: Form, answer: tuple[str, str]) -> None:
        state, account = answer
        if state not in ("approved", "pending"):
            self._say(both("register-taken"), wrong=True)
            return
        words = both(f"register-{state}", mail=account)
        self._say(words)
        self._filed = form if state == "pending" else None
        if state == "approved":
            self._account = account
            self._forget()
            self.terminal.farewell = words if self._alone else NOTHING

    def _begin(self, ask: Callable[[Newcomers], object], then: Callable[..., None]) -> None:
        self._busy = True
        self._say(both("register-sending"))
        self.run_worker(self._ask(ask, then))

    async def _ask(self, ask: Callable[[Newcomers], object], then: Callable[..., None]) -> None:
        try:
            answer = await asyncio.to_thread(self._in_thread, ask)
        except NotTaken as error:
            self._say(both(error.key, **error.values), wrong=True)
        except Trouble as error:
            self._say(told(error), wrong=True)
        else:
            then(answer)
        finally:
            self._busy = False

    def _in_thread(self, ask: Callable[[Newcomers], object]) -> object:
        place = self.terminal.place
        with Gateway(place.url, place.ca, patience=INTERACTIVE) as gateway:
            return ask(Newcomers(gateway))

    async def _look(self) -> None:
        """What the gateway wants; without an answer one may type nevertheless."""
        try:
            found = await asyncio.to_thread(self._in_thread, lambda newcomers: newcomers.terms())
        except Trouble as error:
            self._say(told(error), wrong=True)
            return
        assert isinstance(found, Terms)
        self._terms = found
        key = "closed" if not found.roles else "how-mail" if found.proves else "how-queue"
        self.query_one("#how", Saying).say(both(f"register-{key}"))

    def _wrong(self, name: str, words: Words) -> None:
        self._say(words, wrong=True)
        self.query_one(f"#{name}").add_class("-wrong").focus()

    def _say(self, words: Words, *, wrong: bool = False) -> None:
        if self.is_attached:
            said = self.query_one("#said", Saying)
            said.set_class(wrong, "-wrong")
            said.say(words)


def _label(name: str) -> Words:
    """With a star where something has to be typed: red says so to those who see it."""
    words = both(f"register-{name}")
    return words if name in _LEFT_OUT else Words(f"* {words.zh}", f"* {words.en}")
