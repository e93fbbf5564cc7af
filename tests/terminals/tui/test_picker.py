"""Choosing from a code list."""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from messages.annotations import Words
from messages.codes import Code, CodeLists
from terminals.tui.picker import CodePicker, Codes
from terminals.work.offers import Offered
from tests.terminals.tui.stage import SMALL, Stage, shown, until

LISTS = CodeLists()
COUNTRIES = tuple(LISTS.get("country").codes.values())
TITLE = Words("国别（地区）", "Countries")
TEN_THOUSAND = [Code(f"{number:06}", Words(f"品名{number}号", f"Goods {number}")) for number in range(10_000)]
AT_ONCE = 0.05  # seconds that nobody notices


async def opened(pilot: Pilot[None], *keys: str, **options: Any) -> list[str | None]:
    """Open the list of countries, press keys; what it says."""
    results: list[str | None] = []
    pilot.app.push_screen(CodePicker(TITLE, COUNTRIES, "zh", **options), results.append)
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    return results


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([*"deu", "enter"], ["DEU"]),
        ([*"德国", "enter"], ["DEU"]),
        ([*"german", "enter"], ["DEU"]),
        ([*"国", "down", "enter"], ["CHN"]),
        ([*"xyz", "enter"], []),
        ([*"xyz", "ctrl+u", *"fra", "enter"], ["FRA"]),
        ([*"frax", "backspace", "enter"], ["FRA"]),
        (["escape"], [None]),
    ],
)
async def test_typing_finds_by_code_chinese_or_english(keys: list[str], expected: list[str | None]) -> None:
    """Whatever the language of the screen; Enter takes the one under the cursor, if there is one."""
    async with Stage().run_test(size=SMALL) as pilot:
        found = await opened(pilot, *keys)
        if keys[0] == "国":  # whichever comes second among those that hold it
            expected = [Codes(COUNTRIES).find("国")[1].code]
        assert found == expected


@pytest.mark.asyncio
async def test_it_opens_at_the_present_code_and_moves_by_arrows() -> None:
    """The cursor is on the code that the field has."""
    async with Stage().run_test(size=SMALL) as pilot:
        at = [code.code for code in COUNTRIES].index("DEU")
        assert await opened(pilot, "up", "enter", current="DEU") == [COUNTRIES[at - 1].code]
        assert await opened(pilot, "end", "enter") == [COUNTRIES[-1].code]
        assert await opened(pilot, "home", "enter", current="DEU") == [COUNTRIES[0].code]


@pytest.mark.asyncio
async def test_what_was_typed_in_the_field_is_looked_for_at_once() -> None:
    """A beginning of a name is not typed twice."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, typed="德")
        assert "德国" in shown(app)
        assert "法国" not in shown(app)


@pytest.mark.asyncio
async def test_a_code_that_is_chosen_already_hides_none_of_what_is_offered_now() -> None:
    """The cursor is on it; a name that is the same in both languages is shown once."""
    app = Stage()
    agencies = [
        Code("1100980001", Words("Inspectors One", "Inspectors One")),
        Code("1100980002", Words("二", "Two")),
    ]
    results: list[str | None] = []
    async with app.run_test(size=SMALL) as pilot:
        picker = CodePicker(TITLE, lambda: agencies, "zh", current="1100980002", typed="1100980002")
        app.push_screen(picker, results.append)
        await until(pilot, lambda: "Inspectors One" in shown(app))
        assert shown(app).count("Inspectors One") == 1
        assert "Two" in shown(app)
        await pilot.press("enter")
        assert results == ["1100980002"]


@pytest.mark.asyncio
async def test_what_stands_in_the_field_and_is_no_code_filters_nothing() -> None:
    """A wrong value is to be put right: all codes are offered, and typing begins anew."""
    async with Stage().run_test(size=SMALL) as pilot:
        found = await opened(pilot, *"fra", "enter", current="20240916", typed="20240916")
        assert found == ["FRA"]


@pytest.mark.asyncio
async def test_a_list_that_is_not_here_is_got_meanwhile() -> None:
    """The box is open and says so; what is typed meanwhile counts."""
    come = Event()

    def load() -> tuple[Code, ...]:
        come.wait()
        return COUNTRIES

    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[str | None] = []
        app.push_screen(CodePicker(TITLE, load, "zh"), results.append)
        await pilot.pause()
        assert "正在读取代码表" in shown(app)
        await pilot.press(*"deu")
        come.set()
        await until(pilot, lambda: "德国" in shown(app))
        await pilot.press("enter")
        await pilot.pause()
        assert results == ["DEU"]


@pytest.mark.asyncio
async def test_told_another_language_it_keeps_what_was_typed_and_the_cursor() -> None:
    """The names change their places, nothing else."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[str | None] = []
        picker = CodePicker(TITLE, COUNTRIES, "zh")
        app.push_screen(picker, results.append)
        await pilot.pause()
        await pilot.press("国", "down")
        picker.retell("en")
        await pilot.pause()
        assert "Search: 国" in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert results == [Codes(COUNTRIES).find("国")[1].code]


@pytest.mark.parametrize("typed", ["9", "号", "goods 99", "no such"])
def test_ten_thousand_codes_are_searched_at_once(typed: str) -> None:
    """A letter typed is a list shown."""
    codes = Codes(TEN_THOUSAND)
    before = time.process_time()
    codes.find(typed)
    assert time.process_time() - before < AT_ONCE


@given(st.text(alphabet="deuDEU德国a ", max_size=4))
def test_it_finds_what_the_code_lists_find(typed: str) -> None:
    """The same codes in the same order as the lists' own search, which others use."""
    assert Codes(COUNTRIES).find(typed) == LISTS.search("country", typed, limit=1000)


@pytest.mark.asyncio
@pytest.mark.parametrize(("total", "said"), [(350, True), (3, False)])
async def test_that_an_offer_is_cut_is_said(total: int, said: bool) -> None:
    """With how many there are, and how one that is not listed is named; a whole one says nothing."""
    codes = Offered(COUNTRIES[:3])
    codes.total = total
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(CodePicker(TITLE, lambda: codes, "zh"))
        await until(pilot, lambda: COUNTRIES[2].code in shown(app))
        await pilot.pause()
        assert ("这里是 350 项中的前 3 项" in shown(app)) is said
