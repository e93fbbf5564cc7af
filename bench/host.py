"""Part 8: the SSH host with OpenSSH's client: from `ssh` to a painted screen, memory, idle cost, keys.

Each application is measured on a host of its own: a small one, which shows what the host itself costs, and
the terminal. Everybody is on this machine, the clients too, and shares its cores.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from bench import processes
from bench.scale import Bench
from bench.server import PATIENCE, BenchError
from tests.hardware.agents import RealAgent
from tests.scenarios.house import House
from tests.terminals.host.house import Guest, HostProcess, Seat

APPLICATIONS = {"small": "tests.terminals.host.app:run", "terminal": "terminals.tui.main:run"}
PAINTED = "\x1b[24;1H"  # the last row of the first full repaint
KEYS = 20  # typed by each person


def run(bench: Bench) -> dict[str, Any]:
    """Seconds, megabytes and shares of a core, by application."""
    with ExitStack() as stack:
        house = House(bench.folder / "home", EPORT_LISTEN__BACKLOG="4096")
        stack.callback(house.close)
        house.start()
        # The path of an agent's socket has to be short.
        agent = RealAgent(Path(stack.enter_context(TemporaryDirectory(prefix="eport-agent-"))))
        stack.callback(agent.kill)
        return {
            "people": bench.scale.people,
            "logins": bench.scale.logins,
            "applications": {name: _measure(bench, house, agent, name) for name in APPLICATIONS},
        }


def _measure(bench: Bench, house: House, agent: RealAgent, name: str) -> dict[str, Any]:
    state = bench.folder / name
    limits = {"sessions_per_user": 1000, "sessions": 1000, "strangers_per_address": 1000, "strangers": 1000}
    settings = {"application": APPLICATIONS[name], "connections_per_address": 1000, **limits}
    with HostProcess(house, state, **settings) as host:  # type: ignore[arg-type]
        guest = Guest(bench.folder / f"{name}-guest", host, house.person("operator"))
        agent.add(load_ssh_private_key(guest.key.read_bytes(), None))  # type: ignore[arg-type]
        scale = bench.scale
        found: dict[str, Any] = {"first": _arrive(guest, agent, 1)[0]}
        found["one"] = median(_arrive(guest, agent, 1)[0] for _ in range(scale.repeats))
        found["together"] = sorted(_arrive(guest, agent, scale.logins))
        bench.say(
            f"{name}: first paint {found['one'] * 1000:.0f} ms; {scale.logins} at once "
            f"{median(found['together']):.2f} s (all: {found['together'][-1]:.2f} s)"
        )
        with ExitStack() as stack:
            seats: list[Seat] = []
            stack.callback(lambda: [_leave(seat) for seat in seats])
            _arrive(guest, agent, scale.people, seats)
            found |= _cost(host, seats, scale.idle)
            if name == "small":
                found["key_ms"] = _type(seats[: scale.logins])
        bench.say(
            f"{name}: {found['session_mb']:.1f} MB a session, {found['all_mb']:.0f} MB of {scale.people} and "
            f"the host; idle {found['idle_percent']:.3f} % of a core each"
        )
        return found


def _arrive(guest: Guest, agent: RealAgent, count: int, stay: list[Seat] | None = None) -> list[float]:
    """So many people at once; seconds until each one's screen was painted. They leave, or go to `stay`."""
    began: dict[int, float] = {}
    seats: dict[int, Seat] = {}
    painted: dict[int, float] = {}
    for _ in range(count):
        start = time.perf_counter()
        seat = guest.sit("-A", environment={"SSH_AUTH_SOCK": agent.path})
        seats[seat.line], began[seat.line] = seat, start
    while len(painted) < count:
        ready, _, _ = select.select(list(seats), [], [], PATIENCE)
        if not ready:
            raise BenchError("a screen was not painted")
        for line in ready:
            if not seats[line].more(PATIENCE):
                raise BenchError(f"a session ended: {seats[line].screen[-500:]}")
            if line not in painted and PAINTED in seats[line].screen:
                painted[line] = time.perf_counter()
    if stay is not None:
        stay.extend(seats.values())
    else:
        for seat in seats.values():
            _leave(seat)
    return [painted[line] - began[line] for line in seats]


def _leave(seat: Seat) -> None:
    os.kill(seat.ssh, signal.SIGTERM)
    seat.__exit__(None, None, None)


def _cost(host: HostProcess, seats: Sequence[Seat], seconds: float) -> dict[str, float]:
    """Memory and idle CPU of the sessions, the fork server and the host."""
    _quiet(seats, 2.0)
    sessions, own = host.sessions(), [host.process.pid, host.fork_server]
    if len(sessions) != len(seats):
        raise BenchError(f"{len(sessions)} processes for {len(seats)} people")
    before = processes.cpu(sessions), processes.cpu(own)
    began = time.monotonic()
    _quiet(seats, seconds)
    spent = time.monotonic() - began
    after = processes.cpu(sessions), processes.cpu(own)
    each = [_pss(pid) for pid in sessions]
    return {
        "session_mb": sum(each) / len(each),
        "host_mb": _pss(own[0]),
        "server_mb": _pss(own[1]),
        "all_mb": sum(each) + sum(_pss(pid) for pid in own),
        "idle_percent": (after[0] - before[0]) / spent / len(sessions) * 100,
        "idle_host_percent": (after[1] - before[1]) / spent * 100,
    }


def _quiet(seats: Sequence[Seat], seconds: float) -> None:
    """Read what comes for a while."""
    end = time.monotonic() + seconds
    lines = {seat.line: seat for seat in seats}
    while (left := end - time.monotonic()) > 0:
        ready, _, _ = select.select(list(lines), [], [], left)
        for line in ready:
            lines[line].more(PATIENCE)


def _type(seats: Sequence[Seat]) -> float:
    """Everybody types, in turn; the median of milliseconds from a key to what it changes on the screen."""
    waits = []
    for number in range(KEYS):
        typed = {}
        for seat in seats:
            seat.press(b"abcdefghij"[number % 10 : number % 10 + 1])
            typed[seat.line] = time.perf_counter()
            # Twenty people who type five keys a second, one every ten milliseconds.
            _take(typed, waits, {each.line: each for each in seats}, 0.01)
        while typed:
            _take(typed, waits, {each.line: each for each in seats}, PATIENCE)
    return median(waits) * 1000


def _take(typed: dict[int, float], waits: list[float], seats: dict[int, Seat], patience: float) -> None:
    """Note which screens have changed."""
    end = time.perf_counter() + patience
    while typed and (left := end - time.perf_counter()) > 0:
        ready, _, _ = select.select(list(typed), [], [], left)
        now = time.perf_counter()
        for line in ready:
            seats[line].more(PATIENCE)
            waits.append(now - typed.pop(line))


def _pss(pid: int) -> float:
    """A process's proportional share of memory, MB of a million bytes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ProcessLookupError(f"process {pid} has ended")
