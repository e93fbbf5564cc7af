"""Where the fields of a form stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.forms import Field, form
from terminals.tui.arrange import NARROWEST, Box, arranged
from terminals.tui.cells import width
from terminals.work.plan import plan_of

PLAN = plan_of(form("BVS111"))
HEAD, LINE = PLAN.shown, PLAN.plans["Line"].shown


def boxes(fields: tuple[Field, ...], language: str, cells: int) -> list[Box]:
    """The boxes of a stocktake's fields."""
    return arranged(fields, {each.name: each.label.in_language(language) for each in fields}, cells)


@given(st.sampled_from([HEAD, LINE]), st.sampled_from(["zh", "en"]), st.integers(60, 200))
def test_no_field_lies_on_another_or_outside(fields: tuple[Field, ...], language: str, cells: int) -> None:
    """However wide the screen is; they are in their order, row by row, and wide enough to type in."""
    found = boxes(fields, language, cells)
    assert [box.field for box in found] == list(fields)
    taken: set[tuple[int, int]] = set()
    for box in found:
        own = {(x, y) for x in range(box.label_left, box.right) for y in range(box.top, box.bottom)}
        assert not own & taken
        taken |= own
        assert box.right <= cells
        assert box.cells >= min(NARROWEST, cells - 50)
    places = [(box.top, box.left) for box in found]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("fields", "language", "cells", "columns"),
    [
        (HEAD, "zh", 78, 2), (HEAD, "en", 78, 1), (HEAD, "zh", 118, 3), (HEAD, "en", 118, 2),
        (LINE, "zh", 78, 2), (LINE, "en", 78, 1), (LINE, "zh", 118, 3), (LINE, "en", 118, 2),
    ],
)  # fmt: skip
def test_more_room_has_more_columns(
    fields: tuple[Field, ...], language: str, cells: int, columns: int
) -> None:
    """The head of a stocktake is three columns wide in the manual: so it is at 120."""
    assert len({box.left for box in boxes(fields, language, cells)}) == columns


def test_a_label_is_cut_only_where_columns_want_it() -> None:
    """In one column every label is whole."""
    assert all(width(box.label) <= box.label_cells for box in boxes(LINE, "en", 78))
    assert all(width(box.label) <= box.label_cells for box in boxes(LINE, "zh", 78))
    cut = [box for box in boxes(LINE, "en", 118) if width(box.label) > box.label_cells]
    assert len(cut) <= 1


def test_long_texts_lie_across_with_lines_of_their_own() -> None:
    """经营范围 has three, 备注 two; what is a line in the schema is one on the screen."""
    found = {box.field.name: box for box in boxes(HEAD, "zh", 118)}
    assert (found["bizScope"].lines, found["note"].lines, found["regName"].lines) == (3, 2, 1)
    assert found["note"].right == found["bizScope"].right == 118
