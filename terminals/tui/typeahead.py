"""Keys that were typed before the screen could follow: each goes where the cursor is by then, in order.

Whoever types all day does not look up, and a slow line delivers keys in bunches. Textual hands a whole bunch
to the widget that has the focus when it arrives; a field that has lost it meanwhile passes on what is left.
Knows only that; what decides something (yes, declare) is no field and gets nothing that was typed before.
The same holds of what is typed while somebody is being logged in: `Early` keeps it for the first page.
"""

from __future__ import annotations

from time import monotonic

from textual import events
from textual.app import App
from textual.widget import Widget

_MOST = 64  # keys
_CLOSES = 1.0  # seconds in which an Enter still belongs to the number before it


class Early:
    """Keys of letters and digits, with Alt or without, that come before there is a page to take them."""

    def __init__(self) -> None:
        self._keys: list[events.Key] | None = None  # None: there is one, or nobody is being logged in

    def begin(self) -> None:
        """Keep what comes from now on, beside what has come."""
        self._keys = self._keys or []

    def drop(self) -> None:
        """There is no page to come."""
        self._keys = None

    def keeps(self, app: App[int], event: events.Event) -> bool:
        """Whether an event is a key that has to wait; a dialog in front, such as a PIN's, takes its own."""
        if self._keys is None or not isinstance(event, events.Key) or app.screen.is_modal:
            return False
        typed = event.is_printable or event.key.startswith("alt+")
        if not typed or event.key == "space" or len(self._keys) >= _MOST:
            return False
        self._keys.append(event)
        return True

    def give(self, app: App[int]) -> None:
        """The page is there: let it have them, in their order."""
        keys, self._keys = self._keys or [], None
        for key in keys:
            app.post_message(events.Key(key.key, key.character))


class Held:
    """Keys that come between a command and its question: they are no text for the field that has the cursor.

    They are lost to a dialog that comes, as whatever was typed before it could be seen; else they are given.
    """

    def __init__(self) -> None:
        self._keys: list[events.Key] = []
        self._commands = 0

    def begin(self) -> None:
        """A command is under way."""
        self._commands += 1

    def keeps(self, app: App[int], event: events.Event) -> bool:
        """Whether an event is a key that has to wait: F1 to F12 are no text and go between pages."""
        if not self._commands or not isinstance(event, events.Key) or app.screen.is_modal:
            return False
        if event.key[0] == "f" and event.key[1:].isdigit():
            return False
        if len(self._keys) < _MOST:
            self._keys.append(event)
        return True

    def drop(self) -> None:
        """A dialog has come."""
        self._keys.clear()

    def end(self, app: App[int]) -> None:
        """The command is done: what came without a dialog goes where the cursor is."""
        self._commands -= 1
        if not self._commands:
            keys, self._keys = self._keys, []
            for key in keys:
                app.post_message(events.Key(key.key, key.character))


class Closing:
    """An Enter that closes a number which has opened something already: who types 3, Enter means the third
    entry, and nothing on the screen that it opens.
    """

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        """A number has been taken without waiting for the Enter."""
        self._until = monotonic() + _CLOSES

    def keeps(self, app: App[int], event: events.Event) -> bool:
        """Whether an event is that Enter; any other key says that there is none."""
        if not self._until or not isinstance(event, events.Key):
            return False
        closes = event.key == "enter" and monotonic() < self._until and not app.screen.is_modal
        self._until = 0.0
        return closes


def passed_on(widget: Widget, event: events.Key | events.Paste) -> bool:
    """Whether `event` was meant for somebody else by now, and went there."""
    screen = widget.app.screen
    target = screen.focused or screen
    if target is widget or not getattr(target, "takes_typing", False):
        return False
    event.stop()
    event.prevent_default()
    if isinstance(event, events.Key):
        target.post_message(events.Key(event.key, event.character))
    else:
        target.post_message(events.Paste(event.text))
    return True
