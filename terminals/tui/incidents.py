"""What breaks beside the screens, in a thread or in a callback that nobody awaits: logged under a number.

Knows every door by which Python would write a traceback to standard error, which is the screen here; refuses
to know what broke, and to end anything for it: whoever works here is told the number and works on.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

log = structlog.get_logger("terminals.tui.incidents")


@contextmanager
def watched(loop: asyncio.AbstractEventLoop, tell: Callable[[str], None]) -> Iterator[None]:
    """While this lasts nothing is written to the screen by itself; `tell` is told numbers, in any thread."""

    def note(what: str, error: BaseException | None) -> None:
        if error is None:
            log.warning("something was left over", what=what)
            return
        number = secrets.token_hex(4)
        log.error("something broke beside the screens", what=what, incident=number, exc_info=error)
        tell(number)

    def thread(given: threading.ExceptHookArgs) -> None:
        if given.exc_type is not SystemExit:
            note(given.thread.name if given.thread is not None else "a thread", given.exc_value)

    def callback(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        note(str(context.get("message", "a callback")), context.get("exception"))

    def unraisable(given: Any) -> None:
        log.error("something broke while it was taken down", exc_info=given.exc_value)

    before = threading.excepthook, sys.unraisablehook, logging.lastResort
    threading.excepthook, sys.unraisablehook, logging.lastResort = thread, unraisable, None
    loop.set_exception_handler(callback)
    try:
        yield
    finally:
        loop.set_exception_handler(None)
        threading.excepthook, sys.unraisablehook, logging.lastResort = before
