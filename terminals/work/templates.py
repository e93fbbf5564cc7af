"""Templates (导入模板): an .xlsx to fill in, drawn from a form's model, with its codes as drop-downs.

Knows spreadsheets' validations, hidden rows and formats; refuses to know any form by name. What was filled in
is read by `filled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

from messages.annotations import Words
from messages.forms import Field, Form
from terminals.work.export import title_of
from terminals.work.layout import Column, Level, levels
from terminals.work.model import Context, FormModel
from terminals.work.rows import Row

if TYPE_CHECKING:
    from openpyxl import Workbook

ROWS = 5_000  # rows for which there are drop-downs
FIRST = 3  # the first row to fill in; above it the hidden names and the headings
_MOST_CODES = 20_000  # of a list that becomes a drop-down
_LISTS = "lists"
_NEEDED, _OTHER, _NUMBER = "FFF2CC", "E2EFDA", "DDEBF7"
_WIDTH = (12, 36)  # characters of a column
_REQUIRED = Words("必填", "required")
_SEVERAL = Words("可填多个代码，以空格分隔", "several codes, a space between them")
_JOINS = Words(
    "同一序号的行属于同一张单；只有一张时可不填",
    "rows of one number belong together; it may be left out where there is only one",
)


def template_xlsx(
    form: Form, context: Context, language: str, given: Mapping[str, str] | None = None
) -> bytes:
    """An empty workbook for forms of this type; `given` are values of the head that stand in its first row.

    Lists of codes are as `context` knows them now.
    """
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    model = FormModel(form, context)
    lists = _Lists(book, context, language)
    for level in levels(form):
        row = _row(model, level)
        sheet: Any = book.create_sheet(_free(book, title_of(level.title.in_language(language))))
        for place, column in enumerate(level.columns, 1):
            _column(sheet, place, column, lists, required=_required(model, row, column), language=language)
            value = (given or {}).get(column.field.name, "") if column.field and not level.path else ""
            if value:
                _text(sheet, FIRST, place, lists.said(column.field, value))
        sheet.row_dimensions[1].hidden = True
        sheet.freeze_panes = sheet.cell(FIRST, 1)
    lists.close()
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class _Lists:
    """The hidden sheet of codes, a column a list, at the end of the book."""

    def __init__(self, book: Workbook, context: Context, language: str) -> None:
        self._book = book
        self._context = context
        self._language = language
        self._columns: list[list[str]] = []
        self._ranges: dict[tuple[str, ...], str] = {}

    def codes(self, field: Field | None) -> list[str]:
        """What a field's drop-down offers: each code with its meaning; none for a field without codes."""
        if field is None:
            return []
        if field.choices:
            labelled = [(each.value, each.label) for each in field.choices]
        else:
            known = self._context.code_list(field.hints.list) if field.hints.list else None
            labelled = [(each.code, each.label) for each in known.codes.values()] if known else []
        if len(labelled) > _MOST_CODES:
            return []
        return [f"{code} {label.in_language(self._language)}".strip() for code, label in labelled]

    def said(self, field: Field | None, value: str) -> str:
        """A code as the drop-down writes it."""
        return next((each for each in self.codes(field) if each.split(" ", 1)[0] == value), value)

    def range(self, codes: list[str]) -> str:
        """Where these codes stand."""
        from openpyxl.utils import get_column_letter

        key = tuple(codes)
        if key not in self._ranges:
            self._columns.append(codes)
            letter = get_column_letter(len(self._columns))
            self._ranges[key] = f"{_LISTS}!${letter}$1:${letter}${len(codes)}"
        return self._ranges[key]

    def close(self) -> None:
        """Write the sheet."""
        sheet: Any = self._book.create_sheet(_LISTS)
        sheet.sheet_state = "hidden"
        for place, codes in enumerate(self._columns, 1):
            for row, code in enumerate(codes, 1):
                _text(sheet, row, place, code)


def _column(sheet: Any, place: int, column: Column, lists: _Lists, *, required: bool, language: str) -> None:
    """A column's hidden name, its heading with what is to know of it, its format and its drop-down."""
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    field, letter = column.field, get_column_letter(place)
    label = column.words.in_language(language)
    _text(sheet, 1, place, column.name)
    heading = _text(sheet, FIRST - 1, place, f"{label} *" if required else label)
    colour = _NUMBER if field is None else _NEEDED if required else _OTHER
    heading.fill = PatternFill("solid", fgColor=colour)
    heading.font = Font(bold=True)
    heading.comment = Comment("\n".join(_help(column, required=required, language=language)), "")
    wide = sum(1 if letter.isascii() else 2 for letter in label) + 4
    dimension = sheet.column_dimensions[letter]
    dimension.width = min(max(wide, _WIDTH[0]), _WIDTH[1])
    if field is None or field.base == "decimal":
        return
    dimension.number_format = "@"  # zeros in front of a code stay
    codes = lists.codes(field)
    if codes:
        # A warning only: a code alone is right as well, and some fields take several.
        rule = DataValidation(
            type="list", formula1=lists.range(codes), allow_blank=True, errorStyle="warning"
        )
        rule.showErrorMessage = not field.many
        sheet.add_data_validation(rule)
        rule.add(f"{letter}{FIRST}:{letter}{FIRST + ROWS - 1}")


def _help(column: Column, *, required: bool, language: str) -> list[str]:
    field = column.field
    if field is None:
        return [_JOINS.in_language(language)]
    said = [_REQUIRED] if required else []
    said += [words for words in (field.help, field.type_words) if words.zh or words.en]
    said += [_SEVERAL] if field.many else []
    lines = [words.in_language(language) for words in said]
    if field.max_length:
        most = Words(f"最多 {field.max_length} 个字符", f"characters: at most {field.max_length}")
        lines.append(most.in_language(language))
    return lines or [column.words.in_language(language)]


def _row(model: FormModel, level: Level) -> Row:
    """A line of this sheet, on a form that is made for it."""
    row = model.head
    for name in level.path:
        row = row.rows(name)[0] if row.rows(name) else model.add(name, row)
    return row


def _required(model: FormModel, row: Row, column: Column) -> bool:
    return column.field is not None and model.standing(row, column.field.name).required


def _text(sheet: Any, row: int, place: int, value: str) -> Any:
    """A cell of text, whatever it begins with."""
    cell = sheet.cell(row, place)
    cell.value = value
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _free(book: Workbook, title: str) -> str:
    """A title that no sheet of the book has yet."""
    number, free = 1, title
    while free.casefold() in {each.casefold() for each in (*book.sheetnames, _LISTS)}:
        number += 1
        free = f"{title[:28]} {number}"
    return free
