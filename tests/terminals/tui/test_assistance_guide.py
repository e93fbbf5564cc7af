"""The chapters of mutual assistance are true: their keys are the screens'."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terminals.tui.buttons import shown_key
from tests.terminals.tui.test_guide import GUIDE, MARK, keys_of, thing

PAGES = {*GUIDE.glob("assistance-desk*.md"), *GUIDE.glob("officers*.md")}


def keys(one: Any) -> Iterator[str]:
    """The keys of a class, or of screens of the menu."""
    if isinstance(one, tuple):
        yield from (shown_key(entry.key) for entry in one if entry.key)
    else:
        yield from keys_of(one)


@pytest.mark.parametrize("page", sorted(PAGES), ids=lambda page: page.name)
def test_the_chapters_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert tables
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys(thing(name))}, classes
