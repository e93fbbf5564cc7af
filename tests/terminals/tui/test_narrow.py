"""What is seen where there is little room: buttons in more lines, the state of a form beside its parts."""

from __future__ import annotations

import pytest

from messages.annotations import Words
from messages.forms import form
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


@pytest.mark.asyncio
async def test_parts_that_do_not_fit_are_called_by_their_short_names() -> None:
    """Those of a filing at 80 cells, in both languages, beside its state; where there is room, in full."""
    groups = form("PSI111").groups
    for language in ("en", "zh"):
        parts = Parts(language)
        app = Stage(parts)
        async with app.run_test(size=SMALL) as pilot:
            shown = [Part(each.name, each.label, 0, each.hints.short) for each in groups]
            parts.show(shown, "Department", said("[not saved]"))
            await pilot.pause()
            line = text(app)[0]
            assert "…" not in line
            for each in groups:
                assert each.hints.short is not None
                assert each.hints.short.in_language(language) in line
            await pilot.resize_terminal(250, 24)
            await pilot.pause()
            line = text(app)[0]
            assert all(each.label.in_language(language) in line for each in groups)
