"""Prints and exports, read back by other programs: pdftotext, pdffonts, openpyxl."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from messages.annotations import Words
from terminals.work.export import form_xlsx, list_xlsx
from terminals.work.fonts import FontMissing, font_file
from terminals.work.printing import form_pdf, list_pdf
from terminals.work.sheets import Column
from tests.terminals.work.forms import stocktake

FACTS = [(Words("操作员", "Operator"), "张晓楼")]
COLUMNS = [Column(Words("企业内部编号", "Internal number")), Column(Words("数量", "Quantity"), number=True)]
TITLE = Words("查询结果: 全部", "Results: all")


def tool(name: str, pdf: bytes, folder: Path, *options: str) -> str:
    """What a program of poppler-utils says about the document."""
    file = folder / "print.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(
        [name, *options, str(file), *(["-"] if name == "pdftotext" else [])],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


# -- prints


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("zh", ("核查库存数据", "企业内部编号", "操作员", "张晓楼", "3 加贸手册", "集成电路", "第 1 页，共")),
        ("en", ("Stocktake data", "Internal number", "3 processing trade handbook", "集成电路", "Page 1 of")),
    ],
)
def test_a_form_is_printed_in_the_language_of_its_reader(
    tmp_path: Path, language: str, wanted: tuple[str, ...]
) -> None:
    """Labels, facts, codes with their meaning, lines and page numbers are letters that can be searched."""
    model = stocktake(3, note="第一行\n第二行", bizScope="经营范围" * 200)
    text = tool("pdftotext", form_pdf(model, FACTS, language), tmp_path, "-layout")
    assert [each for each in wanted if each not in text] == []
    assert "第二行" in text
    assert text.replace("\n", "").replace(" ", "").count("经营范围") >= 190


def test_a_print_says_on_every_page_what_it_is_of_in_which_state_and_when(tmp_path: Path) -> None:
    """The state in the title; the case beside it on later pages; the time at the foot of each."""
    model = stocktake(3, etpsInnerNo="N1")
    for case, known in (("", "N1"), ("Z000000000000000002", "Z000000000000000002")):
        model.case = case
        for language, title, time in (
            ("zh", "【暂存】", "打印时间 20"),
            ("en", "[draft]", "Printed 20"),
        ):
            pdf = form_pdf(model, FACTS, language, Words("暂存", "draft"))
            pages = tool("pdftotext", pdf, tmp_path, "-layout").split("\f")[:-1]
            assert len(pages) > 1
            assert [each for each in pages if title not in each or time not in each] == []
            assert all(known in page.splitlines()[0] for page in pages[1:])


def test_headings_are_broken_between_words(tmp_path: Path) -> None:
    """Where there is no room for a heading on one line, no word of it is cut in two."""
    pdf = form_pdf(stocktake(3), FACTS, "en")
    words = set(tool("pdftotext", pdf, tmp_path).split())
    labels = [field.label.en for field in stocktake(1).columns(stocktake(1).groups[0])]
    assert [word for label in labels for word in label.split() if word not in words] == []


def test_the_font_is_embedded_as_far_as_it_is_used(tmp_path: Path) -> None:
    """A print of a few letters is small, and needs no font where it is read."""
    pdf = list_pdf(TITLE, COLUMNS, [["A1", "3"]], "zh")
    assert len(pdf) < 60_000
    line = tool("pdffonts", pdf, tmp_path).splitlines()[2].split()
    assert line[-5:-2] == ["yes", "yes", "yes"]  # emb sub uni


def test_a_long_list_goes_on_over_pages_with_its_headings(tmp_path: Path) -> None:
    """A4, every page numbered among all."""
    rows = [[f"N{number:04}", str(number)] for number in range(500)]
    pdf = list_pdf(TITLE, COLUMNS, rows, "zh")
    text = tool("pdftotext", pdf, tmp_path, "-layout")
    pages = text.split("\f")[:-1]
    assert len(pages) > 5
    assert all("企业内部编号" in page for page in pages)
    assert f"第 2 页，共 {len(pages)} 页" in pages[1]
    assert [row[0] for row in rows if row[0] not in text] == []
    assert "(A4)" in tool("pdfinfo", pdf, tmp_path)


def test_a_wide_list_is_landscape_and_nothing_of_it_is_cut(tmp_path: Path) -> None:
    """Fourteen columns; what does not fit on a line goes on below."""
    columns = [Column(Words(f"第{place}列的标题", f"column {place}")) for place in range(14)]
    pdf = list_pdf(TITLE, columns, [["很长的内容" * 6 + str(place) for place in range(14)]] * 3, "zh")
    assert "841.89 x 595.28" in tool("pdfinfo", pdf, tmp_path)
    text = tool("pdftotext", pdf, tmp_path).replace("\n", "")
    assert text.count("很") >= 14 * 6 * 3


def test_an_empty_list_and_an_empty_form_are_printed_as_well(tmp_path: Path) -> None:
    """Headings and nothing below."""
    assert "数量" in tool("pdftotext", list_pdf(TITLE, COLUMNS, [], "zh"), tmp_path)
    assert "备注" in tool("pdftotext", form_pdf(stocktake(), (), "zh"), tmp_path)


def test_without_a_font_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install, in both languages; a font of one's own may be named."""
    with pytest.raises(FontMissing) as missing:
        font_file(["/nowhere/font.ttc"])
    assert all("fonts-wqy-microhei" in missing.value.told(lang) for lang in ("zh", "en"))
    monkeypatch.setenv("EPORT_FONT", str(font_file()))
    assert font_file(["/nowhere/font.ttc"]).is_file()


# -- exports


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "007", "\x07bell", "x" * 40_000, "普通"]


def test_what_was_typed_is_never_a_formula() -> None:
    """Text stays text, whatever it begins with, also when somebody edits the cell."""
    data = list_xlsx(TITLE, [Column(Words("a", "a"))], [[value] for value in HOSTILE], "zh")
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:6] == HOSTILE[:6]
    assert [cell.value for cell in cells][6] == "bell"
    assert len(str(cells[7].value)) == 32_767
    assert [cell.quotePrefix for cell in cells][:6] == [True, True, True, True, False, False]


def test_numbers_that_a_spreadsheet_holds_are_numbers() -> None:
    """Others stay text, digit by digit."""
    data = list_xlsx(TITLE, COLUMNS, [["1", "12.5"], ["2", "123456789012.12345"], ["3", ""]], "en")
    sheet = load_workbook(BytesIO(data)).active
    assert sheet is not None
    assert sheet.title == "Results  all"
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [12.5, "123456789012.12345", None]
    assert [cell.value for cell in sheet[1]] == ["Internal number", "Quantity"]


def test_a_form_has_a_sheet_for_its_head_and_one_for_its_lines() -> None:
    """Facts first, then the fields with the meaning of their codes; lines with numbers."""
    book = load_workbook(BytesIO(form_xlsx(stocktake(2), FACTS, "zh")))
    assert book.sheetnames == ["核查库存数据", "表体"]
    head = {row[0].value: row[1].value for row in book["核查库存数据"].iter_rows()}
    assert (head["操作员"], head["管理模式"]) == ("张晓楼", "3 加贸手册")
    lines = list(book["表体"].iter_rows(values_only=True))
    assert lines[0][:3] == ("序号", "备案序号", "商品编码")
    assert (lines[2][0], lines[2][1], lines[2][-1]) == (2, "1", 6)
