"""The forwarded agent: there for its own session's process, and for nobody else."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from hardware.agent_protocol import fingerprint
from tests.hardware.agents import RealAgent, agent
from tests.scenarios.house import PATIENCE
from tests.terminals.host.conftest import Guests
from tests.terminals.host.house import ABOUT, AGENT, QUIT, REACH, Guest, HostProcess, gone, wait_until

__all__ = ["agent"]


def held(guest: Guest, agent: RealAgent) -> str:
    """Put the guest's key into the agent; its fingerprint."""
    agent.add(load_ssh_private_key(guest.key.read_bytes(), None))  # type: ignore[arg-type]
    line = agent.run("-L").split()[1]
    return fingerprint(base64.b64decode(line))


def forwarding(agent: RealAgent) -> dict[str, str]:
    """What makes ssh -A forward this agent."""
    return {"SSH_AUTH_SOCK": agent.path}


def where(host: HostProcess, guest: Guest) -> Path:
    """The socket that the session was given."""
    lines = (host.kept(guest.person) / "about").read_text().splitlines()
    return Path(next(line for line in lines if line.startswith("agent=")).removeprefix("agent="))


def test_the_agent_is_the_sessions_and_ends_with_it(
    guest: Guest, host: HostProcess, agent: RealAgent
) -> None:
    """`ssh -A`: the process sees the client's keys through a socket that is gone when the session is."""
    key = held(guest, agent)
    with guest.sit("-A", environment=forwarding(agent)) as seat:
        seat.shows("user")
        for _ in range(3):
            seat.press(AGENT)
            assert seat.shows("agent") == key
        seat.press(ABOUT)
        seat.shows("about")
        path = where(host, guest)
        assert f"SSH_AUTH_SOCK={path}" in (host.kept(guest.person) / "about").read_text()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        seat.press(QUIT)
        seat.end()
    assert wait_until(lambda: not path.parent.exists())


def test_a_line_that_is_cut_takes_the_agent_with_it(
    guest: Guest, host: HostProcess, agent: RealAgent
) -> None:
    """Nothing of it stays when the client is killed."""
    held(guest, agent)
    with guest.sit("-A", environment=forwarding(agent)) as seat:
        seat.shows("user")
        seat.press(ABOUT)
        pid = int(seat.shows("about"))
        path = where(host, guest)
        seat.drop()
        assert gone(pid)
    assert wait_until(lambda: not path.parent.exists())


def test_without_a_there_is_no_agent(guest: Guest, host: HostProcess, agent: RealAgent) -> None:
    """The application can tell that nothing is forwarded."""
    held(guest, agent)
    with guest.sit(environment=forwarding(agent)) as seat:
        seat.shows("user")
        seat.press(AGENT)
        assert seat.shows("agent") == "NoAgent"
        seat.press(QUIT)
        seat.end()


def test_an_agent_that_dies_is_an_error_and_no_hang(
    guest: Guest, host: HostProcess, agent: RealAgent
) -> None:
    """The workstation's agent is gone in the middle: the process is told, and the session goes on."""
    held(guest, agent)
    with guest.sit("-A", environment=forwarding(agent)) as seat:
        seat.shows("user")
        agent.kill()
        seat.press(AGENT)
        assert seat.shows("agent") in ("AgentUnreachable", "NotAnAgent")
        seat.press(QUIT)
        assert seat.end() == 7


def test_nobody_else_can_use_it(host: HostProcess, guest_of: Guests, agent: RealAgent) -> None:
    """Another session's process, of the same user of the machine, is turned away; so is any other process."""
    guest, other = guest_of(host), guest_of(host, "operator", 1)
    held(guest, agent)
    with guest.sit("-A", environment=forwarding(agent)) as seat, other.sit() as thief:
        seat.shows("user")
        thief.shows("user")
        seat.press(ABOUT)
        seat.shows("about")
        path = where(host, guest)
        for each in (guest, other):
            (host.kept(each.person) / "target").write_text(str(path))
        thief.press(REACH)
        assert thief.shows("reach") in ("0", "Connection reset by peer", "Broken pipe")
        done = subprocess.run(
            ["ssh-add", "-l"], env={**os.environ, "SSH_AUTH_SOCK": str(path)}, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode != 0
        assert "SHA256" not in done.stdout
        host.logged("another process tried an agent", 2)
        seat.press(REACH)
        assert seat.shows("reach") == "5"
        for each in (seat, thief):
            each.press(QUIT)
            each.end()


def test_two_agents_at_once_are_not_mixed_up(host: HostProcess, guest_of: Guests, tmp_path: Path) -> None:
    """Each session sees its own client's keys."""
    guests = [guest_of(host), guest_of(host, "operator", 1)]
    agents = [RealAgent(tmp_path / f"agent{number}") for number in range(2)]
    try:
        keys = [held(guest, one) for guest, one in zip(guests, agents, strict=True)]
        seats = [
            guest.sit("-A", environment=forwarding(one)) for guest, one in zip(guests, agents, strict=True)
        ]
        for seat, key in zip(seats, keys, strict=True):
            seat.shows("user")
            seat.press(AGENT)
            assert seat.shows("agent") == key
        for seat in seats:
            seat.press(QUIT)
            seat.end()
            seat.__exit__(None, None, None)
    finally:
        for one in agents:
            one.kill()
