"""Where a line of text is broken: Chinese between any two letters, other words where they end.

Textual breaks at spaces only, which Chinese has none of, so that a sentence jumps to the next line at its
first Latin word. Knows letters and their widths, and which marks never begin or end a line (避头尾); refuses
to know widgets. `install` comes before the first screen is made.
"""

from __future__ import annotations

import re

import textual.content

from terminals.tui.cells import width as cells_of

_WIDE = "\u2e80-\u2fdf\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_OPENS = "（【《「“‘"
_CLOSES = "。，、；：！？）】》」”’…％"
_PART = re.compile(
    rf"\s*[{_OPENS}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENS}{_CLOSES}]+)[{_CLOSES}]*\s*|\s*[{_OPENS}{_CLOSES}]+\s*|\s+"
)


def breaks(text: str, width: int, fold: bool = True) -> list[int]:
    """The places in a line at which it goes on in the next one, which has `width` cells.

    With `fold`, what is longer than a line is broken anywhere.
    """
    found: list[int] = []
    used = 0
    for part in _PART.finditer(text):
        wide = cells_of(part.group().rstrip())
        if used + wide > width:
            if used:
                found.append(part.start())
            used = 0
            if wide > width and fold:
                used = _folded(text, part.start(), part.end(), width, found)
                continue
        used += cells_of(part.group())
    return found


def _folded(text: str, start: int, end: int, width: int, found: list[int]) -> int:
    """Break one long part wherever a line is full; the cells that its last piece takes."""
    used = 0
    for at in range(start, end):
        wide = cells_of(text[at])
        if used and used + wide > width:
            found.append(at)
            used = 0
        used += wide
    return used


def install() -> None:
    """Have every text broken like this from now on. May be called again."""
    setattr(textual.content, "divide_line", breaks)  # noqa: B010 - a module's name, not a constant
