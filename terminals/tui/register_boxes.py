"""The boxes of the screen for registering: lines to type in, one that chooses, hidden ones for passwords.

Knows which keys they take; refuses to know what is done with what was typed: their screen does.
"""

from __future__ import annotations

from typing import ClassVar, Protocol, cast

from textual import events
from textual.widget import Widget
from textual.widgets import Input

from terminals.tui.pin import PinBox
from terminals.tui.typeahead import passed_on

SECRETS = ("password", "again")


class Registering(Protocol):
    """The screen that they are on."""

    def entered(self, field: Widget) -> None:
        """Enter was pressed in a box."""
        ...

    def next_role(self) -> None:
        """The next of the few that may be chosen."""
        ...


class Line(Input):
    """A line to type in. Enter is dealt with at once: what is typed behind it goes to the next."""

    takes_typing: ClassVar[bool] = True

    async def _on_key(self, event: events.Key) -> None:
        if not passed_on(self, event) and event.key == "enter":
            event.stop()
            event.prevent_default()
            _screen_of(self).entered(self)

    def _on_paste(self, event: events.Paste) -> None:
        passed_on(self, event)


class Chosen(Line):
    """Shows what was chosen from a few; whatever is typed takes the next of them."""

    async def _on_key(self, event: events.Key) -> None:
        if not passed_on(self, event) and (event.is_printable or event.key in ("backspace", "delete")):
            event.stop()
            event.prevent_default()
            _screen_of(self).next_role()

    def _on_paste(self, event: events.Paste) -> None:
        if not passed_on(self, event):
            event.prevent_default()


class Hidden(PinBox, inherit_css=False):
    """A password, of which nobody sees more than its length; coloured as the fields around it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pinbox--cursor"}
    takes_typing: ClassVar[bool] = True

    def on_key(self, event: events.Key) -> None:
        """As a line."""
        if not passed_on(self, event) and event.key == "enter":
            event.stop()
            event.prevent_default()
            _screen_of(self).entered(self)

    def on_paste(self, event: events.Paste) -> None:
        """As a line."""
        passed_on(self, event)


def box(name: str, *, left_out: bool) -> Input | PinBox:
    """The box of a field. `left_out`: it may stay empty."""
    made: Input | PinBox
    if name in SECRETS:
        made = Hidden()
        made.id = name
    else:
        made = (Chosen if name == "role" else Line)(compact=True, id=name, select_on_focus=False)
        made.cursor_blink = False
    made.add_class("box")
    made.set_class(left_out, "-optional")
    return made


def _screen_of(widget: Widget) -> Registering:
    return cast("Registering", widget.screen)
