"""Body lines from an .xlsx file (导入): by their headings, as text, as if somebody had typed them.

Knows spreadsheets, and what they make of codes, numbers and days; refuses to judge a value, which is the
model's. The file is a stranger's: its size is bounded and it holds no DTD before anything reads its XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from messages.codes import CodeList
from messages.forms import Field
from terminals.trouble import Unusable
from terminals.work.moments import MOMENT, spelled
from terminals.work.named import Named, named

LARGEST = 100_000_000  # bytes of all parts, unpacked
PARTS = 500
HEADINGS_WITHIN = 20  # rows above the first line
WIDEST = 500  # columns that are looked at: a cell far away makes every row as wide
_XML = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<")
_ENCODING = re.compile(rb"""\A[^>]{0,200}?encoding\s*=\s*["']([^"']*)""")
_PARTS = re.compile(r"[\s,;，；、]+")  # between several codes; what is not ASCII is their meaning
_NAMES = re.compile(r"\s*[,;，；、]\s*")  # between several names, which may have blanks
_DTD = (b"<!DOCTYPE", b"<!ENTITY")


@dataclass(frozen=True, slots=True)
class Imported:
    """The lines of a file; headings that are no field of the form; fields without a heading."""

    lines: list[dict[str, str]]
    strange: tuple[str, ...]
    absent: tuple[Field, ...]


def read_lines(
    file: Path | IO[bytes],
    columns: Iterable[Field],
    most: int,
    *,
    name: str = "",
    code_list: Callable[[str], CodeList | None] = lambda _: None,
) -> Imported:
    """The lines in the first sheet that has a heading of `columns`, a label in either language or a name.

    `name` is what an open file is called; a name of a code in `code_list` becomes the code. Raises Unusable
    for a file that is no .xlsx or hostile, has no such heading or more than `most` lines.
    """
    fields = tuple(columns)
    name = name or str(getattr(file, "name", ""))
    inspect(file, name)
    from openpyxl import load_workbook

    known = {plain(name): field for field in fields for name in names_of(field)}
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever a broken part makes it stumble over
        raise Unusable("sheet-unreadable", file=name, reason=type(error).__name__) from None
    try:
        for sheet in book.worksheets:
            rows = rows_of(sheet, name, values_only=True)
            found = _headings(rows, known)
            if found:
                codes = {field.name: own for field in fields if (own := named(field, code_list))}
                return _lines(name, rows, found, fields, most, codes)
    finally:
        book.close()
    labels = "、".join(field.label.zh for field in fields[:5])
    raise Unusable("sheet-no-headings", file=name, labels=labels)


def rows_of(sheet: Any, name: str, *, values_only: bool = False) -> Iterator[tuple[Any, ...]]:
    """The rows' cells or values. Raises Unusable: a part is found broken on the way through it only."""
    try:
        yield from sheet.iter_rows(max_col=WIDEST, values_only=values_only)
    except Exception as error:  # noqa: BLE001 - openpyxl raises whatever it stumbles over
        raise Unusable("sheet-unreadable", file=name, reason=type(error).__name__) from None


def _headings(
    rows: Iterator[tuple[Any, ...]], known: Mapping[str, Field]
) -> dict[int, tuple[str, Field | None]]:
    for _, row in zip(range(HEADINGS_WITHIN), rows, strict=False):
        said = {place: str(value).strip() for place, value in enumerate(row) if value not in (None, "")}
        found = {place: (text, known.get(plain(text))) for place, text in said.items()}
        if any(field for _, field in found.values()):
            return found
    return {}


def _lines(
    name: str,
    rows: Iterator[tuple[Any, ...]],
    headings: Mapping[int, tuple[str, Field | None]],
    fields: tuple[Field, ...],
    most: int,
    codes: Mapping[str, Named],
) -> Imported:
    lines = []
    for row in rows:
        line = {
            field.name: text
            for place, (_, field) in headings.items()
            if field is not None
            and place < len(row)
            and (text := text_of(row[place], field, codes.get(field.name)))
        }
        if line:
            lines.append(line)
        if len(lines) > most:
            raise Unusable("sheet-too-long", file=name, most=most)
    there = {field.name for _, field in headings.values() if field is not None}
    return Imported(
        lines,
        tuple(text for text, field in headings.values() if field is None),
        tuple(field for field in fields if field.name not in there),
    )


def text_of(value: Any, field: Field, codes: Named | None = None) -> str:
    """A cell as somebody would have typed it: days and codes as the form has them, numbers exactly.

    `codes`: the field's, as far as they are known.
    """
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y%m%d%H%M%S" if field.type_name == MOMENT else "%Y%m%d")
    if isinstance(value, float):
        text = format(Decimal(f"{value:.15g}"), "f")  # the digits that a spreadsheet shows
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = spelled(field.type_name, str(value).strip())
    if field.many:
        return " ".join(_codes(text, field, codes))
    if isinstance(value, int | float) and field.base == "string" and field.min_length == field.max_length:
        text = text.zfill(field.max_length or 0)  # a spreadsheet drops zeros in front
    return _code(text, codes) if field.hints.list or field.choices else text


def _code(text: str, codes: Named | None) -> str:
    """The code that stands in a cell, by its name or before its meaning, as exports have it."""
    first = text.split(" ", 1)[0]
    found = codes.meant(text) or codes.meant(first) if codes is not None else ""
    return found or (first if first.isascii() and first == first.upper() else text)


def _codes(text: str, field: Field, codes: Named | None) -> list[str]:
    """The codes among what stands in a cell, without the meanings behind them; of names alone, theirs."""
    known = {choice.value for choice in field.choices}
    meanings = {word for choice in field.choices for word in _PARTS.split(choice.label.en.casefold())}
    parts = [part for part in _PARTS.split(text) if part and part.isascii()]
    found = [part for part in parts if part in known or part.casefold() not in meanings]
    if found or codes is None:
        return found
    return list(filter(None, dict.fromkeys(map(codes.meant, _NAMES.split(text)))))


def names_of(field: Field) -> tuple[str, str, str]:
    """What a column of this field may be called."""
    return field.label.zh, field.label.en, field.name


def plain(heading: str) -> str:
    """A heading as it is compared: without blanks and capitals, and the star of what is required."""
    return "".join(heading.split()).casefold().removesuffix("*")


def inspect(file: Path | IO[bytes], name: str = "") -> None:
    """Nothing may lead the XML parser behind openpyxl out of the file, or make it grow without end.

    Raises Unusable.
    """
    name = name or str(getattr(file, "name", ""))
    try:
        with ZipFile(file) as parts:
            listed = parts.infolist()
            if len(listed) > PARTS or sum(part.file_size for part in listed) > LARGEST:
                raise Unusable("sheet-too-large", file=name, limit=LARGEST)
            for part in listed:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    with parts.open(part) as opened:
                        _check(name, opened.read(LARGEST + 1))
    except (BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError) as error:
        raise Unusable("sheet-unreadable", file=name, reason=str(error) or type(error).__name__) from None


def _check(name: str, part: bytes) -> None:
    declared = _ENCODING.match(part)
    proper = _XML.match(part) and b"\0" not in part
    if not proper or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise Unusable("sheet-unreadable", file=name, reason="not UTF-8")
    if any(word in part for word in _DTD):
        raise Unusable("sheet-unreadable", file=name, reason="DTD")
