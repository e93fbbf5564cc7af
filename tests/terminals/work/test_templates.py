"""Templates to fill in, drawn from forms; filled ones read back, judged cell by cell, and marked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import load_workbook

from messages.forms import form
from terminals.trouble import Unusable
from terminals.work.attachments import Cancelled, Job
from terminals.work.checks import Purpose
from terminals.work.filled import Filled, marked_xlsx, read_filled
from terminals.work.templates import FIRST, template_xlsx
from tests.terminals.work.forms import HEAD, LINE, Known

BONDED, REQUEST = "BVS111", "CMA111"
ASKED = {
    "reqDate": "20260201", "country": "DEU", "reqDept": "Zollkriminalamt", "reqSender": "K. Vogel",
    "reqMail": "k.vogel@example.org", "letterNo": "ZKA-1", "reqType": "1", "reqBackground": "1",
    "reqMatter": "1",
}  # fmt: skip
BILL = {
    "billType": "1", "ieFlag": "E", "declCustoms": "2200", "billDate": "20260101", "loadPort": "SHANGHAI",
    "destPort": "HAMBURG", "transMode": "2",
}  # fmt: skip
GOODS = {"gName": "copper wire", "grossWt": "12.5", "qty": "3", "total": "99.90", "currency": "EUR"}


class Book:
    """A template that somebody fills in."""

    def __init__(self, folder: Path, code: str = BONDED, language: str = "zh", **given: str) -> None:
        self.file = folder / "filled.xlsx"
        self.form = form(code)
        self.file.write_bytes(template_xlsx(self.form, Known(), language, given))
        self.book: Any = load_workbook(self.file)
        self._columns: dict[int, dict[str, int]] = {}  # name → column, by sheet

    @property
    def sheets(self) -> list[Any]:
        """Those to fill in."""
        return [sheet for sheet in self.book.worksheets if sheet.sheet_state == "visible"]

    def column(self, sheet: int, name: str) -> int:
        """A column by its hidden name, or the end of it."""
        if sheet not in self._columns:
            cells = self.sheets[sheet][1]
            self._columns[sheet] = {str(cell.value).split("/")[-1]: int(cell.column) for cell in cells}
        return self._columns[sheet][name]

    def fill(self, sheet: int, row: int, **values: Any) -> Book:
        """Write values into a row to fill in (from 0); `n0`, `n1` are numbers of forms and lines."""
        for name, value in values.items():
            name = name.replace("n", "#") if name in ("n0", "n1", "n2") else name
            self.sheets[sheet].cell(FIRST + row, self.column(sheet, name)).value = value
        return self

    def read(self, job: Job | None = None, **options: Any) -> Filled:
        """Saved and read back."""
        self.book.save(self.file)
        return read_filled(self.file, self.form, Known(), job or Job(), **options)

    def marks(self, **options: Any) -> list[tuple[int, int, str, str]]:
        """What is marked: the sheet, the row to fill in, the column's name, the words."""
        titles = [sheet.title for sheet in self.sheets]
        return [
            (
                titles.index(mark.sheet), mark.row - FIRST,
                str(self.book[mark.sheet].cell(1, mark.column).value).split("/")[-1], mark.words.en,
            )
            for mark in self.read(**options).marks
        ]  # fmt: skip


def request(folder: Path, **values: str) -> Book:
    """A complete request of one bill with one line of goods."""
    book = Book(folder, REQUEST)
    return book.fill(0, 0, **{**ASKED, **values}).fill(1, 0, **BILL).fill(2, 0, **GOODS)


# -- the template --------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "label"), [("zh", "盘库日期 *"), ("en", "Stocktake date *")])
def test_a_template_has_a_column_for_each_field_that_is_entered(
    tmp_path: Path, language: str, label: str
) -> None:
    """In the language asked for, what is required marked with a star and a colour, the rest explained."""
    book = Book(tmp_path, BONDED, language)
    head = book.sheets[0]
    place = book.column(0, "stockDate")
    heading = head.cell(FIRST - 1, place)
    assert str(heading.value).endswith("*")
    assert heading.comment is not None
    other = head.cell(FIRST - 1, book.column(0, "note"))
    assert not str(other.value).endswith("*")
    assert other.fill.fgColor.rgb != heading.fill.fgColor.rgb
    assert head.row_dimensions[1].hidden
    names = [str(cell.value) for cell in head[1]]
    assert not {"guid", "appType", "appStatus", "caseNo"} & {name.split("/")[-1] for name in names}


def test_lists_of_codes_are_drop_downs(tmp_path: Path) -> None:
    """Those of the schema and the large ones, each code with its meaning; and a code keeps its zeros."""
    book = Book(tmp_path, REQUEST)
    sheet = book.sheets[0]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    rule = rules[sheet.cell(FIRST, book.column(0, "country")).coordinate]
    title, _, place = rule.formula1.partition("!")
    offered = [row[0].value for row in book.book[title][place.replace("$", "")]]
    assert book.book[title].sheet_state == "hidden"
    assert len(offered) > 200
    assert any(each.startswith("DEU ") for each in offered)
    letter = sheet.cell(FIRST, book.column(0, "country")).column_letter
    assert sheet.column_dimensions[letter].number_format == "@"
    many = rules[sheet.cell(FIRST, book.column(0, "reqType")).coordinate]
    assert not many.showErrorMessage  # several codes are right as well


def test_a_template_of_a_request_type_has_it_filled_in(tmp_path: Path) -> None:
    """As the drop-down writes it; files have no sheet."""
    book = Book(tmp_path, REQUEST, reqType="2")
    assert str(book.sheets[0].cell(FIRST, book.column(0, "reqType")).value).startswith("2 ")
    assert len(book.sheets) == 3


# -- filled in -----------------------------------------------------------------------------------


def test_what_was_filled_in_comes_onto_a_form(tmp_path: Path) -> None:
    """A stocktake with its lines, which need no number where there is one form only."""
    book = Book(tmp_path).fill(0, 0, **HEAD)
    for row in range(3):
        book.fill(1, row, **LINE)
    found = book.read()
    assert found.marks == ()
    (model,) = found.models
    assert model.head.text("etpsInnerNo") == HEAD["etpsInnerNo"]
    assert [row.text("codeTs") for row in model.rows("Line")] == [LINE["codeTs"]] * 3
    assert not [each for each in model.problems(Purpose.DECLARE) if each.fault.value != "unchecked"]


def test_requests_with_bills_and_goods_are_joined_by_their_numbers(tmp_path: Path) -> None:
    """Two requests, one with two bills: each line of goods goes to its own bill, in any order."""
    book = Book(tmp_path, REQUEST)
    book.fill(0, 0, n0=1, **ASKED).fill(0, 1, n0=2, **{**ASKED, "letterNo": "ZKA-2"})
    book.fill(1, 0, n0=2, n1="b", **BILL).fill(1, 1, n0=1, n1="a", **BILL)
    book.fill(1, 2, n0=1, n1="b", **{**BILL, "loadPort": "NINGBO"})
    book.fill(2, 0, n0=1, n1="b", **{**GOODS, "gName": "1b"}).fill(
        2, 1, n0=2, n1="b", **{**GOODS, "gName": "2b"}
    )
    book.fill(2, 2, n0=1, n1="a", **{**GOODS, "gName": "1a"}).fill(2, 3, n0=1, n1="a", **GOODS)
    found = book.read()
    assert found.marks == ()
    goods = [
        [[line.text("gName") for line in bill.rows("Goods")] for bill in model.rows("Bill")]
        for model in found.models
    ]
    assert goods == [[["1a", "copper wire"], ["1b"]], [["2b"]]]


def test_cells_are_read_as_people_fill_them_in(tmp_path: Path) -> None:
    """Codes with their meaning, several of them, numbers for text, days as days."""
    from datetime import date

    book = request(tmp_path).fill(
        0, 0, country="DEU 德国", reqType="1 单证核查 3 价格核查", letterNo=20260001, reqDate=date(2026, 2, 1)
    )
    found = book.read()
    assert found.marks == ()
    head = found.models[0].head
    assert [head.text(name) for name in ("country", "reqType", "letterNo", "reqDate")] == [
        "DEU", "1 3", "20260001", "20260201",
    ]  # fmt: skip


# -- what is wrong -------------------------------------------------------------------------------


def test_every_wrong_cell_is_marked_and_nothing_is_taken(tmp_path: Path) -> None:
    """Formats, codes, days that there are not, what is missing: each at its cell, in every sheet."""
    book = request(tmp_path, country="XX", reqDate="20260230").fill(0, 0, reqSender=None)
    book.fill(1, 0, ieFlag="Z").fill(2, 0, qty="three")
    assert [(sheet, row, name) for sheet, row, name, _ in book.marks()] == [
        (0, 0, "reqDate"), (0, 0, "country"), (0, 0, "reqSender"), (1, 0, "ieFlag"), (2, 0, "qty"),
    ]  # fmt: skip
    found = book.read()
    assert found.models == ()
    assert all(mark.words.zh and mark.words.en for mark in found.marks)


def test_drafts_may_be_incomplete(tmp_path: Path) -> None:
    """To be saved, not declared: what is missing is no fault, what is wrong is one."""
    book = Book(tmp_path, REQUEST).fill(0, 0, letterNo="ZKA-1")
    assert len(book.read(purpose=Purpose.SAVE).models) == 1
    book.fill(0, 0, reqDate="20260230")
    assert [name for _, _, name, _ in book.marks(purpose=Purpose.SAVE)] == ["reqDate"]


def test_a_form_without_its_lines_is_marked_at_its_row(tmp_path: Path) -> None:
    """There is no cell for what is not there."""
    book = Book(tmp_path, REQUEST).fill(0, 0, **ASKED)
    ((sheet, row, name, words),) = book.marks()
    assert (sheet, row, name) == (0, 0, "#0")
    assert "must not be empty" in words


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"n0": 9}, "no row of this number"),
        ({}, "say by its number"),
        ({"n0": 1}, ""),
    ],
    ids=["unknown", "unsaid", "right"],
)
def test_a_line_says_which_form_it_belongs_to(tmp_path: Path, numbers: dict[str, int], said: str) -> None:
    """Where there are several; a number of nothing is marked."""
    book = Book(tmp_path).fill(0, 0, n0=1, **HEAD).fill(0, 1, n0=2, **{**HEAD, "etpsInnerNo": "PD002"})
    book.fill(1, 0, **LINE, **numbers).fill(1, 1, n0=2, **LINE)
    marks = [mark for mark in book.marks() if mark[0] == 1]
    assert len(marks) == (1 if said else 0)
    assert not said or (marks[0][2] == "#0" and said in marks[0][3])


def test_a_number_that_is_there_twice_is_marked(tmp_path: Path) -> None:
    """Nobody could say which form its lines belong to."""
    book = Book(tmp_path).fill(0, 0, n0=1, **HEAD).fill(0, 1, n0=1, **HEAD).fill(1, 0, n0=1, **LINE)
    assert (0, 1, "#0") in [mark[:3] for mark in book.marks()]


@pytest.mark.parametrize("value", ["=1+1", '=HYPERLINK("http://127.0.0.1")', "=1/0", "#N/A"])
def test_a_formula_is_never_evaluated(tmp_path: Path, value: str) -> None:
    """It is marked: what it would come to is its author's business."""
    book = Book(tmp_path).fill(0, 0, **HEAD).fill(1, 0, **{**LINE, "stockQty": value})
    marks = [mark for mark in book.marks() if mark[2] == "stockQty"]
    assert marks
    assert "formulas are not evaluated" in marks[0][3] or "error value" in marks[0][3]


@pytest.mark.parametrize("author", ["eport-gateway", "Somebody"])
def test_the_same_workbook_comes_back_marked_and_otherwise_unchanged(tmp_path: Path, author: str) -> None:
    """Colour and reason in the wrong cells only; the next marking takes away those of what is right now,
    whoever's name an office suite has put to them.
    """
    book = request(tmp_path, country="XX")
    book.fill(1, 0, ieFlag="Z")
    found = book.read()
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(marked_xlsx(book.file, found.marks, "en"))
    before, after = load_workbook(book.file), load_workbook(marked)
    wrong = {(mark.sheet, mark.row, mark.column) for mark in found.marks}
    assert before.sheetnames == after.sheetnames
    for sheet in before.worksheets:
        other = after[sheet.title]
        rules = [[str(r.sqref) for r in each.data_validations.dataValidation] for each in (sheet, other)]
        assert rules[0] == rules[1]
        assert other.sheet_state == sheet.sheet_state
        for row in sheet.iter_rows():
            for cell in row:
                now = other[cell.coordinate]
                assert now.value == cell.value
                if (sheet.title, cell.row, cell.column) in wrong:
                    assert now.fill.fgColor.rgb == "00FFC7CE"
                    assert now.comment is not None
                    assert now.comment.text
                else:
                    assert now.fill.fgColor.rgb == cell.fill.fgColor.rgb
                    assert (now.comment and now.comment.text) == (cell.comment and cell.comment.text)
    for row in after[found.marks[0].sheet].iter_rows():
        for cell in row:
            if cell.comment is not None:
                cell.comment.author = author
    book.file, book.book = marked, after
    book.fill(0, 0, country="DEU")
    again = book.read()
    assert [mark.column for mark in again.marks] == [book.column(1, "ieFlag")]
    clean = tmp_path / "again.xlsx"
    clean.write_bytes(marked_xlsx(marked, again.marks, "zh"))
    cell = load_workbook(clean)[found.marks[0].sheet].cell(FIRST, book.column(0, "country"))
    assert cell.comment is None
    assert cell.fill.fill_type is None


def test_headings_that_are_no_field_are_told(tmp_path: Path) -> None:
    """Somebody's own notes do no harm; without the hidden names the labels do, in any order."""
    book = Book(tmp_path).fill(0, 0, **HEAD).fill(1, 0, **LINE)
    sheet = book.sheets[0]
    width = sheet.max_column
    sheet.cell(FIRST - 1, width + 1).value = sheet.cell(1, width + 1).value = "仓库备注"
    sheet.cell(FIRST, width + 1).value = "二号库"
    for each in book.sheets:
        each.delete_rows(1)
    found = book.read()
    assert found.marks == ()
    assert found.strange == ("仓库备注",)
    assert found.models[0].head.text("stockDate") == HEAD["stockDate"]


# -- strangers' files ----------------------------------------------------------------------------


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    """By what its directory says that it unpacks to."""
    file = tmp_path / "bomb.xlsx"
    with ZipFile(file, "w", ZIP_DEFLATED) as bomb, bomb.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(110):
            part.write(b"0" * 1_000_000)
    with pytest.raises(Unusable) as refused:
        read_filled(file, form(BONDED), Known(), Job())
    assert refused.value.key == "sheet-too-large"


def test_another_workbook_and_no_workbook_are_refused(tmp_path: Path) -> None:
    """A template of another form, and bytes."""
    book = Book(tmp_path, REQUEST)
    with pytest.raises(Unusable) as refused:
        read_filled(book.file, form(BONDED), Known(), Job())
    assert refused.value.key == "sheet-no-headings"
    book.file.write_bytes(b"PK no")
    with pytest.raises(Unusable) as refused:
        read_filled(book.file, form(BONDED), Known(), Job())
    assert refused.value.key == "sheet-unreadable"


def test_a_cell_far_away_makes_no_others(tmp_path: Path) -> None:
    """A blank as good as at the end of the sheet: neither reading nor marking goes all the way there."""
    book = request(tmp_path, country="XX")
    for sheet in book.sheets:
        sheet.cell(30_000, 400).value = " "
    began = time.process_time()  # a hang is what is looked for: going all the way takes minutes
    found = book.read()
    assert [mark.column for mark in found.marks] == [book.column(0, "country")]
    marked_xlsx(book.file, found.marks, "zh")
    assert time.process_time() - began < 60


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    """Rather than half of them taken."""
    book = Book(tmp_path).fill(0, 0, **HEAD)
    for row in range(6):
        book.fill(1, row, **LINE)
    with pytest.raises(Unusable) as refused:
        book.read(most=5)
    assert refused.value.key == "sheet-too-long"


def test_a_thousand_rows_are_checked_with_their_progress(tmp_path: Path) -> None:
    """A thousand requests, each with a bill and goods, some wrong: judged to the last cell; or cancelled."""
    book = Book(tmp_path, REQUEST)
    for row in range(1_000):
        number = {"n0": row + 1}
        book.fill(0, row, **number, **{**ASKED, "letterNo": f"ZKA-{row}"})
        book.fill(1, row, **number, n1=1, **BILL).fill(2, row, **number, n1=1, **GOODS)
    book.fill(0, 999, country="XX")
    book.book.save(book.file)
    seen: list[tuple[int, int]] = []
    found = read_filled(book.file, book.form, Known(), Job(lambda done, total: seen.append((done, total))))
    assert [mark.row for mark in found.marks] == [FIRST + 999]
    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 20
    job = Job(lambda done, total: job.cancel())
    with pytest.raises(Cancelled):
        read_filled(book.file, book.form, Known(), job)
