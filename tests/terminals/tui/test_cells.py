"""How wide text is, and how it is made to fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from terminals.tui.cells import centred, fit, harmless, plain, width, wrapped

TEXTS = st.text(alphabet="ab 保税核查，。\n\t\x1b\u202e\u3000é", max_size=40)


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("abc", 5, "abc  "),
        ("保税", 5, "保税 "),
        ("保税核查", 5, "保税…"),
        ("保税核查", 6, "保税 …"),
        ("保税核查", 8, "保税核查"),
        ("abc", 0, ""),
        ("保", 1, "…"),
    ],
)
def test_text_is_filled_or_cut_to_its_cells(text: str, cells: int, expected: str) -> None:
    """Chinese letters take two cells; where half a letter would be left over, there is a space."""
    assert fit(text, cells) == expected


@given(TEXTS | st.text())
def test_a_drawn_line_is_made_harmless_in_its_place(text: str) -> None:
    """It keeps its width, so that nothing beside it is moved, and what is visible stays."""
    drawn = harmless(Strip([Segment(text), Segment("保税")]))
    assert cell_len(drawn.text) == cell_len(text) + 4
    assert all(each.isprintable() or each == "\u3000" for each in drawn.text)
    if text.isprintable():
        assert drawn.text == text + "保税"


def test_numbers_stand_to_the_right() -> None:
    """With the spaces before them."""
    assert fit("12", 5, right=True) == "   12"


def test_a_title_stands_in_the_middle() -> None:
    """The odd cell is behind it."""
    assert centred("保税", 7) == " 保税  "


@given(TEXTS, st.integers(0, 30))
def test_what_is_fitted_takes_exactly_its_cells(text: str, cells: int) -> None:
    """Whatever it holds, so nothing beside it is moved."""
    assert width(fit(text, cells)) == cells


@given(TEXTS)
def test_nothing_of_it_moves_the_cursor_or_turns_the_line(text: str) -> None:
    """What others wrote reaches the screen without control characters and direction marks."""
    assert all(letter.isprintable() or letter == "\u3000" for letter in plain(text))


@given(TEXTS, st.integers(2, 20))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, cells: int) -> None:
    """Every line fits, and together they say what the text says."""
    lines = wrapped(text, cells)
    assert all(width(line) <= cells for line in lines)
    said = "".join("".join(lines).split())
    assert said == "".join("".join(plain(part) for part in text.splitlines()).split())


def test_a_text_is_broken_at_spaces_where_there_are_some() -> None:
    """English words stay whole, Chinese is broken anywhere."""
    assert wrapped("stock taking of a warehouse", 12) == ["stock taking", "of a", "warehouse"]
    assert wrapped("保税核查作业", 5) == ["保税", "核查", "作业"]


def test_an_empty_text_is_one_empty_line() -> None:
    """So that its box is drawn."""
    assert wrapped("", 10) == [""]
