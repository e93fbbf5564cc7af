"""Help (F1): what the thing in front is for, and every key that does something there.

Knows who is asked: the field with the focus, whatever is around it, the page, the screen. Refuses to know
what any of them is about.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.dom import DOMNode
from textual.screen import Screen

from messages.annotations import Words
from terminals.tui.keys import described, shown
from terminals.tui.words import word

_NO_ROOM = ("print", "export")  # actions that a footer has none for; nothing else says that lists have them


@runtime_checkable
class Helpful(Protocol):
    """A widget, page or screen that says what it is for."""

    def help(self) -> Words:
        """The words; empty for nothing."""
        ...


def help_of(screen: Screen[object]) -> Words:
    """What F1 shows while `screen` is in front: from the focus outwards, then the keys."""
    nodes: list[DOMNode] = [screen] if screen.focused is None else list(screen.focused.ancestors_with_self)
    said = [node.help() for node in nodes if isinstance(node, Helpful)]
    parts = [each for each in dict.fromkeys(said) if each != Words()]
    return Words(*(_whole(parts, screen, language) for language in ("zh", "en")))


def _whole(parts: list[Words], screen: Screen[object], language: str) -> str:
    return "\n\n".join([*(part.in_language(language) for part in parts), _keys(screen, language)])


def _keys(screen: Screen[object], language: str) -> str:
    lines = {
        f"  {shown(active.binding.key):<10} {described(active, language)}": None
        for active in screen.active_bindings.values()
        if active.binding.show or active.binding.action in _NO_ROOM
    }
    return "\n".join([word(language, "help-keys"), *lines])
