"""What `make run` starts, as a newcomer sees it: told, pasted into another window, ended."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.scenarios.house import PATIENCE, ROOT, free_port
from tests.scenarios.panes import Tmux
from tests.terminals.host.house import children, gone
from tests.terminals.typist import Typist

TRY_IT = ROOT / "tools" / "try_it.py"


class Run(Typist):
    """`make run` without make, in a window."""

    def __init__(self, home: Path, port: int = 0, ssh_port: int = 0) -> None:
        given = ["--port", port or free_port(), "--ssh-port", ssh_port or free_port()]
        super().__init__([TRY_IT, "--home", home, *given], {"EPORT_LANG": "en"}, program=sys.executable)

    @property
    def services(self) -> list[int]:
        """The gateway's process, and the terminal host's."""
        return sorted(children(self.process.pid))

    def __exit__(self, *broken: object) -> None:
        """Whatever happened, it takes what it has started with it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        super().__exit__(None, None, None)


def command(said: str, words: str) -> list[str]:
    """A line that was printed to be pasted."""
    return shlex.split(next(line for line in said.splitlines() if words in line))


def test_it_ends_with_a_terminal_to_log_in_to(tmp_path: Path) -> None:
    """A line that is printed works when it is pasted, with the password beside the name; Ctrl+C ends all."""
    tmux = Tmux(tmp_path)
    with Run(tmp_path / "home") as here:
        said = here.until("terminal/host/\n")
        services = here.services
        assert len(services) == 2
        try:
            for who, seen in (("operator1", ("Stocktake entry",)), ("operations", ("Overview", "serving"))):
                password = re.search(rf"^ +{who} +(\w{{4}}(?:-\w{{4}}){{3}})", said, re.MULTILINE)
                assert password is not None
                line = command(said, f"PubkeyAuthentication=no {who}@localhost")
                window = tmux.open(line, {"LANG": "C.UTF-8"})
                window.until(f"{who}@localhost's password:")
                window.type(password[1])
                window.press("Enter")
                window.until("Main menu", *seen)
        finally:
            tmux.close()
        for line in (
            "virtual-card --agent --demo",
            "agent.sock ssh -p",
            "agent2.sock ssh -p",
            "ssh-ed25519 SHA",
        ):
            assert line in said
        here.press(b"\x03")
        assert here.end() == 0
        assert all(gone(each) for each in services)


@pytest.mark.parametrize(("which", "name"), [(0, "gateway"), (1, "terminal host")])
def test_when_one_of_the_two_ends_it_is_said_and_the_other_is_stopped(
    tmp_path: Path, which: int, name: str
) -> None:
    """With the end of its log, and a code that is not 0."""
    with Run(tmp_path / "home") as here:
        here.until("terminal/host/\n")
        services = here.services
        os.kill(services[which], signal.SIGKILL)
        assert here.end() != 0
        assert f"The {name} ended with -9" in here.screen
        assert "serving" in here.screen
        assert all(gone(each) for each in services)


@pytest.mark.parametrize("which", ["port", "ssh_port"])
def test_a_port_that_is_taken_is_told_before_anything_is_started(tmp_path: Path, which: str) -> None:
    """With what to type instead; no home is made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with Run(tmp_path / "home", **{which: number}) as here:
            assert here.end() == 3
            assert f"Port {number} is in use by another program." in here.screen
            assert ("SSH_PORT=" if which == "ssh_port" else " PORT=") in here.screen
    assert not (tmp_path / "home").exists()


def test_make_hands_its_variables_on() -> None:
    """PORT, SSH_PORT and HOME_DIR reach the program."""
    done = subprocess.run(
        ["make", "-n", "run", "PORT=1", "SSH_PORT=2", "HOME_DIR=/h", "system-run=", "run_venv="],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert '--home "/h" --port 1 --ssh-port 2' in done.stdout, done.stderr
