"""What a process leaves behind of the secrets in its memory: nothing.

Knows how a process forbids core files and the look of others into it; refuses to know which secrets it has.
"""

from __future__ import annotations

import ctypes
import resource
from contextlib import suppress

_PR_SET_DUMPABLE = 4  # <sys/prctl.h>


def keep_memory_private() -> None:
    """Leave no copy of keys and PINs in memory behind: no core file, no other process's look into it.

    prctl is Linux's own and has no name in Python; where it is missing, the limit alone must do.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
