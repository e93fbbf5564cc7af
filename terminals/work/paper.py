"""Pages of A4 (PDF): headings, facts in two columns, tables that go on over pages, page numbers.

Knows fpdf2 and millimetres; refuses to know forms. Text that a cell has no room for goes on below, and the
row grows. Only the letters that are used are embedded.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode

MARGIN, FOOT = 10.0, 14.0
PORTRAIT, LANDSCAPE = 190.0, 277.0  # usable width of A4
PAD = 1.0
LEAST, MOST = 9.0, 70.0  # width of a table's column
SAMPLE = 200  # rows that are measured for a table's columns
_GREY = (235, 235, 235)
_ANYWHERE = re.compile("[\u2e80-\uffef]")  # letters between which a line may be broken
_WORD = re.compile("[^\\s\u2e80-\uffef]+")  # … and what is not broken inside, if there is room

for name in ("fpdf", "fontTools"):  # a letter that the font lacks is a box, and no line on somebody's screen
    logging.getLogger(name).addHandler(logging.NullHandler())


class Paper(FPDF):
    """A document in one font; `number` words its page numbers.

    `about` stands beside the title on every page but the first, `note` at the foot of each.
    """

    def __init__(
        self, font: Path, title: str, number: Callable[[int, str], str], about: str = "", note: str = ""
    ) -> None:
        super().__init__(format="A4", unit="mm")
        self.add_font("all", "", font, collection_font_number=0)
        self.set_title(title)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self._title = title
        self._about = about
        self._note = note
        self._number = number

    def header(self) -> None:
        """The title on every page."""
        first = self.page_no() == 1
        self.set_font("all", size=13 if first else 9)
        self.cell(
            0, 8, self._title if first else f"{self._title}  {self._about}", align="C" if first else "L"
        )
        self.ln(10)

    def footer(self) -> None:
        """The page's number, and the note."""
        self.set_font("all", size=8)
        self.set_y(-FOOT + 4)
        self.cell(0, 5, self._note, align="R")
        self.set_x(self.l_margin)
        self.cell(0, 5, self._number(self.page_no(), self.str_alias_nb_pages or ""), align="C")

    def section(self, heading: str, depth: int) -> None:
        """A heading, smaller the deeper; never at the foot of a page, alone."""
        if self.get_y() > self.h - FOOT - 25:
            self.add_page(same=True)
        self.set_font("all", size=max(9, 11 - depth))
        self.cell(0, 7 - depth, heading)
        self.ln(7 - depth)

    def facts(self, facts: Sequence[tuple[str, str]], size: float = 9) -> None:
        """Labels and values, two a row; a long value has a row of its own."""
        self.set_font("all", size=size)
        half = self.epw / 2
        label = min(max((self.get_string_width(one) for one, _ in facts), default=0) + 2 * PAD, half / 2)
        waiting: list[tuple[str, str]] = []
        for fact in facts:
            if self.get_string_width(fact[1]) > 2 * (half - label) or "\n" in fact[1]:
                self._fact_row(waiting, label, half)
                self._fact_row([fact], label, self.epw)
                waiting = []
                continue
            waiting.append(fact)
            if len(waiting) == 2:
                self._fact_row(waiting, label, half)
                waiting = []
        self._fact_row(waiting, label, half)
        self.ln(3)

    def _fact_row(self, facts: Sequence[tuple[str, str]], label: float, width: float) -> None:
        cells = [cell for name, value in facts for cell in ((name, label, "L"), (value, width - label, "L"))]
        if cells:
            self._row(cells, shaded=range(0, len(cells), 2))

    def grid(
        self, headings: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]], size: float = 8
    ) -> None:
        """A table; its headings stand on every page that it comes to."""
        self.set_font("all", size=size)
        kept = list(rows)
        widths = self._widths(headings, kept[:SAMPLE])
        aligned = ["R" if each else "L" for each in right]
        top = [(heading, width, "C") for heading, width in zip(headings, widths, strict=True)]

        def head() -> None:
            self.set_font("all", size=size)
            self._row(top, shaded=range(len(top)))

        head()
        for row in kept:
            self._row(list(zip(row, widths, aligned, strict=True)), again=head)
        self.ln(3)

    def natural(self, headings: Sequence[str], rows: Sequence[Sequence[str]], size: float = 8) -> float:
        """The width that a table would like to have."""
        self.set_font("all", size=size)
        return sum(self._wanted(headings, rows))

    def _widths(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
        wanted = self._wanted(headings, rows)
        room = self.epw
        if sum(wanted) <= room:
            return [width * room / sum(wanted) for width in wanted]
        least = [self._least(heading) for heading in headings]
        if sum(least) >= room:
            least = [LEAST] * len(wanted)
        spare = room - sum(least)
        if spare <= 0:
            return [room / len(wanted)] * len(wanted)
        over = sum(width - low for width, low in zip(wanted, least, strict=True))
        return [low + (width - low) * spare / over for width, low in zip(wanted, least, strict=True)]

    def _least(self, heading: str) -> float:
        """The width in which no word of a heading is broken."""
        words = (self.get_string_width(word) + 3 * PAD for word in _WORD.findall(heading))
        return max((LEAST, *words))

    def _wanted(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
        widest = [max((row[place] for row in rows), key=len, default="") for place in range(len(headings))]
        return [
            max(
                min(max(self.get_string_width(value), self.get_string_width(heading) / 2), MOST) + PAD * 2,
                self._least(heading),
            )
            for heading, value in zip(headings, widest, strict=True)
        ]

    def _row(
        self,
        cells: Sequence[tuple[str, float, str]],
        *,
        shaded: range = range(0),
        again: Callable[[], None] | None = None,
    ) -> None:
        """One row of (text, width, alignment), as high as its highest cell, on the next page if need be."""
        line = self.font_size * 1.35
        broken = [self._broken(text, width) for text, width, _ in cells]
        most = max(int((self.h - 2 * MARGIN - FOOT - 30) / line), 1)
        height = min(max(map(len, broken)), most) * line + PAD
        if self.get_y() + height > self.h - FOOT:
            size = self.font_size_pt
            self.add_page(same=True)
            self.set_font("all", size=size)
            if again is not None:
                again()
        x, y = self.l_margin, self.get_y()
        for place, ((_, width, align), lines) in enumerate(zip(cells, broken, strict=True)):
            if place in shaded:
                self.set_fill_color(*_GREY)
            self.rect(x, y, width, height, style="DF" if place in shaded else "D")
            for number, part in enumerate(lines[:most]):
                self.set_xy(x, y + PAD / 2 + number * line)
                self.cell(width, line, part, align=align)
            x += width
        self.set_xy(self.l_margin, y + height)

    def _broken(self, text: str, width: float) -> list[str]:
        """The lines of a text in a cell; most fit on one."""
        if "\n" not in text and self.get_string_width(text) <= width - 2 * PAD:
            return [text]
        mode = WrapMode.CHAR if _ANYWHERE.search(text) else WrapMode.WORD
        lines: list[str] = self.multi_cell(  # type: ignore[assignment]  # of the kind that was asked for
            width, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES, wrapmode=mode
        )
        return lines or [""]
