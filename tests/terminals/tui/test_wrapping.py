"""Lines of text are broken where readers of Chinese and of other languages expect it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from messages.annotations import Words
from terminals.tui.cells import width
from terminals.tui.words import Saying
from terminals.tui.wrapping import breaks
from tests.terminals.tui.stage import Stage, text


def lines(words: str, cells: int) -> list[str]:
    """The lines that it makes."""
    places = [0, *breaks(words, cells), len(words)]
    return [words[at:to].rstrip() for at, to in pairwise(places)]


@pytest.mark.parametrize(
    ("words", "cells", "expected"),
    [
        ("按 Enter 到下一项；表头最后", 15, ["按 Enter 到下一", "项；表头最后"]),
        ("核查库存数据。", 12, ["核查库存数", "据。"]),  # no line begins with 。
        ("代码（空格）", 6, ["代码", "（空", "格）"]),  # … or ends with （
        ("Enter goes to the next field", 13, ["Enter goes to", "the next", "field"]),
        ("Z000000000000000001", 8, ["Z0000000", "00000000", "001"]),
        ("", 8, [""]),
    ],
)
def test_lines_end_where_a_reader_expects(words: str, cells: int, expected: list[str]) -> None:
    """Between any two Chinese letters, but not before 。 and not behind （; elsewhere between words."""
    assert lines(words, cells) == expected


@pytest.mark.parametrize("cells", range(4, 30))
def test_nothing_is_lost_and_no_line_is_too_long(cells: int) -> None:
    """All letters are on the lines in their order, and each line has room."""
    words = "卡（Ikey）88ede03c2d2062f9 已被拔出：请插回同一张卡并输入密码；already typed, nothing is lost."
    found = lines(words, cells)
    assert "".join(found).replace(" ", "") == words.replace(" ", "")
    assert max(map(width, found)) <= cells


async def test_the_screen_breaks_lines_like_this() -> None:
    """A saying on the screen does."""
    saying = Saying(Words("按 Enter 到下一项；表头最后", ""), "zh")
    saying.styles.width = 15
    app = Stage(saying)
    async with app.run_test():
        assert [row.strip() for row in text(app)[:2]] == ["按 Enter 到下一", "项；表头最后"]
