"""Questions and messages in front of a screen."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen

from messages.annotations import Words
from terminals.tui.dialogs import Ask, AskText, Tell
from terminals.tui.secret import NameAndSecret
from tests.terminals.tui.desk import burst
from tests.terminals.tui.stage import LARGE, SMALL, Stage, shown, text, until

DELETE = Words("是否确认删除选中的表体数据？", "Delete the selected body lines?")
MISSING = object()


async def answer(pilot: Pilot[None], dialog: ModalScreen[Any], *keys: str) -> Any:
    """Show a dialog, press keys, and give what it says; MISSING while it stays open."""
    results: list[Any] = []
    pilot.app.push_screen(dialog, results.append)
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    return results[0] if results else MISSING


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("keys", "default", "expected"),
    [
        (["enter"], True, True),
        (["enter"], False, False),
        (["y"], False, True),
        (["Y"], False, True),
        (["n"], True, False),
        (["right", "enter"], True, False),
        (["left", "enter"], False, True),
        (["tab", "space"], True, False),
        (["escape"], True, False),
    ],
)
async def test_a_question_is_answered_by_arrows_letters_or_escape(
    keys: list[str], default: bool, expected: bool
) -> None:
    """Enter takes the default, the letter of an answer takes that, Escape is no."""
    async with Stage().run_test(size=SMALL) as pilot:
        assert await answer(pilot, Ask(DELETE, "zh", default=default), *keys) is expected


@pytest.mark.asyncio
async def test_a_question_is_answered_by_mouse() -> None:
    """A click on an answer is that answer."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[bool | None] = []
        app.push_screen(Ask(DELETE, "zh"), results.append)
        await pilot.pause()
        line = next(at for at, text in enumerate(shown(app).splitlines()) if "否(N)" in text)
        column = len(shown(app).splitlines()[line].partition("否(N)")[0].replace("是", "是 "))
        await pilot.click(offset=(column, line))
        await pilot.pause()
        assert results == [False]


@pytest.mark.asyncio
async def test_a_message_is_read_to_its_end_and_closed() -> None:
    """A text longer than the screen scrolls by keys; Enter closes it."""
    lines = "\n".join(f"第 {number} 行" for number in range(60))
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        assert await answer(pilot, Tell(Words(lines, lines), "zh"), "pagedown") is MISSING
        for _ in range(8):
            await pilot.press("pagedown")
        assert "第 59 行" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, Tell))


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_no_letter_of_a_long_message_is_cut_off(size: tuple[int, int]) -> None:
    """Beside its scroll bar as well."""
    words = "".join(f"{number:03}保税核查，" for number in range(200))
    app = Stage()
    async with app.run_test(size=size) as pilot:
        app.push_screen(Tell(Words(words), "zh"))
        await pilot.pause()
        seen = "".join(line.replace(" ", "").strip("│▁▂▃▄▅▆▇█▔▎") for line in text(app))
        assert words.partition("060")[0] in seen


@pytest.mark.asyncio
async def test_nothing_told_is_read_as_markup_or_moves_the_cursor() -> None:
    """Brackets and control characters in what somebody wrote are shown as they are."""
    hostile = "[bold]x[/] \x1b[2J\u202e终"
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        await answer(pilot, Tell(Words(hostile, hostile), "zh"))
        assert r"[bold]x[/] \x1b[2J\u202e终" in shown(app)


@pytest.mark.asyncio
async def test_a_line_of_text_is_judged_before_it_is_taken() -> None:
    """What is wrong is said in words, and can be corrected."""
    wrong = Words("请输入数字", "Type a number")
    dialog = AskText(DELETE, "zh", check=lambda text: None if text.isdecimal() else wrong)
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        assert await answer(pilot, dialog, "x", "enter") is MISSING
        assert "请输入数字" in shown(app)
        await pilot.press("backspace", "7")
        assert "请输入数字" not in shown(app)
        results: list[str | None] = []
        app.pop_screen()
        app.push_screen(AskText(DELETE, "zh", text="7"), results.append)
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert results == ["7"]


@pytest.mark.asyncio
async def test_an_open_dialog_is_told_another_language() -> None:
    """All of it, and what is chosen in it stays."""
    app = Stage()
    async with app.run_test(size=SMALL) as pilot:
        results: list[bool | None] = []
        dialog = Ask(DELETE, "zh")
        app.push_screen(dialog, results.append)
        await pilot.pause()
        await pilot.press("right")
        dialog.retell("en")
        await pilot.pause()
        assert "Delete the selected body lines?" in shown(app)
        assert "No(N)" in shown(app)
        assert "是" not in shown(app)
        await pilot.press("enter")
        await pilot.pause()
        assert results == [False]


@pytest.mark.asyncio
async def test_keys_that_come_together_close_a_dialog_once() -> None:
    """A passphrase and two Enters at once: it is handed over, and what is behind the dialog stays."""
    app = Stage()
    results: list[Any] = []
    async with app.run_test(size=SMALL) as pilot:
        app.push_screen(ModalScreen())
        app.push_screen(NameAndSecret("file", "zh", name="me.p12"), results.append)
        await pilot.pause()
        await burst(pilot, [*"secret", "enter", "enter"])
        assert len(results) == 1
        assert results[0][0] == "me.p12"
        assert len(app.screen_stack) == 2
