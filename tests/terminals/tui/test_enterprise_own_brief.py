"""The applications without tables on their screens: what they begin with, documents, a gateway away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from messages.wire import wire_date
from terminals.trouble import Unreachable
from terminals.tui import opened
from terminals.work.opening import Opening, opening
from tests.scenarios.house import House
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import PATIENCE, closed, until
from tests.terminals.tui.enterprises import Software, asked, enterprise, in_thread, put
from tests.terminals.tui.stage import shown

SOON = wire_date(datetime.now(UTC) + timedelta(days=30))
REASON = {"reason": "公司业务调整"}
WAREHOUSE, TRADER, BROKER = 1, 0, 2  # whose registration stands where in the sample


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture
def desk(house: House) -> Software:
    """Customs' software; what is filed is as the sample has it, and nothing is under way."""
    return enterprises.desk(house)


async def attached(page: Any, pilot: Pilot[int], file: str, kind: str) -> None:
    """Choose a file by a part of its name, and say what it is."""
    page.view.show_part("Attachment")
    await pilot.pause()
    await pilot.press("ctrl+n")
    await until(pilot, lambda: pilot.app.screen is not page.terminal.shell)
    await pilot.press(*file, "enter")
    await until(pilot, lambda: page.model.rows("Attachment"))
    await until(pilot, lambda: pilot.app.screen is page.terminal.shell)
    put(page, {"docType": kind}, page.model.rows("Attachment")[0])


@pytest.mark.parametrize(
    ("who", "filed", "name", "changes", "typed"),
    [
        (("enterprise", 1), WAREHOUSE, "enterprise.renewal", {}, {}),
        (("operator", 0), TRADER, "enterprise.cancellation", {}, REASON),
        (("agency", 0), BROKER, "enterprise.licence-extension", {"validTo": SOON}, {}),
        (("agency", 0), BROKER, "enterprise.licence-cancellation", {}, REASON),
    ],
    ids=["renewal", "cancellation", "extension", "licence-cancellation"],
)
@pytest.mark.asyncio
async def test_an_application_without_tables_is_typed_with_a_document_and_declared(
    house: House, desk: Software, tmp_path: Path, who: tuple[str, int], filed: int, name: str,
    changes: dict[str, str], typed: dict[str, str],
) -> None:  # fmt: skip
    """The filing's head is there and grey, the contact may be typed over; then it is read only."""
    await in_thread(desk.refile, filed, **changes)
    role, place = who
    async with enterprise(house, tmp_path, role, place=place) as (terminal, pilot):
        page = await asked(terminal, pilot, name)
        head = page.model.head
        for field in ("regCode", "scc", "cnName", "entType"):
            assert head.text(field), field
            assert page.model.standing(head, field).locked
        assert head.text("contactName") == "陆知秋"
        put(page, {"contactMobile": "13900000009", **typed})
        await attached(page, pilot, "licence", "01")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "待审核" in await closed(pilot)
        assert page.view.reading
        seen = await in_thread(desk.case, page.model.case)
        assert seen["body"]["stored"]["contactMobile"] == "13900000009"
        assert [each["name"] for each in seen["body"]["stored"]["Attachment"]] == ["licence.pdf"]


@pytest.mark.asyncio
async def test_a_cancellation_without_its_reason_is_not_declared(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The field is named, and the cursor is in it."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.cancellation")
        await pilot.press("ctrl+r")
        assert "不能为空" in await closed(pilot)
        assert page.view.place.name == "reason"


@pytest.mark.asyncio
async def test_what_could_not_be_asked_is_asked_once_the_gateway_is_back(
    house: House, desk: Software, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No form before there is an answer, and no refusal either."""
    away = True

    def line(*given: Any) -> Opening:
        if away:
            raise Unreachable("no-answer", origin="https://127.0.0.1:1", reason="-", seconds=1)
        return opening(*given)

    monkeypatch.setattr(opened, "opening", line)
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page: Any = await terminal.open("enterprise.change")
        await until(pilot, lambda: "暂时无法核对能否办理" in shown(terminal))
        assert not page.view.display
        away = False
        page.reached(True)
        await until(pilot, lambda: not page.shut)
        assert page.model.head.text("regCode") == "3122260001"


@pytest.mark.asyncio
async def test_an_answer_takes_the_cursor_from_no_other_tab(
    house: House, desk: Software, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has gone on to another tab meanwhile types there; the form has its cursor when it is seen."""
    go = threading.Event()

    def line(*given: Any) -> Opening:
        go.wait(PATIENCE)
        return opening(*given)

    monkeypatch.setattr(opened, "opening", line)
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page: Any = await terminal.open("enterprise.change")
        other: Any = await terminal.open("enterprise.applications")
        await pilot.pause()
        other.criteria.front.focus()
        await pilot.pause()
        go.set()
        await until(pilot, lambda: not page.shut)
        await pilot.pause()
        assert terminal.shell.focused is other.criteria.front
        terminal.shell.pages.show(page)
        await until(pilot, lambda: terminal.shell.focused is page.view.front)
