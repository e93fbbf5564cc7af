"""What is attached is known by its content."""

from __future__ import annotations

import pytest

from messages.media import MOST_PIXELS, PDF, PNG, TYPES, Look, WrongContent, judge
from tests.attached import docx, jpeg, office, pdf, png, tiff, xlsx

FILES = {
    "application/pdf": ("单.PDF", pdf()),
    "image/jpeg": ("photo.jpeg", jpeg()),
    "image/png": ("scan.png", png()),
    "image/tiff": ("fax.tif", tiff()),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("letter.docx", docx()),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("list.xlsx", xlsx()),
}


def look(content: bytes, step: int = 1 << 20) -> Look:
    """A file seen in blocks."""
    found = Look()
    for start in range(0, len(content), step):
        found.feed(content[start : start + step])
    return found


@pytest.mark.parametrize("step", [7, 64 * 1024])
@pytest.mark.parametrize("name", sorted(TYPES))
def test_each_type_is_known_however_its_bytes_come(name: str, step: int) -> None:
    """In blocks of any size: marks that lie across two of them are found."""
    file, content = FILES[name]
    assert judge(look(content, step), name, file).name == name


@pytest.mark.parametrize("declared", sorted(TYPES))
def test_content_decides_and_what_is_declared_has_to_agree(declared: str) -> None:
    """Each type passes as itself only, by its declaration and by its name."""
    for name, (file, content) in FILES.items():
        if name == declared:
            continue
        with pytest.raises(WrongContent) as refused:
            judge(look(content), declared)
        assert refused.value.rule == "declared"
        with pytest.raises(WrongContent) as refused:
            judge(look(content), name, FILES[declared][0])
        assert refused.value.rule == "name"
        assert file


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty"),
        (b"MZ\x90\0 a program called scan.pdf", "type"),
        (b"<html><script>", "type"),
        (b" %PDF-1.7", "type"),
        (b"%PDF-9.9", "type"),
        (b"\x89PNG\r\n\x1a\nIDAT", "type"),
        (b"\xff\xd8", "type"),
        (office("something.txt"), "type"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
    ],
    ids=["empty", "program", "page", "late", "version", "headless", "short", "zip", "macros"],
)
def test_anything_else_is_refused_with_its_reason(content: bytes, rule: str) -> None:
    """Whatever its name says; the reason is there in both languages."""
    with pytest.raises(WrongContent) as refused:
        judge(look(content))
    assert refused.value.rule == rule
    assert refused.value.words.zh
    assert refused.value.words.en


def test_a_form_may_take_fewer_types() -> None:
    """A workbook where only PDF and pictures are wanted."""
    with pytest.raises(WrongContent, match="an Excel workbook; taken are: a PDF, a PNG picture"):
        judge(look(xlsx()), allowed=(PDF.name, PNG.name))


@pytest.mark.parametrize("ending", ["单.pdf.exe", "pdf", "单", ".pdfx"])
def test_a_name_ends_as_its_type_does(ending: str) -> None:
    """So that whoever opens it opens it with what it is for."""
    with pytest.raises(WrongContent) as refused:
        judge(look(pdf()), name=ending)
    assert refused.value.rule == "name"


@pytest.mark.parametrize("make", [png, jpeg])
def test_a_picture_that_would_fill_a_memory_is_refused_by_its_head(make: object) -> None:
    """A few bytes that unpack to gigabytes: nobody unpacks them to find out."""
    for width, height in ((60_000, 60_000), (0, 5)):
        with pytest.raises(WrongContent) as refused:
            judge(look(make(width, height)))  # type: ignore[operator]
        assert refused.value.rule == "pixels"
    assert judge(look(make(10_000, MOST_PIXELS // 10_000)))  # type: ignore[operator]


def test_a_picture_whose_head_says_nothing_of_its_size_is_taken() -> None:
    """A JPEG with a thumbnail before its frame is no bomb for that; a garbled head ends the search."""
    assert look(jpeg(before=65_530)).pixels is None
    assert judge(look(jpeg(before=65_530)))
    assert look(b"\xff\xd8\xff\xe0\0\0" + b"\xff" * 40).pixels is None
