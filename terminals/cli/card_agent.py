"""An SSH agent for the card in one virtual reader, as a workstation has one for its card.

Knows OpenSSH's ssh-agent and ssh-add, how an agent is kept to one reader, and that it ends with us, however
we end; refuses to see the PIN, which ssh-add asks for itself. An agent never notices that its card is out, so
it is told; it must be given the card again afterwards (measured with OpenSSH 9.2).
"""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from hardware.modules import CARDS, located
from hardware.virtual.stack import OPENSC_CONF, Stack, StackFailed, StackMissing

_TELL = (
    'echo "$SSH_AGENT_PID"; exec cat'  # the agent looks every 10 s whether this one lives; it does with us
)


class CardAgent:
    """One ssh-agent on a socket in the stack's folder, without the card at first."""

    def __init__(self, stack: Stack, reader: int) -> None:
        """Start it. Raises StackMissing, StackFailed, OSError."""
        module = located(CARDS)
        if module is None:
            raise StackMissing(what=CARDS)
        self._module = str(module)
        number = "" if reader == 0 else str(reader + 1)
        self.socket = stack.folder / f"agent{number}.sock"
        settings = stack.folder / f"opensc-agent{number}.conf"
        settings.write_text(_only(stack.readers[reader], stack.readers), encoding="ascii")
        self._environment = {**os.environ, **stack.environment, "OPENSC_CONF": str(settings)}
        self._start()

    def _start(self) -> None:
        self.socket.unlink(missing_ok=True)
        allowed = f"{self._module},{Path(self._module).resolve()}"
        try:
            self._process = subprocess.Popen(  # noqa: S603
                ["ssh-agent", "-P", allowed, "-a", str(self.socket), "/bin/sh", "-c", _TELL],  # noqa: S607
                env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is not for it
            )  # fmt: skip
        except FileNotFoundError:
            raise StackMissing(what="ssh-agent (openssh-client)") from None
        assert self._process.stdout is not None
        told = self._process.stdout.readline().strip()
        if not told:
            self._process.wait()
            raise StackFailed(reason="ssh-agent did not start")
        self._pid = int(told)

    def add(self) -> bool:
        """Have ssh-add ask for the PIN and give the card to the agent; whether the agent has it now."""
        self.remove()
        try:
            return self._ssh_add("-s", self._module) == 0
        except KeyboardInterrupt:  # at the prompt: no PIN was given
            return False

    def remove(self) -> None:
        """The card is out, or is to be given anew: the agent forgets it."""
        self._ssh_add("-q", "-e", self._module, quiet=True)

    def close(self) -> None:
        """End it; its socket is gone with it."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait()
        self.socket.unlink(missing_ok=True)

    def _ssh_add(self, *arguments: str, quiet: bool = False) -> int:
        where = subprocess.DEVNULL if quiet else None
        return subprocess.run(  # noqa: S603
            ["ssh-add", *arguments], env={**os.environ, "SSH_AUTH_SOCK": str(self.socket)},  # noqa: S607
            stdout=where, stderr=where, check=False,
        ).returncode  # fmt: skip


def _only(reader: str, readers: list[str]) -> str:
    """OpenSC's settings with which it sees no other reader (opensc.conf(5), ignored_readers)."""
    others = ", ".join(f'"{each}"' for each in readers if each != reader)
    return OPENSC_CONF.replace("app default {", f"app default {{\n    ignored_readers = {others};", 1)
