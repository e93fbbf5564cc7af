"""Long work behind a bar."""

from __future__ import annotations

from threading import Event

import pytest

from messages.annotations import Words
from terminals.tui.progress import Outcome, Progress, Report
from tests.terminals.tui.stage import SMALL, Stage, shown, until

TITLE = Words("导入", "Import")


@pytest.mark.asyncio
async def test_work_shows_how_far_it_is_and_closes_with_its_result() -> None:
    """The bar, the numbers and what is being done, while it is done."""
    go = Event()

    def work(report: Report) -> str:
        report(30, 100, Words("第 30 行", "Line 30"))
        go.wait()
        return "done"

    results: list[Outcome[str] | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(Progress(TITLE, work, "zh"), results.append)
        await until(pilot, lambda: "30 / 100" in shown(app))
        assert "第 30 行" in shown(app)
        go.set()
        await until(pilot, lambda: bool(results))
    outcome = results[0]
    assert outcome is not None
    assert (outcome.result(), outcome.stopped) == ("done", False)


@pytest.mark.asyncio
async def test_escape_asks_the_work_to_stop_and_waits_until_it_has() -> None:
    """What was done until then is the result."""
    began = Event()

    def work(report: Report) -> int:
        rows = 0
        while not report.stopped():
            rows = 7
            began.set()
        return rows

    results: list[Outcome[int] | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(Progress(TITLE, work, "zh"), results.append)
        await until(pilot, began.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: bool(results))
    outcome = results[0]
    assert outcome is not None
    assert (outcome.result(), outcome.stopped) == (7, True)


@pytest.mark.asyncio
async def test_what_ends_the_work_is_raised_to_whoever_wants_its_result() -> None:
    """An error is not lost behind the bar, and does not end the terminal."""

    def work(report: Report) -> int:
        report(0)
        raise ValueError("row 3")

    results: list[Outcome[int] | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(Progress(TITLE, work, "zh"), results.append)
        await until(pilot, lambda: bool(results))
    outcome = results[0]
    assert outcome is not None
    with pytest.raises(ValueError, match="row 3"):
        outcome.result()
