"""Files that a page writes for whoever sits there: prints and exports, into the own area.

Knows names that are free, and that a file is made in a thread; refuses to know what is in it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from messages.annotations import Words
from messages.wire import CST
from terminals.host.area import measured
from terminals.trouble import Trouble
from terminals.tui.place import Place
from terminals.tui.told import told
from terminals.tui.words import both
from terminals.work.places import proper

if TYPE_CHECKING:
    from terminals.tui.app import Terminal

_MB = 1_000_000
_FOLDERS = {".pdf": "prints", ".xlsx": "exports"}
_NO_NAME = re.compile(r"[^\w.-]+")  # what a shell, a URL or another system would take for something else


def of_screen(words: Words, language: str, now: datetime) -> str:
    """What a file is called that is of no case: its screen, and the day in China."""
    return f"{words.in_language(language)}-{now.astimezone(CST):%Y%m%d}"


def safe(name: str, encoding: str = sys.getfilesystemencoding()) -> str:
    """The name as a file may be called; without what this machine cannot write, where it has no UTF-8."""
    plain = _NO_NAME.sub("-", proper(name))
    return plain.encode(encoding, "ignore").decode(encoding).strip(".-_") or "form"


async def write_file(terminal: Terminal, name: str, suffix: str, make: Callable[[], bytes]) -> Path | None:
    """Make a file in the area and say where it is; None where it could not be made, which is said.

    `name` may be in any language: what no file may be called is taken out of it.
    """
    plain = safe(name)
    try:
        path = await asyncio.to_thread(lambda: _written(terminal.place, plain, suffix, make()))
    except OSError as error:
        text = error.strerror or type(error).__name__
        full = both("files-full", size=terminal.place.area_bytes // _MB, files=terminal.place.area_files)
        reason = full if error.errno == errno.EDQUOT else Words(text, text)
        terminal.say(both("entry-file-failed", reason=reason), alarm=True)
        return None
    except Trouble as error:
        terminal.say(both("entry-file-failed", reason=told(error)), alarm=True)
        return None
    terminal.say(both("entry-file-written", file=path.relative_to(terminal.place.area)))
    return path


def _written(place: Place, name: str, suffix: str, data: bytes) -> Path:
    """Write under a name that nothing has yet; never over a file, never through a link.

    Over SSH that is in the folder of its kind, and within the quota. Raises OSError.
    """
    folder, number = place.area, 1
    if place.remote:
        _within(place, len(data))
        kind = _FOLDERS.get(suffix, "")
        folder = folder / kind if (folder / kind).is_dir() and not (folder / kind).is_symlink() else folder
    while True:
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            number += 1
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return path


def _within(place: Place, size: int) -> None:
    """Raises OSError where the area would hold more than it may."""
    if not place.area_bytes:
        return
    used, files = measured(place.area)
    if used + size > place.area_bytes or files >= place.area_files:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
