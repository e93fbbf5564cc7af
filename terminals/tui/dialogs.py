"""Questions and messages in front of a screen: yes or no, something told, a line of text.

Knows how they look and which keys they take; refuses to know what is asked, and decides nothing by a key that
was typed before it could be seen. All take their words in both languages and can be retold while open. Wait
for one with `await app.push_screen_wait(Ask(…))` in a worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from messages.annotations import Words
from terminals.tui.buttons import Buttons, Option
from terminals.tui.words import Saying, both, retell

T = TypeVar("T")
NOTHING = Words()


class Dialog(ModalScreen[T], Generic[T]):
    """A box in front of the screen, with a title. Escape closes it with None or what `escaped` says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "dialog-accept"),  # for the footer: what is in the box takes the key
        Binding("escape", "escape", "dialog-cancel"),
    ]
    AUTO_FOCUS = "*"

    def __init__(self, title: Words, language: str, *, alarm: bool = False) -> None:
        """`alarm`: it tells of something bad."""
        super().__init__(classes="-alarm" if alarm else None)
        self.language = language
        self._title = title

    def compose(self) -> ComposeResult:
        """The box; what is in it is `inside`."""
        with Vertical(classes="dialog"):
            yield Saying(self._title, self.language, classes="dialog--title")
            yield from self.inside()

    def inside(self) -> Iterator[Widget]:
        """What is under the title."""
        raise NotImplementedError

    def escaped(self) -> T | None:
        """The result when it is closed by Escape."""
        return None

    def action_accept(self) -> None:
        """Nothing in the box has taken Enter."""

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close it, once: of keys that came together, a second one must not close what is behind it."""
        if self not in self.app.screen_stack:
            return AwaitComplete()
        return super().dismiss(result)

    def action_escape(self) -> None:
        """Close it."""
        self.dismiss(self.escaped())

    def retell(self, language: str) -> None:
        """Say all of it in another language."""
        self.language = language
        for child in self.children:
            retell(child, language)

    def on_key(self, event: events.Key) -> None:
        """A button's own letter."""
        for buttons in self.query(Buttons):
            if buttons.press_key(event.key):
                event.stop()
                event.prevent_default()
                return


class Ask(Dialog[bool]):
    """A question with yes and no; Escape is no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "escape", "dialog-no")]

    def __init__(
        self,
        words: Words,
        language: str,
        *,
        title: Words | None = None,
        default: bool = True,
        alarm: bool = False,
    ) -> None:
        """`default`: what Enter says."""
        super().__init__(title or both("dialog-question"), language, alarm=alarm)
        self._words = words
        self._default = "yes" if default else "no"

    def inside(self) -> Iterator[Widget]:
        """The question, and the two answers."""
        options = (Option("yes", both("dialog-yes"), "y"), Option("no", both("dialog-no"), "n"))
        yield VerticalScroll(Saying(self._words, self.language), classes="dialog--words", can_focus=False)
        yield Buttons(options, self.language, current=self._default)

    def escaped(self) -> bool:
        """No."""
        return False

    def called(self, action: str) -> Words | None:
        """For the footer: Enter is no while that is the current answer."""
        denies = action == "accept" and self.query_one(Buttons).current == "no"
        return both("dialog-no") if denies else None

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Answered."""
        self.dismiss(event.key == "yes")


class Tell(Dialog[None]):
    """Something to read, of any length; Enter, Space or Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", show=False),
        Binding("escape", "escape", "dialog-close"),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def __init__(
        self, words: Words, language: str, *, title: Words | None = None, alarm: bool = False
    ) -> None:
        super().__init__(title or both("dialog-notice"), language, alarm=alarm)
        self._words = words

    def inside(self) -> Iterator[Widget]:
        """The words, and a button to close them."""
        yield VerticalScroll(Saying(self._words, self.language), classes="dialog--words", can_focus=False)
        yield Buttons((Option("close", both("dialog-close")),), self.language)

    def action_scroll(self, lines: int) -> None:
        """Read on."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_buttons_pressed(self) -> None:
        """Read."""
        self.dismiss(None)


class AskText(Dialog[str]):
    """A question answered in a line of text; `check` says what is wrong with an answer, in words, or None."""

    def __init__(
        self,
        words: Words,
        language: str,
        *,
        title: Words | None = None,
        text: str = "",
        check: Callable[[str], Words | None] = lambda _: None,
    ) -> None:
        super().__init__(title or both("dialog-question"), language)
        self._words = words
        self._text = text
        self._check = check

    def inside(self) -> Iterator[Widget]:
        """The question, the line for the answer, and what is wrong with it."""
        yield Saying(self._words, self.language, classes="dialog--words")
        line = Input(self._text, compact=True)
        line.cursor_blink = False
        yield line
        yield Saying(NOTHING, self.language, classes="dialog--wrong")
        yield Saying(both("dialog-text-keys"), self.language, classes="dialog--keys")

    def on_input_changed(self) -> None:
        """What was wrong may be right now."""
        self.query_one(".dialog--wrong", Saying).say(NOTHING)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The answer, if it is one."""
        wrong = self._check(event.value)
        if wrong is None:
            self.dismiss(event.value)
        else:
            self.query_one(".dialog--wrong", Saying).say(wrong)
