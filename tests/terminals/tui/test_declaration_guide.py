"""The chapter of declarations is true: its keys are the screens', its states those of the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from messages.declaration.table import LABELS
from terminals.tui.declaration.lists import STATES
from tests.terminals.tui.test_assistance_guide import keys
from tests.terminals.tui.test_guide import GUIDE, MARK, thing

PAGES = [GUIDE / "declaring.md", GUIDE / "declaring.zh.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapter_s_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert len(tables) == 6
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys(thing(name))}, classes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_state_of_a_declaration_is_told(page: Path) -> None:
    """Whatever the list calls one, the chapter says what can be done then; the contents name the chapter."""
    told = page.read_text(encoding="utf-8")
    assert all(f"| {LABELS[state][0]}" in told for state in STATES)
    assert f"({page.name})" in (GUIDE / "README.md").read_text(encoding="utf-8")
