"""SSH agents for tests: OpenSSH's own, each on a socket and in a process group of its own, and hostile ones.

A test that needs an answer to a prompt gives the agent a program as SSH_ASKPASS, as OpenSSH means it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.messages.signature.making import Key

PATIENCE = 30.0  # seconds


class RealAgent:
    """One ssh-agent. `ask` is the program that answers its questions; without it nobody does."""

    def __init__(self, folder: Path, ask: str = "/bin/false", allowed: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = str(folder / "agent.sock")
        self.ask = ask
        self._allowed = ["-P", allowed] if allowed else []
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        """What makes ssh-add use this agent and ask `ask`, never a terminal."""
        return {
            **os.environ, "SSH_AUTH_SOCK": self.path, "SSH_ASKPASS": self.ask, "SSH_ASKPASS_REQUIRE": "force",
            "DISPLAY": ":none",
        }  # fmt: skip

    def start(self) -> None:
        """Start it on its socket, and return once it listens."""
        Path(self.path).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            ["ssh-agent", "-D", *self._allowed, "-a", self.path],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert b"SSH_AUTH_SOCK" in self.process.stdout.readline()

    def kill(self) -> None:
        """End it with whatever it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def add(self, key: Key, *options: str) -> None:
        """`ssh-add` a private key, from a file that is gone afterwards."""
        file = self.folder / "key"
        text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(text)
        try:
            self.run(*options, str(file))
        finally:
            file.unlink()

    def run(self, *arguments: str, ask: str = "") -> str:
        """`ssh-add` with these arguments; `ask` answers its questions."""
        environment = {**self.environment, **({"SSH_ASKPASS": ask} if ask else {})}
        done = subprocess.run(
            ["ssh-add", *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE,
            check=False, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


def program(path: Path, text: str) -> str:
    """A shell script for SSH_ASKPASS."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return str(path)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[RealAgent]:
    """A real ssh-agent of its own, without keys, whose questions are answered with no."""
    one = RealAgent(tmp_path / "agent")
    yield one
    one.kill()


@contextmanager
def hostile(folder: Path, answer: Callable[[bytes], bytes], *, silent: bool = False) -> Iterator[str]:
    """A socket where whatever is asked gets `answer(request)`, raw; its path.

    The line is closed behind the answer, unless `silent`: then it stays open until the other side leaves.
    """
    path = str(folder / "hostile.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:  # closed at the end of the test
                return
            with line, suppress(ConnectionError):
                while asked := line.recv(1 << 20):
                    line.sendall(answer(asked))
                    if not silent:
                        break

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield path
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)
        listener.close()
