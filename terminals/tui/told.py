"""Errors as words for a screen: whatever tells itself in a language, in both at once.

Knows the two ways in which errors tell themselves here; refuses to explain any of them.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.trouble import Told


def told(error: BaseException) -> Words:
    """What a trouble or a signer's error says, in both languages; the class's name of anything else."""
    if isinstance(error, Told):
        return Words(error.told("zh"), error.told("en"))
    name = type(error).__name__
    return Words(name, name)
