"""What kinds of files are attached (附件), told by their content: the first bytes, never the name alone.

Knows the marks that files of each type begin with, and the size in pixels that a picture's head promises;
refuses to decode anything: a malformed PDF or a picture that would fill a memory is only looked at from
outside. A file is seen in blocks, so that nobody has to hold it whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from messages.annotations import Words

LARGEST = 4 * 1024 * 1024  # bytes of one attachment (spec: assistance, attachments)
MOST_PIXELS = 150_000_000  # an A0 sheet at 300 dots an inch; what says that it has more is a picture bomb
_HEAD = 64 * 1024  # bytes, in which a JPEG's frame is looked for
_PDF = re.compile(rb"%PDF-[12]\.\d")
_TIFF = (b"II*\0", b"MM\0*")
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_ZIP = b"PK\x03\x04"
_WORD, _SHEET, _MACROS = b"word/document.xml", b"xl/workbook.xml", b"vbaProject.bin"
_PARTS = (_WORD, _SHEET, _MACROS)
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # JPEG's SOFn (ITU-T T.81, table B.1)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type of file: its name on the wire, and how names of such files end."""

    name: str
    endings: tuple[str, ...]
    words: Words


PDF = MediaType("application/pdf", ("pdf",), Words("PDF 文件", "a PDF"))
JPEG = MediaType("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), Words("JPEG 图片", "a JPEG picture"))
PNG = MediaType("image/png", ("png",), Words("PNG 图片", "a PNG picture"))
TIFF = MediaType("image/tiff", ("tif", "tiff"), Words("TIFF 图片", "a TIFF picture"))
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = MediaType(f"{_OFFICE}.wordprocessingml.document", ("docx",), Words("Word 文档", "a Word document"))
XLSX = MediaType(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",), Words("Excel 表格", "an Excel workbook"))

TYPES = {each.name: each for each in (PDF, JPEG, PNG, TIFF, DOCX, XLSX)}
"""All that may be attached; a form may take fewer of them (`messages.annotations.Upload`)."""


class WrongContent(Exception):
    """A file is not what it says, or nothing that may be attached."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.rule = rule
        self.words = Words(zh, en)


class Look:
    """Sees a file go by."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._tail = b""
        self._parts: set[bytes] = set()

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        self.size += len(block)
        if len(self._head) < _HEAD:
            self._head += block[: _HEAD - len(self._head)]
        if self._head.startswith(_ZIP):
            # The names of a ZIP's parts are never packed; one may lie across two blocks.
            seam = self._tail + block[:32]
            self._parts.update(part for part in _PARTS if part in block or part in seam)
            self._tail = (self._tail + block[-32:])[-32:]

    @property
    def type(self) -> MediaType | None:
        """What it is by its content; None: nothing that may be attached."""
        head = self._head
        if _PDF.match(head):
            return PDF
        if head.startswith(b"\xff\xd8\xff"):
            return JPEG
        if head.startswith(_PNG):
            return PNG
        if head.startswith(_TIFF):
            return TIFF
        if _WORD in self._parts:
            return DOCX
        return XLSX if _SHEET in self._parts else None

    @property
    def pixels(self) -> int | None:
        """How many the picture's head promises; None where it says nothing of it near the beginning."""
        if self._head.startswith(_PNG):
            return int.from_bytes(self._head[16:20]) * int.from_bytes(self._head[20:24])
        return _frame(self._head) if self._head.startswith(b"\xff\xd8\xff") else None

    @property
    def macros(self) -> bool:
        """Whether it is an office file with a program in it."""
        return _MACROS in self._parts


def judge(look: Look, declared: str = "", name: str = "", allowed: Collection[str] = TYPES) -> MediaType:
    """The type of a file that was seen whole. Raises WrongContent.

    Content, the type that was `declared` and the ending of its `name` agree, as far as the two are given.
    """
    found = look.type
    if found is None or found.name not in allowed or look.macros:
        raise _refusal(look, found, allowed)
    if declared and declared != found.name:
        raise WrongContent(
            "declared", f"声明的类型是 {declared}，内容却是 {found.words.zh}",
            f"it is declared as {declared}, and its content is {found.words.en}",
        )  # fmt: skip
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if name and ending not in found.endings:
        raise WrongContent(
            "name", f"内容是 {found.words.zh}，文件名应以 .{found.endings[0]} 结尾",
            f"its content is {found.words.en}: its name must end in .{found.endings[0]}",
        )  # fmt: skip
    pixels = look.pixels
    if pixels is not None and not 0 < pixels <= MOST_PIXELS:
        raise WrongContent(
            "pixels", f"图片自称有 {pixels} 个像素，最多允许 {MOST_PIXELS}",
            f"the picture says that it has {pixels} pixels; 1 to {MOST_PIXELS} are taken",
        )  # fmt: skip
    return found


def _refusal(look: Look, found: MediaType | None, allowed: Collection[str]) -> WrongContent:
    if not look.size:
        return WrongContent("empty", "文件是空的", "the file is empty")
    if look.macros:
        return WrongContent(
            "macros", "文件含有宏，请另存为不含宏的文件", "it holds macros: save it without them"
        )
    types = [each for each in TYPES.values() if each.name in allowed]
    zh, en = "、".join(each.words.zh for each in types), ", ".join(each.words.en for each in types)
    what = found.words if found else Words("其他内容", "something else")
    return WrongContent(
        "type", f"只接受 {zh}；按内容看它是{what.zh}", f"by its content it is {what.en}; taken are: {en}"
    )


def _frame(head: bytes) -> int | None:
    """Height by width of a JPEG, from the first frame header among its segments (ITU-T T.81, B.2.2)."""
    place = 2
    while place + 9 <= len(head) and head[place] == 0xFF:
        marker = head[place + 1]
        if marker == 0xFF:  # fill
            place += 1
        elif marker in _FRAMES:
            return int.from_bytes(head[place + 5 : place + 7]) * int.from_bytes(head[place + 7 : place + 9])
        elif marker == 0xDA:
            return None
        else:
            place += 2 + int.from_bytes(head[place + 2 : place + 4])
    return None
