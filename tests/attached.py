"""Files as people attach them, each whole as far as its head goes, and some that are not what they say."""

from __future__ import annotations

import io
import zipfile


def pdf(size: int = 2_000, seed: bytes = b"invoice") -> bytes:
    """A PDF of this many bytes, unlike others of another `seed`; nothing that a reader could show."""
    begin, end = b"%PDF-1.7\n% " + seed + b"\n", b"\n%%EOF\n"
    return begin + b"0" * (size - len(begin) - len(end)) + end


def png(width: int = 600, height: int = 800) -> bytes:
    """The head of a PNG that promises so many pixels, and no picture."""
    size = width.to_bytes(4) + height.to_bytes(4)
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x02\0\0\0" + b"crc!" + b"IDAT".ljust(99)


def jpeg(width: int = 600, height: int = 800, before: int = 40) -> bytes:
    """The head of a JPEG with `before` bytes of camera's notes in front of its frame."""
    notes = b"\xff\xe1" + (before + 2).to_bytes(2) + b"x" * before
    frame = b"\xff\xc0" + (17).to_bytes(2) + b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" * 10
    return b"\xff\xd8" + notes + frame + b"\xff\xda" + b"\0" * 50


def tiff() -> bytes:
    """The head of a fax."""
    return b"II*\0\x08\0\0\0" + b"\0" * 100


def office(*parts: str) -> bytes:
    """A ZIP with these parts, such as word/document.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for part in ("[Content_Types].xml", *parts):
            file.writestr(part, "<x/>")
    return out.getvalue()


def docx() -> bytes:
    """A Word document as far as its parts go."""
    return office("_rels/.rels", "word/document.xml")


def xlsx() -> bytes:
    """An Excel workbook as far as its parts go."""
    return office("_rels/.rels", "xl/workbook.xml")
