"""A terminal host of one's own: a process, what it logs, and the people who come to it with OpenSSH's client.

Everything is real but, where a test asks for it, the host's clock. Nothing waits by sleeping: the host says
when it serves, and its log is read line by line as it is written.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from tests.scenarios.house import BIN, PATIENCE, ROOT, House, Person
from tests.terminals.typist import Typist

SSH = "/usr/bin/ssh"
ADDRESS = "127.0.0.1"
CLOCKED = "tests.terminals.host.clocked"
APPLICATION = "tests.terminals.host.app:run"


class HostProcess:
    """`eport-terminal host` for a demo gateway. `settings`: of host.toml, by name."""

    def __init__(self, house: House, state: Path, *, clocked: bool = False, **settings: object) -> None:
        self.house = house
        self.state = state
        self.port = 0  # any, and from then on the same one
        self._clocked = clocked
        self._settings = {"application": APPLICATION, **settings}
        self.lines: list[dict[str, Any]] = []
        self.raw = ""
        self._changed = threading.Condition()

    def __enter__(self) -> HostProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def command(self) -> list[str]:
        """What starts it."""
        own = [sys.executable, "-m", CLOCKED] if self._clocked else [str(BIN / "eport-terminal"), "host"]
        return [
            *own, "--demo", str(self.house.home), "--url", self.house.url, "--listen", ADDRESS,
            "--port", str(self.port), "--state", str(self.state),
        ]  # fmt: skip

    def start(self) -> None:
        """Start it, and return once it says that it serves."""
        self.state.mkdir(exist_ok=True)
        lines = [f"{name} = {json.dumps(value)}" for name, value in self._settings.items()]
        (self.state / "host.toml").write_text("\n".join(lines))
        address = str(self.state.parent / f"{self.state.name}.ready")
        Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(address)
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, start_new_session=True,
                env={
                    **os.environ, "PYTHONPATH": str(ROOT), "NOTIFY_SOCKET": address,
                    "EPORT_SECRET": "hunter2",
                },
            )  # fmt: skip
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()
            pidfd = os.pidfd_open(self.process.pid)
            heard, _, _ = select.select([ready.fileno(), pidfd], [], [], PATIENCE)  # it may also have ended
            os.close(pidfd)
            said = ready.recv(100) if ready.fileno() in heard else b""
        assert b"READY=1" in said, f"the host does not serve:\n{self.raw}"
        self.port = int(self.logged("serving")[-1]["port"])
        assert self.process.stdout is not None
        self.fingerprints = [self.process.stdout.readline().split()[1] for _ in range(2)]

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._changed:
                self.raw += line
                with suppress(ValueError):
                    self.lines.append(json.loads(line))
                self._changed.notify_all()

    def logged(self, event: str, count: int = 1, **fields: object) -> list[dict[str, Any]]:
        """Wait until there are so many lines with this event and these fields; they."""

        def found() -> list[dict[str, Any]]:
            wanted = {"event": event, **fields}
            return [one for one in self.lines if wanted.items() <= one.items()]

        with self._changed:
            done = self._changed.wait_for(lambda: len(found()) >= count, PATIENCE)
            assert done, f"no {event!r} {fields} in the log:\n{self.raw[-6000:]}"
            return found()

    def advance(self, seconds: float) -> None:
        """Let the host's clock go on, if it is one that is told."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "advanced\n"

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code

    def close(self) -> None:
        """End it, however it is; whatever it started ends with it."""
        if self.process.poll() is None:
            self.stop()
        self._reader.join(PATIENCE)  # its sessions, if it was killed, write into the same log
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    # -- what it runs ------------------------------------------------------------------------------------

    @property
    def fork_server(self) -> int:
        """The fork server's process."""
        return int(self.logged("sessions can be started")[-1]["pid"])

    def sessions(self) -> list[int]:
        """The processes of the sessions."""
        return children(self.fork_server)

    def kept(self, person: Person, account: str = "") -> Path:
        """What the terminal keeps for somebody."""
        return self.state / "kept" / person.dxp_id / f"account-{account or person.account}"

    def area(self, person: Person) -> Path:
        """Somebody's files."""
        return self.state / "areas" / person.dxp_id / f"account-{person.account}"


class Guest:
    """Somebody with OpenSSH's client: an own configuration, known hosts, a key of the certificate's."""

    def __init__(self, folder: Path, host: HostProcess, person: Person) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.host = host
        self.person = person
        key, _, _ = pkcs12.load_key_and_certificates(person.p12.read_bytes(), person.password.encode())
        assert key is not None
        self.key = folder / "key"
        text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        with os.fdopen(os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as opened:
            opened.write(text)
        self.config = folder / "config"
        self.config.write_text(
            f"""\
Host *
  HostName {ADDRESS}
  Port {host.port}
  User {person.account}
  IdentityFile {self.key}
  IdentitiesOnly yes
  UserKnownHostsFile {host.state / "known_hosts"}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  SendEnv LANG LC_* EVIL
  LogLevel ERROR
"""
        )

    def run(
        self, *arguments: str, program: str = "ssh", given: str = "", timeout: float = PATIENCE,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """One of OpenSSH's programs, without a terminal."""
        return subprocess.run(
            [f"/usr/bin/{program}", "-F", str(self.config), *arguments], input=given, capture_output=True,
            text=True, timeout=timeout, env={**os.environ, "LANG": "C.UTF-8", **environment}, check=False,
            start_new_session=True,
        )  # fmt: skip

    def by_password(
        self, password: str, *arguments: str, **environment: str
    ) -> tuple[list[str], dict[str, str]]:
        """Arguments and environment that make ssh log in with a password."""
        ask = self.folder / "ask"
        ask.write_text('#!/bin/sh\nprintf "%s\\n" "$ANSWER"\n')
        ask.chmod(0o700)
        own = [*arguments, "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"]
        told = {
            "SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":none", "ANSWER": password,
        }  # fmt: skip
        return own, {**told, **environment}

    def sit(
        self, *arguments: str, size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
    ) -> Seat:
        """Log in at a terminal."""
        surroundings = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})}
        return Seat(["-F", self.config, *arguments, "host"], surroundings, SSH, size)

    def sftp(self, *lines: str, timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """A batch of commands to sftp; it ends at the first that fails."""
        return self.run("-b", "-", "host", program="sftp", given="\n".join(lines) + "\n", timeout=timeout)


class Seat(Typist):
    """One `ssh` at a terminal of its own, with the test's application behind it."""

    def shows(self, name: str) -> str:
        """Wait for the application's line of this name; its value."""
        self.until(f">{name}: ")
        return self.until("<")[:-1]

    def sizes(self, columns: int, rows: int) -> None:
        """Make the window of another size."""
        termios.tcsetwinsize(self._ours, (rows, columns))
        os.kill(self.ssh, signal.SIGWINCH)

    @property
    def ssh(self) -> int:
        """The client's process."""
        return self.process.pid

    def drop(self) -> None:
        """The line is gone: kill -9."""
        os.kill(self.ssh, signal.SIGKILL)


# Keys of the application.
QUIT, CRASH, HANG, SPEW = b"\x1bOQ", b"\x1bOR", b"\x1bOS", b"\x1b[15~"
AGENT, ABOUT, REACH = b"\x1b[17~", b"\x1b[18~", b"\x1b[19~"


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                text = (entry / "stat").read_text()
                state, parent = text[text.rindex(")") + 2 :].split()[:2]
                if int(parent) == pid and state != "Z":
                    found.append(int(entry.name))
    return found


def gone(pid: int, patience: float = PATIENCE) -> bool:
    """Whether a process ends in time, or has ended."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        ready, _, _ = select.select([pidfd], [], [], patience)
    finally:
        os.close(pidfd)
    return bool(ready)


def resident(pid: int) -> int:
    """A process's resident memory, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (each for each in status.splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def wait_until(condition: Any, patience: float = PATIENCE) -> bool:
    """Look again as soon as another thread or process had a turn: for what nobody announces."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        os.sched_yield()
    return True
