"""The folder client, killed before its n-th step: a program that forks a client for each order it reads.

A step is whatever changes or syncs the disk, and the request to the gateway, before it leaves and after its
answer came. An order is a JSON line `{"args": […], "kill": n}`, n = 0 for a run that is left alone; its
answer is `{"status": waitstatus, "steps": how many there were}`. Forking spares each run the imports.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from terminals.cli import main

_CHANGES = ("rename", "replace", "link", "unlink", "mkdir", "rmdir", "fsync", "open", "write")


class Steps:
    """Counts, and kills."""

    def __init__(self, kill: int) -> None:
        self.count = 0
        self._kill = kill
        self._turn = threading.Lock()

    def step(self) -> None:
        """One more; the last thing this process does, if it is the n-th."""
        with self._turn:
            self.count += 1
            if self.count == self._kill:
                os.kill(os.getpid(), signal.SIGKILL)

    def before(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """`inner` with a step before it; opening counts only where it may make a file."""

        def stepped(*args: Any, **given: Any) -> Any:
            if inner.__name__ != "open" or args[1] & os.O_CREAT:
                self.step()
            return inner(*args, **given)

        return stepped

    def after(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """`inner` with a step behind it."""

        def stepped(*args: Any, **given: Any) -> Any:
            found = inner(*args, **given)
            self.step()
            return found

        return stepped


def client(arguments: list[str], kill: int, steps: int) -> None:
    """Run the command in this process; write the number of steps to `steps`. Does not return."""
    counted = Steps(kill)
    for name in _CHANGES:
        setattr(os, name, counted.before(getattr(os, name)))
    line = http.client.HTTPSConnection
    line.request = counted.before(line.request)  # type: ignore[method-assign]
    line.getresponse = counted.after(line.getresponse)  # type: ignore[method-assign]
    code = 1
    try:
        main(arguments, standalone_mode=False)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        total = counted.count
        os.pwrite(steps, str(total).encode(), 0)
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Take orders until the input ends."""
    for order in sys.stdin:
        given = json.loads(order)
        with tempfile.TemporaryFile() as steps:
            child = os.fork()
            if child == 0:
                client(given["args"], given["kill"], steps.fileno())
            _, status = os.waitpid(child, 0)
            steps.seek(0)
            print(json.dumps({"status": status, "steps": int(steps.read() or b"0")}), flush=True)


if __name__ == "__main__":
    serve()
