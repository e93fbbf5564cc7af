"""Exports (导出): a form or a list as an .xlsx file.

Knows sheets, and that what somebody typed is never a formula; refuses to know where the file goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from messages.annotations import Words
from terminals.work.model import FormModel
from terminals.work.sheets import NO_STATE, Column, Fact, Table, head_of, tables_of

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["Column", "form_xlsx", "list_xlsx"]

EXACT = 15  # digits that a spreadsheet's number holds
LONGEST = 32_767  # characters of a cell
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STATE = Words("数据状态", "State")
_WIDTHS = (8, 40)  # characters of a column


def form_xlsx(model: FormModel, facts: Sequence[Fact], language: str, state: Words = NO_STATE) -> bytes:
    """The form: a sheet for the head, with its state, and one for each group of body lines."""
    stands = [(_STATE, state.in_language(language))] if state != NO_STATE else []
    said = (*stands, *facts, *head_of(model, language))
    head = [[words.in_language(language), value] for words, value in said]
    tables = [Table(model.form.title, (), head), *tables_of(model, language)]
    return _file(tables, language)


def list_xlsx(title: Words, columns: Sequence[Column], rows: Iterable[Sequence[str]], language: str) -> bytes:
    """A list; numbers that a spreadsheet can hold exactly are numbers, everything else is text."""
    return _file([Table(title, tuple(columns), rows)], language)


def _file(tables: Iterable[Table], language: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for table in tables:
        _sheet(book, table, language)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, table: Table, language: str) -> None:
    from openpyxl.utils import get_column_letter

    sheet: Any = book.create_sheet(title_of(table.title.in_language(language)))
    rows = list(table.rows)
    headings = [column.words.in_language(language) for column in table.columns]
    for place, width in enumerate(_wide([headings, *rows[:200]]), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    if headings:
        sheet.freeze_panes = "A2"
        sheet.append([_text(sheet, heading) for heading in headings])
    numbers = [column.number for column in table.columns]
    for row in rows:
        sheet.append(
            [
                _number(sheet, value) if place < len(numbers) and numbers[place] else _text(sheet, value)
                for place, value in enumerate(row)
            ]
        )


def title_of(text: str) -> str:
    """A sheet's title: at most 31 characters, without those that have a meaning in formulas."""
    return _NO_TITLE.sub(" ", text)[:31] or "1"


def _wide(rows: Sequence[Sequence[str]]) -> Iterator[float]:
    """A width for each column; a Chinese character takes two."""
    for place in range(max(map(len, rows), default=0)):
        values = [row[place] for row in rows if place < len(row)]
        longest = max((len(value) + sum(not c.isascii() for c in value) for value in values), default=0)
        yield min(max(longest + 2, _WIDTHS[0]), _WIDTHS[1])


def _number(sheet: Any, value: str) -> Any:
    digits = sum(c.isdigit() for c in value)
    return Decimal(value) if _NUMBER.fullmatch(value) and digits <= EXACT else _text(sheet, value)


def _text(sheet: Any, value: str) -> Any:
    """A cell of text, whatever it begins with: openpyxl would make a formula of =, an error of #N/A."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.value = _NO_TEXT.sub("", value)[:LONGEST]
    cell.data_type = "s"
    if value[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True  # it stays text when somebody edits it
    return cell
