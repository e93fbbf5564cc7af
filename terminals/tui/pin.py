"""The prompt for a PIN (口令): what is typed is seen by nobody, kept nowhere and gone when the prompt closes.

Knows how a PIN is typed; refuses to know whether it is right. What was typed is in no widget's value, no
message and no representation, so that it is in no log and no traceback either.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.dialogs import Dialog
from terminals.tui.words import Saying, both

LONGEST = 64  # letters: more than any device takes
FEW = 2  # tries: the manual advises to stop and log in anew before the last one


class PinBox(Widget, can_focus=True):
    """A box that shows a dot for each letter. Posts Entered; `take` gives what was typed, once."""

    class Entered(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.__typed: list[str] = []

    def take(self) -> str:
        """What was typed; it is forgotten here."""
        typed, self.__typed = "".join(self.__typed), []
        self.refresh()
        return typed

    def on_key(self, event: events.Key) -> None:
        """Letters, corrections, and Enter when there is something."""
        if event.key == "backspace":
            del self.__typed[-1:]
        elif event.key in ("ctrl+u", "delete"):
            self.__typed.clear()
        elif event.key == "enter":
            if self.__typed:
                self.post_message(self.Entered())
        elif event.is_printable and event.character is not None:
            self._type(event.character)
        else:
            return
        event.stop()
        event.prevent_default()
        self.refresh()

    def on_paste(self, event: events.Paste) -> None:
        """A PIN from elsewhere, without the end of its line."""
        event.stop()
        self._type(event.text.strip())
        self.refresh()

    def _type(self, text: str) -> None:
        self.__typed.extend(text[: LONGEST - len(self.__typed)])

    def render_line(self, y: int) -> Strip:
        """A dot a letter, and where the next one will be."""
        style = self.rich_style
        wide = self.size.width
        dots = min(len(self.__typed), wide - 1)
        cursor = (
            style + self.get_component_rich_style("pinbox--cursor", partial=True) if self.has_focus else style
        )
        segments = [Segment("•" * dots, style), Segment(" ", cursor), Segment(" " * (wide - dots - 1), style)]
        return Strip(segments, wide)

    COMPONENT_CLASSES = {"pinbox--cursor"}  # noqa: RUF012 - Textual's own way


class PinPrompt(Dialog[str]):
    """Asks for the PIN of a device; None when cancelled. `tries`: how many are left, if that is known."""

    def __init__(
        self, device: Words, language: str, *, tries: int | None = None, wrong: bool = False
    ) -> None:
        """`wrong`: the PIN before this one was."""
        super().__init__(both("pin-title"), language, alarm=wrong)
        self._device = device
        self._tries = tries
        self._wrong = wrong

    def inside(self) -> Iterator[Widget]:
        """Which device, how many tries, the box, and how to leave."""
        yield Saying(self._device, self.language, classes="dialog--words")
        yield PinBox()
        yield Saying(self._warning(), self.language, classes="dialog--wrong")
        yield Saying(both("pin-keys"), self.language, classes="dialog--keys")

    def _warning(self) -> Words:
        if self._tries is None:
            return both("pin-wrong") if self._wrong else Words()
        if self._tries <= 1:
            return both("pin-last-try")
        key = "pin-wrong-tries" if self._wrong else "pin-tries" if self._tries <= FEW else ""
        return both(key, tries=self._tries) if key else Words()

    def on_pin_box_entered(self) -> None:
        """Hand it over."""
        self.dismiss(self.query_one(PinBox).take())

    def action_escape(self) -> None:
        """Nothing of it stays."""
        self.query_one(PinBox).take()
        self.dismiss(None)
