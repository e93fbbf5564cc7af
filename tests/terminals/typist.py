"""Somebody at a keyboard: a command in a pseudo-terminal of its own, its questions read and answered."""

from __future__ import annotations

import os
import select
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.scenarios.house import BIN, PATIENCE, ROOT


class Typist:
    """One command at a terminal; `screen` is all that stood there so far."""

    def __init__(
        self,
        arguments: Sequence[object],
        environment: Mapping[str, str],
        program: str = "eport-terminal",
        size: tuple[int, int] = (80, 24),
    ) -> None:
        self.screen = ""
        self._read = 0
        self._ours, theirs = os.openpty()
        termios.tcsetwinsize(self._ours, (size[1], size[0]))
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", str(BIN / program), *map(str, arguments)],
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env={**os.environ, **environment},
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._ours)
        self.process.kill()
        self.process.wait(PATIENCE)

    def until(self, words: str) -> str:
        """Wait until `words` stand on the screen, behind those waited for before; what came with them."""
        end = time.monotonic() + PATIENCE
        while words not in self.screen[self._read :]:
            assert self._more(end), f"no {words!r} on the screen:\n{self.screen}"
        start = self._read
        self._read = self.screen.index(words, start) + len(words)
        return self.screen[start : self._read]

    def type(self, text: str) -> None:
        """Type `text` and Enter."""
        os.write(self._ours, text.encode() + b"\r")

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._ours, key)

    def end(self) -> int:
        """Wait for the end of the command; its exit code."""
        end = time.monotonic() + PATIENCE
        while self._more(end):
            pass
        return self.process.wait(PATIENCE)

    @property
    def line(self) -> int:
        """The descriptor on which something comes, to wait for several at once."""
        return self._ours

    def more(self, patience: float = PATIENCE) -> bool:
        """Wait for what comes next, and read it; False at the command's end."""
        return self._more(time.monotonic() + patience)

    def _more(self, end: float) -> bool:
        """Read what comes next; False at the command's end."""
        ready, _, _ = select.select([self._ours], [], [], max(end - time.monotonic(), 0.0))
        assert ready, f"nothing happens:\n{self.screen}"
        try:
            came = os.read(self._ours, 65536)
        except OSError:  # EIO: nobody has the other side open any more
            return False
        self.screen += came.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(came)


def secret(folder: Path, text: str) -> Path:
    """A file whose first line is `text`."""
    file = folder / "secret"
    file.write_text(f"{text}\n")
    return file
