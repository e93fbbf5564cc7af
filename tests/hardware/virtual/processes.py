"""Which processes belong to a Stack, and waiting for their end."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path


def of(folder: Path) -> set[int]:
    """The processes that were started for the Stack in `folder`: their environment says so."""
    wanted = f"PCSCLITE_CSOCK_NAME={folder}/pcscd.comm".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is somebody else's
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found - {os.getpid()}


def await_end(pids: set[int], timeout: float = 20.0) -> set[int]:
    """Wait until all have ended, `timeout` seconds at most for each; those that have not."""
    left = set()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            try:
                if not select.select([descriptor], [], [], timeout)[0]:
                    left.add(pid)
            finally:
                os.close(descriptor)
    return left
