"""The footer: the keys that do something now, and what.

Knows bindings, whose descriptions are sayings (`terminals.tui.words`); refuses to know what they do. One line
and one widget: it is drawn again at every change of the focus, and tells a dialog's keys while one is open.
Where there is no room for all, a class says in ESSENTIAL which of its actions stay; `called` of a widget may
name an action otherwise than its binding does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.app import App
from textual.binding import ActiveBinding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from messages.annotations import Words
from terminals.tui.buttons import shown_key
from terminals.tui.cells import width
from terminals.tui.words import both

PINNED = ("f1", "f10")
"""Keys that are always shown."""


def shown(key: str) -> str:
    """A key as a keyboard has it: Ctrl+S, Alt+1, F4."""
    return shown_key(key.split(",")[0])


def described(binding: ActiveBinding, language: str) -> str:
    """What a key does, in `zh` or `en`: as its widget calls it, if it has a name of its own for it."""
    called: Callable[[str], Words | None] = getattr(binding.node, "called", lambda _: None)
    own = called(binding.binding.action)
    if own is not None:
        return own.in_language(language)
    description = binding.binding.description
    try:
        return both(description).in_language(language)
    except KeyError:
        return description


def _rank(active: ActiveBinding) -> int:
    """What has room before what: the smaller number first."""
    if active.binding.key in PINNED:
        return 0
    if active.binding.action in getattr(active.node, "ESSENTIAL", ()):
        return 1
    return 3 if isinstance(active.node, Screen | App) and not _in_front(active) else 2


def _in_front(active: ActiveBinding) -> bool:
    """Whether it is a dialog's own."""
    return isinstance(active.node, Screen) and active.node.is_modal


def _active(screen: Screen[object]) -> list[ActiveBinding]:
    """The keys of a screen, which may have words for one that something inside it takes, such as Enter."""
    own = {key: binding for key, binding in screen._bindings if binding.show}
    return [
        active if active.binding.show or key not in own else active._replace(binding=own[key], node=screen)
        for key, active in screen.active_bindings.items()
    ]


class Keys(Widget):
    """The line of keys. A click on one does what the key does."""

    DEFAULT_CSS = """
    Keys { height: 1; background: $panel; color: $foreground; }
    Keys .keys--key { color: $primary; text-style: bold; }
    Keys .keys--closed { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"keys--key", "keys--closed"}

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._spans: list[tuple[int, int, ActiveBinding]] = []

    def on_mount(self) -> None:
        """Follow the focus, and whatever comes in front."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self.app.screen_change_signal.subscribe(self, self._other_screen)

    def _other_screen(self, screen: Screen[object]) -> None:
        if screen.is_modal:
            screen.bindings_updated_signal.subscribe(self, self._changed)
        self.refresh()

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    def retell(self, language: str) -> None:
        """The same in another language."""
        self._language = language
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """As many keys as have room: help and quitting always, the work's own before those between pages."""
        found: dict[str, ActiveBinding] = {}
        for active in _active(self.app.screen if self.app.screen.is_modal else self.screen):
            if active.binding.show:
                found.setdefault(active.binding.action, active)
        keys = sorted(found.values(), key=lambda each: each.binding.key in PINNED)
        kept: set[str] = set()
        room = self.size.width
        for active in sorted(keys, key=_rank):
            wanted = width(self._key(active) + self._text(active))
            if wanted <= room:
                kept.add(active.binding.action)
                room -= wanted
        return self._drawn([each for each in keys if each.binding.action in kept])

    def _drawn(self, keys: list[ActiveBinding]) -> Strip:
        plain = self.rich_style
        key_style = self.get_component_rich_style("keys--key")
        closed = self.get_component_rich_style("keys--closed")
        segments: list[Segment] = []
        self._spans = []
        at = 0
        for active in keys:
            key, text = self._key(active), self._text(active)
            segments += [Segment(key, key_style), Segment(text, plain if active.enabled else closed)]
            right = at + width(key + text)
            self._spans.append((at, right, active))
            at = right
        return Strip(segments).adjust_cell_length(self.size.width, plain)

    def _key(self, active: ActiveBinding) -> str:
        return f" {shown(active.binding.key_display or active.binding.key)} "

    def _text(self, active: ActiveBinding) -> str:
        return f"{described(active, self._language)} "

    async def on_click(self, event: events.Click) -> None:
        """Do what the key there does."""
        for left, right, active in self._spans:
            if left <= event.x < right and active.enabled:
                await self.app.run_action(active.binding.action, active.node)
