"""An enterprise's lists and its registration: searched, read, changed, deleted, printed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from terminals.tui.enterprise.applications import ApplicationQuery, ObjectionQuery
from terminals.tui.enterprise.brief import Objection
from terminals.tui.enterprise.case import EnterpriseCase
from terminals.tui.enterprise.change import RegistrationChange
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import closed, until
from tests.terminals.tui.enterprises import Software, enterprise, front, in_thread
from tests.terminals.tui.stage import shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture(scope="module")
def cases(house: House) -> dict[str, str]:
    """One application of each fate, by what became of it."""
    desk, own = enterprises.desk(house), Software(house, house.person("operator"))
    own.upload("licence.pdf", "decision.pdf")
    found = {"objection": str(own.submit("ENT311")[0].case)}
    found["refused"] = str(own.submit("ENT111")[0].case)
    desk.submit("ENT411-refuse", caseNo=found["refused"])
    found["approved"] = str(own.submit("ENT111")[0].case)
    desk.submit("ENT411-approve", caseNo=found["approved"])
    found["draft"] = str(own.submit("ENT111-draft")[0].case)
    return found


async def listed(page: ApplicationQuery, pilot: Pilot[int]) -> set[str]:
    """What is in the list, once it has come."""
    await until(pilot, lambda: page.table._asked is None and page._kind is not None)
    await pilot.pause()
    return {line.number for line in page.table.items}


async def chosen(page: Any, pilot: Pilot[int], case: str) -> None:
    """Put the cursor on a case."""
    assert case in await listed(page, pilot)
    page.table.grid.focus()
    page.table.grid.go([line.number for line in page.table.items].index(case))
    await pilot.pause()


async def search(page: Any, pilot: Pilot[int], *texts: str) -> set[str]:
    """Type criteria, one after the other, and search."""
    page.action_clear()
    lines = [line for at in range(len(page.CRITERIA)) for line in page.criteria._lines(at)]
    for line, text in zip(lines, texts, strict=False):
        line.value = text
    page.action_run()
    return await listed(page, pilot)


def printed(file: Path) -> str:
    """What a PDF says."""
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.asyncio
async def test_own_applications_are_found_by_type_state_and_day(
    house: House, cases: dict[str, str], tmp_path: Path
) -> None:
    """One criterion after the other, and all of them together; by name as by code."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("enterprise.applications")
        assert isinstance(page, ApplicationQuery)
        assert set(cases.values()) <= await listed(page, pilot)
        assert cases["objection"] in await search(page, pilot, "ENT311")
        assert cases["draft"] not in await search(page, pilot, "公示异议申请")
        assert await search(page, pilot, "", "审核不通过") == {cases["refused"]}
        assert await search(page, pilot, "ENT111", "暂存") == {cases["draft"]}
        assert await search(page, pilot, "", "", "2020-01-01", "2020-12-31") == set()


@pytest.mark.asyncio
async def test_an_application_is_viewed_changed_and_printed_from_the_list(
    house: House, cases: dict[str, str], tmp_path: Path
) -> None:
    """Each by its key, on the screen of its type; Enter goes on with what can be declared."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("enterprise.applications")
        assert isinstance(page, ApplicationQuery)
        await chosen(page, pilot, cases["approved"])
        await pilot.press("enter")
        case = await front(terminal, pilot, EnterpriseCase)
        await until(pilot, lambda: case._history)
        read = case.query_one(Reader).text
        for part in ("变更对比", "13800000002 → 13900000002", "变更为支付企业", "审核通过"):
            assert part in read
        terminal.shell.pages.show(page)
        await chosen(page, pilot, cases["refused"])
        await pilot.press("enter")
        entry = await front(terminal, pilot, RegistrationChange)
        assert entry.model.case == cases["refused"]
        await until(pilot, lambda: "营业执照不清晰" in shown(terminal))
        terminal.shell.pages.show(page)
        await chosen(page, pilot, cases["approved"])
        await pilot.press("ctrl+e")
        assert "不能" in await closed(pilot)
        await pilot.press("ctrl+b")
        file = tmp_path / "prints" / f"{cases['approved']}.pdf"
        await until(pilot, lambda: list(tmp_path.rglob("*.pdf")) and _found(tmp_path, cases["approved"]))
        text = printed(_found(tmp_path, cases["approved"]) or file)
        assert "企业注册信息变更" in text
        assert "变更对比" in text


def _found(folder: Path, name: str) -> Path | None:
    return next((each for each in folder.rglob("*.pdf") if name in each.name and each.stat().st_size), None)


@pytest.mark.asyncio
async def test_marked_drafts_are_deleted_from_the_list(
    house: House, cases: dict[str, str], tmp_path: Path
) -> None:
    """After a question; what is not a draft stays."""
    own = Software(house, house.person("operator"))
    more = str((await in_thread(own.submit, "ENT111-draft"))[0].case)
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("enterprise.applications")
        assert isinstance(page, ApplicationQuery)
        await chosen(page, pilot, more)
        await pilot.press("ctrl+d")
        await closed(pilot, "y")
        await until(pilot, lambda: "删除成功" in shown(terminal))
        await pilot.press("enter")
        await until(pilot, lambda: more not in {line.number for line in page.table.items})
        assert cases["approved"] in await listed(page, pilot)


@pytest.mark.asyncio
async def test_objections_are_found_by_kind_and_day_and_the_search_is_reset(
    house: House, cases: dict[str, str], tmp_path: Path
) -> None:
    """异议查询: nothing but objections; 重置 empties what was typed and what was found."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("enterprise.objections")
        assert isinstance(page, ObjectionQuery)
        assert await listed(page, pilot) == {cases["objection"]}
        await until(pilot, lambda: "重置" in shown(terminal))
        assert await search(page, pilot, "2") == set()
        assert await search(page, pilot, "行政处罚信息", "2020-01-01", "2099-12-31") == {cases["objection"]}
        await pilot.press("ctrl+l")
        assert page.criteria.values == {"objectionType": "", "applyDate.from": "", "applyDate.to": ""}
        assert not page.table.items
        page.action_run()
        await chosen(page, pilot, cases["objection"])
        await pilot.press("ctrl+o")
        case = await front(terminal, pilot, EnterpriseCase)
        await until(pilot, lambda: "处罚" in case.query_one(Reader).text)


@pytest.mark.asyncio
async def test_the_own_registration_is_read_and_printed(
    house: House, cases: dict[str, str], tmp_path: Path
) -> None:
    """All tables, the penalties, what follows from the type."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await terminal.open("enterprise.registration")
        await until(pilot, lambda: "陈立" in page.query_one(Reader).text)
        read = page.query_one(Reader).text
        for part in (
            "3122260001",
            "报关人员 1",
            "企业管理人员 3",
            "沪关缉字[2025]1号",
            "须行政许可",
            "2200 上海海关",
        ):
            assert part in read
        await pilot.press("ctrl+p")
        await until(pilot, lambda: _found(tmp_path, "3122260001"))
        file = _found(tmp_path, "3122260001")
        assert file is not None
        assert "浦东演示进出口有限公司" in printed(file)


@pytest.mark.asyncio
async def test_a_form_is_printed_as_a_pdf(house: House, cases: dict[str, str], tmp_path: Path) -> None:
    """An objection as it is typed, with its state in the title."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        found = await in_thread(terminal.work.line.case, "enterprise", cases["objection"])
        page = await terminal.open("enterprise.objection", found=found)
        assert isinstance(page, Objection)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: _found(tmp_path, cases["objection"]))
        file = _found(tmp_path, cases["objection"])
        assert file is not None
        assert "公示异议申请" in printed(file)
