"""How a code comes into a field: out of its list, one or several at once.

Knows lists of codes and the dialogs that show them; refuses to know where the code goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.app import App

from messages.annotations import Words
from messages.codes import Code
from messages.forms import Field
from terminals.tui.buttons import Option
from terminals.tui.choose import ChooseMany
from terminals.tui.keeper import Keeper
from terminals.tui.picker import CodePicker
from terminals.work.rows import Place


def choose(app: App[Any], keeper: Keeper, place: Place, language: str, take: Callable[[str], None]) -> None:
    """Show a field's codes; `take` is called with what was chosen, if anything is."""
    field, text = place.field, place.row.text(place.name)
    codes = keeper.codes(field) if field.hints.offer is None else None
    if field.many and codes is not None:
        _choose_several(app, field, codes, text, language, take)
        return
    known = codes is not None and any(each.code == text for each in codes)
    picker = CodePicker(
        field.label,
        codes if codes is not None else lambda: keeper.fetch(field),
        language,
        current=text,
        typed="" if known else text,
        take=take,
    )
    app.push_screen(picker)


def _choose_several(
    app: App[Any],
    field: Field,
    codes: Sequence[Code],
    text: str,
    language: str,
    take: Callable[[str], None],
) -> None:
    def chosen(keys: frozenset[str] | None) -> None:
        if keys is not None:
            take(" ".join(each.code for each in codes if each.code in keys))

    options = [Option(each.code, _with_code(each)) for each in codes]
    app.push_screen(ChooseMany(field.label, options, text.split(), language), chosen)


def _with_code(code: Code) -> Words:
    return Words(f"{code.code} {code.label.zh}", f"{code.code} {code.label.en}")
