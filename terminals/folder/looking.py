"""Which files of an OutBox are completely written (写完), and which are none to be sent.

Knows how a file that somebody still writes is told from one that is there: renamed into place, or the same
at two looks with nobody who has it open for writing. Refuses to open what is no plain file, and to move any.
"""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

SUFFIXES = (".xml", ".zip")
TMP = ".tmp"

_Seen = tuple[int, int, int]  # inode, size, mtime in ns


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at an OutBox found; names as the file system has them."""

    ready: tuple[str, ...] = ()  # oldest first
    growing: tuple[str, ...] = ()  # not yet complete, as far as can be known
    strange: tuple[str, ...] = ()  # neither .xml nor .zip: left alone


@dataclass(slots=True)
class Looker:
    """Looks at one OutBox again and again; keeps what it saw last time."""

    outbox: Path
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def look(self) -> Look:
        """The files as they are now. Raises OSError when the folder cannot be read."""
        ready: list[tuple[int, str]] = []
        growing: list[str] = []
        strange: list[str] = []
        seen: dict[str, _Seen] = {}
        with os.scandir(self.outbox) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith(".") or name.lower().endswith(TMP):
                    continue
                if not name.lower().endswith(SUFFIXES):
                    strange.append(name)
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:  # taken back meanwhile
                    continue
                seen[name] = now = (found.st_ino, found.st_size, found.st_mtime_ns)
                if not stat.S_ISREG(found.st_mode):
                    ready.append((found.st_mtime_ns, name))  # nothing to wait for: it will be refused
                elif self._complete(entry.path, name, found, now):
                    ready.append((found.st_mtime_ns, name))
                else:
                    growing.append(name)
        self._seen = seen
        return Look(tuple(name for _, name in sorted(ready)), tuple(growing), tuple(strange))

    def _complete(self, path: str, name: str, found: os.stat_result, now: _Seen) -> bool:
        # A rename touches the inode and not the content. So do chmod and the like, hence nobody may have it
        # open for writing besides; where that cannot be known, only two looks count.
        renamed = found.st_size > 0 and found.st_ctime_ns > found.st_mtime_ns
        unchanged = self._seen.get(name) == now
        if not (renamed or unchanged):
            return False
        written = being_written(path)
        return not written and (unchanged or written is False)


def being_written(path: str) -> bool | None:
    """Whether somebody has the file open for writing; None where that cannot be known.

    A read lease (fcntl(2), F_SETLEASE) is granted to its owner only while nobody has; file systems of other
    machines grant none.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    else:
        return False
    finally:
        os.close(handle)
