"""The chapters for those who run the gateway are true: their keys are the screens'."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.watch import RULES
from tests.terminals.tui.test_guide import GUIDE, MARK, keys_of, thing

PAGES = sorted(GUIDE.glob("operations*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_chapters_tables_have_the_screens_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert len(tables) == 2
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys_of(thing(name))}, classes


def test_both_languages_have_a_chapter_that_the_guide_lists() -> None:
    """Whoever looks for it finds it."""
    assert [page.name for page in PAGES] == ["operations.md", "operations.zh.md"]
    listed = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert all(f"({page.name})" in listed for page in PAGES)


def test_the_operations_chapter_tells_every_rule_of_the_alarms() -> None:
    """By the name that its metric and the calls have, in the table's order."""
    text = (GUIDE.parent / "operations.md").read_text(encoding="utf-8")
    chapter = text.partition("\n## Alarms\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", chapter, re.MULTILINE) == [rule.name for rule in RULES]
