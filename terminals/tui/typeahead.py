"""Keys that were typed before the screen could follow: each goes where the cursor is by then, in order.

Whoever types all day does not look up, and a slow line delivers keys in bunches. Textual hands a whole bunch
to the widget that has the focus when it arrives; a field that has lost it meanwhile passes on what is left.
Knows only that; what decides something (yes, declare) is no field and gets nothing that was typed before.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


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
