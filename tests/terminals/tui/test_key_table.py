"""The keys of the whole terminal, as one table: no two things that are there together want the same key."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

import terminals.tui
from terminals.tui.app import Terminal
from terminals.tui.field import Editor, LongEditor
from terminals.tui.offered import TABLE
from terminals.tui.page import Page
from terminals.tui.shell import Shell
from terminals.tui.systems import ROLES, Menu
from terminals.tui.words import both

PAGES_OWN = {"f5"}
"""Keys of the shell that a page may take for the same thing: to fetch anew what it shows."""

DRAWN = {"key-language"}
"""It says the other language's name, in that language."""


def classes() -> Iterator[type[Widget]]:
    """Every widget and screen of the terminal."""
    for found in pkgutil.walk_packages(terminals.tui.__path__, "terminals.tui."):
        module = importlib.import_module(found.name)
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Widget) and each.__module__ == found.name:
                yield each


def own(kind: type[Widget] | type[Terminal]) -> list[Binding]:
    """What a class binds itself, a key each."""
    return list(Binding.make_bindings(kind.__dict__.get("BINDINGS", [])))


def keys(kind: type[Widget] | type[Terminal]) -> set[str]:
    """Its keys, but for those that do nothing: a field may copy by Ctrl+C."""
    return {each.key for each in own(kind) if each.action != "nothing"}


WIDGETS = sorted(set(classes()), key=lambda each: each.__qualname__)
INSIDE = [each for each in WIDGETS if not issubclass(each, Screen)]
SHELL = keys(Terminal) | keys(Shell)
ENTRIES = {entry.key for system in TABLE for entry in system.entries if entry.key}


def test_app_shell_and_menu_share_no_key() -> None:
    """What goes between pages is there on every page."""
    assert not keys(Terminal) & keys(Shell)
    assert not ENTRIES & SHELL


@pytest.mark.parametrize("kind", INSIDE, ids=lambda each: each.__qualname__)
def test_nothing_inside_the_shell_takes_its_keys(kind: type[Widget]) -> None:
    """Whatever has the focus: help, tabs, menu, receipts, quitting and screens' keys do what they do."""
    assert not keys(kind) & (SHELL | ENTRIES) - PAGES_OWN


@pytest.mark.parametrize("role", ROLES)
def test_a_persons_screens_have_keys_of_their_own(role: str) -> None:
    """Within a system no two screens of one role have the same key."""
    for system in Menu(TABLE, role).systems:
        given = [entry.key for entry in system.entries if entry.key]
        assert len(given) == len(set(given)), system.name


@pytest.mark.parametrize(
    "page", [each for each in INSIDE if issubclass(each, Page)], ids=lambda each: each.__qualname__
)
def test_a_pages_keys_are_not_the_fields(page: type[Widget]) -> None:
    """A key that a field takes for its text would never reach the page."""
    taken = {key for binding in (*Editor.BINDINGS, *LongEditor.BINDINGS) for key in _names(binding)}
    assert not keys(page) & taken


@pytest.mark.parametrize("kind", WIDGETS, ids=lambda each: each.__qualname__)
def test_every_key_that_is_shown_says_what_it_does_in_both_languages(kind: type[Widget]) -> None:
    """The footer and the help say it in the language that is spoken."""
    for binding in own(kind):
        if binding.show:
            words = both(binding.description)
            assert words.zh
            assert words.en
            assert words.zh != words.en or binding.description in DRAWN


def _names(binding: object) -> list[str]:
    assert isinstance(binding, Binding)
    return binding.key.split(",")
