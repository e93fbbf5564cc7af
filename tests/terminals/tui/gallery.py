"""Snapshots kept as text: one file a screen, compared row by row, rewritten with --update-snapshots."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import unified_diff
from pathlib import Path

import pytest


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
