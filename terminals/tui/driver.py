"""The line between the screen and whoever looks at it: bytes in, keys out, and nothing while nobody types.

Knows what Textual's own driver does not forgive: bytes that are not UTF-8, a line that is gone, a terminal
that reads no more. Knows too that it wakes ten times a second for nothing, and asks to be told of every step
of a mouse. Refuses to know what any key means.
"""

from __future__ import annotations

import os
import selectors
import sys
from codecs import getincrementaldecoder
from contextlib import suppress
from threading import Thread
from typing import IO, Any

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

LAST_WRITE = 2.0  # seconds that a terminal gets to take what was written last
_READ = 4096


class LineLost(Message, bubble=False):
    """Whoever sat there is gone: the window was closed, or the connection broke."""


class LineDriver(LinuxDriver):
    """Textual's driver for Linux, for lines that are slow, foreign, or cut off."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file = _Quiet(sys.__stderr__)  # type: ignore[assignment]
        self._awake, self._alarm = os.pipe()
        self._stopping = False

    # -- in ----------------------------------------------------------------------------------------------

    def run_input_thread(self) -> None:
        """Read until told to stop, or until the line is lost."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        patience: float | None = None  # seconds in which an escape key is not the beginning of something
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._awake, selectors.EVENT_READ)
            while not self._stopping:
                ready = {key.fd for key, _ in selector.select(patience)}
                patience = None
                if self.fileno in ready:
                    data = self._read()
                    if not data:
                        self.process_message(LineLost())
                        return
                    if text := decode(data):
                        for event in parser.feed(text):
                            self.process_message(event)
                    patience = constants.ESCAPE_DELAY
                for event in parser.tick():
                    self.process_message(event)
        os.read(self._awake, _READ)

    def _read(self) -> bytes:
        """What was typed; nothing when the line is lost."""
        try:
            return os.read(self.fileno, _READ)
        except OSError:  # EIO: the other end of the pseudo-terminal is closed
            return b""

    def disable_input(self) -> None:
        """Stop reading."""
        if self._key_thread is not None and self._key_thread.is_alive():
            self._stopping = True
            os.write(self._alarm, b"\0")
        super().disable_input()
        self._stopping = False

    # -- the mouse: clicks, the wheel and dragging, but not every step of it ------------------------------

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1002l\x1b[?1006l")

    # -- out ---------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the writing; a terminal that takes nothing any more is not waited for."""
        closing = Thread(target=super().close, name="last write", daemon=True)
        closing.start()
        closing.join(LAST_WRITE)


class _Quiet:
    """A stream whose reader may be gone: what is written then is lost, and nobody is told."""

    def __init__(self, stream: IO[str] | None) -> None:
        assert stream is not None
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()

    def isatty(self) -> bool:
        return True
