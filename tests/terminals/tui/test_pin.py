"""The prompt for a PIN."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from textual import events

from messages.annotations import Words
from terminals.tui.pin import PinPrompt
from tests.terminals.tui.stage import SMALL, Stage, shown

CARD = Words("IC 卡 0100000004091", "IC card 0100000004091")


async def asked(*keys: str, prompt: PinPrompt | None = None) -> tuple[list[str | None], str]:
    """The prompt's result after these keys, and what was seen before the last one."""
    results: list[str | None] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        prompt = prompt or PinPrompt(CARD, "zh")
        app.push_screen(prompt, results.append)
        await pilot.pause()
        await pilot.press(*keys[:-1])
        await pilot.pause()
        seen = shown(app)
        await pilot.press(*keys[-1:])
        await pilot.pause()
    return results, seen


@pytest.mark.asyncio
async def test_a_pin_is_handed_over_and_never_seen() -> None:
    """A dot for each letter, and Enter gives what was typed."""
    results, seen = await asked(*"824617", "enter")
    assert results == ["824617"]
    assert "••••••" in seen
    assert "824617" not in seen


@pytest.mark.asyncio
async def test_a_pin_can_be_corrected() -> None:
    """Backspace takes the last letter, Ctrl+U all of them."""
    results, _ = await asked("9", "ctrl+u", *"12345", "backspace", "6", "enter")
    assert results == ["12346"]


@pytest.mark.asyncio
async def test_a_cancelled_pin_is_none_and_forgotten() -> None:
    """Escape gives nothing, and nothing that was typed stays anywhere."""
    results, _ = await asked(*"824617", "escape")
    assert results == [None]
    assert not [each for each in gc.get_objects() if isinstance(each, list) and each == list("824617")]


@pytest.mark.asyncio
async def test_an_empty_pin_is_not_handed_over() -> None:
    """A try is not spent by an Enter too many."""
    results, _ = await asked("enter", "enter")
    assert results == []


@pytest.mark.asyncio
async def test_a_pin_can_be_pasted_with_its_line_s_end() -> None:
    """From a safe that copies the line."""
    results: list[Any] = []
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(PinPrompt(CARD, "zh"), results.append)
        await pilot.pause()
        app.post_message(events.Paste("824617\n"))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
    assert results == ["824617"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("tries", "wrong", "said"),
    [
        (None, False, ""),
        (3, False, ""),
        (2, False, "还可以再试 2 次"),
        (2, True, "口令错误，还可以再试 2 次"),
        (1, True, "再输错一次，卡将被锁死"),
        (None, True, "口令错误"),
    ],
)
async def test_the_tries_left_are_told_before_they_are_spent(
    tries: int | None, wrong: bool, said: str
) -> None:
    """The manual warns of the third wrong PIN: so does the prompt, and most before the last try."""
    _, seen = await asked("x", "escape", prompt=PinPrompt(CARD, "zh", tries=tries, wrong=wrong))
    assert said in seen
    assert said or "次" not in seen
