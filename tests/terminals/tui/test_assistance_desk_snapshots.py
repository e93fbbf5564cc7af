"""The desk's screens of mutual assistance look as they did: at 80×24 and 120×40, in Chinese and English.

`pytest tests/terminals/tui/test_assistance_desk_snapshots.py --update-snapshots` writes them anew; the change
is then read as text in the diff.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.scenarios.house import House
from tests.terminals.tui import assisted, gallery
from tests.terminals.tui.at_house import at_work, until
from tests.terminals.tui.gallery import front, opened
from tests.terminals.tui.picture import Mask, picture
from tests.terminals.tui.stage import LARGE, SMALL
from tests.terminals.tui.story import CLOCK

KEPT = Path(__file__).with_name("snapshots_assistance_desk")
STOPS = ("queue", "answer", "case", "evaluation", "publication", "agreements", "office", "pending")
_MOMENT = re.compile(r"(?<=0000-00-00 )\d\d:\d\d")
_AGE = re.compile(r"\b0:\d\d\b")


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every screen, by its name: the rows of all its snapshots."""
    house = House(tmp_path_factory.mktemp("assistance") / "home")
    house.start()
    try:
        assisted.filed(house)
        asked, _ = assisted.requested(house, "FC1/2024/0117")
        answered, _ = assisted.replied(house, "CN/2024/0009")
        shots: dict[str, list[str]] = {}
        for size in (SMALL, LARGE):
            folder = tmp_path_factory.mktemp("desk")
            asyncio.run(walk(house, folder, size, shots, Mask([asked, answered])))
        return shots
    finally:
        house.close()


async def walk(
    house: House, folder: Path, size: tuple[int, int], shots: dict[str, list[str]], mask: Mask
) -> None:
    """Through the desk's screens, each looked at in both languages."""

    def plain(row: str) -> str:
        return _AGE.sub("0:00", _MOMENT.sub("00:00", mask(row)))

    async with at_work(house, folder, "customs", size, lambda: CLOCK) as (terminal, pilot):

        async def look(name: str) -> None:
            terminal.clear_notifications()
            for _ in ("zh", "en"):
                await pilot.pause()
                heading = f"== {size[0]}×{size[1]} {terminal.language}"
                shots.setdefault(name, []).extend([heading, *picture(terminal, plain), ""])
                await pilot.press("f2")

        queue = await opened(terminal, pilot, "assistance.queue", lambda page: page.table.items)
        await until(pilot, lambda: queue._kind is not None)
        await until(pilot, lambda: terminal.work.line.codes.known("assist_country"))
        await look("queue")
        await pilot.press("ctrl+r")
        answer = await front(terminal, pilot, "RequestAnswer")
        await until(pilot, lambda: answer._kind is not None)
        await look("answer")
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, "AssistanceCase")
        await until(pilot, lambda: case._history)
        await look("case")
        listed = await opened(terminal, pilot, "assistance.chinese", lambda page: page.table.items)
        await until(pilot, lambda: listed._kind is not None)
        await pilot.press("ctrl+r")
        evaluation = await front(terminal, pilot, "FeedbackEvaluation")
        await until(pilot, lambda: evaluation._kind is not None)
        await pilot.pause()
        await look("evaluation")
        entry = await opened(terminal, pilot, "assistance.publish", lambda page: page._kind is not None)
        entry.view.first()
        await look("publication")
        await opened(terminal, pilot, "assistance.agreements", lambda page: page.filed)
        await look("agreements")
        await opened(terminal, pilot, "assistance.offices", lambda page: page.filed)
        await pilot.press("enter")
        office = await front(terminal, pilot, "OfficeEntry")
        await until(pilot, lambda: office._kind is not None)
        await look("office")
        await opened(terminal, pilot, "assistance.pending", lambda page: page.figures)
        await look("pending")


@pytest.mark.parametrize("name", STOPS)
def test_a_desk_screen_looks_as_it_did(
    name: str, taken: dict[str, list[str]], request: pytest.FixtureRequest
) -> None:
    """Its rows, its colours that mean something, and its focus are those of the snapshot."""
    gallery.same(request, KEPT, name, taken[name])


def test_every_desk_snapshot_is_of_a_screen(taken: dict[str, list[str]]) -> None:
    """No file is left of a screen that is not there any more, and every stop is looked at."""
    gallery.whole(KEPT, STOPS, taken)
