"""What the screens say, in Chinese and English, and how a screen is told another language.

Knows the two languages and the widgets that have words; refuses to know when something is said. A widget
that shows words has a method `retell(language)`: it, and what is inside it, says the same in the other
language, and nothing else changes: what is typed, where the cursor is and what is chosen stay as they are.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from textual.dom import DOMNode
from textual.widgets import Static

from messages.annotations import Words
from messages.visible import plain
from terminals.sentences import (
    Sentences,
    assistance,
    declaration,
    enterprise,
    inspection,
    newcomers,
    officers,
    operations,
    screens,
    shell,
    smart,
    widgets,
)

_SAYINGS: Sentences = {
    **widgets.SENTENCES,
    **shell.SENTENCES,
    **screens.SENTENCES,
    **officers.SENTENCES,
    **operations.SENTENCES,
    **assistance.SENTENCES,
    **declaration.SENTENCES,
    **enterprise.SENTENCES,
    **inspection.SENTENCES,
    **newcomers.SENTENCES,
    **smart.SENTENCES,
}


@runtime_checkable
class Retold(Protocol):
    """A widget or screen that can say what it says in another language."""

    def retell(self, language: str) -> None:
        """Say everything in `zh` or `en` from now on."""
        ...


def word(language: str, key: str, /, **values: object) -> str:
    """The saying `key` in `zh` or `en`, its placeholders filled; raises KeyError for one there is not."""
    return both(key, **values).in_language(language)


def both(key: str, /, **values: object) -> Words:
    """The saying in both languages, for a widget that is retold later. Values may be Words themselves."""
    english, chinese = _SAYINGS[key]

    def filled(text: str, language: str) -> str:
        given = {
            name: each.in_language(language) if isinstance(each, Words) else each
            for name, each in values.items()
        }
        return text.format(**given)

    return Words(filled(chinese, "zh"), filled(english, "en"))


def retell(root: DOMNode, language: str) -> None:
    """Tell `root` and everything below it the language; whoever can be told tells what is inside it."""
    if isinstance(root, Retold):
        root.retell(language)
        return
    for child in root.children:
        retell(child, language)


class Saying(Static):
    """Words on the screen, in the language that is spoken there. Never read as markup, whoever wrote them."""

    def __init__(
        self,
        words: Words,
        language: str,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(_shown(words, language), markup=False, id=id, classes=classes)
        self._words = words
        self._language = language

    @property
    def words(self) -> Words:
        """What it says, in both languages."""
        return self._words

    def say(self, words: Words) -> None:
        """Say something else."""
        if words != self._words:
            self._words = words
            self.update(_shown(words, self._language), layout=self.styles.auto_dimensions)

    def retell(self, language: str) -> None:
        """Say the same in another language."""
        self._language = language
        self.update(_shown(self._words, language))


def _shown(words: Words, language: str) -> str:
    return plain(words.in_language(language), "\n")
