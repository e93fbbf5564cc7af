"""Lines from a spreadsheet: exports come back, what people make of them too, hostile files do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from messages.codes import CodeLists
from messages.forms import own_forms
from terminals.trouble import Unusable
from terminals.work.checks import Purpose
from terminals.work.export import form_xlsx
from terminals.work.importing import Imported, read_lines, text_of
from terminals.work.model import FormModel
from terminals.work.named import named
from tests.terminals.work.forms import LINE, empty, stocktake


def read(file: Path, model: FormModel | None = None, most: int = 10_000) -> Imported:
    """The lines for a stocktake's body."""
    model = model or empty()
    return read_lines(file, model.columns(model.groups[0]), most)


def written(folder: Path, *rows: list[object]) -> Path:
    """A file that somebody made."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = folder / "lines.xlsx"
    book.save(file)
    return file


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_was_exported_comes_back(tmp_path: Path, language: str) -> None:
    """Whole, in either language, codes without their meaning, numbers as they were."""
    model = stocktake(2)
    model.set(model.rows("Line")[0], "stockQty", "1234567.12345")
    file = tmp_path / "form.xlsx"
    file.write_bytes(form_xlsx(model, (), language))
    found = read(file)
    assert (found.strange, found.absent) == ((), ())
    again = stocktake()
    again.fill("Line", found.lines)
    assert [row.values for row in again.rows("Line")] == [row.values for row in model.rows("Line")]
    assert again.problems(Purpose.DECLARE) == []


def test_headings_may_stand_in_any_order_below_a_title(tmp_path: Path) -> None:
    """By label or name, whatever blanks and capitals; what is no field is said, what is missing too."""
    file = written(
        tmp_path, ["2026 stocktake"], [],
        ["GNAME", "备案 序号", "颜色", "record NUMBER"], ["铜", 7, "红", 8], [None],
    )  # fmt: skip
    found = read(file)
    assert found.lines == [{"gName": "铜", "recordNo": "8"}]
    assert found.strange == ("颜色",)
    assert "unit" in {field.name for field in found.absent}


def test_what_spreadsheets_make_of_values_is_undone(tmp_path: Path) -> None:
    """Zeros in front of codes, binary fractions, days."""
    book = empty("BVS131")
    file = written(tmp_path, ["unit", "stockQty", "gName", "totalQty"], [7, 0.1 + 0.2, date(2026, 3, 1), 6.0])
    assert read(file).lines == [{"unit": "007", "stockQty": "0.3", "gName": "20260301", "totalQty": "6"}]
    assert read_lines(file, book.columns(book.groups[0]), 5).lines[0]["unit"] == "007"


def test_more_lines_than_the_form_may_have_are_refused(tmp_path: Path) -> None:
    """Before all of them were read."""
    file = written(tmp_path, ["recordNo"], *[[number] for number in range(20)])
    with pytest.raises(Unusable, match="at most 10"):
        read(file, most=10)


def test_a_file_without_headings_is_refused_with_names_to_put_there(tmp_path: Path) -> None:
    """What to do is said."""
    with pytest.raises(Unusable, match="备案序号"):
        read(written(tmp_path, ["a", "b"], [1, 2]))


def rezipped(folder: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A good file with its parts changed."""
    good = written(folder, list(LINE), list(LINE.values()))
    bad = folder / "bad.xlsx"
    with ZipFile(good) as source, ZipFile(bad, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return bad


DTD = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "change",
    [
        lambda name, part: part.replace(b"<worksheet", DTD + b"<worksheet"),
        lambda name, part: part.decode().encode("utf-16") if "sheet1" in name else part,
        lambda name, part: b'<?xml version="1.0" encoding="UTF-7"?>' + part if "sheet1" in name else part,
        lambda name, part: b"" if "sheet1" in name else part,
        lambda name, part: b"<broken" if "workbook.xml" in name else part,
        lambda name, part: b" " * 100_000_001 if "sheet1" in name else part,
    ],
)
def test_a_hostile_or_broken_file_is_refused(tmp_path: Path, change: Callable[[str, bytes], bytes]) -> None:
    """DTDs, other encodings, nothing, rubbish, a bomb."""
    with pytest.raises(Unusable):
        read(rezipped(tmp_path, change))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"recordNo,unit\n1,007\n"])
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes) -> None:
    """With its name and what to do."""
    file = tmp_path / "x.xlsx"
    file.write_bytes(content)
    with pytest.raises(Unusable, match=r"x\.xlsx"):
        read(file)
    with pytest.raises(Unusable, match="none"):
        read(tmp_path / "none.xlsx")


@pytest.mark.parametrize("cell", ["2 origin", "2 原产地核查", "2", 2])
def test_a_drop_down_of_several_codes_leaves_its_codes(cell: object) -> None:
    """As the list wrote it in either language; several with whatever between them, and a wrong one stays."""
    field = own_forms().form("CMA111").node.child("reqType")
    assert field is not None
    assert text_of(cell, field) == "2"
    assert text_of("1 documents, 2 origin；9", field) == "1 2 9"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("千克", "035"), ("Kilogram", "035"), ("035 千克", "035"), (35, "035"), ("035", "035"),
        ("999 of another list", "999"), ("斤两", "斤两"),
    ],
)  # fmt: skip
def test_a_code_may_be_written_by_its_name(cell: object, code: str, tmp_path: Path) -> None:
    """In either language; what is no name and no code stays, so that it is called wrong."""
    file, model = written(tmp_path, ["unit"], [cell]), empty()
    columns = model.columns(model.groups[0])
    found = read_lines(file, columns, 5, code_list=CodeLists().get)
    assert found.lines == [{"unit": code}]


def test_several_codes_may_be_written_by_their_names() -> None:
    """All that stand in a cell."""
    field = own_forms().form("CMA111").node.child("reqType")
    assert field is not None
    assert text_of("原产地核查、单证核查", field, named(field)) == "2 1"
    assert text_of("Documents, origin", field, named(field)) == "1 2"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ('<c r="A9"><v>' + "9" * 5_000 + "</v></c>", "ValueError"),
        ('<c r="A9" t="s"><v>77777</v></c>', "IndexError"),
        ("<c", "ParseError"),
    ],
    ids=["number", "text", "xml"],
)
def test_a_sheet_that_is_broken_farther_down_is_refused(tmp_path: Path, cell: str, reason: str) -> None:
    """A number without end, a text that is not there, XML that ends: said in words, whatever it is."""
    whole = written(tmp_path, ["recordNo"], ["1"])
    broken = tmp_path / "broken.xlsx"
    with ZipFile(whole) as parts, ZipFile(broken, "w", ZIP_DEFLATED) as made:
        for part in parts.namelist():
            text = parts.read(part)
            if part == "xl/worksheets/sheet1.xml":
                text = text.replace(b"</sheetData>", f'<row r="9">{cell}</row></sheetData>'.encode())
            made.writestr(part, text)
    with pytest.raises(Unusable) as refused:
        read(broken)
    assert (refused.value.key, refused.value.values["reason"]) == ("sheet-unreadable", reason)
