"""The chapters of unattended declaring, of the declarations' desk and of carriers are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminals.tui.test_assistance_guide import keys
from tests.terminals.tui.test_guide import GUIDE, MARK, thing

TABLES = {"smart-declaring": 4, "declaration-desk": 4}
PAGES = [GUIDE / f"{name}{language}.md" for name in TABLES for language in ("", ".zh")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapters_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert len(tables) == TABLES[page.name.partition(".")[0]]
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys(thing(name))}, classes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_guides_contents_name_the_chapters(page: Path) -> None:
    """Whoever looks for one finds it."""
    assert f"({page.name})" in (GUIDE / "README.md").read_text(encoding="utf-8")
