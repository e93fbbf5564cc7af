"""What customs files for mutual assistance, at a real gateway: offices and agreements, from registers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminals.tui.assistance.registers import AgreementEntry, AgreementRegister, OfficeEntry, OfficeRegister
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


@pytest.mark.asyncio
async def test_an_agreement_is_filed_changed_and_withdrawn(house: House, tmp_path: Path) -> None:
    """The register shows each at once, with its country in words."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await terminal.open("assistance.agreements")
        assert isinstance(register, AgreementRegister)
        await until(pilot, lambda: register.filed)
        before = len(register.filed)
        assert register._called("country", "KOR") == "KOR 韩国"
        await pilot.press("ctrl+n")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, AgreementEntry))
        await pilot.pause()
        entry = terminal.shell.pages.front
        assert isinstance(entry, AgreementEntry)
        await until(pilot, lambda: entry._kind is not None)
        head = {"agreementNo": "KOR-9", "country": "KOR", "nameZh": "补充协定", "nameEn": "Protocol"}
        for name, value in head.items():
            entry.model.set(entry.model.head, name, value)
        entry.view.follow()
        await pilot.press("ctrl+r")
        assert "是否备案" in await closed(pilot)
        assert await closed(pilot) == "已备案。"
        await until(pilot, lambda: len(register.filed) == before + 1)
        entry.model.set(entry.model.head, "validTo", "20301231")
        entry.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "已备案。"
        await until(pilot, lambda: any(each.get("validTo") == "20301231" for each in register.filed))
        entry.view.first()
        await pilot.press("ctrl+d")
        assert await closed(pilot, "y") == "是否撤销备案 KOR/KOR-9？"
        assert await closed(pilot) == "备案已撤销。"
        await until(pilot, lambda: len(register.filed) == before)


@pytest.mark.asyncio
async def test_a_register_is_searched_by_parts_and_says_how_to_begin(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A country by its name in either language, with a part of the number; an empty one names the key."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await terminal.open("assistance.agreements")
        assert isinstance(register, AgreementRegister)
        await until(pilot, lambda: len(register.filed) > 1)
        await pilot.press("ctrl+f", *"korea", "enter")
        await until(pilot, lambda: {each["country"] for each in register.filed} == {"KOR"})
        await pilot.press("ctrl+f", "down", *"nowhere", "enter")
        await until(pilot, lambda: register.table._asked is None and not register.filed)
        assert not terminal._notifications
        monkeypatch.setattr(terminal.work.line, "lookup", lambda *_: None)
        await pilot.press("ctrl+l", "enter")
        await until(pilot, lambda: any("Ctrl+N" in each.message for each in terminal._notifications))


@pytest.mark.asyncio
async def test_an_office_that_is_filed_is_opened_from_the_register_and_changed(
    house: House, tmp_path: Path
) -> None:
    """Enter brings what is filed onto the form, clean; Ctrl+R files the change."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await terminal.open("assistance.offices")
        assert isinstance(register, OfficeRegister)
        await until(pilot, lambda: register.filed)
        assert [each["country"] for each in register.filed] == ["KOR", "THA"]
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, OfficeEntry))
        await pilot.pause()
        entry = terminal.shell.pages.front
        assert isinstance(entry, OfficeEntry)
        await until(pilot, lambda: entry._kind is not None)
        assert entry.model.head.text("union") == "ASEAN"
        assert not entry.unsaved
        entry.model.set(entry.model.head, "reqDept", "Bureau of Intelligence")
        entry.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "已备案。"
        await until(pilot, lambda: register.filed[1]["reqDept"] == "Bureau of Intelligence")
