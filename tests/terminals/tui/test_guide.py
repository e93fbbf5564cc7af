"""The operators' guide is true: its keys are the terminal's, its pictures are there and name nobody else."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding

import terminals.tui
import terminals.tui.bonded
from terminals.tui.buttons import shown_key
from terminals.tui.choose import Choose
from terminals.tui.systems import System
from terminals.tui.windows import Functions

GUIDE = Path(__file__).parents[3] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("operators*.md"))
MARK = re.compile(r"<!-- keys: (.*?) -->\n\|.*\n\| ---.*\n((?:\|.*\n?)+)")
INSIDE = {
    "_Coded", "Ask", "Buttons", "ChooseMany", "Dialog", "Editor", "Fates", "FormPage", "LongEditor", "Offer",
    "PickFile", "Progress", "Reader", "Tell",
}  # fmt: skip
"""Classes whose keys are of a dialog or a field, and need no table."""


def names(page: Path) -> list[str]:
    """Whose keys the page tells."""
    return [name for names, _ in MARK.findall(page.read_text(encoding="utf-8")) for name in names.split()]


def thing(name: str) -> Any:
    """What is called module:name."""
    module, _, own = name.partition(":")
    return getattr(importlib.import_module(module), own)


def keys_of(one: Any) -> Iterator[str]:
    """The keys of a class or of a system's screens, as keyboards name them."""
    if isinstance(one, System):
        yield from (shown_key(entry.key) for entry in one.entries if entry.key)
        return
    if one is Functions:
        yield from (shown_key(option.hot) for option in Functions("zh", forward=True, back=True)._options)
    for binding in vars(one).get("BINDINGS", ()):
        assert isinstance(binding, Binding)
        yield from (shown_key(key) for key in binding.key.split(","))


def with_keys() -> Iterator[type]:
    """Every class of the terminal's screens that has keys of its own."""
    for package in (terminals.tui, terminals.tui.bonded):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for one in vars(module).values():
                if isinstance(one, type) and one.__module__ == found.name and vars(one).get("BINDINGS"):
                    yield one


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_guide_s_tables_have_the_terminal_s_keys(page: Path) -> None:
    """Each table has all keys of the classes it is about, and no other."""
    tables = MARK.findall(page.read_text(encoding="utf-8"))
    assert tables
    for classes, rows in tables:
        told = {key for row in rows.splitlines() for key in row.split("|")[1].strip().split(", ")}
        assert told == {key for name in classes.split() for key in keys_of(thing(name))}, classes


@pytest.mark.parametrize("language", ["", ".zh"])
def test_no_screen_s_keys_are_left_out(language: str) -> None:
    """Whatever class has keys is in a chapter's table, but for what is inside dialogs and fields."""
    chapters = [page for page in GUIDE.glob("*.md") if page.name.endswith(".zh.md") == bool(language)]
    told = {name for page in chapters for name in map(thing, names(page)) if isinstance(name, type)}
    assert issubclass(Functions, Choose)
    assert {one.__name__ for one in with_keys() if one not in told} <= INSIDE


def test_both_languages_tell_the_same() -> None:
    """The same tables, the same pictures."""
    english, chinese = (page.read_text(encoding="utf-8") for page in PAGES)
    assert names(PAGES[0]) == names(PAGES[1])
    picture = r"images/([a-z-]+)\.(?:en|zh)\.svg"
    assert re.findall(picture, english) == re.findall(picture, chinese)


@pytest.mark.parametrize("page", [*PAGES, GUIDE / "README.md"], ids=lambda page: page.name)
def test_what_the_guide_links_to_is_there(page: Path) -> None:
    """Pictures and pages; a picture asks nothing of the network."""
    for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        target = page.parent / link
        assert target.exists(), link
        if target.suffix == ".svg":
            drawing = target.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
            assert "://" not in drawing.replace("https://127.0.0.1:8443", "")


@pytest.mark.parametrize(
    "page",
    [
        page
        for kind in ("agencies", "assistance", "declar", "enterprise", "inspection", "smart")
        for page in sorted(GUIDE.glob(f"{kind}*.md"))
    ],
    ids=lambda page: page.name,
)
def test_a_chapter_says_whose_alt_keys_are_which_before_it_names_one(page: Path) -> None:
    """Several systems have Alt+1: who is at the main menu is told to open a screen of this system first."""
    told = page.read_text(encoding="utf-8")
    said = told.find(
        "由第一个有该键的系统响应" if page.name.endswith(".zh.md") else "the first system that has the key"
    )
    assert 0 < said < told.index("Alt+")
