"""Charts of a real gateway's figures, at the customs desk only."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminals.tui.charts import Charts
from tests.scenarios.house import House
from tests.terminals.tui.at_house import at_work, until


@pytest.mark.asyncio
async def test_traffic_refusals_and_queues_are_drawn(house: House, tmp_path: Path) -> None:
    """All three have figures, and are drawn in either language."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("charts")
        assert isinstance(page, Charts)
        await until(pilot, lambda: set(page.figures) == {"traffic", "refusals", "queues"})
        assert page.figures["queues"]["queues"]
        await pilot.press("f2")
        await pilot.pause()
        titles = "\n".join(strip.text for strip in terminal.screen._compositor.render_strips())
        assert "Messages and receipts by the hour" in titles
        assert not page.query_one("#failed").display


@pytest.mark.asyncio
async def test_an_operator_has_no_charts(house: House, tmp_path: Path) -> None:
    """They are not in the menu."""
    async with at_work(house, tmp_path) as (terminal, _):
        with pytest.raises(KeyError):
            terminal.menu.find("charts")
