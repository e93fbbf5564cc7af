"""The enterprises' chapter is true: its keys are the screens', its states those of the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from messages.enterprise.filings import WINDOW
from messages.enterprise.table import LABELS
from terminals.tui.buttons import shown_key
from terminals.tui.enterprise.applications import ApplicationQuery
from terminals.tui.enterprise.own_screens import OWN
from tests.terminals.tui.test_guide import GUIDE, MARK, keys_of, thing

PAGES = [GUIDE / "enterprises.md", GUIDE / "enterprises.zh.md"]
ROW = re.compile(r"^\| (\S+)(?: [a-z ]+)? \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapter_s_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the class it is about, or of the menu, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert len(tables) == 3
    for name, rows in tables:
        told = {row.split("|")[1].strip() for row in rows.splitlines()}
        one = thing(name)
        if one is OWN:
            assert told == {shown_key(entry.key) for entry in OWN if entry.key}
        else:
            assert told == set(keys_of(one)), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_state_of_an_application_is_told(page: Path) -> None:
    """Whatever the list calls an application, the chapter says what can be done then."""
    told = set(ROW.findall(page.read_text(encoding="utf-8")))
    assert {LABELS[state][0] for state in ApplicationQuery.STATES} <= told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_days_in_which_a_licence_is_extended_are_told(page: Path) -> None:
    """Those that the rules know."""
    assert f"{WINDOW.days} " in page.read_text(encoding="utf-8")
