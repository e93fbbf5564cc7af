"""Files that a page writes for whoever sits there: prints and exports, into the own area.

Knows names that are free, and that a file is made in a thread; refuses to know what is in it.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from messages.annotations import Words
from terminals.trouble import Trouble
from terminals.tui.told import told
from terminals.tui.words import both

if TYPE_CHECKING:
    from terminals.tui.app import Terminal

_NO_NAME = re.compile(r"[^0-9A-Za-z._-]+")


async def write_file(terminal: Terminal, name: str, suffix: str, make: Callable[[], bytes]) -> Path | None:
    """Make a file in the area and say where it is; None where it could not be made, which is said."""
    plain = _NO_NAME.sub("-", name).strip(".-") or "form"
    try:
        path = await asyncio.to_thread(lambda: _written(terminal.place.area, plain, suffix, make()))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        terminal.say(both("entry-file-failed", reason=Words(reason, reason)), alarm=True)
        return None
    except Trouble as error:
        terminal.say(both("entry-file-failed", reason=told(error)), alarm=True)
        return None
    terminal.say(both("entry-file-written", file=path.name))
    return path


def _written(folder: Path, name: str, suffix: str, data: bytes) -> Path:
    """Write under a name that nothing has yet; never over a file, never through a link."""
    number = 1
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
