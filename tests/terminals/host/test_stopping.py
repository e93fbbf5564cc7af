"""The host's own beginning and end, in order and not."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.hardware.agents import RealAgent, agent
from tests.scenarios.house import PATIENCE, House
from tests.terminals.host.conftest import Guests, Hosts
from tests.terminals.host.house import ABOUT, HANG, QUIT, HostProcess, gone, wait_until
from tests.terminals.host.test_agent import where

__all__ = ["agent"]


def test_told_to_stop_it_says_so_to_everybody_and_keeps_what_was_typed(
    open_host: Hosts, guest_of: Guests
) -> None:
    """SIGTERM: each session keeps its form and ends, each screen says why, nothing is left, exit code 0."""
    host = open_host()
    guests = [guest_of(host), guest_of(host, "operator", 1)]
    seats = [
        guest.sit(environment={"LANG": language})
        for guest, language in zip(guests, ("C.UTF-8", "zh_CN.UTF-8"), strict=True)
    ]
    for seat in seats:
        seat.shows("user")
        seat.press(b"half a form")
        seat.until("form")
    pids = [*host.sessions(), host.fork_server]
    assert host.stop() == 0
    for seat, words in zip(seats, ("host is being stopped", "终端主机即将停止"), strict=True):
        seat.end()
        assert words in seat.screen
        seat.__exit__(None, None, None)
    assert all(gone(pid) for pid in pids)
    for guest in guests:
        assert (host.kept(guest.person) / "typed").read_text() == "half a form"
    assert [line["event"] for line in host.lines][-1] == "stopped"


def test_one_that_is_stuck_does_not_keep_the_host(open_host: Hosts, guest_of: Guests) -> None:
    """It is killed after the grace, and its screen put right."""
    host = open_host(end_seconds=0.5)
    with guest_of(host).sit() as seat:
        seat.shows("user")
        seat.press(HANG)
        seat.shows("hangs")
        (pid,) = host.sessions()
        assert host.stop() == 0
        assert gone(pid)
        seat.end()
        assert "host is being stopped" in seat.screen


def test_a_frozen_client_does_not_keep_the_host(open_host: Hosts, guest_of: Guests) -> None:
    """Whoever takes nothing is cut off."""
    host = open_host(end_seconds=0.5)
    with guest_of(host).sit() as seat:
        seat.shows("user")
        os.kill(seat.ssh, signal.SIGSTOP)
        assert host.stop() == 0
        os.kill(seat.ssh, signal.SIGKILL)


def test_a_host_that_is_killed_leaves_no_session_behind(open_host: Hosts, guest_of: Guests) -> None:
    """Its fork server notices, asks the sessions to keep what was typed, and ends."""
    host = open_host()
    guest = guest_of(host)
    with guest.sit() as seat, guest_of(host, "operator", 1).sit() as stuck:
        seat.shows("user")
        stuck.shows("user")
        seat.press(b"half")
        seat.until("half")
        stuck.press(HANG)
        stuck.shows("hangs")
        pids = [*host.sessions(), host.fork_server]
        os.kill(host.process.pid, signal.SIGKILL)
        assert all(gone(pid) for pid in pids)
    assert (host.kept(guest.person) / "typed").read_text() == "half"
    host.close()
    host.start()
    assert guest.run("host", "-T").returncode == 1


def test_a_new_host_clears_what_a_killed_one_left(
    house: House, tmp_path: Path, guest_of: Guests, agent: RealAgent
) -> None:
    """Stale sockets of agents are removed; keys and files are the same."""
    first = HostProcess(house, tmp_path / "s")
    first.start()
    guest = guest_of(first)
    with guest.sit("-A", environment={"SSH_AUTH_SOCK": agent.path}) as seat:
        seat.shows("user")
        seat.press(ABOUT)
        seat.shows("about")
        stale = where(first, guest).parent
        assert stale.is_dir()
        os.kill(first.process.pid, signal.SIGKILL)
        seat.end()
    first.process.wait(PATIENCE)
    first.close()
    with HostProcess(house, tmp_path / "s") as second:
        assert second.fingerprints == first.fingerprints
        assert not stale.exists()
        assert guest_of(second).run("host", "-T").returncode == 1


def test_a_dead_fork_server_is_started_again(open_host: Hosts, guest_of: Guests) -> None:
    """Its sessions end with their screens put right; whoever comes later has a terminal again."""
    host = open_host()
    guest = guest_of(host)
    with guest.sit() as seat:
        seat.shows("user")
        (pid,) = host.sessions()
        os.kill(host.fork_server, signal.SIGKILL)
        assert gone(pid)
        seat.end()
        assert "ended unexpectedly" in seat.screen
    with guest.sit() as early:
        assert early.end() == 1
        assert "cannot be started now" in early.screen
    host.logged("sessions can be started", 2)
    with guest.sit() as seat:
        seat.shows("user")
        seat.press(QUIT)
        assert seat.end() == 7


def test_two_hosts_do_not_share_a_state_folder(open_host: Hosts) -> None:
    """The second says so, and ends."""
    host = open_host()
    done = _run(host)
    assert done.returncode == 8
    assert "Another terminal host serves" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("idle_minutes", "0", "idle_minutes"),
        ("idle_minuts", "5", "idle_minuts"),
        ("application", '"tests.terminals.host.app:nothing"', "cannot be loaded"),
        ("application", '"no.such.module:run"', "cannot be loaded"),
        ("application", '"tests.terminals.host.threads:run"', "left threads behind"),
        ("listen", '"192.0.2.1"', "192.0.2.1"),
    ],
)
def test_a_host_that_cannot_start_says_why(
    house: House, tmp_path: Path, name: str, value: str, said: str
) -> None:
    """A wrong setting, an application that is none, a port of somebody else's: exit code and a sentence."""
    host = HostProcess(house, tmp_path / "state")
    host.state.mkdir()
    (host.state / "host.toml").write_text(f"{name} = {value}\n")
    arguments = [each for each in host.command if name != "listen" or each not in ("--listen", "127.0.0.1")]
    done = _run(host, arguments)
    assert done.returncode in (1, 8)
    assert said in done.stderr


def test_a_host_key_that_others_may_read_is_not_used(open_host: Hosts) -> None:
    """As sshd does."""
    host = open_host()
    host.stop()
    (host.state / "keys" / "ssh_host_rsa_key").chmod(0o644)
    done = _run(host)
    assert done.returncode == 8
    assert "others may read it" in done.stderr


def test_a_demo_home_without_a_host_says_so(tmp_path: Path, house: House) -> None:
    """A home made before there were hosts."""
    host = HostProcess(house, tmp_path / "state")
    command = [*host.command, "--demo", str(tmp_path)]
    done = _run(host, command)
    assert done.returncode == 8


def test_the_second_signal_changes_nothing(open_host: Hosts, guest_of: Guests) -> None:
    """An impatient hand does not cut the end short."""
    host = open_host()
    guest = guest_of(host)
    with guest.sit() as seat:
        seat.shows("user")
        seat.press(b"form")
        seat.until("form")
        host.process.terminate()
        host.logged("stopping")
        host.process.terminate()
        assert host.process.wait(PATIENCE) == 0
        seat.end()
    assert wait_until(lambda: (host.kept(guest.person) / "typed").exists())


def _run(host: HostProcess, command: list[str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command or host.command, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
