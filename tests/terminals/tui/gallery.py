"""Snapshots kept as text: one file a screen, compared row by row, rewritten with --update-snapshots.

And how a screen is waited for before it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.app import Terminal
from terminals.tui.page import Page
from tests.terminals.tui.at_house import until


def same(request: pytest.FixtureRequest, folder: Path, name: str, now: list[str]) -> None:
    """The screen's rows, its colours that mean something, and its focus are those of its file."""
    path = folder / f"{name}.txt"
    if request.config.getoption("--update-snapshots"):
        folder.mkdir(exist_ok=True)
        path.write_text("\n".join(now), encoding="utf-8")
    before = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    changed = list(unified_diff(before, now, "snapshot", "now", lineterm="", n=0))
    if changed:
        pytest.fail("\n".join([f"{name} looks different:", *changed]), pytrace=False)


def whole(folder: Path, stops: Collection[str], taken: Mapping[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    assert sorted(path.stem for path in folder.iterdir()) == sorted(stops)
    assert sorted(taken) == sorted(stops)


async def opened(terminal: Terminal, pilot: Pilot[int], name: str, ready: Callable[[Any], object]) -> Any:
    """A screen of the menu, once it has what it shows."""
    page = await terminal.open(name)
    await until(pilot, lambda: ready(page))
    await pilot.pause()
    return page


async def front(terminal: Terminal, pilot: Pilot[int], kind: str) -> Any:
    """The page in front, once it is one of that class."""

    def there() -> Page | None:
        page = terminal.shell.pages.front
        return page if type(page).__name__ == kind else None

    await until(pilot, there)
    await pilot.pause()
    return there()
