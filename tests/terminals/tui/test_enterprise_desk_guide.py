"""The chapter for the customs desk of customs–enterprise cooperation is true: its keys are the desk's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminals.tui.test_assistance_guide import keys
from tests.terminals.tui.test_guide import GUIDE, MARK, thing

PAGES = sorted(GUIDE.glob("enterprise-desk*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapter_s_tables_have_the_desk_s_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert len(tables) == 3
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys(thing(name))}, classes


def test_the_guide_s_contents_name_the_chapter_in_both_languages() -> None:
    """Whoever looks for it finds it."""
    contents = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES] == ["enterprise-desk.md", "enterprise-desk.zh.md"]
    assert all(f"({page.name})" in contents for page in PAGES)
