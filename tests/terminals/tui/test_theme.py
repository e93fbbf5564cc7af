"""The colours: those of the manual, told apart and read by everybody."""

from __future__ import annotations

import itertools

import pytest
from rich.color import Color as Shade
from rich.color import ColorSystem
from textual.color import Color

from terminals.tui.theme import LIGHT

STANDINGS = ("required", "optional", "locked", "current", "wrong")
INKS = {
    "field-required": "field-ink",
    "field-optional": "field-ink",
    "field-locked": "field-locked-ink",
    "field-current": "field-bright-ink",
    "field-wrong": "field-bright-ink",
    "field-selected": "field-ink",
    "list-cursor": "field-ink",
    "list-marked": "field-ink",
    "bar": "bar-ink",
}
READABLE = 4.5  # the contrast that WCAG 2 asks for at level AA


@pytest.mark.parametrize("standing", STANDINGS)
def test_standings_are_the_same_in_256_colours(standing: str) -> None:
    """A terminal without 24-bit colour, as through PuTTY or tmux, shows the same, but for a shade of grey."""
    wanted = Shade.parse(LIGHT.variables[f"field-{standing}"])
    seen = wanted.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
    assert max(abs(a - b) for a, b in zip(seen, wanted.get_truecolor(), strict=True)) <= 10


def test_standings_are_told_apart() -> None:
    """No two of them are alike, and none is the paper's colour."""
    grounds = [Color.parse(LIGHT.variables[f"field-{standing}"]) for standing in STANDINGS]
    assert LIGHT.background is not None
    for one, other in itertools.combinations([*grounds, Color.parse(LIGHT.background)], 2):
        assert sum(abs(a - b) for a, b in zip(one.rgb, other.rgb, strict=True)) > 60


@pytest.mark.parametrize(("ground", "ink"), INKS.items())
def test_what_is_written_on_a_colour_can_be_read(ground: str, ink: str) -> None:
    """With enough contrast for tired eyes."""
    lights = sorted(_light(Color.parse(LIGHT.variables[name])) for name in (ground, ink))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= READABLE


def _light(color: Color) -> float:
    """Relative luminance (WCAG 2)."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
