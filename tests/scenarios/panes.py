"""Windows of a workstation: programs in panes of a tmux server of one's own, keys typed, screens read.

Knows tmux; refuses to know what runs. Nothing is waited for by sleeping: whatever a program writes is copied
into a FIFO, and the screen is looked at again when something came through it.
"""

from __future__ import annotations

import os
import select
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.terminals.host.house import children

PATIENCE = 30.0  # seconds until a test gives up
ENDED = "ended with "
_DRAIN = 1 << 20


class Tmux:
    """A tmux server on a socket of its own; its panes are all of one size."""

    def __init__(self, folder: Path, columns: int = 80, rows: int = 24) -> None:
        self._folder = folder
        self._socket = folder / "tmux.sock"
        self._size = (columns, rows)
        self._count = 0

    def open(self, command: Sequence[object], environment: Mapping[str, str]) -> Pane:
        """A program in a pane; its exit status stands there when it has ended."""
        self._count += 1
        name = f"pane{self._count}"
        fifo = self._folder / name
        os.mkfifo(fifo, 0o600)
        told = [f"{key}={value}" for key, value in environment.items()]
        line = shlex.join(["env", "-u", "LC_ALL", "-u", "LC_MESSAGES", *told, *map(str, command)])
        begun = f"tmux -S {shlex.quote(str(self._socket))} wait-for {name}"  # once its output is copied
        columns, rows = self._size
        self.run(
            "new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows),
            f"{begun}; {line}; echo '{ENDED}'$?; exec sleep inf",
        )  # fmt: skip
        self.run("pipe-pane", "-t", name, f"exec cat > {shlex.quote(str(fifo))}")
        pane = Pane(self, name, fifo)
        self.run("wait-for", "-S", name)
        return pane

    def run(self, *arguments: str) -> str:
        """One of tmux's commands; what it says."""
        done = subprocess.run(
            ["tmux", "-u", "-f", "/dev/null", "-S", str(self._socket), *arguments], capture_output=True,
            text=True, timeout=PATIENCE, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def close(self) -> None:
        """End it with all that runs in it."""
        command = ["tmux", "-S", str(self._socket), "kill-server"]
        subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)


class Pane:
    """One program and its screen."""

    def __init__(self, tmux: Tmux, name: str, fifo: Path) -> None:
        self._tmux = tmux
        self._name = name
        self._came = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)  # also for writing: it never ends

    @property
    def screen(self) -> str:
        """What stands there now."""
        return self._tmux.run("capture-pane", "-p", "-t", self._name)

    @property
    def process(self) -> int:
        """The program's."""
        shell = self._tmux.run("display-message", "-p", "-t", self._name, "#{pane_pid}")
        (program,) = children(int(shell))
        return program

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: Enter, Space, C-s, M-1, F9."""
        self._tmux.run("send-keys", "-t", self._name, *keys)

    def type(self, text: str) -> None:
        """The letters of a text, one after the other."""
        self._tmux.run("send-keys", "-t", self._name, "-l", "--", text)

    def until(self, *words: str, gone: Sequence[str] = (), patience: float = PATIENCE) -> str:
        """Wait until all `words` stand on the screen and none of `gone` does; the screen."""

        def shown(screen: str) -> bool:
            return all(word in screen for word in words) and not any(word in screen for word in gone)

        return self.shows(shown, f"{words}" + (f" without {tuple(gone)}" if gone else ""), patience)

    def until_ended(self) -> int:
        """Wait for the program's end; its exit status, as a shell tells it."""
        return int(self.until(ENDED).split(ENDED)[1].split()[0])

    def shows(self, what: Callable[[str], bool], name: str, patience: float = PATIENCE) -> str:
        """Wait until the screen is as it is wanted; it. Fails with what stands there instead."""
        end = time.monotonic() + patience
        while not what(screen := self.screen):
            left = end - time.monotonic()
            assert left > 0, f"not on the screen: {name}\n{screen}"
            select.select([self._came], [], [], left)
            while select.select([self._came], [], [], 0)[0]:
                os.read(self._came, _DRAIN)
        return screen
