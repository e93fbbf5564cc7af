"""What a fork becomes before it is a session: its own signals, terminal, limits, environment and log.

Knows the order in which a process lets go of what it inherited; refuses to know who asked for it. Nothing
returns from here: an exception of the application is logged under a number, and the number is all that the
person sees.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import secrets
import signal
import sys
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import structlog

from hardware.memory import keep_memory_private
from terminals.host import logs, screen
from terminals.host.visit import Visit
from terminals.language import say

Application = Callable[[Visit], int | None]

BROKEN = 70  # exit status when the application raised (EX_SOFTWARE of sysexits.h)
_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
_LOG, _PIPE = 3, 4  # file descriptors
log = structlog.get_logger("terminals.host.child")

_KEPT = {signal.SIGPIPE, signal.SIGXFSZ}  # ignored, as Python has them


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one session's process may take."""

    memory: int  # bytes of its own data
    files: int  # open at once


def become(
    number: str,
    application: Application,
    bounds: Bounds,
    terminal: int,
    pipe: int,
    environment: Mapping[str, str],
) -> NoReturn:
    """Run session `number` in this process, a fresh fork, to its end. `pipe` holds the Visit."""
    code = BROKEN
    try:
        parent = os.getppid()
        _reset_signals()
        _arrange(terminal, pipe)
        logs.configure(stream=os.fdopen(_LOG, "a", 1, encoding="utf-8"), session=number)
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        _bind(bounds, parent)
        os.environ.clear()
        os.environ.update(environment)
        _reopen()
        with os.fdopen(_PIPE, "rb") as source:
            visit = Visit.from_bytes(source.read())
        code = _run(application, visit)
    except BaseException as error:
        log.error("the session did not come to be", exc_info=error)
    finally:
        os._exit(code)  # the parent's clean-up is not this process's to run


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - _KEPT:
        with suppress(OSError, ValueError):  # the C library keeps some for itself
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _arrange(terminal: int, pipe: int) -> None:
    """The terminal at 0, 1 and 2, the host's log at 3, the pipe at 4, and nothing else open."""
    spare = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in (terminal, terminal, terminal, 2, pipe)]
    for place, each in enumerate(spare):
        os.dup2(each, place)
    os.closerange(len(spare), os.sysconf("SC_OPEN_MAX"))
    os.set_inheritable(_LOG, False)
    os.set_inheritable(_PIPE, False)


def _bind(bounds: Bounds, parent: int) -> None:
    """End with the fork server, take no more than is allowed, and let nobody look into this memory."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGHUP, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os.kill(os.getpid(), signal.SIGHUP)
    with suppress(OSError):  # where memory ends, sessions end before the host
        Path("/proc/self/oom_score_adj").write_text("500")
    for kind, most in ((resource.RLIMIT_DATA, bounds.memory), (resource.RLIMIT_NOFILE, bounds.files)):
        resource.setrlimit(kind, (most, most))
    keep_memory_private()
    os.umask(0o077)


def _reopen() -> None:
    """Python's own three streams: those of the fork server have its buffers and its encoding."""
    streams: Any = sys  # its __stdin__ and the others are declared final
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        stream = os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False)
        setattr(streams, name, stream)
        setattr(streams, f"__{name}__", stream)


def _run(application: Application, visit: Visit) -> int:
    """The application's exit status; what it raises is told by a number only."""
    try:
        code = application(visit)
        with suppress(OSError):  # the line may be gone
            sys.stdout.flush()
            sys.stderr.flush()
    except BaseException as error:
        if isinstance(error, SystemExit) and isinstance(error.code, int | None):
            return error.code or 0
        number = secrets.token_hex(4)
        log.error("the session broke", incident=number, exc_info=error)
        told = screen.RESET + screen.lines(say(visit.language, "host-broken", number=number))
        with suppress(OSError):
            os.write(1, told)
        return BROKEN
    return code or 0
