"""What is seen where there is little room: buttons in more lines, the state of a form beside its parts."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from terminals.tui.buttons import Buttons, Option
from terminals.tui.parts import Part, Parts
from tests.terminals.tui.stage import SMALL, Stage, text


def said(word: str) -> Words:
    """The same in both languages."""
    return Words(word, word)


class Pressing(Stage):
    """It knows which buttons were pressed."""

    def __init__(self, row: Buttons) -> None:
        super().__init__(row)
        self.pressed: list[str] = []

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Remember it."""
        self.pressed.append(event.key)


@pytest.mark.asyncio
async def test_buttons_that_do_not_fit_have_another_line() -> None:
    """None is cut, and one on the second line can be clicked on."""
    options = [Option(str(at), said(f"Button number {at}"), f"ctrl+{at}") for at in range(4)]
    app = Pressing(Buttons(options, "en", id="row"))
    async with app.run_test(size=SMALL) as pilot:
        lines = text(app)
        assert lines[0].split("   ")[0].strip() == "Button number 0(Ctrl+0)"
        assert "Button number 3(Ctrl+3)" in lines[1]
        await pilot.click("#row", offset=(3, 1))
        await pilot.pause()
        assert app.pressed == ["3"]


@pytest.mark.asyncio
async def test_the_state_of_a_form_is_seen_however_long_its_parts_are_called() -> None:
    """The longest name is cut, its count is not."""
    parts = Parts("en")
    app = Stage(parts)
    async with app.run_test(size=SMALL) as pilot:
        names = ("Head", "Bills of lading", "Documents that are attached to this request")
        shown = [Part(name, said(name), at) for at, name in enumerate(names)]
        parts.show(shown, "Head", said("[draft, changed, not saved]"))
        await pilot.pause()
        line = text(app)[0].rstrip()
        assert line.endswith("[draft, changed, not saved]")
        assert " Bills of lading 1  Documents" in line
        assert "… 2 " in line
