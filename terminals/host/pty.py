"""A pseudo-terminal's own end of the line, in the reactor.

Knows sizes, reading and writing; refuses to know who is at either end.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802 - Twisted's own names are camelCase

from __future__ import annotations

import errno
import fcntl
import os
import struct
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet import abstract, main
from twisted.python.failure import Failure

BLOCK = 16 * 1024  # bytes read at once
_COLUMNS, _ROWS = (2, 500), (2, 300)  # a screen beyond that is a mistake, and would cost its session's memory


@dataclass(frozen=True, slots=True)
class Size:
    """Of a screen, in characters and pixels; 0 where it is not known."""

    columns: int = 80
    rows: int = 24
    width: int = 0
    height: int = 0

    @classmethod
    def of(cls, columns: int, rows: int, width: int, height: int) -> Size:
        """As a client says; 80×24 where it does not, and never beyond what can be."""
        return cls(
            min(max(columns or 80, _COLUMNS[0]), _COLUMNS[1]), min(max(rows or 24, _ROWS[0]), _ROWS[1]),
            min(width, 0xFFFF), min(height, 0xFFFF),
        )  # fmt: skip


class Pty(abstract.FileDescriptor):
    """The side that sees what a program writes; the program's side is `slave` until it is given away."""

    def __init__(
        self, reactor: Any, size: Size, said: Callable[[bytes], None], over: Callable[[], None]
    ) -> None:
        """`said` gets what the program writes; `over` is called when nobody has the other side any more."""
        super().__init__(reactor)
        self._said = said
        self._over = over
        self._master, self.slave = os.openpty()
        os.set_blocking(self._master, False)
        # What is typed before the program has its own mode must not be shown on the screen.
        mode = termios.tcgetattr(self.slave)
        mode[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self.slave, termios.TCSANOW, mode)
        self.resize(size)
        self.connected = 1

    def resize(self, size: Size) -> None:
        """The client's screen has this size; the program is told by SIGWINCH."""
        packed = struct.pack("HHHH", size.rows, size.columns, size.width, size.height)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def give(self) -> None:
        """The program has its side: from now on it is listened to."""
        os.close(self.slave)
        self.startReading()

    def fileno(self) -> int:
        """For the reactor."""
        return self._master

    def doRead(self) -> Exception | None:
        """Take what was written; EIO says that the other side is closed."""
        try:
            data = os.read(self._master, BLOCK)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.EIO:
                return main.CONNECTION_DONE
            return main.CONNECTION_LOST
        if not data:
            return main.CONNECTION_DONE
        self._said(data)
        return None

    def writeSomeData(self, data: bytes) -> int | Exception:
        """Give the program what was typed."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0
        except OSError:
            return main.CONNECTION_LOST

    def close(self) -> None:
        """Let go at once, whatever is still to be written or read."""
        if self.connected:
            self.stopReading()
            self.stopWriting()
            self.connectionLost(Failure(main.CONNECTION_DONE))

    def connectionLost(self, reason: Failure) -> None:
        """Nobody is there any more, or we have let go of it."""
        super().connectionLost(reason)
        os.close(self._master)
        self._over()
