"""The document in a file that a stranger may have put there: bounded, plain, and one only.

Knows the limits on files and zips; refuses to follow a link, to open a pipe, and to unpack more than a
message can be. What the document means is terminals.compose's.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from terminals.folder.names import shown
from terminals.trouble import Unusable

MAX_FILE = 16 * 1024 * 1024  # bytes, packed and unpacked; a gateway takes 5 MB of Data
MAX_DIRECTORY = 4096  # bytes of a zip's list of its one entry
_END = b"PK\x05\x06"
_LARGER = b"PK\x06\x07"  # the record before it that says otherwise, of a zip beyond 4 GiB (4.3.15)
_LARGER_SIZE = 20
_END_SIZE = 22  # of the record at a zip's end, without its comment of up to 64 KiB (APPNOTE.TXT, 4.3.16)
_OF_THE_FILE = (errno.EACCES, errno.EPERM, errno.EIO)  # not of the machine, as no memory is
_PLAIN_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED, _UTF8 = 0x1, 0x800  # general purpose flags (4.4.4)


def read(path: Path) -> tuple[str, bytes]:
    """The name and bytes of the document in `path`, unpacked if it is a zip.

    Raises Unusable in words for what is wrong with this file, OSError for what is wrong with the machine.
    """
    name = path.name
    content = _bytes(path)
    if name.lower().endswith(".zip"):
        return f"{name[:-4]}.xml", unpacked(name, content)
    return name, content


def _bytes(path: Path) -> bytes:
    name = shown(path.name)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise Unusable("folder-not-plain", file=name)
            content = b"" if found.st_size > MAX_FILE else _read(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if path.is_symlink():
            raise Unusable("folder-link", file=name) from None
        if error.errno == errno.ENXIO:  # a socket
            raise Unusable("folder-not-plain", file=name) from None
        if error.errno not in _OF_THE_FILE:
            raise
        raise Unusable("file-unreadable", file=name, reason=error.strerror) from None
    size = max(found.st_size, len(content))
    if size > MAX_FILE:
        raise Unusable("folder-too-large", file=name, size=size, limit=MAX_FILE)
    return content


def _read(handle: int) -> bytes:
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(MAX_FILE + 1)


def unpacked(name: str, content: bytes) -> bytes:
    """The one document in a zip called `name`; it must be called as the zip is. Raises Unusable."""
    _check_end(name, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) != 1:
                raise Unusable("folder-zip-count", file=shown(name), count=len(entries))
            entry = entries[0]
            _check(name, entry)
            with packed.open(entry) as file:
                document = file.read(MAX_FILE + 1)  # what its list says of its size is nobody's word
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as error:
        raise Unusable("folder-zip-broken", file=shown(name), reason=error) from None
    if len(document) > MAX_FILE:
        raise Unusable("folder-zip-large", file=shown(name), limit=MAX_FILE)
    return document


def _check_end(name: str, content: bytes) -> None:
    """Look at the record at its end, before zipfile makes an object for each entry that is listed."""
    at = content.rfind(_END, max(0, len(content) - _END_SIZE - 0xFFFF))
    if at < 0 or len(content) - at < _END_SIZE:
        raise Unusable("folder-zip-broken", file=shown(name), reason="no end of central directory")
    if content[max(0, at - _LARGER_SIZE) : at].startswith(_LARGER):
        raise Unusable("folder-zip-broken", file=shown(name), reason="ZIP64")
    (count, size) = struct.unpack_from("<HI", content, at + 10)
    if count != 1:
        raise Unusable("folder-zip-count", file=shown(name), count=count)
    if size > MAX_DIRECTORY:
        raise Unusable("folder-zip-broken", file=shown(name), reason=f"a central directory of {size} bytes")


def _check(name: str, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise Unusable("folder-zip-locked", file=shown(name))
    wanted = f"{name[:-4]}.xml".casefold()
    if wanted not in (given.casefold() for given in _names(entry)):
        raise Unusable(
            "folder-zip-name", file=shown(name), found=shown(entry.orig_filename), wanted=shown(wanted)
        )
    if entry.compress_type not in _PLAIN_WAYS:
        raise Unusable("folder-zip-broken", file=shown(name), reason=f"method {entry.compress_type}")
    if entry.file_size > MAX_FILE:
        raise Unusable("folder-zip-large", file=shown(name), limit=MAX_FILE)


def _names(entry: zipfile.ZipInfo) -> list[str]:
    """What the entry may be called: Windows writes Chinese names as GBK and does not say so."""
    names = [entry.orig_filename]
    if not entry.flag_bits & _UTF8:
        for encoding in ("gbk", "utf-8"):
            try:
                names.append(entry.orig_filename.encode("cp437").decode(encoding))
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
    return names
