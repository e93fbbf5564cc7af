"""The code that somebody means who writes a name: 千克, kilogram or 035, on a form or in a spreadsheet.

Knows codes with their names in both languages; refuses to know where a text came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from messages.codes import Code, CodeList
from messages.forms import Field


class Named:
    """Codes by all that they are called. Making one folds every name once; a text is then found at once."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes: set[str] = set()
        self._called: dict[str, set[str]] = {}
        for each in codes:
            self._codes.add(each.code)
            for name in (each.code, each.label.zh, each.label.en):
                self._called.setdefault(name.casefold(), set()).add(each.code)

    def meant(self, text: str) -> str:
        """The code, whatever its letters, or the one of that name; '' for none, and for several."""
        if text in self._codes:
            return text
        found = self._called.get(text.casefold(), ()) if text else ()
        return next(iter(found)) if len(found) == 1 else ""


def resolved(codes: Sequence[Code], text: str) -> str:
    """The code that is meant by a text, which may be its name; the text itself where none is."""
    return Named(codes).meant(text) or text


def named(field: Field, code_list: Callable[[str], CodeList | None] = lambda _: None) -> Named | None:
    """The codes of a field: of the schema, or of its list; None where it has none that are known here."""
    if field.hints.list:
        known = code_list(field.hints.list)
        return None if known is None else Named(known.codes.values())
    if not field.choices:
        return None
    return Named(Code(choice.value, choice.label) for choice in field.choices)
