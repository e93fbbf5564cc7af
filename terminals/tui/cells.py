"""How wide text is on a terminal, and how it is cut, filled and broken: a Chinese letter takes two cells.

Knows cells, and that what others wrote may hold control characters, which would move a terminal's cursor or
turn its text around: they never reach the screen. Refuses to know colours and widgets.
"""

from __future__ import annotations

from rich.cells import cell_len, chop_cells, set_cell_size

_CUT = "…"
_TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF)  # bidi marks, BOM
_PLAIN = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " "),
    **dict.fromkeys(_TURNS, None),
    0x2028: " ",
    0x2029: " ",
}


def width(text: str) -> int:
    """How many cells a text takes."""
    return cell_len(text)


def plain(text: str) -> str:
    """The text on one line: a space for each control character, nothing for marks that turn text around."""
    return text if text.isascii() and text.isprintable() else text.translate(_PLAIN)


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
        at = space if space * 3 > fits else fits  # a word longer than most of a line is broken anywhere
        lines.append(text[:at].rstrip())
        text = text[at:].lstrip(" ") if at == space else text[at:]
    return [*lines, text]
