"""Filed registrations at the customs desk and a real gateway: found, opened, changed, withdrawn, refiled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.enterprise.filing import RegistrationEntry, RegistrationRegister
from terminals.tui.offering import Offer
from tests.scenarios.house import House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import at_work, closed, until
from tests.terminals.tui.enterprises import Software, front, in_thread
from tests.terminals.tui.stage import SMALL

TRADER, WAREHOUSE, BROKER = "3122260001", "4403160002", "1100980001"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture
def desk(house: House) -> Software:
    """Customs' software; what is filed is as the sample has it."""
    return enterprises.desk(house)


def states(register: RegistrationRegister) -> dict[str, str]:
    """Each registration's status as it is shown."""
    return {line.text("regCode"): register._cell(line, "state", 1) for line in register.table.items}


async def opened(register: RegistrationRegister, pilot: Pilot[int], code: str) -> RegistrationEntry:
    """What is filed under a code, on its form."""

    def at() -> list[int]:
        return [at for at, line in enumerate(register.table.items) if line.text("regCode") == code]

    await until(pilot, at)
    register.table.grid.go(at()[0])
    await pilot.pause()
    await pilot.press("enter")
    entry = await front(register.terminal, pilot, RegistrationEntry)
    await until(pilot, lambda: entry._kind is not None)
    return entry


async def listed(terminal: Any, pilot: Pilot[int]) -> RegistrationRegister:
    """The register, with all there is."""
    register = await terminal.open("enterprise.filed")
    assert isinstance(register, RegistrationRegister)
    await until(pilot, lambda: register.table.items)
    return register


@pytest.mark.asyncio
async def test_a_registration_is_found_changed_withdrawn_and_filed_anew(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """All of it is on the form, people too; the register and the gateway follow each step."""
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        register = await listed(terminal, pilot)
        entry = await opened(register, pilot, TRADER)
        assert not entry.unsaved
        assert [row.text("name") for row in entry.model.rows("Manager")] == ["陈立", "周敏", "吴静"]
        assert entry.model.rows("Penalty")[0].text("penaltyNo") == "沪关缉字[2025]1号"
        entry.model.set(entry.model.head, "cnName", "浦东新名有限公司")
        entry.view.follow()
        await pilot.press("ctrl+r")
        assert "是否备案" in await closed(pilot)
        assert await closed(pilot) == "已备案。"
        names = lambda: {line.text("cnName") for line in register.table.items}  # noqa: E731
        await until(pilot, lambda: "浦东新名有限公司" in names())
        filed = desk.get("/v1/lookups/enterprise/filed-registration", regCode=TRADER)["values"]
        assert [one["managerNo"] for one in filed["Manager"]] == ["1", "2", "3"]
        entry.view.first()
        await pilot.press("ctrl+d")
        assert await closed(pilot, "y") == f"是否撤销备案 {TRADER}？"
        assert await closed(pilot) == "备案已撤销。"
        await until(pilot, lambda: states(register)[TRADER] == "备案已撤销")
        assert desk.status(f"/v1/lookups/enterprise/filed-registration?regCode={TRADER}") == 404
        terminal.open_soon("enterprise.filed")
        await front(terminal, pilot, RegistrationRegister)
        place = next(at for at, line in enumerate(register.table.items) if line.text("regCode") == TRADER)
        register.table.grid.go(place)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: any("重新备案" in note.message for note in terminal._notifications))
        assert terminal.shell.pages.front is register


@pytest.mark.asyncio
async def test_a_registration_is_found_by_name_code_status_and_validity(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Each alone and together; one that has expired since it was filed is told as expired."""
    await in_thread(desk.refile, 1, validTo="20240131")
    await in_thread(desk.refile, 2, regStatus="2")
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await listed(terminal, pilot)
        await until(pilot, lambda: len(states(register)) == 3)
        assert states(register) == {TRADER: "正常", WAREHOUSE: "超期", BROKER: "注销"}

        async def finds(expected: set[str], *typed: str) -> None:
            await pilot.press("ctrl+l")
            for text in typed:
                first, _, last = text.partition("–")
                await pilot.press(*first, *(("tab", *last) if last else ()), "down")
            register.action_run()
            await until(pilot, lambda: set(states(register)) == expected)

        await finds({WAREHOUSE}, "深圳")
        await finds({TRADER, WAREHOUSE, BROKER})
        await finds({TRADER}, "", "91310115MA1K3X7Q2J")
        await finds({BROKER}, "", "", "注销")
        await finds({WAREHOUSE}, "", "", "", "20240101–20241231")


@pytest.mark.asyncio
async def test_an_approved_cancellation_is_in_the_register(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """What enterprises are granted, the register has without being filed anew."""
    trader = Software(house, house.person("operator"))
    trader.drain()
    trader.upload("licence.pdf")
    (receipt,) = await in_thread(trader.submit, "ENT131")
    await in_thread(desk.submit, "ENT411-approve", caseNo=str(receipt.case))
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await listed(terminal, pilot)
        await until(pilot, lambda: states(register).get(TRADER) == "注销")


@pytest.mark.asyncio
async def test_a_form_that_is_left_half_changed_comes_back(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Its tab closed by a lost line, the next login offers it, and it is still a change of what is filed."""
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        register = await listed(terminal, pilot)
        entry = await opened(register, pilot, BROKER)
        entry.model.set(entry.model.head, "fax", "010-65001234")
        entry.view.follow()
        entry.keep()
        terminal.keeper.flush()
    async with at_work(house, tmp_path, "customs") as (terminal, pilot):
        await until(pilot, lambda: isinstance(pilot.app.screen, Offer))
        await pilot.press("enter")
        page = await front(terminal, pilot, RegistrationEntry)
        await until(pilot, lambda: page._kind is not None)
        assert page.model.head.text("fax") == "010-65001234"
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "已备案。"
    filed = desk.get("/v1/lookups/enterprise/filed-registration", regCode=BROKER)["values"]
    assert filed["fax"] == "010-65001234"


@pytest.mark.asyncio
async def test_what_was_approved_meanwhile_is_not_filed_over_unasked(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Whoever has an older version on the form is asked; No keeps both what is filed and what is typed."""
    second = Software(house, house.person("enterprise", 1))
    second.drain()
    second.upload("licence.pdf")
    async with at_work(house, tmp_path, "customs", SMALL) as (terminal, pilot):
        register = await listed(terminal, pilot)
        entry = await opened(register, pilot, WAREHOUSE)
        (receipt,) = await in_thread(second.submit, "ENT121")
        await in_thread(desk.submit, "ENT411-extend", caseNo=str(receipt.case))
        entry.model.set(entry.model.head, "fax", "0755-65001234")
        entry.view.follow()
        await pilot.press("ctrl+r")
        assert "继续备案将覆盖这些变化" in await closed(pilot, "n")
        filed = desk.get("/v1/lookups/enterprise/filed-registration", regCode=WAREHOUSE)["values"]
        assert (filed["validTo"], filed["fax"]) == ("20991231", "021-58001235")
        assert entry.model.head.text("fax") == "0755-65001234"
        await pilot.press("ctrl+r")
        await closed(pilot, "y")
        assert "是否备案" in await closed(pilot)
        assert await closed(pilot) == "已备案。"
    filed = desk.get("/v1/lookups/enterprise/filed-registration", regCode=WAREHOUSE)["values"]
    assert (filed["validTo"], filed["fax"]) == ("20981231", "0755-65001234")
