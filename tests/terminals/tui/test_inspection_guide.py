"""The inspection agencies' chapter is true: its keys are the screens', its states those of the lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from messages.inspection.table import LABELS
from terminals.tui.inspection.agency_lists import EntrustmentList, FilingList
from tests.terminals.tui.test_assistance_guide import keys
from tests.terminals.tui.test_guide import GUIDE, MARK, thing

PAGES = [GUIDE / "agencies.md", GUIDE / "agencies.zh.md"]
ROW = re.compile(r"^\| (\S+)(?: [a-z ]+)? \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapter_s_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert tables
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys(thing(name))}, classes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_state_of_a_filing_and_an_entrustment_is_told(page: Path) -> None:
    """Whatever a list calls a case, the chapter says what can be done then, or what has become of it."""
    told = page.read_text(encoding="utf-8")
    for kind in (FilingList, EntrustmentList):
        for state in kind.STATES:
            assert LABELS[state][0] in told, state
    assert {LABELS[state][0] for state in FilingList.STATES} <= set(ROW.findall(told))
