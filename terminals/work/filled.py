"""A filled-in template (导入): read back onto forms, every cell judged, and marked where it is wrong.

Knows which cell each value came from, so that whatever a form's model has against it is said there; refuses
to judge by itself, and to evaluate anything: a formula is a fault. A file with one fault gives no forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

from messages.annotations import Words
from messages.forms import Form
from terminals.trouble import Unusable
from terminals.work.attachments import Job
from terminals.work.checks import Fault, Purpose
from terminals.work.importing import HEADINGS_WITHIN, inspect, plain, rows_of, text_of
from terminals.work.layout import Column, Level, levels
from terminals.work.model import Context, FormModel
from terminals.work.named import Named, named
from terminals.work.rows import Row

MOST = 20_000  # rows of all sheets together
_BLOCK = 50  # rows between two words about how far it is
_AUTHOR = "eport-gateway"
_COLOUR = "FFC7CE"
_LONGEST = 2_000  # characters of one comment
_FORMULA = Words("公式不会被计算，请粘贴为数值", "formulas are not evaluated: paste the value in its place")
_ERROR = Words("单元格是错误值，请改正", "the cell holds an error value, please correct it")
_TWICE = Words("序号重复，每行的序号须唯一", "the number is there twice, each row needs its own")
_NOWHERE = Words("上级工作表中没有该序号的行，请更正", "there is no row of this number in the sheet above")
_UNSAID = Words("请填写序号，说明属于哪一行", "say by its number what this row belongs to")
_FULL = Words("行数超过允许的最大值", "there are more rows than the form may have")


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with one cell; rows and columns count from 1."""

    sheet: str
    row: int
    column: int
    words: Words


@dataclass(frozen=True, slots=True)
class Filled:
    """The forms of a workbook: none where there are marks. `strange`: headings that are no field."""

    models: tuple[FormModel, ...]
    marks: tuple[Mark, ...]
    strange: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sheet:
    """A sheet that was recognised: its level, where its columns are, and its rows of text."""

    title: str
    level: Level
    places: dict[int, Column]  # from 0
    strange: list[str]
    codes: dict[str, Named]  # by column name
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # row number, column name → text

    def place(self, name: str) -> int:
        """A column's place from 1; the first column where there is none of it."""
        return next((place + 1 for place, column in self.places.items() if column.name == name), 1)


def read_filled(
    file: Path,
    form: Form,
    context: Context,
    job: Job,
    *,
    purpose: Purpose = Purpose.DECLARE,
    most: int = MOST,
    begin: Callable[[FormModel], object] = lambda _: None,
    rules: Callable[[FormModel], Iterable[tuple[str, Words]]] = lambda _: (),
) -> Filled:
    """Read a filled-in template of `form`, and judge it as `purpose` demands, but for files and lookups.

    `begin` fills in what need not be typed; `rules` says what else is wrong with a form, by the path below
    its node.

    `job` is told rows of how many; each is read, then judged. Raises Unusable for what is no such workbook,
    Cancelled.
    """
    inspect(file)
    marks: list[Mark] = []
    sheets = _read(file, form, context, job, most, marks)
    count = sum(len(sheet.rows) for sheet in sheets)
    maker = _Maker(form, context, marks)
    for sheet in sheets:
        for number, values in sheet.rows:
            maker.row(sheet, number, values)
    for done, model in enumerate(maker.models, 1):
        begin(model)
        maker.judge(model, purpose)
        maker.blame(model, rules(model))
        if done % _BLOCK == 0 or done == len(maker.models):
            job.at(count + count * done // len(maker.models), 2 * count)
    strange = tuple(text for sheet in sheets for text in sheet.strange)
    return Filled((), tuple(marks), strange) if marks else Filled(tuple(maker.models), (), strange)


def marked_xlsx(file: Path, marks: tuple[Mark, ...], language: str) -> bytes:
    """The workbook as it was filled in, each wrong cell coloured with a comment that says why."""
    from openpyxl import load_workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = load_workbook(file)
    for sheet in book.worksheets:
        # Only the cells that there are: iter_rows makes all up to the last one, however far that is.
        for cell in sheet._cells.values():
            if cell.comment is not None and _ours(cell):  # of the time before
                cell.comment, cell.fill = None, PatternFill()
    said: dict[tuple[str, int, int], list[str]] = {}
    for mark in marks:
        said.setdefault((mark.sheet, mark.row, mark.column), []).append(mark.words.in_language(language))
    for (title, number, place), reasons in said.items():
        cell = book[title].cell(number, place)
        before = [cell.comment.text] if cell.comment is not None else []
        cell.comment = Comment("\n".join([*dict.fromkeys(reasons), *before])[:_LONGEST], _AUTHOR)
        cell.fill = PatternFill("solid", fgColor=_COLOUR)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _ours(cell: Any) -> bool:
    """Whether a comment is of an earlier check: office suites put their user's name in its author's place."""
    coloured = cell.fill.fill_type == "solid" and str(cell.fill.fgColor.rgb).endswith(_COLOUR)
    return coloured or cell.comment.author == _AUTHOR


# -- cells to text -------------------------------------------------------------------------------


def _read(file: Path, form: Form, context: Context, job: Job, most: int, marks: list[Mark]) -> list[_Sheet]:
    from openpyxl import load_workbook

    known = levels(form)
    try:
        book = load_workbook(file, read_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever a broken part makes it stumble over
        raise Unusable("sheet-unreadable", file=file.name, reason=type(error).__name__) from None
    found: dict[Level, _Sheet] = {}
    try:
        total, done = sum(min(sheet.max_row or 0, most) for sheet in book.worksheets), 0
        for each in book.worksheets:
            rows = enumerate(rows_of(each, file.name), 1)
            free = [level for level in known if level not in found]
            sheet, waiting = _headed(each.title, rows, free, context)
            if sheet is None:
                continue
            found[sheet.level] = sheet
            for number, cells in chain(waiting, rows):
                _row(sheet, number, cells, marks)
                done += 1
                if sum(len(one.rows) for one in found.values()) > most:
                    raise Unusable("sheet-too-long", file=file.name, most=most)
                if done % _BLOCK == 0:
                    job.at(min(done, total), 2 * total)
    finally:
        book.close()
    sheets = [found[level] for level in known if level in found]
    if not sheets or sheets[0].level is not known[0]:
        labels = "、".join(column.words.zh for column in known[0].columns[:5])
        raise Unusable("sheet-no-headings", file=file.name, labels=labels)
    return sheets


def _headed(
    title: str, rows: Iterator[tuple[int, Any]], candidates: list[Level], context: Context
) -> tuple[_Sheet | None, list[tuple[int, Any]]]:
    """The sheet that these rows are, by their headings, and the rows read in vain to find out."""
    for _, cells in islice(rows, HEADINGS_WITHIN):
        best = max(candidates, key=lambda level: _hits(level, cells), default=None)
        if best is None or _hits(best, cells) < 2:
            continue
        names = best.known()
        places = {place: names[said] for place, said in _said(cells) if said in names}
        strange = [str(cells[place].value) for place, said in _said(cells) if said not in names]
        fields = {column.name: column.field for column in places.values() if column.field is not None}
        codes = {name: found for name, of in fields.items() if (found := named(of, context.code_list))}
        sheet = _Sheet(title, best, places, strange, codes)
        # The headings may stand below the hidden names; anything else is the first row already.
        return sheet, [(number, behind) for number, behind in islice(rows, 1) if _hits(best, behind) < 2]
    return None, []


def _said(cells: Any) -> list[tuple[int, str]]:
    return [
        (place, plain(str(cell.value)))
        for place, cell in enumerate(cells)
        if cell.value not in (None, "") and not isinstance(cell.value, int | float)
    ]


def _hits(level: Level, cells: Any) -> int:
    names = level.known()
    return len({names[said].name for _, said in _said(cells) if said in names})


def _row(sheet: _Sheet, number: int, cells: Any, marks: list[Mark]) -> None:
    values: dict[str, str] = {}
    for place, column in sheet.places.items():
        cell = cells[place] if place < len(cells) else None
        if cell is None or cell.value in (None, ""):
            continue
        if cell.data_type in ("f", "e"):
            words = _FORMULA if cell.data_type == "f" else _ERROR
            marks.append(Mark(sheet.title, number, place + 1, words))
            values[column.name] = ""
        elif column.field is not None:
            values[column.name] = text_of(cell.value, column.field, sheet.codes.get(column.name))
        else:
            values[column.name] = _number(cell.value)
    if values:
        sheet.rows.append((number, values))


def _number(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value).strip()


# -- text to forms -------------------------------------------------------------------------------


class _Maker:
    """Puts rows onto forms, and remembers which cell everything on them came from."""

    def __init__(self, form: Form, context: Context, marks: list[Mark]) -> None:
        self._form = form
        self._context = context
        self._marks = marks
        self.models: list[FormModel] = []
        self._numbered: dict[tuple[str, ...], tuple[FormModel, Row]] = {}  # numbers from the form's down
        self._names: dict[Row, tuple[str, ...]] = {}
        self._guessed: dict[tuple[str, ...], tuple[FormModel, Row] | None] = {}
        self._at: dict[Row, tuple[_Sheet, int]] = {}

    def row(self, sheet: _Sheet, number: int, values: Mapping[str, str]) -> None:
        """One row of a sheet."""
        level = sheet.level
        made = self._new() if not level.path else self._line(sheet, number, values)
        if made is None:
            return
        model, row = made
        self._at[row] = (sheet, number)
        if level.numbered:
            self._name(sheet, number, values, made)
        for column in sheet.places.values():
            text = values.get(column.name, "")
            if column.field is not None and text:
                model.set(row, column.field.name, text)

    def _new(self) -> tuple[FormModel, Row]:
        model = FormModel(self._form, self._context)
        self.models.append(model)
        return model, model.head

    def _line(self, sheet: _Sheet, number: int, values: Mapping[str, str]) -> tuple[FormModel, Row] | None:
        """A new line under the row that its numbers name, or under the only one there is."""
        level = sheet.level
        key = tuple(values.get(f"#{depth}", "") for depth in range(level.depth))
        found = self._numbered.get(key) or self._only(key)
        if found is None:
            words = _UNSAID if "" in key else _NOWHERE
            self._mark(sheet, number, f"#{level.depth - 1}", words)
            return None
        model, parent = found
        try:
            return model, model.add(level.path[-1], parent)
        except ValueError:
            self._mark(sheet, number, f"#{level.depth - 1}", _FULL)
            return None

    def _only(self, key: tuple[str, ...]) -> tuple[FormModel, Row] | None:
        """The row that a number leaves open, where there is just one that it can be."""
        if "" not in key:
            return None
        if key not in self._guessed:  # all rows above have been read
            fits = [
                each
                for name, each in self._numbered.items()
                if len(name) == len(key) and all(a in ("", b) for a, b in zip(key, name, strict=True))
            ]
            self._guessed[key] = fits[0] if len(fits) == 1 else None
        return self._guessed[key]

    def _name(
        self, sheet: _Sheet, number: int, values: Mapping[str, str], made: tuple[FormModel, Row]
    ) -> None:
        """Remember a row by its numbers; one without gets its row's."""
        depth, row = sheet.level.depth, made[1]
        above = self._names[row.parent] if row.parent is not None else ()
        name = (*above, values.get(f"#{depth}", "") or f"row {number}")
        if name in self._numbered:
            self._mark(sheet, number, f"#{depth}", _TWICE)
        self._numbered.setdefault(name, made)
        self._names[row] = name

    def judge(self, model: FormModel, purpose: Purpose) -> None:
        """Mark whatever the form has against itself, at its cell; of a group that is missing, at its row."""
        for problem in model.problems(purpose):
            plan = problem.place.row.plan
            group = plan.plans.get(problem.place.name)
            if problem.fault is Fault.UNCHECKED or (group and group.group.hints.upload is not None):
                continue
            sheet, number = self._at[problem.place.row]
            path = group.name if group else plan.fields[problem.place.name].path
            self._mark(sheet, number, path, problem.words)

    def blame(self, model: FormModel, faults: Iterable[tuple[str, Words]]) -> None:
        """Mark what else is wrong, at its cell."""
        for path, words in faults:
            place = model.locate(f"{model.plan.name}/{path}")
            row, name = (place.row, place.name) if place is not None else (model.head, "")
            field = row.plan.fields.get(name)
            sheet, number = self._at[row]
            self._mark(sheet, number, field.path if field is not None else "", words)

    def _mark(self, sheet: _Sheet, number: int, name: str, words: Words) -> None:
        self._marks.append(Mark(sheet.title, number, sheet.place(name), words))
