"""Every screen of the terminal looks as it did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_snapshots.py --update-snapshots` writes the snapshots anew; the change is
then read as text in the diff.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from hardware.virtual.stack import Stack
from terminals.tui.app import Terminal
from tests.scenarios.house import House
from tests.terminals.tui import gallery, tour, tour_officers
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import tell

KEPT = Path(__file__).with_name("snapshots")
Taken = dict[str, list[str]]
Walk = Callable[[tour.Visit, tour.Look], Awaitable[None]]


@pytest.fixture(scope="module")
def told(house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[House, Path, Mask]:
    """The gateway with everything that is seen, what an operator's terminal has kept of it, case numbers."""
    kept = tmp_path_factory.mktemp("told")
    return house, kept, Mask([*tell(house, kept / "state"), *tour_officers.tell(house)])


@pytest.fixture(scope="module")
def cards(_started: Stack) -> Iterator[Stack]:
    """The session's readers, empty before and after all of the walks."""
    yield _started
    _started.remove(0)


@pytest.fixture(scope="module")
def taken(told: tuple[House, Path, Mask], cards: Stack, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Every screen, by its name: the rows of all its snapshots."""
    house, kept, mask = told
    shots: Taken = {}

    async def look(name: str, terminal: Terminal, pilot: Pilot[int]) -> None:
        terminal.clear_notifications()
        for _ in ("zh", "en"):
            await pilot.pause()
            size = terminal.size
            heading = f"== {size.width}×{size.height} {terminal.language}"
            shots.setdefault(name, []).extend([heading, *picture(terminal, mask), ""])
            await pilot.press("f2")

    def walk(way: Walk, size: tuple[int, int]) -> Awaitable[None]:
        folder = tmp_path_factory.mktemp(way.__name__)
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        return way(tour.Visit(house, folder, size, cards), look)

    async def walks() -> None:
        """Side by side: most of the time goes by with waiting."""
        for size in (SMALL, LARGE):
            ways = (tour.logging_in, tour.entering, tour.looking, tour.at_customs, tour.at_officers)
            await asyncio.gather(*(walk(way, size) for way in ways))

    asyncio.run(walks())
    return shots


@pytest.mark.parametrize("name", tour.STOPS)
def test_a_screen_looks_as_it_did(name: str, taken: Taken, request: pytest.FixtureRequest) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_snapshot_is_of_a_screen(taken: Taken) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, tour.STOPS, taken)
