"""News and material at the customs desk and a real gateway: published, changed, withdrawn; and charts."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.tui.assistance.desk_charts import DeskCharts
from terminals.tui.pick import PickFile
from terminals.tui.plots import Bars
from terminals.tui.published import PublicationEntry, PublicationQuery
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import at_work, closed, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("assistance") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


def titles(officer: assisted.Clerk) -> list[str]:
    """What an officer reads, the newest first."""
    answer = officer.client.get("/v1/bulletins")
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in json.loads(answer.text)["bulletins"]]


@pytest.mark.asyncio
async def test_material_is_published_with_a_file_changed_and_withdrawn(house: House, tmp_path: Path) -> None:
    """Officers see each version at once, and nothing once it is withdrawn."""
    officer = assisted.Clerk(house, house.person("officer"))
    (tmp_path / "attachments").mkdir()
    shutil.copy(assisted.FILES / "manual.pdf", tmp_path / "attachments")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.publish")
        assert isinstance(page, PublicationEntry)
        await until(pilot, lambda: page._kind is not None and pilot.app.focused is page.view.front)
        head = {"kind": "material", "title": "操作手册 Manual", "content": "外网端用户操作手册。"}
        for name, value in head.items():
            page.model.set(page.model.head, name, value)
        page.view.follow()
        page.view.show_part("Attachment")
        await pilot.pause()
        await pilot.pause()
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickFile))
        await pilot.press(*"manual", "enter")
        await until(pilot, lambda: len(page.model.rows("Attachment")) == 1)
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        assert "是否发布" in await closed(pilot)
        assert "外方官员现在可以看到" in await closed(pilot)
        assert await asyncio.to_thread(titles, officer) == ["操作手册 Manual"]
        listed = await terminal.open("assistance.published")
        assert isinstance(listed, PublicationQuery)
        await until(pilot, lambda: listed.table.items)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, PublicationEntry))
        await pilot.pause()
        page = terminal.shell.pages.front
        assert isinstance(page, PublicationEntry)
        assert not page.unsaved
        assert len(page.model.rows("Attachment")) == 1
        page.model.set(page.model.head, "title", "操作手册二版 Manual 2")
        page.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        assert await asyncio.to_thread(titles, officer) == ["操作手册二版 Manual 2"]
        page.view.first()
        await pilot.press("ctrl+d")
        assert "是否撤回" in await closed(pilot, "y")
        assert "已撤回" in await closed(pilot)
        assert await asyncio.to_thread(titles, officer) == []


@pytest.mark.asyncio
async def test_pending_requests_are_drawn_by_age_country_and_type(house: House, tmp_path: Path) -> None:
    """As many bars as there are spans, countries and types, with their names and the oldest's age."""
    for _ in range(2):
        await asyncio.to_thread(assisted.requested, house)
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        page = await terminal.open("assistance.pending")
        assert isinstance(page, DeskCharts)
        await until(pilot, lambda: page.figures)
        await pilot.pause()

        def bars(name: str) -> list[tuple[str, float]]:
            return [(each.words.zh, each.number) for each in page.query_one(name, Bars)._measures]

        assert bars("#ages") == [
            ("1 小时内", 2),
            ("1 天内", 0),
            ("1–3 天", 0),
            ("3–7 天", 0),
            ("超过 7 天", 0),
        ]
        assert bars("#countries") == [("韩国", 2)]
        assert bars("#types") == [("单证核查、原产地核查", 2)]
        assert page.query_one("#countries", Bars)._measures[0].text == "2 (0:00)"
