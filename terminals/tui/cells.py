"""How wide text is on a terminal, and how it is cut, filled and broken: a Chinese letter takes two cells.

Knows cells, and that what others wrote may hold characters that move a terminal's cursor or turn its text
around: they never reach the screen as they are. Refuses to know colours and widgets.
"""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from messages import visible

_CUT = "…"
_ONE_LINE = str.maketrans("\t\n\r\v\f", "     ")


def width(text: str) -> int:
    """How many cells a text takes."""
    return cell_len(text)


def plain(text: str) -> str:
    """The text on one line, as a terminal may be given it."""
    return text if text.isprintable() else visible.plain(text.translate(_ONE_LINE))


def harmless(strip: Strip) -> Strip:
    """A line that a widget has drawn, as a terminal may be given it, whatever a field's text holds.

    What has a width and cannot be seen becomes ? in each cell, so that nothing beside it is moved.
    """
    if all(segment.text.isprintable() for segment in strip):
        return strip
    return Strip(
        [Segment(_visible(segment.text), segment.style, segment.control) for segment in strip],
        strip.cell_length,
    )


def _visible(text: str) -> str:
    return "".join(
        letter if letter.isprintable() or letter == "\u3000" else "?" * cell_len(letter) for letter in text
    )


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """The text on one line in exactly that many cells: filled with spaces, or cut with … at its end."""
    text = plain(text)
    taken = cell_len(text)
    if taken > cells:
        return set_cell_size(text, cells - 1) + _CUT if cells > 0 else ""
    space = " " * (cells - taken)
    return space + text if right else text + space


def centred(text: str, cells: int) -> str:
    """The text in the middle of exactly that many cells."""
    text = plain(text)
    left = max(0, cells - cell_len(text)) // 2
    return fit(" " * left + text, cells)


def wrapped(text: str, cells: int) -> list[str]:
    """The text in lines of at most that many cells, broken at its own ends of line, at spaces, else anywhere.

    There is always one line at least, if only an empty one.
    """
    return [line for part in text.splitlines() or [""] for line in _broken(plain(part), max(2, cells))]


def _broken(text: str, cells: int) -> list[str]:
    lines: list[str] = []
    while cell_len(text) > cells:
        fits = len(chop_cells(text, cells)[0])
        space = text.rfind(" ", 0, fits + 1)
        word = text[space + 1 :].partition(" ")[0]
        at = space if space > 0 and cell_len(word) <= cells else fits  # a longer word is broken anywhere
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip(" ") if at == space else text[at:]
    return [*lines, text]
